//! Databases and brokers that a program speaks to, by its crates.

use plimsoll_lint::libraries::compiled::Compiled;

use super::{Service, ServiceKind, Variable};

/// Crates with what they speak to; a feature where it depends on one, and `default` for those that are
/// on without being named.
const CRATES: [(&str, ServiceKind, &[&str]); 36] = [
    ("sqlx", ServiceKind::Postgres, &["postgres"]),
    ("sqlx", ServiceKind::Mysql, &["mysql"]),
    ("tokio-postgres", ServiceKind::Postgres, &[]),
    ("postgres", ServiceKind::Postgres, &[]),
    ("deadpool-postgres", ServiceKind::Postgres, &[]),
    ("bb8-postgres", ServiceKind::Postgres, &[]),
    ("r2d2_postgres", ServiceKind::Postgres, &[]),
    ("diesel", ServiceKind::Postgres, &["postgres", "postgres_backend"]),
    ("diesel", ServiceKind::Mysql, &["mysql", "mysql_backend"]),
    ("diesel-async", ServiceKind::Postgres, &["postgres"]),
    ("diesel-async", ServiceKind::Mysql, &["mysql"]),
    ("sea-orm", ServiceKind::Postgres, &["sqlx-postgres"]),
    ("sea-orm", ServiceKind::Mysql, &["sqlx-mysql"]),
    ("ormlite", ServiceKind::Postgres, &["postgres"]),
    ("rbdc-pg", ServiceKind::Postgres, &[]),
    ("rbdc-mysql", ServiceKind::Mysql, &[]),
    ("welds", ServiceKind::Postgres, &["postgres"]),
    ("mysql", ServiceKind::Mysql, &[]),
    ("mysql_async", ServiceKind::Mysql, &[]),
    ("redis", ServiceKind::Redis, &[]),
    ("deadpool-redis", ServiceKind::Redis, &[]),
    ("bb8-redis", ServiceKind::Redis, &[]),
    ("mobc-redis", ServiceKind::Redis, &[]),
    ("fred", ServiceKind::Redis, &[]),
    ("rustis", ServiceKind::Redis, &[]),
    ("redis_rs", ServiceKind::Redis, &[]),
    ("apalis-redis", ServiceKind::Redis, &[]),
    ("rsmq_async", ServiceKind::Redis, &[]),
    ("tower-sessions-redis-store", ServiceKind::Redis, &[]),
    ("async-nats", ServiceKind::Nats, &[]),
    ("nats", ServiceKind::Nats, &[]),
    ("lapin", ServiceKind::Rabbitmq, &[]),
    ("deadpool-lapin", ServiceKind::Rabbitmq, &[]),
    ("amqprs", ServiceKind::Rabbitmq, &[]),
    ("amiquip", ServiceKind::Rabbitmq, &[]),
    ("celery", ServiceKind::Rabbitmq, &[]),
];
/// What `init` has no service for.
const UNKNOWN: [(&str, &str); 8] = [
    ("mongodb", "MongoDB"),
    ("rdkafka", "Kafka"),
    ("rskafka", "Kafka"),
    ("elasticsearch", "Elasticsearch"),
    ("scylla", "ScyllaDB"),
    ("clickhouse", "ClickHouse"),
    ("memcache", "memcached"),
    ("tiberius", "SQL Server"),
];

/// The services, sorted; notes tell of those that nobody starts.
pub(super) fn of(
    compiled: &Compiled<'_>,
    program: &str,
    variables: &[Variable],
    notes: &mut Vec<String>,
) -> Vec<Service> {
    let mut found: Vec<Service> = Vec::new();
    for (name, kind, features) in CRATES {
        let mut asked = compiled.asks(name).filter(|it| !it.dependency.kind.eq(&BUILD));
        let is_on = asked.any(|it| {
            features.is_empty() || features.iter().any(|feature| it.features.contains(*feature))
        });
        if !is_on || found.iter().any(|it| it.kind == kind) {
            continue;
        }
        let variable = variable(kind, variables);
        // Programs that can speak to either need one.
        if let Some(other) = found.iter().find(|it| it.variable == variable) {
            notes.push(format!(
                "`{program}` speaks to {} or {}, both by {variable}; {} is taken",
                label(other.kind),
                label(kind),
                label(other.kind),
            ));
            continue;
        }
        found.push(Service { kind, variable, crate_name: name.to_owned() });
    }
    for (name, service) in UNKNOWN {
        if compiled.asks(name).next().is_some() {
            notes
                .push(format!("`{program}` speaks to {service}, which init writes no service for"));
        }
    }
    found.sort();
    found
}

const BUILD: plimsoll_project::cargo_files::DependencyKind =
    plimsoll_project::cargo_files::DependencyKind::Build;

fn label(kind: ServiceKind) -> &'static str {
    match kind {
        ServiceKind::Postgres => "PostgreSQL",
        ServiceKind::Mysql => "MySQL",
        ServiceKind::Redis => "Redis",
        ServiceKind::Nats => "NATS",
        ServiceKind::Rabbitmq => "RabbitMQ",
    }
}

/// The variable that the program takes the address from: of those that it reads, the likeliest.
fn variable(kind: ServiceKind, variables: &[Variable]) -> String {
    let (exact, parts): (&[&str], &[&str]) = match kind {
        ServiceKind::Postgres => (
            &["DATABASE_URL", "POSTGRES_URL", "POSTGRESQL_URL", "PG_URL", "DB_URL"],
            &["DATABASE", "POSTGRES", "PG", "DB"],
        ),
        ServiceKind::Mysql => {
            (&["DATABASE_URL", "MYSQL_URL", "MARIADB_URL", "DB_URL"], &["DATABASE", "MYSQL", "DB"])
        }
        ServiceKind::Redis => {
            (&["REDIS_URL", "REDIS_URI", "VALKEY_URL", "CACHE_URL"], &["REDIS", "VALKEY"])
        }
        ServiceKind::Nats => (&["NATS_URL", "NATS_URI", "NATS_SERVER"], &["NATS"]),
        ServiceKind::Rabbitmq => (
            &["AMQP_URL", "RABBITMQ_URL", "AMQP_ADDR", "AMQP_URI"],
            &["AMQP", "RABBITMQ", "RABBIT"],
        ),
    };
    let has = |name: &&&str| variables.iter().any(|it| it.name == **name);
    if let Some(name) = exact.iter().find(has) {
        return (*name).to_owned();
    }
    let is_address = |name: &str| {
        let words: Vec<&str> = name.split('_').collect();
        words.iter().any(|it| parts.contains(it))
            && words.last().is_some_and(|it| {
                matches!(*it, "URL" | "URI" | "DSN" | "ADDR" | "ADDRESS" | "CONNECTION")
            })
    };
    let named = variables.iter().find(|it| is_address(&it.name)).map(|it| it.name.clone());
    named.unwrap_or_else(|| exact.first().copied().unwrap_or_default().to_owned())
}
