//! `user-without-passwd`: a user or group by name where no file says what the name means.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::dockerfile::{Command, Copy, Stage};

use crate::bases::Family;
use crate::facts::users::is_number;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `USER` and `COPY --chown` with a name in an image from `scratch` into which no
    /// `/etc/passwd` was copied.
    ///
    /// ## Why it matters
    /// Nothing says which number the name stands for. The container fails to start with `unable to
    /// find user`; `COPY --chown`, a warning, silently makes root the owner.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-alpine3.22 AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM scratch
    /// COPY --from=build /src/target/release/app /app
    /// USER app
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-alpine3.22 AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM scratch
    /// COPY --from=build /src/target/release/app /app
    /// USER 65532:65532
    /// ENTRYPOINT ["/app"]
    /// ```
    pub(crate) static USER_WITHOUT_PASSWD = {
        name: "user-without-passwd",
        clause: Clause::NonRoot,
        summary: "a user is named where no passwd has it",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["tally/named-identity-in-passwdless-stage"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in &facts.stages.all {
        let in_scratch = facts.base(stage.index).is_some_and(|it| it.family == Family::Scratch);
        // What a trigger or a copied root file system brings is not seen.
        if !in_scratch || facts.base_image(stage.index).is_none_or(|it| it.name() != "scratch") {
            continue;
        }
        let below = facts.stages.chain(stage.index).skip(1);
        let mut has_passwd = below.flat_map(copies).any(|it| may_bring_passwd(facts, it.0, it.1));
        for (offset, instruction) in stage.body.iter().enumerate() {
            let index = stage.first + offset;
            match &instruction.command {
                Command::Copy(copy) | Command::Add(copy) => {
                    if let Some(chown) = copy.chown.as_ref().filter(|_| !has_passwd) {
                        let owner = facts.expand(index, chown);
                        report(cx, chown.span, &owner, "--chown=", Severity::Warning);
                    }
                    has_passwd |= may_bring_passwd(facts, index, copy);
                }
                Command::User(word) if !has_passwd && stage.shipped => {
                    let user = facts.expand(index, word);
                    report(cx, word.span, &user, "USER ", Severity::Error);
                }
                _ => {}
            }
        }
    }
}

fn report(cx: &mut Context<'_, '_>, span: Span, owner: &str, what: &str, severity: Severity) {
    let named = owner.split(':').find(|it| !is_number(it) && !it.is_empty());
    // Owners that nobody knows are root to BuildKit.
    let Some(name) = named.filter(|it| *it != "root" && !it.contains('$')) else { return };
    let message = format!("`{what}{owner}` needs `{name}`, but nothing in `scratch` names users");
    let help = "Write numbers, such as `65532:65532`, or copy `/etc/passwd` and `/etc/group` from \
                a builder stage first.";
    cx.report(span, message).severity(severity).help(help).done();
}

fn copies<'s, 'd>(stage: &'s Stage<'d>) -> impl Iterator<Item = (usize, &'d Copy<'d>)> + use<'s, 'd> {
    stage.body.iter().enumerate().filter_map(|(offset, it)| match &it.command {
        Command::Copy(copy) | Command::Add(copy) => Some((stage.first + offset, copy)),
        _ => None,
    })
}

/// Whether a `COPY` may bring the files that name users and groups: itself, or with a directory
/// above it.
fn may_bring_passwd(facts: &Facts<'_>, index: usize, copy: &Copy<'_>) -> bool {
    let destination = facts.expand(index, &copy.destination);
    let to = destination.trim_end_matches('/');
    if to.starts_with("/etc") || matches!(to, "etc" | "./etc" | "/etc/passwd") {
        return true;
    }
    // Into the root: whole trees may hold `etc`, single files with an ending or of a `bin` do not.
    let in_root = matches!(to, "" | "." | "./" | "/.");
    in_root
        && facts.copied(index).iter().any(|it| {
            let source = it.source.trim_end_matches('/');
            let name = source.rsplit('/').next().unwrap_or_default();
            let is_program = ["release", "debug", "bin"].iter().any(|dir| {
                source.rsplit('/').nth(1) == Some(dir)
            });
            !is_program || name.is_empty() || name == "*"
        })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("user-without-passwd", text, expected);
    }

    #[test]
    fn names_in_scratch() {
        finds(
            "FROM scratch\nCOPY --chown=app:1 a /app\nUSER 1:staff\nUSER app\n",
            "2:14 warning: `--chown=app:1` needs `app`, but nothing in `scratch` names users\n\
             3:6 error: `USER 1:staff` needs `staff`, but nothing in `scratch` names users\n\
             4:6 error: `USER app` needs `app`, but nothing in `scratch` names users",
        );
        finds(
            "FROM scratch AS base\nCOPY a /a\nFROM base\nARG U=app\nUSER $U\n",
            "5:6 error: `USER app` needs `app`, but nothing in `scratch` names users",
        );
        finds(
            "FROM a:1 AS b\nFROM scratch\nCOPY --from=b /src/target/release/app /\nUSER app\n",
            "4:6 error: `USER app` needs `app`, but nothing in `scratch` names users",
        );
    }

    #[test]
    fn numbers_root_and_copied_files_are_left_alone() {
        finds("FROM scratch\nCOPY --chown=1:1 a /\nUSER 1:1\nUSER root\n", "");
        finds("FROM scratch\nARG U\nUSER $U\n", "");
        for copy in [
            "--from=b /etc/passwd /etc/passwd",
            "--from=b /etc/passwd /etc/group /etc/",
            "--from=b /rootfs /",
            "--from=b / /",
            "rootfs/ .",
        ] {
            finds(&format!("FROM a:1 AS b\nFROM scratch\nCOPY {copy}\nUSER app\n"), "");
        }
        finds("FROM scratch\nADD rootfs.tar.xz /\nCOPY --chown=app a /a\nUSER app\n", "");
        finds("FROM debian:12\nUSER app\n", "");
    }
}
