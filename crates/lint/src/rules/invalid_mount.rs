//! `invalid-mount`: the build refuses a mount of a `RUN`.

use std::borrow::Cow;

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::dockerfile::{Command, Mount, MountField, MountKind, Word};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `RUN --mount` that `BuildKit` refuses when it comes to it: an unknown key or type, a
    /// key that another type of mount has, a value of the wrong form, a target that is `/`.
    ///
    /// ## Why it matters
    /// The build fails, and only once it has reached the instruction.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=exclusive \
    ///     cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    ///     cargo build --release --locked
    /// ```
    pub(crate) static INVALID_MOUNT = {
        name: "invalid-mount",
        clause: Clause::BuildCache,
        summary: "the build refuses a mount of a `RUN`",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// What is wrong, and where.
type Wrong = (Span, String);

fn check(cx: &mut Context<'_, '_>) {
    for (index, instruction) in cx.facts.file.instructions.iter().enumerate() {
        let Command::Run(run) = &instruction.command else { continue };
        for mount in &run.mounts {
            let Some((span, message)) = fault(cx, index, mount) else { continue };
            cx.report(span, message).done();
        }
    }
}

/// The first fault, in the order in which `BuildKit` looks for them.
fn fault(cx: &Context<'_, '_>, index: usize, mount: &Mount<'_>) -> Option<Wrong> {
    let value = |word: &Word<'_>| -> Option<String> {
        let value = cx.facts.expand(index, word);
        (!value.contains('$')).then(|| value.into_owned())
    };
    // The type counts from where it stands: `size` before `type=tmpfs` is one of a bind mount.
    let mut kind = MountKind::Bind;
    for field in &mount.fields {
        let given = match &field.value {
            None => None,
            Some(word) => match value(word) {
                Some(value) => Some(value),
                // A value that isn't known may be right; a type that isn't known may be any.
                None if field.key == "type" => return None,
                None => continue,
            },
        };
        if let Err(message) = read(field, given.as_deref(), &mut kind) {
            return Some((field.span, message));
        }
    }
    whole(cx, index, mount, kind)
}

/// Checks one field.
fn read(field: &MountField<'_>, value: Option<&str>, kind: &mut MountKind) -> Result<(), String> {
    let key = &*field.key;
    let Some(value) = value else {
        return match key {
            "readonly" | "readwrite" => Ok(()),
            "required" => only_for(key, *kind, &[MountKind::Secret, MountKind::Ssh]),
            _ => Err(format!("`{key}` of a mount needs a value")),
        };
    };
    let form = |right: bool, form: &str| {
        let wrong = || format!("`{key}` of a mount is `{value}`, which is no {form}");
        if right { Ok(()) } else { Err(wrong()) }
    };
    match key {
        "type" => {
            *kind = match &*value.to_ascii_lowercase() {
                "bind" => MountKind::Bind,
                "cache" => MountKind::Cache,
                "tmpfs" => MountKind::Tmpfs,
                "secret" => MountKind::Secret,
                "ssh" => MountKind::Ssh,
                _ => return Err(format!("there is no mount of type `{value}`")),
            };
            Ok(())
        }
        "from" | "source" | "target" | "id" | "env" => Ok(()),
        "readonly" | "readwrite" => form(is_bool(value), "truth value"),
        "required" => {
            only_for(key, *kind, &[MountKind::Secret, MountKind::Ssh])?;
            form(is_bool(value), "truth value")
        }
        "size" => {
            only_for(key, *kind, &[MountKind::Tmpfs])?;
            form(value.starts_with(|it: char| it.is_ascii_digit() || it == '.'), "size")
        }
        "sharing" => {
            let known = ["shared", "private", "locked"].iter();
            let right = known.clone().any(|it| it.eq_ignore_ascii_case(value));
            form(right, "way of sharing (`shared`, `private`, `locked`)")
        }
        "mode" => form(u32::from_str_radix(value, 8).is_ok(), "octal number"),
        "uid" | "gid" => form(value.parse::<u32>().is_ok(), "number"),
        _ => Err(format!("mounts have no `{key}`")),
    }
}

/// Checks what the fields come to together.
fn whole(cx: &Context<'_, '_>, index: usize, mount: &Mount<'_>, kind: MountKind) -> Option<Wrong> {
    let field = |key: &str| mount.fields.iter().rev().find(|it| it.key == key);
    let filled = |key: &str| field(key).filter(|it| it.value.as_ref().is_some_and(|it| !it.text.is_empty()));
    let of = |key: &str| format!("a mount of type `{}` has no `{key}`", name(kind));
    if matches!(kind, MountKind::Bind | MountKind::Tmpfs)
        && let Some(found) = ["mode", "uid", "gid"].iter().find_map(|it| field(it))
    {
        return Some((found.span, of(&found.key)));
    }
    if kind != MountKind::Cache
        && let Some(found) = filled("sharing")
    {
        return Some((found.span, of("sharing")));
    }
    match kind {
        MountKind::Secret => {
            if let Some(from) = filled("from") {
                return Some((from.span, of("from")));
            }
            let source = filled("source");
            if source.is_none() && filled("id").is_none() && filled("target").is_none() {
                return Some((mount.span, "a secret mount needs an `id` or a `target`".to_owned()));
            }
            let both = source.filter(|_| filled("id").is_some())?;
            Some((both.span, "a secret mount has either `id` or `source`".to_owned()))
        }
        MountKind::Ssh | MountKind::Unknown => None,
        MountKind::Bind | MountKind::Cache | MountKind::Tmpfs => root(cx, index, mount),
    }
}

/// A mount whose target is the root, or that has none while the root is the directory.
fn root(cx: &Context<'_, '_>, index: usize, mount: &Mount<'_>) -> Option<Wrong> {
    let target = mount.target().map_or(Cow::Borrowed(""), |it| cx.facts.expand(index, it));
    let path = crate::facts::paths::join(cx.facts.directory(index), &target);
    if path != "/" {
        return None;
    }
    Some(match mount.target() {
        Some(word) if !target.is_empty() => {
            (word.span, "nothing can be mounted over `/`".to_owned())
        }
        _ => (mount.span, "the mount has no `target`, and the directory is `/`".to_owned()),
    })
}

fn only_for(key: &str, kind: MountKind, kinds: &[MountKind]) -> Result<(), String> {
    if kinds.contains(&kind) {
        return Ok(());
    }
    Err(format!("a mount of type `{}` has no `{key}`", name(kind)))
}

const fn name(kind: MountKind) -> &'static str {
    match kind {
        MountKind::Bind => "bind",
        MountKind::Cache => "cache",
        MountKind::Tmpfs => "tmpfs",
        MountKind::Secret => "secret",
        MountKind::Ssh => "ssh",
        MountKind::Unknown => "?",
    }
}

fn is_bool(value: &str) -> bool {
    matches!(
        value,
        "1" | "t" | "T" | "true" | "TRUE" | "True" | "0" | "f" | "F" | "false" | "FALSE" | "False"
    )
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn mount(fields: &str, expected: &str) {
        let expected = match expected {
            "" => String::new(),
            message => format!("3:{message}"),
        };
        check("invalid-mount", &format!("FROM rust\nWORKDIR /w\nRUN --mount={fields} x\n"), &expected);
    }

    #[test]
    fn mounts_that_buildkit_takes() {
        for fields in [
            "target=/a",
            "type=bind,source=.,target=.",
            "type=cache,target=/a,sharing=LOCKED,mode=0755,uid=1,gid=1,id=x,ro",
            "type=tmpfs,target=/a,size=10m",
            "type=secret,id=x,env=X,required",
            "type=secret,target=/x,required=true",
            "type=ssh",
            "type=ssh,id=x,required=false,mode=0600",
            "type=cache,target=$DIR,uid=$ID",
            "type=$TYPE,size=1",
            "type=bind",
        ] {
            mount(fields, "");
        }
    }

    #[test]
    fn mounts_that_it_refuses() {
        mount("type=volume,target=/a", "13 error: there is no mount of type `volume`");
        mount("target=/a,foo=1", "23 error: mounts have no `foo`");
        mount("type=cache,target", "24 error: `target` of a mount needs a value");
        mount("type=cache,target=/a,size=1", "34 error: a mount of type `cache` has no `size`");
        mount("size=1,type=tmpfs,dst=/a", "13 error: a mount of type `bind` has no `size`");
        mount("type=bind,target=/a,uid=1", "33 error: a mount of type `bind` has no `uid`");
        mount("type=bind,target=/a,required", "33 error: a mount of type `bind` has no `required`");
        mount("target=/a,sharing=locked", "23 error: a mount of type `bind` has no `sharing`");
        mount(
            "type=cache,target=/a,sharing=x",
            "34 error: `sharing` of a mount is `x`, which is no way of sharing (`shared`, `private`, \
             `locked`)",
        );
        mount(
            "type=cache,target=/a,mode=8",
            "34 error: `mode` of a mount is `8`, which is no octal number",
        );
        mount("type=secret", "5 error: a secret mount needs an `id` or a `target`");
        mount("type=secret,id=a,src=b", "30 error: a secret mount has either `id` or `source`");
        mount("type=secret,id=a,from=b", "30 error: a mount of type `secret` has no `from`");
        mount("type=cache,target=/", "31 error: nothing can be mounted over `/`");
        check(
            "invalid-mount",
            "FROM rust\nRUN --mount=type=cache x\n",
            "2:5 error: the mount has no `target`, and the directory is `/`",
        );
    }
}
