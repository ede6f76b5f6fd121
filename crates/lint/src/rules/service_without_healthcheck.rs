//! `service-without-healthcheck`: others start after a service whose readiness nobody tests.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::{Compose, Condition, Dependency, Service};

use crate::compose::comparable::is_comparable;
use crate::compose::hardening::is_strict;
use crate::compose::images::{self, is_whole};
use crate::compose::jobs::is_job;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a database or broker without a healthcheck that another service depends on: PostgreSQL,
    /// MySQL, RabbitMQ and others, which take their time to start and whose images bring no
    /// healthcheck. Where the connection between the two can be seen, another rule weighs it.
    ///
    /// Selected by its name or clause, the rule speaks of every service.
    ///
    /// ## Why it matters
    /// `depends_on` alone waits until the container was started, not until the database answers. The
    /// first start of PostgreSQL takes seconds; the service that comes after it is refused and ends, on
    /// some machines and not on others.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.6
    ///   api:
    ///     build: .
    ///     depends_on: [db]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.6
    ///     healthcheck:
    ///       test: ["CMD", "pg_isready", "-h", "127.0.0.1"]
    ///       interval: 2s
    ///       retries: 15
    ///   api:
    ///     build: .
    ///     depends_on: {db: {condition: service_healthy}}
    ///     healthcheck: {test: ["CMD", "/app", "health"]}
    /// ```
    pub(crate) static SERVICE_WITHOUT_HEALTHCHECK = {
        name: "service-without-healthcheck",
        clause: Clause::Healthcheck,
        summary: "others start after a service whose readiness nobody tests",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

/// Images whose programs take their time to start, and which bring no healthcheck.
const SLOW: &[&str] = &[
    "postgres", "postgresql", "postgis", "timescaledb", "timescaledb-ha", "pgvector", "mysql", "mysql-server",
    "mariadb", "percona", "mongo", "mongodb", "rabbitmq", "elasticsearch", "opensearch", "cassandra", "scylla",
    "cp-kafka", "kafka", "redpanda", "clickhouse-server", "neo4j", "cockroach", "influxdb",
];

fn check(cx: &mut ComposeContext<'_, '_>) {
    if cx.adds_to_services() {
        return;
    }
    let compose = &cx.facts.compose;
    let is_strict = is_strict(cx);
    for service in &compose.services {
        let has_one = service.get("healthcheck").is_some_and(|it| !it.is_null());
        if has_one || !is_whole(service) {
            continue;
        }
        let name = service.name;
        if is_strict {
            let message = format!("`{name}` has no healthcheck");
            let help = "Add a `healthcheck` that asks the program itself.";
            cx.report(service.key.written(), message).help(help).done();
            continue;
        }
        let is_slow = images::pulled(service).is_some_and(|it| SLOW.contains(&it.last()));
        if !is_slow || is_job(compose, service) || is_connected_to(cx, name) {
            continue;
        }
        let Some((other, dependency)) = dependant(compose, name) else { continue };
        let message = format!("`{name}` has no healthcheck, so `{}` starts before it is ready", other.name);
        let help = "Add a `healthcheck`, and wait for it with `condition: service_healthy`.";
        let report = cx.report(service.key.written(), message).severity(Severity::Note).help(help);
        report.related(dependency.span, "this waits for the start of the container alone").done();
    }
}

/// Whether a service is known to connect to another one, which a rule of its own weighs.
fn is_connected_to(cx: &ComposeContext<'_, '_>, name: &str) -> bool {
    let services = cx.services();
    cx.server_links().any(|(_, target, server)| {
        server.kind.is_database() && services.get(target).is_some_and(|it| it.name == name)
    })
}

/// The first service that starts after another one; nothing, if one waits for more than its start.
fn dependant<'f, 'y>(compose: &'f Compose<'y>, name: &str) -> Option<(&'f Service<'y>, Dependency<'y>)> {
    let mut found = None;
    if !is_comparable(compose) {
        return None;
    }
    for service in &compose.services {
        if service.get("depends_on").is_none() {
            continue;
        }
        for it in service.depends_on() {
            if it.name.text != name {
                continue;
            }
            if it.condition != Condition::Started {
                return None;
            }
            found = found.or(Some((service, it)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::{FileType, Options, RuleSet};

    fn found(text: &str) -> Vec<String> {
        let options = Options { rules: Some(RuleSet::of(|it| it.default)), ..Options::default() };
        let found = crate::check_as(FileType::Compose, "compose.yaml", text, &options).findings;
        found.into_iter().filter(|it| it.rule == "service-without-healthcheck").map(|it| it.message).collect()
    }

    #[test]
    fn databases_that_others_start_after_need_one() {
        assert_eq!(
            found("services: {db: {image: 'bitnami/postgresql:17'}, a: {image: x, depends_on: [db]}, b: {depends_on: [db]}}\n"),
            ["`db` has no healthcheck, so `a` starts before it is ready"],
        );
    }

    #[test]
    fn others_are_left_alone() {
        for text in [
            "services: {db: {image: 'postgres:17'}}\n",
            "services: {db: {image: 'postgres:17', healthcheck: {disable: true}}, a: {depends_on: [db]}}\n",
            "services: {db: {image: 'postgres:17'}, a: {depends_on: {db: {condition: service_healthy}}}}\n",
            "services: {db: {image: 'x/y:17'}, a: {depends_on: [db]}}\n",
            "services: {db: {build: ., image: 'postgres:17'}, a: {depends_on: [db]}}\n",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }
}
