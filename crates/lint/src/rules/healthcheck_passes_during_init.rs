//! `healthcheck-passes-during-init`: a healthcheck that the temporary server of the first start answers.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::shell::ShellCommand;

use crate::compose::databases::{Maker, ServerKind};
use crate::compose::health_test::HealthTest;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports healthchecks of PostgreSQL, MySQL and MariaDB that ask over the Unix socket: `pg_isready`
    /// without `-h`, `mysqladmin ping` without `-h 127.0.0.1`.
    ///
    /// ## Why it matters
    /// On an empty directory the images start a temporary server that listens on the socket only, make
    /// users and databases, run the scripts of `/docker-entrypoint-initdb.d`, and stop it again. The
    /// healthcheck succeeds meanwhile, and whoever waits for `service_healthy` is refused.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   app:
    ///     build: .
    ///     depends_on:
    ///       db: {condition: service_healthy}
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_PASSWORD: secret
    ///     healthcheck:
    ///       test: ["CMD-SHELL", "pg_isready -U postgres"]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   app:
    ///     build: .
    ///     depends_on:
    ///       db: {condition: service_healthy}
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_PASSWORD: secret
    ///     healthcheck:
    ///       test: ["CMD-SHELL", "pg_isready -h 127.0.0.1 -U postgres"]
    /// ```
    pub(crate) static HEALTHCHECK_PASSES_DURING_INIT = {
        name: "healthcheck-passes-during-init",
        clause: Clause::Healthcheck,
        summary: "a healthcheck over the socket passes while the database is still being made",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let served: Vec<_> = cx.served().collect();
    let mut seen = std::collections::BTreeSet::new();
    for (at, service, server) in served {
        let is_known = matches!(server.maker, Maker::Official | Maker::Derived);
        if !is_known || !matches!(server.kind, ServerKind::Postgres | ServerKind::MySql) {
            continue;
        }
        let Some(test) = HealthTest::of(service, cx.host_variables()) else { continue };
        let environment = cx.environment(at);
        let asks_host = |name: &str| environment.is_none_or(|it| it.get(name).is_some());
        let host_is_set = asks_host("PGHOST") || asks_host("MYSQL_HOST");
        let found = test.with(|commands, place| {
            // Of several commands any may be the one that decides.
            if commands.len() != commands.iter().filter(|it| is_harmless(it)).count() + 1 {
                return None;
            }
            let command = commands.iter().find(|it| over_socket(it, server.kind))?;
            let program = command.program()?.to_owned();
            Some((place(command.effective().first()?.span), program))
        });
        let Some((span, program)) = found.filter(|it| !host_is_set && seen.insert(it.0)) else { continue };
        let waiting = cx.awaited_by(service.name).map(|it| it.name);
        let message = match waiting {
            Some(name) => format!(
                "`{program}` asks over the socket, where the temporary server of the first start answers: `{name}` starts too early"
            ),
            None => format!(
                "`{program}` asks over the socket, where the temporary server of the first start answers"
            ),
        };
        let severity = if waiting.is_some() { Severity::Warning } else { Severity::Note };
        cx.report(span, message)
            .severity(severity)
            .help("Add `-h 127.0.0.1`: only the real server listens there.")
            .done();
    }
}

/// Whether a command decides nothing: `|| exit 1`.
fn is_harmless(command: &ShellCommand<'_>) -> bool {
    matches!(command.program(), Some("exit" | "false" | "echo" | "kill")) || command.words.is_empty()
}

fn over_socket(command: &ShellCommand<'_>, kind: ServerKind) -> bool {
    let Some(program) = command.program() else { return false };
    match (kind, program) {
        (ServerKind::Postgres, "pg_isready" | "psql") => {
            let host = command.option(&["-h", "--host"]);
            let names_all = command.args().iter().any(|it| it.value.contains("://") || it.value.contains("host="));
            !names_all && host.is_none_or(|it| it.literal && it.value.starts_with('/'))
        }
        (ServerKind::MySql, "mysqladmin" | "mariadb-admin" | "mysql" | "mariadb") => {
            let host = command.option(&["-h", "--host"]);
            let over_tcp = command.option(&["--protocol"]).is_some_and(|it| it.value.eq_ignore_ascii_case("tcp"));
            !over_tcp && host.is_none_or(|it| it.value == "localhost")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "healthcheck-passes-during-init";

    fn text(image: &str, test: &str) -> String {
        format!("services:\n  app: {{image: a, depends_on: {{db: {{condition: service_healthy}}}}}}\n  db:\n    image: {image}\n    healthcheck: {{test: {test}}}\n")
    }

    #[test]
    fn the_socket_is_open_too_early() {
        for test in ["[CMD-SHELL, 'pg_isready -U x']", "[CMD-SHELL, 'pg_isready -h /tmp || exit 1']"] {
            check(
                RULE,
                &text("postgis/postgis:17-3.5", test),
                "5:38 warning: `pg_isready` asks over the socket, where the temporary server of the first start answers: `app` starts too early",
            );
        }
        check(
            RULE,
            &text("mysql:8.4", "[CMD, mysqladmin, ping, -h, localhost]"),
            "5:31 warning: `mysqladmin` asks over the socket, where the temporary server of the first start answers: `app` starts too early",
        );
        check(
            RULE,
            &text("postgres:17", "pg_isready").replace("service_healthy", "service_started"),
            "5:25 note: `pg_isready` asks over the socket, where the temporary server of the first start answers",
        );
    }

    #[test]
    fn the_network_is_not() {
        for (image, test) in [
            ("postgres:17", "[CMD-SHELL, 'pg_isready -U x -h localhost']"),
            ("postgres:17", "[CMD, pg_isready, -hlocalhost]"),
            ("postgres:17", "[CMD, pg_isready, --host=127.0.0.1]"),
            ("mysql:8.4", "mysqladmin ping -h127.0.0.1"),
            ("mysql:8.4", "mysqladmin ping -h localhost --protocol tcp"),
            ("mariadb:11", "[CMD, healthcheck.sh, --connect, --innodb_initialized]"),
            ("bitnami/postgresql:17", "pg_isready"),
            ("redis:8", "pg_isready"),
        ] {
            check(RULE, &text(image, test), "");
        }
    }
}
