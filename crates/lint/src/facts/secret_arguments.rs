//! Build arguments that hold secrets, and where they are used.

use std::ops::Range;

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{ArgDefinition, Command, Instruction, Mount, MountKind, Word};

use crate::Facts;
use crate::secrets::looks_secret;

/// A build argument that a `RUN` uses as a secret.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SecretArgument<'d> {
    /// Its name, where it is declared.
    pub(crate) name: &'d Word<'d>,
    /// Where the first `RUN` that uses it does so.
    pub(crate) used: Span,
    /// Whether it is used in the address of a repository: `https://user:$TOKEN@host/`.
    pub(crate) in_address: bool,
}

/// Parts of names that say of a key that it is secret, and not just the name of one.
const KEYS: &[&str] =
    &["api", "access", "secret", "private", "ssh", "deploy", "encryption", "license", "master"];

/// Parts of names that say that it is no secret itself.
const NAMES: &[&str] = &[
    "uri",
    "url",
    "path",
    "name",
    "id",
    "user",
    "repo",
    "dir",
    "gpg",
    "pgp",
    "fingerprint",
    "host",
    "email",
    "server",
    "type",
    "header",
    "cache",
    "method",
    "prefix",
];

/// Arguments that programs take from their environment without being told.
const TAKEN: &[(&str, &str, &[&str])] = &[
    ("CARGO_REGISTR", "_TOKEN", &["cargo"]),
    ("NPM_TOKEN", "", &["npm", "yarn", "pnpm", "npx"]),
    ("NODE_AUTH_TOKEN", "", &["npm", "yarn", "pnpm", "npx"]),
];

/// How many bytes of instructions are searched for uses of arguments, all in all. Arguments after
/// that are left out.
const MOST_SEARCHED: usize = 50_000_000;

/// How far the ends of an address and of a reference are looked for, in bytes.
const FARTHEST: usize = 1_000;

impl<'d> Facts<'d> {
    /// The build arguments that are given from outside and hold secrets, each with its first use.
    /// Those that no `RUN` uses are left out. In the order of their declarations.
    pub(crate) fn secret_arguments(&self) -> &[SecretArgument<'d>] {
        self.secret_arguments.get_or_init(|| self.find_secret_arguments())
    }

    fn find_secret_arguments(&self) -> Vec<SecretArgument<'d>> {
        let mut found = Vec::new();
        let mut left = MOST_SEARCHED;
        for stage in &self.stages.all {
            for (offset, instruction) in stage.body.iter().enumerate() {
                let Command::Arg(definitions) = &instruction.command else { continue };
                let index = stage.first + offset;
                for definition in definitions.iter().filter(|it| is_given(it)) {
                    found.extend(self.first_use(stage.index, index, &definition.name, &mut left));
                }
            }
        }
        found
    }

    fn first_use(
        &self,
        stage: usize,
        after: usize,
        name: &'d Word<'d>,
        left: &mut usize,
    ) -> Option<SecretArgument<'d>> {
        let secret = is_secret(&name.text);
        let stage = self.stages.all.get(stage)?;
        let later = stage.body.iter().enumerate().skip((after + 1).saturating_sub(stage.first));
        for (offset, instruction) in later {
            let index = stage.first + offset;
            // What is passed over costs little, but not nothing.
            *left = left.checked_sub(16)?;
            let Command::Run(run) = &instruction.command else { continue };
            *left = left.checked_sub(instruction.span.len())?;
            if run.mounts.iter().any(|it| is_secret_named(it, &name.text)) {
                continue;
            }
            let used = uses(instruction, &name.text).find_map(|it| {
                let in_address = it.is_in_address();
                (secret || in_address).then_some((it.span, in_address))
            });
            let used = used.or_else(|| Some((self.taken(index, &name.text)?, false)));
            if let Some((used, in_address)) = used {
                return Some(SecretArgument { name, used, in_address });
            }
        }
        None
    }

    /// The program that takes an argument from its environment.
    fn taken(&self, index: usize, name: &str) -> Option<Span> {
        let takes = |it: &&(&str, &str, &[&str])| name.starts_with(it.0) && name.ends_with(it.1);
        let (_, _, programs) = TAKEN.iter().find(takes)?;
        let commands = &self.script(index)?.commands;
        let command =
            commands.iter().find(|it| it.program().is_some_and(|it| programs.contains(&it)))?;
        command.effective().first().map(|it| it.span)
    }
}

/// Whether an argument has no value but the one that the build is given.
fn is_given(definition: &ArgDefinition<'_>) -> bool {
    definition.value.as_ref().is_none_or(|it| it.text.trim_matches(['"', '\'']).is_empty())
}

/// Whether a name is that of a secret, and not of something about one.
fn is_secret(name: &str) -> bool {
    let has = |parts: &[&str]| {
        name.split('_').any(|it| parts.iter().any(|part| part.eq_ignore_ascii_case(it)))
    };
    if has(&["pat"]) && has(&["gh", "github", "gitlab", "azure", "git", "ado"]) {
        return true;
    }
    looks_secret(name)
        && !has(NAMES)
        && (has(&["token", "password", "passwd", "pword", "secret", "apikey", "credentials"])
            || has(&["key"]) && has(KEYS))
}

fn is_secret_named(mount: &Mount<'_>, name: &str) -> bool {
    mount.kind == MountKind::Secret && mount.get("env").is_some_and(|it| it.text == name)
}

/// A reference to a variable.
struct Use<'t> {
    text: &'t str,
    range: Range<usize>,
    span: Span,
}

impl Use<'_> {
    /// Whether it stands between `://` and `@`, as a password or alone.
    fn is_in_address(&self) -> bool {
        let ends = |it: &u8| matches!(it, b' ' | b'\t' | b'\n' | b'"' | b'\'' | b'/' | b'@');
        let text = self.text.as_bytes();
        let before = text.get(..self.range.start).unwrap_or_default();
        let Some(back) = before.iter().rev().take(FARTHEST).position(ends) else { return false };
        let before = &before[..before.len() - back];
        let is_http = before.ends_with(b"http://") || before.ends_with(b"https://");
        let after = text.get(self.range.end..).unwrap_or_default();
        let Some(end) = after.iter().take(FARTHEST).position(ends) else { return false };
        // What a `:` follows is the name of the user.
        is_http && after[end] == b'@' && !after[..end].contains(&b':')
    }
}

/// The references to a variable in a `RUN`, in order.
fn uses<'d>(instruction: &'d Instruction<'d>, name: &'d str) -> impl Iterator<Item = Use<'d>> {
    let arguments = &instruction.arguments;
    let own = references(arguments.text(), name).map(|it| Use {
        text: arguments.text(),
        span: arguments.span(it.clone()),
        range: it,
    });
    let bodies = instruction.heredocs.iter().flat_map(move |heredoc| {
        let start = heredoc.body_span.start();
        references(heredoc.body, name).map(move |it| Use {
            text: heredoc.body,
            span: Span::new(start + it.start, start + it.end),
            range: it,
        })
    });
    own.chain(bodies)
}

/// The places of `$NAME`, `${NAME}` and `${NAME:-…}` in a text, but for escaped ones.
pub(crate) fn references<'t>(
    text: &'t str,
    name: &'t str,
) -> impl Iterator<Item = Range<usize>> + use<'t> {
    text.match_indices('$').filter_map(move |(at, _)| {
        if text[..at].ends_with('\\') {
            return None;
        }
        let rest = &text[at + 1..];
        let braced = rest.strip_prefix('{');
        let after = braced.unwrap_or(rest).strip_prefix(name)?;
        if after.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_') {
            return None;
        }
        let end = match braced {
            Some(_) => {
                let end = after.bytes().take(FARTHEST).position(|it| it == b'}')?;
                text.len() - after.len() + end + 1
            }
            None => text.len() - after.len(),
        };
        Some(at..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_whole_names() {
        let text = "$A ${A} ${A:-x} $AB ${AB} \\$A $";
        let found: Vec<&str> = references(text, "A").map(|it| &text[it]).collect();
        assert_eq!(found, ["$A", "${A}", "${A:-x}"]);
    }

    #[test]
    fn names_of_secrets() {
        for name in ["GITHUB_TOKEN", "SSH_PRIVATE_KEY", "db_password", "GH_PAT", "API_KEY"] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["GPG_KEY", "TOKEN_NAME", "AUTH", "CACHE_KEY", "SECRETS_VERSION", "KEY_ID"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
