//! `dependency-not-awaited`: a service starts before its database can be used.

use plimsoll_finding::{Clause, Severity};

use crate::compose::start_order;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports services that connect to a database of the file and wait only until its container is
    /// started: with a list under `depends_on`, or with `condition: service_started`.
    ///
    /// ## Why it matters
    /// A database needs seconds until it takes connections, and longer when its directory is empty.
    /// Until then every connection is refused.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   app:
    ///     build: .
    ///     environment:
    ///       DATABASE_URL: postgres://postgres:secret@db:5432/postgres
    ///     depends_on: [db]
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_PASSWORD: secret
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   app:
    ///     build: .
    ///     environment:
    ///       DATABASE_URL: postgres://postgres:secret@db:5432/postgres
    ///     depends_on:
    ///       db:
    ///         condition: service_healthy
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_PASSWORD: secret
    ///     healthcheck:
    ///       test: ["CMD-SHELL", "pg_isready -h 127.0.0.1 -U postgres"]
    /// ```
    pub(crate) static DEPENDENCY_NOT_AWAITED = {
        name: "dependency-not-awaited",
        clause: Clause::DevCompose,
        summary: "a service starts when its database is started, not when it is ready",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    if cx.adds_to_services() {
        return;
    }
    if cx.served().next().is_none() {
        return;
    }
    let mut seen = std::collections::BTreeSet::new();
    let links: Vec<_> = cx.server_links().collect();
    for (connection, target, server) in links {
        let services = (cx.services().get(connection.service), cx.services().get(target));
        let (Some(from), Some(to)) = services else { continue };
        // Caches and brokers are there at once.
        if !server.kind.is_database() || !seen.insert((connection.service, target)) {
            continue;
        }
        let all = from.depends_on();
        let Some(dependency) = all.iter().find(|it| it.name.text == to.name) else { continue };
        if dependency.condition != plimsoll_syntax::compose::Condition::Started
            || start_order::is_awaited(&cx.facts.compose, from, to.name)
            || waits_itself(from)
        {
            continue;
        }
        let message = format!(
            "`{}` starts as soon as `{}` is started, before {} takes connections",
            from.name,
            to.name,
            server.kind.title()
        );
        let has_test = to.healthcheck().is_some_and(|it| it.test().is_some());
        let help = if has_test {
            "Wait with `condition: service_healthy`."
        } else {
            "Give the database a healthcheck, and wait with `condition: service_healthy`."
        };
        let place = dependency.condition_text.map_or(dependency.name.span, |it| it.span);
        let severity =
            if start_order::is_restarted(from) { Severity::Note } else { Severity::Warning };
        cx.report(place, message)
            .severity(severity)
            .help(help)
            .related(to.key.span(), "the service that it connects to")
            .done();
    }
}

/// Whether the command waits by itself: `wait-for-it.sh`, `dockerize -wait`, `until pg_isready`.
fn waits_itself(service: &plimsoll_syntax::compose::Service<'_>) -> bool {
    let words = [service.command(), service.entrypoint()].into_iter().flatten();
    words.flat_map(|it| it.words).any(|it| {
        it.text.contains("wait") || it.text.contains("until ") || it.text.contains("sleep")
            || it.text.contains("_isready")
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "dependency-not-awaited";

    fn text(app: &str) -> String {
        format!("services:\n  app:\n    image: app\n    environment: [DB_HOST=db, DB_USER=root]\n    {app}\n  job: {{image: job, depends_on: {{db: {{condition: service_healthy}}}}}}\n  db: {{image: 'mysql:8.4'}}\n")
    }

    #[test]
    fn a_started_database_takes_no_connections_yet() {
        check(
            RULE,
            &text("depends_on: [db]"),
            "5:18 warning: `app` starts as soon as `db` is started, before MySQL takes connections",
        );
        check(
            RULE,
            &text("depends_on: {db: {condition: service_started}}"),
            "5:34 warning: `app` starts as soon as `db` is started, before MySQL takes connections",
        );
        check(
            RULE,
            &text("depends_on: [db]\n    restart: always"),
            "5:18 note: `app` starts as soon as `db` is started, before MySQL takes connections",
        );
    }

    #[test]
    fn what_waits_is_fine() {
        for app in [
            "depends_on: {db: {condition: service_healthy}}",
            "depends_on: {db: {condition: service_started}, job: {condition: service_completed_successfully}}",
            "depends_on: [db]\n    command: ./wait-for-it.sh db:3306 -- app",
            "command: x",
        ] {
            check(RULE, &text(app), "");
        }
    }
}
