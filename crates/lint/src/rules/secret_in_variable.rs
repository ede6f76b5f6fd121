//! `secret-in-variable`: an `ARG` or `ENV` has the name of a secret.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Command, Word};

use super::build_secret_in_argument::BUILD_SECRET_IN_ARGUMENT;
use crate::facts::Dispatched;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `ARG` and `ENV` whose names say that they hold a secret: a password, a token, a key.
    ///
    /// ## Why it matters
    /// The value of an `ENV` is in the image's configuration and in each process; the value of an
    /// `ARG` is in the image's history. Whoever can pull the image can read both.
    ///
    /// A name that only sounds like one is a note: its value is empty, a number, a truth value, a file
    /// or the fingerprint of a public key, or the name goes on (`AUTH_METHOD`, `KEY_ID`).
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-alpine
    /// ARG CARGO_REGISTRY_TOKEN
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.90-alpine
    /// WORKDIR /src
    /// COPY . .
    /// RUN --mount=type=secret,id=cargo_token,env=CARGO_REGISTRY_TOKEN \
    ///     cargo build --release --locked
    /// ```
    pub(crate) static SECRET_IN_VARIABLE = {
        name: "secret-in-variable",
        clause: Clause::NoSecrets,
        summary: "an `ARG` or `ENV` has the name of a secret",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["SecretsUsedInArgOrEnv", "DL3064"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// Parts of a name that say that it is a secret.
const SECRET: &[&str] = &[
    "apikey",
    "auth",
    "credential",
    "credentials",
    "key",
    "password",
    "pword",
    "passwd",
    "secret",
    "token",
];

/// Parts of a name that say that it is none.
const HARMLESS: &[&str] = &["public", "file", "version"];

/// Ends of names of what isn't the secret itself.
const ABOUT: &[&str] = &[
    "algorithm", "backend", "dir", "driver", "enable", "enabled", "endpoint", "expiry", "host", "id",
    "length", "method", "mode", "name", "path", "port", "protocol", "provider", "realm", "role",
    "server", "size", "ttl", "type", "uri", "url", "user", "username",
];

fn check(cx: &mut Context<'_, '_>) {
    for at in cx.facts.dispatched() {
        match &at.instruction.command {
            Command::Arg(definitions) => {
                for it in definitions {
                    report(cx, &at, &it.name, it.value.as_ref());
                }
            }
            Command::Env(env) => {
                for it in &env.pairs {
                    report(cx, &at, &it.name, Some(&it.value));
                }
            }
            _ => {}
        }
    }
}

fn report(cx: &mut Context<'_, '_>, at: &Dispatched<'_, '_>, name: &Word<'_>, value: Option<&Word<'_>>) {
    let mut key = std::borrow::Cow::Borrowed(name.as_str());
    if matches!(at.instruction.command, Command::Env(_)) && name.text.contains(['$', '"', '\'']) {
        let expanded = cx.facts.scopes().evaluate(at.stage.index, at.index, &name.text);
        if let Ok(expanded) = expanded {
            key = expanded.value;
        }
    }
    if !names_secret(&key) || is_reported_where_used(cx, at, name) {
        return;
    }
    let kind = at.instruction.kind.name();
    let help = "Give secrets to the build with `RUN --mount=type=secret`, and to the container when \
                it runs.";
    if is_about_secret(&key) || value.is_some_and(|it| is_harmless(&it.text)) {
        let message = format!("{kind} `{key}` has the name of a secret");
        cx.report(at.place(name.span), message).severity(Severity::Note).help(help).done();
        return;
    }
    // The history of a stage that is not shipped stays with those who build.
    let place = match (&at.instruction.command, at.stage.shipped) {
        (_, true) => "in the image",
        (Command::Arg(_), false) => "in the history of the build",
        (_, false) => "in the stage",
    };
    let message = format!("{kind} `{key}` keeps a secret {place}");
    cx.report(at.place(name.span), message).help(help).done();
}

/// Whether another rule reports the argument at its use, where the way out is shown.
fn is_reported_where_used(cx: &Context<'_, '_>, at: &Dispatched<'_, '_>, name: &Word<'_>) -> bool {
    matches!(at.instruction.command, Command::Arg(_))
        && cx.options.selects(&BUILD_SECRET_IN_ARGUMENT)
        && cx
            .facts
            .secret_arguments()
            .binary_search_by_key(&name.span, |it| it.name.span)
            .is_ok()
}

/// Whether a name has a part between underscores, or at an end, that says that it is a secret.
fn names_secret(name: &str) -> bool {
    let has = |parts: &[&str]| {
        name.split('_').any(|it| parts.iter().any(|part| part.eq_ignore_ascii_case(it)))
    };
    has(SECRET) && !has(HARMLESS)
}

/// Whether a name is that of something that has to do with a secret, or with a public key.
fn is_about_secret(name: &str) -> bool {
    let is = |it: &str, of: &[&str]| of.iter().any(|part| part.eq_ignore_ascii_case(it));
    let last = name.rsplit('_').find(|it| !it.is_empty()).unwrap_or_default();
    is(last, ABOUT) || name.split('_').any(|it| is(it, &["gpg", "pgp", "apt"]))
}

/// Whether a value can hardly be a secret.
fn is_harmless(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'']);
    let word = ["", "true", "false", "yes", "no", "on", "off", "none"];
    word.iter().any(|it| it.eq_ignore_ascii_case(value))
        || value.bytes().all(|it| it.is_ascii_digit() || it == b'.')
        || (value.starts_with('/') && !value.contains([' ', '=']))
        || [".key", ".pem", ".crt", ".cert"].iter().any(|it| value.ends_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::check;

    #[test]
    fn parts_of_names_are_compared() {
        for name in ["API_KEY", "token", "DATABASE_PASSWORD", "secret_MESSAGE", "x_auth_y", "_KEY"] {
            assert!(names_secret(name), "{name}");
        }
        for name in ["KEYS", "MONKEY", "AUTHOR", "PUBLIC_KEY", "KEY_FILE", "token-x", "KEY_VERSION"] {
            assert!(!names_secret(name), "{name}");
        }
    }

    #[test]
    fn both_instructions_are_looked_at() {
        check(
            "secret-in-variable",
            "ARG TOKEN\nFROM a\nARG TOKEN A=b\nENV A=b API_KEY=c\nENV PASSWORD=\nENV KEY /run/key\n",
            "3:5 warning: ARG `TOKEN` keeps a secret in the image\n\
             4:9 warning: ENV `API_KEY` keeps a secret in the image\n\
             5:5 note: ENV `PASSWORD` has the name of a secret\n\
             6:5 note: ENV `KEY` has the name of a secret",
        );
    }

    #[test]
    fn what_only_sounds_like_a_secret_is_a_note() {
        check(
            "secret-in-variable",
            "FROM a\nENV AUTH_METHOD=ldap GPG_KEY=0D96DF4D TLS_KEY=tls/server.key\nARG TOKEN_URI\n",
            "2:5 note: ENV `AUTH_METHOD` has the name of a secret\n\
             2:22 note: ENV `GPG_KEY` has the name of a secret\n\
             2:39 note: ENV `TLS_KEY` has the name of a secret\n\
             3:5 note: ARG `TOKEN_URI` has the name of a secret",
        );
    }

    #[test]
    fn stages_that_are_not_shipped_weigh_less() {
        check(
            "secret-in-variable",
            "FROM a AS b\nARG TOKEN\nENV TOKEN=$TOKEN\nFROM scratch\n",
            "2:5 note: ARG `TOKEN` keeps a secret in the history of the build\n\
             3:5 note: ENV `TOKEN` keeps a secret in the stage",
        );
    }
}
