//! `ignored-database-variable`: a variable that looks like one of the image's and that it doesn't read.

use plimsoll_finding::{Clause, Severity};

use crate::compose::databases::{Maker, ServerKind};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports variables of official images of databases and brokers that the image does not read, such as
    /// `POSTGRES_DATABASE`, `REDIS_PASSWORD` or `RABBITMQ_DEFAULT_PASSWORD`, where the right one is missing.
    ///
    /// ## Why it matters
    /// The setting has no effect and nobody says so: the database has another name, the cache no
    /// password.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_PASSWORD: secret
    ///       POSTGRES_DATABASE: shop
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_PASSWORD: secret
    ///       POSTGRES_DB: shop
    /// ```
    pub(crate) static IGNORED_DATABASE_VARIABLE = {
        name: "ignored-database-variable",
        clause: Clause::DevCompose,
        summary: "an image of a database doesn't read a variable that is set for it",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

/// What people write, and what the image reads; an option of the command where it reads none.
const LOOK_ALIKES: &[(ServerKind, &[&str], &str)] = &[
    (
        ServerKind::Postgres,
        &["POSTGRES_DATABASE", "POSTGRES_DB_NAME", "POSTGRES_DBNAME", "POSTGRES_NAME", "POSTGRESQL_DATABASE",
          "POSTGRESQL_DB", "POSTGRE_DB"],
        "POSTGRES_DB",
    ),
    (
        ServerKind::Postgres,
        &["POSTGRES_USERNAME", "POSTGRES_USER_NAME", "POSTGRESQL_USER", "POSTGRESQL_USERNAME", "POSTGRE_USER"],
        "POSTGRES_USER",
    ),
    (
        ServerKind::Postgres,
        &["POSTGRES_PASS", "POSTGRES_PASSWD", "POSTGRES_PW", "POSTGRES_PWD", "POSTGRES_ROOT_PASSWORD",
          "POSTGRES_USER_PASSWORD", "POSTGRESQL_PASSWORD", "POSTGRE_PASSWORD"],
        "POSTGRES_PASSWORD",
    ),
    (ServerKind::MySql, &["MYSQL_DB", "MYSQL_DB_NAME", "MYSQL_DATABASE_NAME", "MYSQL_NAME"], "MYSQL_DATABASE"),
    (ServerKind::MySql, &["MYSQL_USERNAME", "MYSQL_USER_NAME"], "MYSQL_USER"),
    (ServerKind::MySql, &["MYSQL_PASS", "MYSQL_PASSWD", "MYSQL_USER_PASSWORD"], "MYSQL_PASSWORD"),
    (
        ServerKind::MySql,
        &["MYSQL_ROOT_PASS", "MYSQL_ROOT_PASSWD", "MYSQL_ROOT_PWD", "MYSQL_ROOTPASSWORD"],
        "MYSQL_ROOT_PASSWORD",
    ),
    (ServerKind::Redis, &["REDIS_PASSWORD", "REDIS_PASS", "REDIS_REQUIREPASS", "VALKEY_PASSWORD", "REQUIREPASS"], "--requirepass"),
    (ServerKind::RabbitMq, &["RABBITMQ_USER", "RABBITMQ_USERNAME", "RABBITMQ_DEFAULT_USERNAME"], "RABBITMQ_DEFAULT_USER"),
    (
        ServerKind::RabbitMq,
        &["RABBITMQ_PASSWORD", "RABBITMQ_PASS", "RABBITMQ_DEFAULT_PASSWORD"],
        "RABBITMQ_DEFAULT_PASS",
    ),
    (ServerKind::RabbitMq, &["RABBITMQ_VHOST"], "RABBITMQ_DEFAULT_VHOST"),
    (
        ServerKind::Mongo,
        &["MONGO_ROOT_USERNAME", "MONGO_ROOT_USER", "MONGO_INITDB_USERNAME", "MONGO_INITDB_ROOT_USER",
          "MONGO_USERNAME", "MONGODB_ROOT_USER", "MONGODB_USERNAME"],
        "MONGO_INITDB_ROOT_USERNAME",
    ),
    (
        ServerKind::Mongo,
        &["MONGO_ROOT_PASSWORD", "MONGO_INITDB_PASSWORD", "MONGO_INITDB_ROOT_PASS", "MONGO_PASSWORD",
          "MONGODB_ROOT_PASSWORD", "MONGODB_PASSWORD"],
        "MONGO_INITDB_ROOT_PASSWORD",
    ),
];

fn check(cx: &mut ComposeContext<'_, '_>) {
    let served: Vec<_> = cx.served().collect();
    let mut seen = std::collections::BTreeSet::new();
    for (at, service, server) in served {
        let Some(environment) = cx.environment(at) else { continue };
        let is_ours = matches!(server.maker, Maker::Official | Maker::Derived);
        // Files of variables are shared with services that read others of them.
        if !is_ours || service.get("environment").is_none() || service.get("entrypoint").is_some() {
            continue;
        }
        let scripts = [service.get("healthcheck"), service.get("command")].into_iter().flatten();
        let used: Vec<&str> = scripts.filter_map(|it| it.written().slice(it.source())).collect();
        for (kind, names, right) in LOOK_ALIKES.iter().filter(|it| it.0 == server.kind) {
            let right_file = format!("{right}_FILE");
            if environment.get(right).is_some() || environment.get(&right_file).is_some() {
                continue;
            }
            if *kind == ServerKind::Redis && used.iter().any(|it| it.contains("requirepass") || it.contains(".conf")) {
                continue;
            }
            let reads_scripts = service.volumes().iter().any(|it| {
                it.target.is_none_or(|it| it.text.contains("initdb.d") || it.text.contains("/etc"))
            });
            let found = service.environment().into_iter().find(|it| names.contains(&it.name.text));
            let Some(pair) = found.filter(|_| !reads_scripts) else { continue };
            let name = pair.name.text;
            if used.iter().any(|it| it.contains(name)) || !seen.insert(pair.name.span) {
                continue;
            }
            let image = server.image.name();
            let (message, help) = if right.starts_with('-') {
                (
                    format!("`{image}` doesn't read `{name}`: `{}` has no password", service.name),
                    format!("Start it with `redis-server {right} \"$${name}\"` in a shell."),
                )
            } else {
                (
                    format!("`{image}` doesn't read `{name}`: what it reads is `{right}`"),
                    format!("Write `{right}`."),
                )
            };
            cx.report(pair.name.span, message).help(help).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "ignored-database-variable";

    fn text(image: &str, environment: &str, rest: &str) -> String {
        format!("services:\n  a:\n    image: {image}\n    environment: {environment}\n    {rest}\n")
    }

    #[test]
    fn look_alikes_are_ignored() {
        check(
            RULE,
            &text("rabbitmq:4", "[RABBITMQ_DEFAULT_PASSWORD=x]", "restart: always"),
            "4:19 warning: `rabbitmq` doesn't read `RABBITMQ_DEFAULT_PASSWORD`: what it reads is `RABBITMQ_DEFAULT_PASS`",
        );
        check(
            RULE,
            &text("redis:8", "{REDIS_PASSWORD: x}", "restart: always"),
            "4:19 warning: `redis` doesn't read `REDIS_PASSWORD`: `a` has no password",
        );
    }

    #[test]
    fn what_somebody_reads_is_fine() {
        for (image, environment, rest) in [
            ("redis:8", "{REDIS_PASSWORD: x}", "command: sh -c 'redis-server --requirepass $$REDIS_PASSWORD'"),
            ("bitnami/redis:8", "{REDIS_PASSWORD: x}", "restart: always"),
            ("postgres:17", "{POSTGRES_DB: a, POSTGRES_DATABASE: b}", "restart: always"),
            ("postgres:17", "{POSTGRES_DATABASE: b}", "volumes: ['./x:/docker-entrypoint-initdb.d']"),
            ("postgres:17", "{TZ: b}", "restart: always"),
        ] {
            check(RULE, &text(image, environment, rest), "");
        }
    }
}
