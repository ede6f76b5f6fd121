//! `missing-dependency`: a service starts without regard to the database that it connects to.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::Service;

use crate::compose::{images, start_order};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports services that connect to a database or broker of the file and have no `depends_on`
    /// that leads there.
    ///
    /// ## Why it matters
    /// Compose starts both at once, and starting the one service alone does not start the other. The
    /// first connection fails.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   app:
    ///     build: .
    ///     environment:
    ///       DATABASE_URL: postgres://postgres:secret@db:5432/postgres
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
    pub(crate) static MISSING_DEPENDENCY = {
        name: "missing-dependency",
        clause: Clause::DevCompose,
        summary: "a service connects to a database and doesn't depend on it",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

/// Parts of names of images that connect when somebody looks at them, not when they start.
const ON_DEMAND: &[&str] = &["grafana", "adminer", "pgadmin", "phpmyadmin"];

fn check(cx: &mut ComposeContext<'_, '_>) {
    if cx.served().next().is_none() || cx.is_override() {
        return;
    }
    let mut seen = std::collections::BTreeSet::new();
    let links: Vec<_> = cx.server_links().collect();
    for (connection, target, server) in links {
        let services = (cx.services().get(connection.service), cx.services().get(target));
        let (Some(from), Some(to)) = services else { continue };
        if !seen.insert((connection.service, target))
            || from.extends_elsewhere()
            || connects_on_demand(from)
            || start_order::comes_after(&cx.facts.compose, from, to.name)
        {
            continue;
        }
        let (title, what) = (connection.title(), server.kind.title());
        let message = format!(
            "`{}` connects to {what} in `{}` ({title}) and doesn't depend on it: both start at once",
            from.name, to.name
        );
        // What is started again finds it in the end.
        let severity =
            if start_order::is_restarted(from) { Severity::Note } else { Severity::Warning };
        cx.report_written(&connection.whole, message)
            .severity(severity)
            .help(format!(
                "Add `depends_on: {{{}: {{condition: service_healthy}}}}`, and a healthcheck there.",
                to.name
            ))
            .related(to.key.span(), "the service that it connects to")
            .done();
    }
}

fn connects_on_demand(service: &Service<'_>) -> bool {
    images::of(service).is_some_and(|it| ON_DEMAND.iter().any(|part| it.last().contains(part)))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "missing-dependency";

    fn text(app: &str) -> String {
        format!("services:\n  app:\n    image: app\n    environment: [URL=redis://cache:6379]\n    {app}\n  job: {{image: job, depends_on: [cache]}}\n  cache: {{image: 'redis:8'}}\n")
    }

    #[test]
    fn what_is_connected_to_comes_first() {
        check(
            RULE,
            &text("command: x"),
            "4:23 warning: `app` connects to Redis in `cache` (`URL`) and doesn't depend on it: both start at once",
        );
        check(
            RULE,
            &text("restart: unless-stopped"),
            "4:23 note: `app` connects to Redis in `cache` (`URL`) and doesn't depend on it: both start at once",
        );
    }

    #[test]
    fn what_depends_on_it_is_fine() {
        for app in [
            "depends_on: [cache]",
            "depends_on: {cache: {condition: service_healthy}}",
            "depends_on: [job]",
            "links: ['cache:c']",
            "network_mode: 'service:cache'",
        ] {
            check(RULE, &text(app), "");
        }
    }

    #[test]
    fn what_connects_when_somebody_looks_is_fine() {
        for image in ["grafana/grafana:12", "x/grafana-oss", "adminer", "dpage/pgadmin4:9"] {
            check(RULE, &text("command: x").replace("image: app", &format!("image: {image}")), "");
        }
    }
}
