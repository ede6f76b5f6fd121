//! `database-credentials-mismatch`: a service logs in as somebody that the server doesn't know.

use plimsoll_finding::{Clause, Severity};

use crate::compose::connections::{Connection, Part};
use crate::compose::databases::{Account, Given, Maker, Password, Server, ServerKind};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Compares what services connect with (`DATABASE_URL` and every other address of a service of the
    /// file, `PGUSER`, `DB_PASSWORD` and their like) with the users, passwords and databases that the
    /// server's own variables make.
    ///
    /// ## Why it matters
    /// The server refuses the connection. The two places are edited apart from one another, and
    /// the error is seen only when everything is up.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   app:
    ///     build: .
    ///     environment:
    ///       DATABASE_URL: postgres://app:secret@db:5432/app
    ///     depends_on:
    ///       db: {condition: service_healthy}
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_USER: shop
    ///       POSTGRES_PASSWORD: secret
    ///       POSTGRES_DB: app
    ///     healthcheck:
    ///       test: ["CMD-SHELL", "pg_isready -h 127.0.0.1 -U shop -d app"]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   app:
    ///     build: .
    ///     environment:
    ///       DATABASE_URL: postgres://app:secret@db:5432/app
    ///     depends_on:
    ///       db: {condition: service_healthy}
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_USER: app
    ///       POSTGRES_PASSWORD: secret
    ///     healthcheck:
    ///       test: ["CMD-SHELL", "pg_isready -h 127.0.0.1 -U app"]
    /// ```
    pub(crate) static DATABASE_CREDENTIALS_MISMATCH = {
        name: "database-credentials-mismatch",
        clause: Clause::DevCompose,
        summary: "a service logs in to a database with a user, password or database that it doesn't have",
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
    let mut seen = std::collections::BTreeSet::new();
    let links: Vec<_> = cx.server_links().collect();
    for (connection, target, server) in links {
        let key = (connection.whole.span.start(), connection.title(), target);
        if seen.insert(key) && !server.accounts.users.is_empty() {
            let name = cx.services().get(target).map_or("", |it| it.name);
            compare(cx, connection, name, server);
        }
    }
}

fn compare(
    cx: &mut ComposeContext<'_, '_>,
    connection: &Connection,
    service: &str,
    server: &Server<'_>,
) {
    let accounts = &server.accounts;
    if server.kind == ServerKind::Redis {
        if let Some(account) = accounts.users.first() {
            compare_redis(cx, connection, service, server, account);
        }
        return;
    }
    let mut account = None;
    if let Some((user, name)) = connection.user.as_ref().and_then(|it| Some((it, it.text.as_ref()?))) {
        account = accounts.users.iter().find(|it| it.name.text == *name);
        let all_known = accounts.users.iter().all(|it| it.name.is_known());
        if account.is_none() && all_known && accounts.is_closed && !name.is_empty() {
            let users: Vec<&Given<'_>> = accounts.users.iter().map(|it| &it.name).collect();
            let title = connection.title_of(user);
            let message = format!(
                "{title} logs in to `{service}` as `{name}`, a user that is not made there: it has {}",
                Server::list(&users)
            );
            let written = users.first().and_then(|it| it.written.clone());
            cx.report_written(&user.written, message)
                .help("Let both sides name the same user; one variable in `.env` can serve both.")
                .related_written(written.as_ref(), "the user of the server")
                .done();
            return;
        }
    }
    if let Some(account) = account {
        compare_password(cx, connection, service, account);
        if server.kind == ServerKind::Mongo {
            compare_auth_source(cx, connection, service, account);
        }
    }
    if let Some(database) = &connection.database {
        compare_database(cx, connection, database, service, server);
    }
}

fn compare_password(
    cx: &mut ComposeContext<'_, '_>,
    connection: &Connection,
    service: &str,
    account: &Account<'_>,
) {
    let user = &account.name.text;
    let (expected, written) = match &account.password {
        Password::Given(it) if it.is_known() => (&*it.text, it.written.as_ref()),
        Password::Absent => ("", None),
        _ => return,
    };
    let help = "Let both sides take the password from one place, such as a variable in `.env`.";
    match &connection.password {
        Some(part) if part.text.as_deref().is_some_and(|it| it != expected) => {
            let title = connection.title_of(part);
            let whose = if written.is_some() { "" } else { ", which is the default of the image" };
            let message = if expected.is_empty() {
                format!("{title} gives a password for `{user}`, who has none in `{service}`")
            } else {
                format!("{title} gives another password than `{user}` has in `{service}`{whose}")
            };
            cx.report_written(&part.written, message)
                .help(help)
                .related_written(written, "the password of the server")
                .done();
        }
        None if connection.is_address && !expected.is_empty() && !has_password(cx, connection) => {
            let title = connection.title();
            let message = format!("{title} gives no password, but `{user}` has one in `{service}`");
            cx.report_written(&connection.whole, message)
                .help(help)
                .related_written(written, "the password of the server")
                .done();
        }
        _ => {}
    }
}

/// Whether a password may come from another variable of the service.
fn has_password(cx: &ComposeContext<'_, '_>, connection: &Connection) -> bool {
    cx.environment(connection.service).is_none_or(|it| {
        let says = |name: &str| {
            let name = name.to_ascii_uppercase();
            name.contains("PASS") || name.contains("PWD") || name.contains("AUTH") || name.contains("SECRET")
        };
        !it.is_complete || it.variables.iter().any(|it| says(&it.name))
    }) || connection.variable.is_none()
}

fn compare_database(
    cx: &mut ComposeContext<'_, '_>,
    connection: &Connection,
    part: &Part,
    service: &str,
    server: &Server<'_>,
) {
    let Some(name) = part.text.as_deref().filter(|it| !it.is_empty()) else { return };
    let databases = &server.accounts.databases;
    let is_made = databases.iter().any(|it| it.text == name) || databases.iter().any(|it| !it.is_known());
    // Tests make their own databases, and so does what is named for it.
    let variable = connection.variable.as_deref().unwrap_or_default();
    let is_other = variable.contains("TEST") || variable.contains("SHADOW") || name.contains("test");
    if is_made || databases.is_empty() || !server.accounts.is_closed || is_other {
        return;
    }
    let (what, severity) = match server.kind {
        ServerKind::RabbitMq if name == "%2f" || name == "%2F" => return,
        ServerKind::RabbitMq => ("virtual host", Severity::Error),
        ServerKind::Postgres | ServerKind::MySql => ("database", Severity::Warning),
        _ => return,
    };
    let made: Vec<&Given<'_>> = databases.iter().take(1).collect();
    let written = made.first().and_then(|it| it.written.clone());
    // MySQL makes none unless it is told to, and then somebody else does it.
    if server.kind == ServerKind::MySql && databases.len() == 5 {
        return;
    }
    let has = Server::list(&made);
    let title = connection.title_of(part);
    let message = format!("{title} names the {what} `{name}`, which `{service}` doesn't make: it makes {has}");
    cx.report_written(&part.written, message)
        .severity(severity)
        .help(format!("Let both sides name the same {what}, unless something else makes `{name}`."))
        .related_written(written.as_ref(), &format!("the {what} of the server"))
        .done();
}

fn compare_auth_source(
    cx: &mut ComposeContext<'_, '_>,
    connection: &Connection,
    service: &str,
    account: &Account<'_>,
) {
    let Some(database) = connection.database.as_ref().filter(|_| connection.is_address) else { return };
    let is_admin = database.text.as_deref().is_none_or(|it| it == "admin");
    if is_admin || connection.auth_source.is_some() || connection.password.is_none() {
        return;
    }
    let (title, user) = (connection.title(), &account.name.text);
    let name = database.text.as_deref().unwrap_or_default();
    let message = format!(
        "{title} looks for `{user}` in the database `{name}`, but `{service}` keeps that user in `admin`"
    );
    cx.report_written(&database.written, message)
        .help("Add `?authSource=admin` to the address.")
        .related_written(account.name.written.as_ref(), "the user of the server")
        .done();
}

fn compare_redis(
    cx: &mut ComposeContext<'_, '_>,
    connection: &Connection,
    service: &str,
    server: &Server<'_>,
    account: &Account<'_>,
) {
    let given = connection.password.as_ref();
    let is_word = |it: &str| !matches!(it, "" | "null" | "none" | "None" | "nil" | "false");
    let text = given.and_then(|it| it.text.as_deref());
    match &account.password {
        Password::Absent => {
            let Some(part) = given.filter(|_| text.is_some_and(is_word)) else { return };
            let title = connection.title_of(part);
            let own = server.maker != Maker::Bitnami;
            let help = if own {
                "Start it with `redis-server --requirepass …`: the image reads no password from its \
                 environment. Or take the password out of the address."
            } else {
                "Take the password out of the address, or set one."
            };
            let message = format!("{title} gives a password, but `{service}` has none and refuses it");
            cx.report_written(&part.written, message).help(help).done();
        }
        Password::Given(expected) if expected.is_known() => {
            let written = expected.written.as_ref();
            let help = "Let both sides take the password from one place, such as a variable in `.env`.";
            match (given, text) {
                (Some(part), Some(text)) if text != expected.text => {
                    let title = connection.title_of(part);
                    let message = format!("{title} gives another password than `{service}` asks for");
                    cx.report_written(&part.written, message)
                        .help(help)
                        .related_written(written, "the password of the server")
                        .done();
                }
                (None, _) if connection.is_address && !has_password(cx, connection) => {
                    let title = connection.title();
                    let message = format!("{title} gives no password, but `{service}` asks for one");
                    cx.report_written(&connection.whole, message)
                        .help(help)
                        .related_written(written, "the password of the server")
                        .done();
                }
                _ => {}
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_project};

    const RULE: &str = "database-credentials-mismatch";

    fn postgres(url: &str, environment: &str) -> String {
        format!(
            "services:\n  app: {{build: ., environment: {{URL: \"{url}\"}}}}\n  db: {{image: \"postgres:17\", environment: {{{environment}}}}}\n"
        )
    }

    #[test]
    fn users_passwords_and_databases_are_compared() {
        let env = "POSTGRES_USER: a, POSTGRES_PASSWORD: p, POSTGRES_DB: d";
        let ok = postgres("postgres://a:p@db/d", env);
        check(RULE, &ok, "");
        check(
            RULE,
            &postgres("postgresql://x:p@db:5432/d", env),
            "2:52 error: `URL` logs in to `db` as `x`, a user that is not made there: it has `a`",
        );
        check(
            RULE,
            &postgres("postgres://a:q@db/d", env),
            "2:52 error: `URL` gives another password than `a` has in `db`",
        );
        check(
            RULE,
            &postgres("postgres://a:p@db/e", env),
            "2:57 warning: `URL` names the database `e`, which `db` doesn't make: it makes `d`",
        );
        check(
            RULE,
            &postgres("postgres://a@db/d", env),
            "2:38 error: `URL` gives no password, but `a` has one in `db`",
        );
        check(RULE, &postgres("postgres://a:%70@db/d", env), "");
    }

    #[test]
    fn defaults_of_the_image_count() {
        check(RULE, &postgres("postgres://postgres:p@db/postgres", "POSTGRES_PASSWORD: p"), "");
        check(RULE, &postgres("postgres://a:p@db/a", "POSTGRES_USER: a, POSTGRES_PASSWORD: p"), "");
        check(RULE, &postgres("postgres://a:p@db/postgres", "POSTGRES_USER: a, POSTGRES_PASSWORD: p"), "");
        check(
            RULE,
            &postgres("postgres://app:p@db/app", "POSTGRES_PASSWORD: p"),
            "2:50 error: `URL` logs in to `db` as `app`, a user that is not made there: it has `postgres`",
        );
        check(RULE, &postgres("postgres://postgres:x@db/postgres", "POSTGRES_HOST_AUTH_METHOD: trust"), "");
    }

    #[test]
    fn what_is_not_known_is_not_reported() {
        for (url, env) in [
            ("postgres://x:p@db/a", "POSTGRES_USER: \"${U}\", POSTGRES_PASSWORD: p"),
            ("postgres://${U}:${P}@db/a", "POSTGRES_USER: a, POSTGRES_PASSWORD: p"),
            ("postgres://a:x@db/a", "POSTGRES_USER: a, POSTGRES_PASSWORD_FILE: /run/secrets/p"),
            ("postgres://a:p@db/x", "POSTGRES_USER: a, POSTGRES_PASSWORD: p, POSTGRES_DB: "),
            ("postgres://a:x@other.example/x", "POSTGRES_USER: b"),
            ("http://a:x@db/x", "POSTGRES_USER: b"),
        ] {
            check(RULE, &postgres(url, env), "");
        }
        let text = postgres("postgres://x:p@db/x", "POSTGRES_USER: a")
            .replace("image:", "volumes: ['./i:/docker-entrypoint-initdb.d'], image:");
        check(RULE, &text, "");
    }

    #[test]
    fn variables_beside_a_host_are_compared() {
        check(
            RULE,
            "services:\n  app:\n    build: .\n    environment:\n      - DB_HOST=db\n      - DB_USER=root\n      - DB_PASSWORD=x\n      - DB_NAME=shop\n  db:\n    image: mariadb:11\n    environment:\n      - MARIADB_ROOT_PASSWORD=y\n      - MARIADB_DATABASE=store\n",
            "7:21 error: `DB_PASSWORD` gives another password than `root` has in `db`\n\
             8:17 warning: `DB_NAME` names the database `shop`, which `db` doesn't make: it makes `store`",
        );
        check(
            RULE,
            "services:\n  app:\n    build: .\n    environment: {PGHOST: db, PGUSER: x}\n  db:\n    image: postgis/postgis:17-3.5\n    environment: {POSTGRES_PASSWORD: y}\n",
            "4:39 error: `PGUSER` logs in to `db` as `x`, a user that is not made there: it has `postgres`",
        );
    }

    #[test]
    fn brokers_and_caches_are_compared() {
        let redis = |url: &str, command: &str| {
            format!("services:\n  app: {{build: ., environment: {{URL: \"{url}\"}}}}\n  r:\n    image: redis:8\n    command: {command}\n")
        };
        check(
            RULE,
            &redis("redis://:p@r:6379", "redis-server"),
            "2:48 error: `URL` gives a password, but `r` has none and refuses it",
        );
        check(RULE, &redis("redis://:p@r:6379", "redis-server --requirepass p"), "");
        check(
            RULE,
            &redis("redis://r:6379", "[redis-server, --requirepass, p]"),
            "2:38 error: `URL` gives no password, but `r` asks for one",
        );
        check(
            RULE,
            "services:\n  app: {build: ., environment: {A: 'amqp://u:p@q/x'}}\n  q:\n    image: rabbitmq:4\n",
            "2:44 error: `A` logs in to `q` as `u`, a user that is not made there: it has `guest`",
        );
        check(
            RULE,
            "services:\n  app: {build: ., environment: {A: 'mongodb://u:p@m/x'}}\n  m:\n    image: mongo:8\n    environment: {MONGO_INITDB_ROOT_USERNAME: u, MONGO_INITDB_ROOT_PASSWORD: p}\n",
            "2:53 error: `A` looks for `u` in the database `x`, but `m` keeps that user in `admin`",
        );
    }

    #[test]
    fn files_of_variables_and_secrets_are_read() {
        let compose = "services:\n  app:\n    build: .\n    env_file: app.env\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_USER: ${DB_USER}\n      POSTGRES_PASSWORD_FILE: /run/secrets/pw\n    secrets: [pw]\nsecrets:\n  pw: {file: ./pw.txt}\n";
        let files = |env| [("compose.yaml", compose), ("app.env", env), (".env", "DB_USER=shop\n"), ("pw.txt", "s3\n")];
        check_project(RULE, &files("DATABASE_URL=postgres://shop:s3@db/shop\n"), "");
        check_project(
            RULE,
            &files("DATABASE_URL=postgres://shop:s4@db/shop\n"),
            "4:15 error: `DATABASE_URL` gives another password than `shop` has in `db`",
        );
        check_project(
            RULE,
            &files("DATABASE_URL=postgres://app:s3@db/shop\n"),
            "4:15 error: `DATABASE_URL` logs in to `db` as `app`, a user that is not made there: it has `shop`",
        );
    }
}
