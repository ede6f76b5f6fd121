//! `database-refuses-to-start`: the image of a database ends at once for want of a variable.

use plimsoll_finding::{Clause, Severity};

use crate::compose::databases::{Maker, Server, ServerKind};
use crate::compose::effective_environment::Environment;
use crate::compose::expansion::{Expanded, Written};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports official images of PostgreSQL without a password, of MySQL and MariaDB without one for root,
    /// `MYSQL_USER: root`, and an administrator of MongoDB without name or password.
    ///
    /// ## Why it matters
    /// The image says so and ends, as soon as it starts with an empty directory.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_USER: app
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_USER: app
    ///       POSTGRES_PASSWORD: secret
    /// ```
    pub(crate) static DATABASE_REFUSES_TO_START = {
        name: "database-refuses-to-start",
        clause: Clause::DevCompose,
        summary: "the image of a database refuses to start with these variables",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    if cx.is_override() {
        return;
    }
    let served: Vec<_> = cx.served().collect();
    for (at, service, server) in served {
        let Some(environment) = cx.environment(at) else { continue };
        let wrapped = service.get("entrypoint").is_some();
        let is_new = server.image.major().is_none_or(|it| it >= 10 || server.kind != ServerKind::Postgres);
        if server.maker != Maker::Official || wrapped || !environment.is_complete || !is_new {
            continue;
        }
        let Some((written, message, help)) = refusal(server, environment) else { continue };
        let place = Written { span: server.image.written.span, file: None };
        cx.report_written(&written.unwrap_or(place), message).help(help).done();
    }
}

fn refusal(
    server: &Server<'_>,
    environment: &Environment<'_>,
) -> Option<(Option<Written>, String, &'static str)> {
    let has = |name: &str| {
        let filled = environment.get(name).is_some_and(|it| !it.value.text.is_empty());
        filled || environment.get(&format!("{name}_FILE")).is_some()
    };
    let value = |name: &str| environment.get(name).map(|it| &it.value);
    match server.kind {
        ServerKind::Postgres => {
            let trusts = value("POSTGRES_HOST_AUTH_METHOD").is_some_and(|it| it.text != "md5");
            (!has("POSTGRES_PASSWORD") && !trusts).then(|| {
                let message = "PostgreSQL gets no password: the image refuses to start without `POSTGRES_PASSWORD`";
                (None, message.to_owned(), "Set `POSTGRES_PASSWORD`, or `POSTGRES_PASSWORD_FILE` with a secret.")
            })
        }
        ServerKind::MySql => {
            let is_mariadb = server.image.name() == "mariadb";
            let any = |names: &[&str]| {
                names.iter().any(|it| has(&format!("MYSQL_{it}")) || is_mariadb && has(&format!("MARIADB_{it}")))
            };
            let root = ["ROOT_PASSWORD", "ROOT_PASSWORD_HASH", "ALLOW_EMPTY_PASSWORD",
                "ALLOW_EMPTY_ROOT_PASSWORD", "RANDOM_ROOT_PASSWORD"];
            let prefix = if is_mariadb { "MARIADB" } else { "MYSQL" };
            if !any(&root) {
                let message = format!("root gets no password: the image refuses to start without `{prefix}_ROOT_PASSWORD`");
                return Some((None, message, "Set it, or its `_FILE` form with a secret, or `…_RANDOM_ROOT_PASSWORD`."));
            }
            let user = value("MYSQL_USER").filter(|it| it.text == "root" && !is_mariadb)?;
            let message = "the image refuses `MYSQL_USER` to be `root`, which is made anyway".to_owned();
            Some((Some(user.whole()), message, "Leave it out, or name another user."))
        }
        ServerKind::Mongo => {
            let (user, password) = ("MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_PASSWORD");
            let (given, missing) = match (has(user), has(password)) {
                (true, false) => (user, password),
                (false, true) => (password, user),
                _ => return None,
            };
            let message = format!("the image refuses to start with `{given}` alone: `{missing}` is missing");
            Some((value(given).map(Expanded::whole), message, "Set both, or neither."))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "database-refuses-to-start";

    fn text(image: &str, environment: &str) -> String {
        format!("services:\n  db:\n    image: {image}\n    environment: {{{environment}}}\n")
    }

    #[test]
    fn images_ask_for_what_they_need() {
        for (image, environment, expected) in [
            ("postgres:17", "POSTGRES_DB: a", "3:12 error: PostgreSQL gets no password: the image refuses to start without `POSTGRES_PASSWORD`"),
            ("postgres", "POSTGRES_PASSWORD: ''", "3:12 error: PostgreSQL gets no password: the image refuses to start without `POSTGRES_PASSWORD`"),
            ("mysql:8.4", "MYSQL_DATABASE: a", "3:12 error: root gets no password: the image refuses to start without `MYSQL_ROOT_PASSWORD`"),
            ("mysql:8.4", "MYSQL_ROOT_PASSWORD: a, MYSQL_USER: root", "4:55 error: the image refuses `MYSQL_USER` to be `root`, which is made anyway"),
            ("mongo:8", "MONGO_INITDB_ROOT_USERNAME: a", "4:47 error: the image refuses to start with `MONGO_INITDB_ROOT_USERNAME` alone: `MONGO_INITDB_ROOT_PASSWORD` is missing"),
        ] {
            check(RULE, &text(image, environment), expected);
        }
    }

    #[test]
    fn what_is_set_or_not_known_is_fine() {
        for (image, environment) in [
            ("postgres:17", "POSTGRES_PASSWORD: '${P}'"),
            ("postgres:17", "POSTGRES_PASSWORD: "),
            ("postgres:17", "POSTGRES_PASSWORD_FILE: /run/secrets/p"),
            ("postgres:17", "POSTGRES_HOST_AUTH_METHOD: trust"),
            ("postgres:9.4", "A: b"),
            ("bitnami/postgresql:17", "A: b"),
            ("mariadb:11", "MARIADB_RANDOM_ROOT_PASSWORD: 1, MYSQL_USER: root"),
            ("mysql:8.4", "MYSQL_ALLOW_EMPTY_PASSWORD: 'yes'"),
            ("mongo:8", "A: b"),
        ] {
            check(RULE, &text(image, environment), "");
        }
    }
}
