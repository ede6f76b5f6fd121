//! `database-without-volume`: a database whose data goes with its container.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::Service;

use crate::compose::databases::ServerKind;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports databases (PostgreSQL, MySQL, MariaDB, MongoDB) that a service built from here uses and that
    /// no volume or directory is mounted into. Files that are for tests by their name are left alone,
    /// and so are databases in memory.
    ///
    /// ## Why it matters
    /// `docker compose down` removes the container and with it what the database holds.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   app:
    ///     build: .
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
    ///     depends_on: [db]
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_PASSWORD: secret
    ///     volumes:
    ///       - data:/var/lib/postgresql/data
    /// volumes:
    ///   data:
    /// ```
    pub(crate) static DATABASE_WITHOUT_VOLUME = {
        name: "database-without-volume",
        clause: Clause::DevCompose,
        summary: "a database keeps its data in the container",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    if cx.is_override() || is_for_tests(cx.file_name()) {
        return;
    }
    let served: Vec<_> = cx.served().collect();
    for (at, service, server) in served {
        if !is_developed_with(cx, at, service.name) || cx.only_server(server.kind).is_none() {
            continue;
        }
        if !server.kind.is_database() || keeps_data(service, server.kind) {
            continue;
        }
        let message = format!(
            "`{}` keeps the data of {} in the container, and loses it with `docker compose down`",
            service.name,
            server.kind.title()
        );
        cx.report(server.image.written.span, message)
            .help("Mount a named volume where the image keeps its data.")
            .done();
    }
}

/// Whether a service that is built here uses the database: those of demonstrations and tests of other
/// people's programs have nothing to keep.
fn is_developed_with(cx: &ComposeContext<'_, '_>, server: usize, name: &str) -> bool {
    let depends = |it: &Service<'_>| it.depends_on().iter().any(|it| it.name.text == name);
    let mut services = cx.services().iter().enumerate().filter(|it| it.1.is_built());
    services.any(|(at, it)| {
        depends(it) || cx.server_links().any(|link| link.0.service == at && link.1 == server)
    })
}

/// Whether something is mounted that may hold the data, or there is none to keep.
fn keeps_data(service: &Service<'_>, kind: ServerKind) -> bool {
    let directories: &[&str] = match kind {
        ServerKind::Postgres => &["/var/lib/postgresql", "/bitnami", "/home/postgres", "/var/lib/pgsql"],
        ServerKind::MySql => &["/var/lib/mysql", "/bitnami", "/config"],
        _ => &["/data", "/bitnami"],
    };
    let has = |it: &str| it.contains('$') || directories.iter().any(|directory| it.starts_with(directory));
    service.get("tmpfs").is_some()
        || service.get("volumes_from").is_some()
        || service.extends_elsewhere()
        || service.volumes().iter().any(|it| it.target.is_none_or(|it| has(it.text)))
        || service.environment().iter().any(|it| matches!(it.name.text, "PGDATA" | "MYSQL_DATADIR"))
}

fn is_for_tests(name: &str) -> bool {
    let mut words = name.split(['.', '-', '_']);
    words.any(|it| matches!(it, "test" | "tests" | "testing" | "ci" | "e2e" | "bench" | "integration"))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "database-without-volume";

    #[test]
    fn data_in_the_container_is_lost() {
        check(
            RULE,
            "services:\n  db:\n    image: mariadb:11\n    volumes: ['./i:/docker-entrypoint-initdb.d']\n  app: {build: ., depends_on: [db]}\n",
            "3:12 note: `db` keeps the data of MySQL in the container, and loses it with `docker compose down`",
        );
    }

    #[test]
    fn what_is_mounted_stays() {
        check(RULE, "services: {db: {image: 'postgres:17'}, app: {image: x/y, depends_on: [db]}}", "");
        for rest in [
            "image: 'postgres:17', volumes: ['data:/var/lib/postgresql/data']",
            "image: 'postgres:17', tmpfs: /var/lib/postgresql/data",
            "image: 'mongo:8', volumes: ['./d:/data/db']",
            "image: 'redis:8'",
            "image: 'postgres:17', volumes: ['data:${DATA}']",
        ] {
            check(RULE, &format!("services: {{db: {{{rest}}}, app: {{build: ., depends_on: [db]}}}}"), "");
        }
    }
}
