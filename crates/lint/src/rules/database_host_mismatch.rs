//! `database-host-mismatch`: a service looks for a database where there is none.

use plimsoll_finding::{Clause, Severity};

use crate::compose::connections::Connection;
use crate::compose::databases::ServerKind;
use crate::compose::reach::Host;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports addresses of databases and brokers whose host is `localhost` or a name that no service
    /// has, while a service of the file is such a server; and addresses whose scheme is not what the
    /// service speaks.
    ///
    /// ## Why it matters
    /// In a container `localhost` is that container and not the machine, and services find one
    /// another by name. The address worked outside of Compose and fails in it.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   app:
    ///     build: .
    ///     environment:
    ///       DATABASE_URL: postgres://postgres:secret@localhost:5432/postgres
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
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_PASSWORD: secret
    /// ```
    pub(crate) static DATABASE_HOST_MISMATCH = {
        name: "database-host-mismatch",
        clause: Clause::DevCompose,
        summary: "a service looks for a database at a host that isn't it",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    if cx.served().next().is_none() {
        return;
    }
    for link in cx.links() {
        let Some(connection) = cx.connections().get(link.connection) else { continue };
        let Some((host, _)) = connection.hosts.get(link.host) else { continue };
        let Some(kind) = kind_of(cx, connection) else { continue };
        let name = host.text.as_deref().unwrap_or_default();
        let title = connection.title_of(host);
        let what = kind.title();
        match link.target {
            Host::Itself if !serves_itself(cx, connection.service, kind) => {
                let Some(server) = server_name(cx, kind) else { continue };
                let message = format!(
                    "{title} looks for {what} at `{name}`, which is the container itself: the service is `{server}`"
                );
                cx.report_written(&host.written, message)
                    .help(format!("Write `{server}` in place of `{name}`."))
                    .done();
            }
            Host::Nobody if !cx.is_override() && !serves_itself(cx, connection.service, kind) => {
                let Some(server) = server_name(cx, kind) else { continue };
                let message = format!(
                    "{title} looks for {what} at `{name}`, which names no service: the service is `{server}`"
                );
                cx.report_written(&host.written, message)
                    .help(format!("Write `{server}` in place of `{name}`, or give the service that name."))
                    .done();
            }
            Host::Service(target) => {
                let Some(server) = cx.servers().get(target).and_then(Option::as_ref) else { continue };
                if server.kind == kind || connection.kind.is_none() || !connection.is_address {
                    continue;
                }
                let message =
                    format!("{title} speaks to `{name}` as to {what}, but that is {}", server.kind.title());
                let image = server.image.written.span;
                cx.report_written(&host.written, message)
                    .help("Name the service that the scheme of the address is for.")
                    .related(image, "the image of the service")
                    .done();
            }
            _ => {}
        }
    }
}

/// What an address is for: by its scheme, or as the only database where a variable names none.
fn kind_of(cx: &ComposeContext<'_, '_>, connection: &Connection) -> Option<ServerKind> {
    if connection.kind.is_some() {
        return connection.kind;
    }
    let name = connection.variable.as_deref().filter(|_| !connection.is_address)?;
    let is_database = ["DB_HOST", "DATABASE_HOST", "DB_HOSTNAME"].iter().any(|it| name.ends_with(it));
    let mut databases = cx.served().filter(|it| it.2.kind.is_database());
    let only = databases.next().filter(|_| databases.next().is_none());
    only.filter(|_| is_database).map(|it| it.2.kind)
}

/// Whether a server may be in the container itself, or in one that shares its network.
fn serves_itself(cx: &ComposeContext<'_, '_>, service: usize, kind: ServerKind) -> bool {
    if cx.servers().get(service).is_some_and(|it| it.as_ref().is_some_and(|it| it.kind == kind)) {
        return true;
    }
    let Some(name) = cx.services().get(service).map(|it| it.name) else { return true };
    cx.services().iter().any(|it| {
        let mode = it.network_mode();
        mode.is_some_and(|it| it.text.strip_prefix("service:") == Some(name) || it.is_templated())
    })
}

/// The service that is meant.
fn server_name<'c>(cx: &ComposeContext<'c, '_>, kind: ServerKind) -> Option<&'c str> {
    let found = cx.only_server(kind)?;
    cx.services().get(found).filter(|it| it.network_mode().is_none()).map(|it| it.name)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "database-host-mismatch";

    fn text(app: &str) -> String {
        format!("services:\n  app:\n    build: .\n    {app}\n  db: {{image: postgres, environment: {{POSTGRES_PASSWORD: p}}}}\n  cache: {{image: 'redis:8', container_name: the-cache}}\n")
    }

    #[test]
    fn the_container_itself_is_not_the_database() {
        for host in ["localhost", "127.0.0.1"] {
            check(
                RULE,
                &text(&format!("environment: {{URL: 'postgres://a:b@{host}:5432/c'}}")),
                &format!("4:40 error: `URL` looks for PostgreSQL at `{host}`, which is the container itself: the service is `db`"),
            );
        }
        check(
            RULE,
            &text("environment: [DB_HOST=localhost, DB_USER=x]"),
            "4:27 error: `DB_HOST` looks for PostgreSQL at `localhost`, which is the container itself: the service is `db`",
        );
        check(
            RULE,
            &text("command: serve --redis redis://localhost:6379"),
            "4:36 error: the command looks for Redis at `localhost`, which is the container itself: the service is `cache`",
        );
    }

    #[test]
    fn names_must_be_those_of_services() {
        check(
            RULE,
            &text("environment: {URL: 'postgres://a:b@postgres:5432/c'}"),
            "4:40 error: `URL` looks for PostgreSQL at `postgres`, which names no service: the service is `db`",
        );
        check(
            RULE,
            &text("environment: {URL: 'redis://db:6379'}"),
            "4:33 error: `URL` speaks to `db` as to Redis, but that is PostgreSQL",
        );
    }

    #[test]
    fn what_may_be_right_is_not_reported() {
        for app in [
            "environment: {URL: 'postgres://a:b@db/c', R: 'redis://the-cache', S: 'redis://cache'}",
            "environment: {URL: 'postgres://a:b@db.example.org/c'}",
            "environment: {URL: 'postgres://a:b@${HOST}/c'}",
            "environment: {URL: 'postgres://a:b@host.docker.internal/c'}",
            "environment: {URL: 'http://localhost:5432'}",
            "environment: {URL: 'mysql://localhost/x'}",
            "network_mode: host\n    environment: {URL: 'postgres://a:b@localhost/c'}",
            "extra_hosts: ['pg:10.0.0.1']\n    environment: {URL: 'postgres://a:b@pg/c'}",
            "links: ['db:pg']\n    environment: {URL: 'postgres://a:b@pg/c'}",
        ] {
            check(RULE, &text(app), "");
        }
    }
}
