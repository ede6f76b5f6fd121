//! `secret-in-environment`: a secret stands in a Compose file in clear.

use plimsoll_finding::{Clause, Severity};
use std::collections::BTreeSet;

use plimsoll_finding::Span;
use plimsoll_syntax::compose::{Pair, Service};

use crate::compose::purpose::Purpose;
use crate::secrets::{self, Secret};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports tokens and private keys anywhere in the file, and variables of services whose names say
    /// that they hold a password, a token or a key and whose values look drawn by lot. In a file that
    /// serves, plain passwords are reported too, one finding for each file; where nothing tells what
    /// a file is for they are a note. Passwords of databases in files to develop with are left alone,
    /// as are those that variables and files (`POSTGRES_PASSWORD_FILE`) bring.
    ///
    /// ## Why it matters
    /// Whoever can read the repository can read the secret, today and in each copy of its history. The
    /// environment is also shown by `docker inspect`, handed to every child process, and printed into
    /// logs when things go wrong.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     restart: unless-stopped
    ///     environment:
    ///       SESSION_SECRET: 8f14e45fceea167a5a36dedd4bea2543
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     restart: unless-stopped
    ///     environment:
    ///       SESSION_SECRET_FILE: /run/secrets/session_secret
    ///     secrets: [session_secret]
    /// secrets:
    ///   session_secret: {file: ./session_secret.txt}
    /// ```
    pub(crate) static SECRET_IN_ENVIRONMENT = {
        name: "secret-in-environment",
        clause: Clause::NoSecrets,
        summary: "a secret stands in a Compose file in clear",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

const HELP: &str = "Hand it over as a file with `secrets`, or leave the value to a variable that is not kept in \
                    the repository; change it if it is in use.";

/// How many variables are looked at: services that extend one with thousands have them all.
const MOST_VARIABLES: usize = 200_000;

fn check(cx: &mut ComposeContext<'_, '_>) {
    let mut known: BTreeSet<usize> = BTreeSet::new();
    tokens(cx, &mut known);
    let compose = &cx.facts.compose;
    let mut plain: Vec<(&Service<'_>, Pair<'_>)> = Vec::new();
    let mut random_values: BTreeSet<&str> = BTreeSet::new();
    let mut left = MOST_VARIABLES;
    for service in &compose.services {
        if service.get("environment").is_none() {
            continue;
        }
        let environment = service.environment();
        let Some(rest) = left.checked_sub(environment.len()) else { break };
        left = rest;
        for pair in environment {
            // Settings that services share are written once.
            let Some(value) = pair.value.filter(|it| !it.text.is_empty()) else { continue };
            if value.is_templated() || known.contains(&value.span.start()) {
                continue;
            }
            match kind(cx, service, &pair) {
                Some(Kind::Random(kind)) => {
                    known.insert(value.span.start());
                    // A value that several services have is one secret.
                    if cx.allows(place(&pair)) || random_values.insert(value.text) {
                        random(cx, service, &pair, kind);
                    }
                }
                Some(Kind::Plain) if known.insert(value.span.start()) => plain.push((service, pair)),
                _ => {}
            }
        }
    }
    for part in cx.parted(plain, |(_, pair)| place(pair)) {
        passwords(cx, &part);
    }
}

/// Where a variable's secret stands.
fn place(pair: &Pair<'_>) -> Span {
    pair.value.map_or(pair.span, |it| it.span)
}

/// Reports what is a secret by its form, wherever it stands.
fn tokens(cx: &mut ComposeContext<'_, '_>, known: &mut BTreeSet<usize>) {
    let text = cx.facts.yaml.text;
    let severity =
        if cx.purpose().is_development() { Severity::Warning } else { Severity::Error };
    for Secret { range, kind } in secrets::find_secrets(text) {
        if is_by_name(kind) {
            continue;
        }
        let Some(found) = text.get(range.clone()) else { continue };
        known.extend([range.start, range.start.saturating_sub(1)]);
        let message = format!("{} {kind} stands in clear: {}", article(kind), secrets::redact(found));
        let span = Span::new(range.start, range.end);
        cx.report(span, message).severity(severity).help(HELP).done();
    }
}

/// Whether a secret is known by the name of what it is given to, or by where it stands in a URL.
fn is_by_name(kind: &str) -> bool {
    matches!(kind, "password" | "secret value" | "password in a URL" | "token in a URL")
}

fn article(kind: &str) -> &'static str {
    // Of abbreviations the first letter is spoken.
    if kind.starts_with(['A', 'E', 'I', 'O', 'a', 'e', 'i', 'o']) { "an" } else { "a" }
}

enum Kind {
    /// Drawn by lot.
    Random(&'static str),
    /// What somebody thought up.
    Plain,
}

fn kind(cx: &ComposeContext<'_, '_>, service: &Service<'_>, pair: &Pair<'_>) -> Option<Kind> {
    let (name, value) = (pair.name.text, pair.value?.text);
    if let Some(kind) = secrets::secret_value(name, value) {
        return Some(Kind::Random(kind));
    }
    if value.contains("://") {
        let secret = secrets::find_secrets(value).into_iter().next()?;
        let host = value.get(secret.range.end + 1..).unwrap_or_default();
        let host = host.split([':', '/', '?', ',']).next().unwrap_or_default();
        // The password of a service that is beside it, or of the machine's own.
        let is_near = cx.facts.compose.service(host).is_some() || !host.contains('.') || host == "127.0.0.1";
        return Some(if is_near { Kind::Plain } else { Kind::Random(secret.kind) });
    }
    (is_password(name) && !is_switch(value) && service.name != value).then_some(Kind::Plain)
}

/// Whether a name is that of a password.
fn is_password(name: &str) -> bool {
    let is = |word: &str, of: &[&str]| of.iter().any(|it| it.eq_ignore_ascii_case(word));
    let last = name.rsplit('_').next().unwrap_or_default();
    let end = last.get(last.len().saturating_sub(8)..).unwrap_or_default();
    is(last, &["password", "passwd", "pwd", "pass", "secret"]) || end.eq_ignore_ascii_case("password")
}

/// Whether a value says yes or no, or where the password is.
fn is_switch(value: &str) -> bool {
    let words = ["true", "false", "yes", "no", "on", "off", "none", "null", "0", "1", "random", "disabled", "trust"];
    words.iter().any(|it| it.eq_ignore_ascii_case(value)) || value.starts_with(['/', '.', '<', '{'])
}

fn random(cx: &mut ComposeContext<'_, '_>, service: &Service<'_>, pair: &Pair<'_>, kind: &str) {
    let severity = if cx.purpose().is_development() { Severity::Note } else { Severity::Warning };
    let (name, service) = (pair.name.text, service.name);
    let message = format!("`{name}` of `{service}` holds a {kind} in clear");
    cx.report(place(pair), message).severity(severity).help(HELP).done();
}

/// Reports passwords that somebody thought up, together.
fn passwords(cx: &mut ComposeContext<'_, '_>, found: &[(&Service<'_>, Pair<'_>)]) {
    let Some(((service, pair), others)) = found.split_first() else { return };
    let severity = match cx.purpose() {
        Purpose::Production => Severity::Warning,
        Purpose::Unknown => Severity::Note,
        Purpose::Development => return,
    };
    let (name, service) = (pair.name.text, service.name);
    let message = match others.len() {
        0 => format!("`{name}` of `{service}` holds a password in clear"),
        1 => format!("`{name}` of `{service}` and another variable hold passwords in clear"),
        more => format!("`{name}` of `{service}` and {more} other variables hold passwords in clear"),
    };
    cx.report(place(pair), message)
        .severity(severity)
        .help(HELP)
        .members(others.iter().map(|(_, pair)| place(pair)), "a password too")
        .done();
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn what_a_file_is_for_weighs() {
        let text = |name: &str, purpose: &str| {
            format!(
                "services:\n  db: {{image: 'postgres:17', environment: {{POSTGRES_PASSWORD: app}}}}\n  \
                 {name}: {{image: x/y, {purpose}environment: [DATABASE_URL=postgres://app:tr0ub4dor@db/app, KEY=1]}}\n"
            )
        };
        check(
            "secret-in-environment",
            &text("api", "restart: always, "),
            "2:63 warning: `POSTGRES_PASSWORD` of `db` and another variable hold passwords in clear",
        );
        check(
            "secret-in-environment",
            &text("api", ""),
            "2:63 note: `POSTGRES_PASSWORD` of `db` and another variable hold passwords in clear",
        );
        check("secret-in-environment", &text("api", "command: npm run dev, "), "");
    }

    #[test]
    fn what_is_no_secret_is_left_alone() {
        check(
            "secret-in-environment",
            "services:\n  a:\n    restart: always\n    environment:\n      A_PASSWORD: ${PW}\n      B_PASSWORD_FILE: /run/x\n      \
             C_PASSWORD:\n      ALLOW_EMPTY_PASSWORD: 'yes'\n      URL: http://x:${P}@y/\n      D_PASSWORD: /run/secrets/x\n",
            "",
        );
    }

    #[test]
    fn settings_that_services_share_are_reported_once() {
        check(
            "secret-in-environment",
            "x-env: &env\n  A_SECRET: 8f14e45fceea167a5a36dedd4bea2543\nservices:\n  a: {environment: *env}\n  b: {environment: {<<: *env}}\n",
            "2:13 warning: `A_SECRET` of `a` holds a secret value in clear",
        );
    }

    #[test]
    fn passwords_of_other_machines_are_reported_in_files_for_development() {
        check(
            "secret-in-environment",
            "services:\n  a: {build: ., volumes: ['.:/a'], environment: {U: 'amqp://app:tr0ub4dor@mq.example.net:5672/'}}\n",
            "2:53 note: `U` of `a` holds a password in a URL in clear",
        );
    }
}
