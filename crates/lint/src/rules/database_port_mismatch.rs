//! `database-port-mismatch`: a service connects to a port on which the other one doesn't listen.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::{Port, Service};

use crate::compose::reach::Host;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports addresses of services of the file with a port on which the service doesn't listen: the
    /// one that is published on the machine in place of the container's, or another one than the
    /// database has.
    ///
    /// ## Why it matters
    /// Published ports are for the machine outside. Inside of the network services reach one another
    /// at the ports of the containers, so that the connection is refused.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   app:
    ///     build: .
    ///     environment:
    ///       DATABASE_URL: postgres://postgres:secret@db:5433/postgres
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_PASSWORD: secret
    ///     ports:
    ///       - "127.0.0.1:5433:5432"
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
    ///     ports:
    ///       - "127.0.0.1:5433:5432"
    /// ```
    pub(crate) static DATABASE_PORT_MISMATCH = {
        name: "database-port-mismatch",
        clause: Clause::DevCompose,
        summary: "a service connects to a port on which the other one doesn't listen",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    if cx.served().next().is_none() && !cx.services().iter().any(moves_port) {
        return;
    }
    for link in cx.links() {
        let Host::Service(target) = link.target else { continue };
        let Some(connection) = cx.connections().get(link.connection) else { continue };
        let Some((_, Some(port))) = connection.hosts.get(link.host) else { continue };
        let number = port.text.as_deref().and_then(|it| it.parse::<u16>().ok());
        let (Some(number), Some(service)) = (number, cx.services().get(target)) else { continue };
        if target == connection.service || service.extends_elsewhere() {
            continue;
        }
        let ports = service.ports();
        if listens(service, &ports, number) {
            continue;
        }
        let server = cx.servers().get(target).and_then(Option::as_ref);
        let server = server.filter(|it| connection.kind.is_none_or(|kind| kind == it.kind));
        let own = server.and_then(|it| it.port);
        if own == Some(number) || server.is_some() && own.is_none() {
            continue;
        }
        let title = connection.title_of(port);
        let name = service.name;
        let published = ports.iter().find(|it| {
            it.published_range().is_some_and(|it| it.contains(&number)) && it.protocol() == "tcp"
        });
        if let Some(published) = published {
            let target = own.map_or_else(|| published.target.text.to_owned(), |it| it.to_string());
            if target.contains('$') {
                continue;
            }
            let message = format!(
                "{title} connects to `{name}` at {number}, which is its port on the machine: in the network it is {target}"
            );
            cx.report_written(&port.written, message)
                .help(format!("Write {target} in place of {number}."))
                .related(published.span, "the port is published here")
                .done();
        } else if let (Some(own), Some(server)) = (own, server)
            && connection.kind.is_some()
        {
            let what = server.kind.title();
            let message =
                format!("{title} connects to `{name}` at {number}, but {what} listens on {own} there");
            let image = server.image.written.span;
            cx.report_written(&port.written, message)
                .help(format!("Write {own} in place of {number}."))
                .related(image, "the image of the service")
                .done();
        }
    }
}

/// Whether a port is published under another number.
fn moves_port(service: &Service<'_>) -> bool {
    service.get("ports").is_some()
        && service.ports().iter().any(|it| {
            let published = it.published_range();
            published.is_some_and(|published| it.target_range() != Some(published))
        })
}

/// Whether the file says that a service listens on a port, or may say so.
fn listens(service: &Service<'_>, ports: &[Port<'_>], number: u16) -> bool {
    let exposed = service.texts("expose");
    let number_text = number.to_string();
    ports.iter().any(|it| it.target_range().is_none_or(|it| it.contains(&number)))
        || exposed.iter().any(|it| it.text.split('/').next() == Some(&*number_text))
        || exposed.iter().any(|it| it.text.contains(['-', '$']))
        || service.command().is_some_and(|it| it.words.iter().any(|it| it.text.contains(&*number_text)))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "database-port-mismatch";

    fn text(environment: &str, db: &str) -> String {
        format!("services:\n  app: {{build: ., environment: {{{environment}}}}}\n  db: {{image: 'postgres:17', {db}}}\n  web: {{build: ., ports: ['8080:80', '9000:9000']}}\n")
    }

    #[test]
    fn published_ports_are_for_the_machine() {
        check(
            RULE,
            &text("URL: 'postgres://a@db:5433/x'", "ports: ['5433:5432']"),
            "2:55 error: `URL` connects to `db` at 5433, which is its port on the machine: in the network it is 5432",
        );
        check(
            RULE,
            &text("PGHOST: db, PGPORT: 5433", "ports: [{target: 5432, published: 5433}]"),
            "2:53 error: `PGPORT` connects to `db` at 5433, which is its port on the machine: in the network it is 5432",
        );
        check(
            RULE,
            &text("API: 'http://web:8080/x'", "ports: []"),
            "2:50 error: `API` connects to `web` at 8080, which is its port on the machine: in the network it is 80",
        );
    }

    #[test]
    fn databases_listen_on_their_own_port() {
        check(
            RULE,
            &text("URL: 'postgres://a@db:3306/x'", "ports: []"),
            "2:55 error: `URL` connects to `db` at 3306, but PostgreSQL listens on 5432 there",
        );
    }

    #[test]
    fn what_may_listen_is_not_reported() {
        for (environment, db) in [
            ("URL: 'postgres://a@db:5432/x'", "ports: ['5433:5432']"),
            ("URL: 'postgres://a@db:5433/x'", "ports: ['5433:5433'], command: '-p 5433'"),
            ("URL: 'postgres://a@db:5433/x'", "environment: {PGPORT: 5433}"),
            ("URL: 'postgres://a@localhost:5433/x'", "ports: ['5433:5432']"),
            ("URL: 'http://web:3000', U: 'http://web:9000', V: 'http://web'", "ports: []"),
            ("URL: 'postgres://a@db:5433/x'", "ports: ['${P}']"),
        ] {
            check(RULE, &text(environment, db), "");
        }
    }
}
