//! `guessable-database-password`: a database with a well-known password that everybody can reach.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Fix, Severity, Span};
use plimsoll_syntax::compose::Port;

use super::unbound_port;
use crate::compose::databases::{Account, Password};
use crate::compose::expansion::Written;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports databases and brokers whose password is well known (`postgres`, `password`, `guest`, the name
    /// of the user) and whose port is published on every address of the machine.
    ///
    /// ## Why it matters
    /// Whoever reaches the machine logs in; Docker opens published ports past the firewall. Such
    /// databases are found by scanners within hours.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_PASSWORD: postgres
    ///     ports:
    ///       - "5432:5432"
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_PASSWORD: postgres
    ///     ports:
    ///       - "127.0.0.1:5432:5432"
    /// ```
    ///
    /// ## Fix safety
    /// The fix is unsafe: other machines can't connect any more. It is made where the port is written
    /// in the service itself, without an address.
    pub(crate) static GUESSABLE_DATABASE_PASSWORD = {
        name: "guessable-database-password",
        clause: Clause::NoSecrets,
        summary: "a database with a well-known password is published on every address",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &[],
        default: true,
        compose: check,
    }
}

const WELL_KNOWN: &[&str] = &[
    "postgres", "password", "root", "admin", "guest", "secret", "changeme", "example", "mysql", "mariadb",
    "test", "123456", "12345678", "1234", "pass", "passwd", "user", "default", "redis", "toor", "bitnami",
    "rootpassword", "postgrespassword", "mypassword", "mysecretpassword", "my-secret-pw", "letmein",
    "qwerty", "p@ssw0rd", "passw0rd", "dev", "rabbitmq", "mongo", "demo", "admin123", "password123",
];

fn check(cx: &mut ComposeContext<'_, '_>) {
    for open in open(cx) {
        let port = &open.port;
        let edit = port.host_ip.is_none().then(|| unbound_port::bound(cx.edits(), port)).flatten();
        let fix = edit.map(|it| Fix::risky("Publish the port on 127.0.0.1", [it]));
        cx.report(port.span, open.message)
            .help("Publish it on `127.0.0.1`, or not at all: services reach one another without.")
            .related_written(open.password, "the password")
            .fix_if(fix)
            .done();
    }
}

/// The published ports of which the rule speaks: others about them need not.
pub(crate) fn spoken_of(cx: &ComposeContext<'_, '_>) -> BTreeSet<Span> {
    if !cx.options.selects(&GUESSABLE_DATABASE_PASSWORD) {
        return BTreeSet::new();
    }
    open(cx).into_iter().map(|it| it.port.span).collect()
}

/// A database that everybody can log in to.
struct Open<'c, 'y> {
    port: Port<'y>,
    message: String,
    password: Option<&'c Written>,
}

fn open<'c, 'y>(cx: &ComposeContext<'c, 'y>) -> Vec<Open<'c, 'y>> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (_, service, server) in cx.served() {
        if service.get("ports").is_none() {
            continue;
        }
        let Some(port) = server.port else { continue };
        let is_open = |it: &Port<'_>| {
            let everywhere = it.host_ip.is_none_or(|it| matches!(it.text, "0.0.0.0" | "[::]" | "::"));
            everywhere && it.target_range().is_some_and(|it| it.contains(&port))
        };
        let Some(open) = service.ports().into_iter().find(is_open) else { continue };
        let Some((account, password)) = server.accounts.users.iter().find_map(guessable) else { continue };
        if !seen.insert(open.span) {
            continue;
        }
        let user = &account.name.text;
        let message = format!(
            "port {port} of `{}` is open to everybody who reaches the machine, and the password of `{user}` is a well-known one",
            service.name
        );
        found.push(Open { port: open, message, password });
    }
    found
}

type Guessed<'a, 'y> = (&'a Account<'y>, Option<&'a Written>);

fn guessable<'a, 'y>(account: &'a Account<'y>) -> Option<Guessed<'a, 'y>> {
    let Password::Given(password) = &account.password else { return None };
    let text = &*password.text;
    let lower = text.to_ascii_lowercase();
    let is_known = WELL_KNOWN.contains(&&*lower) || text == account.name.text;
    (is_known && account.name.is_known()).then_some((account, password.written.as_ref()))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "guessable-database-password";

    fn text(password: &str, port: &str) -> String {
        format!("services:\n  db:\n    image: postgres:17\n    environment: {{POSTGRES_USER: shop, POSTGRES_PASSWORD: {password}}}\n    ports: [{port}]\n")
    }

    #[test]
    fn well_known_passwords_need_a_closed_port() {
        for password in ["Password", "shop"] {
            check(
                RULE,
                &text(password, "'15432:5432'"),
                "5:13 warning: port 5432 of `db` is open to everybody who reaches the machine, and the password of `shop` is a well-known one",
            );
        }
        check(
            RULE,
            "services:\n  q:\n    image: rabbitmq:4\n    ports: [5672:5672]\n",
            "4:13 warning: port 5672 of `q` is open to everybody who reaches the machine, and the password of `guest` is a well-known one",
        );
    }

    #[test]
    fn the_fix_closes_the_port() {
        check_fixed(RULE, &text("password", "'15432:5432'"), &text("password", "'127.0.0.1:15432:5432'"));
        let elsewhere = text("password", "'0.0.0.0:5432:5432'");
        check_fixed(RULE, &elsewhere, &elsewhere);
    }

    #[test]
    fn closed_ports_and_other_passwords_are_fine() {
        for (password, port) in [
            ("password", "'127.0.0.1:5432:5432'"),
            ("password", "'8080:80'"),
            ("'${P}'", "'5432:5432'"),
            ("nobody-guesses-this", "'5432:5432'"),
        ] {
            check(RULE, &text(password, port), "");
        }
    }
}
