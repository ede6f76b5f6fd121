//! `healthcheck-wrong-credentials`: a healthcheck asks as somebody that the server doesn't know.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::shell::{OptionValue, ShellCommand};

use crate::compose::databases::{Account, Given, Maker, Password, Server, ServerKind};
use crate::compose::effective_environment::Environment;
use crate::compose::expansion::Written;
use crate::compose::health_test::HealthTest;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Compares the user, password, database and port that `pg_isready`, `psql`, `mysqladmin`, `mysql` and
    /// `redis-cli` are given in a healthcheck with those that the service has.
    ///
    /// ## Why it matters
    /// `psql` and `mysql` fail each time, so the service is never healthy. `pg_isready`, `mysqladmin ping`
    /// and `redis-cli ping` succeed although they are refused: they don't test what they seem to, and
    /// fill the log of the server with errors.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_USER: app
    ///       POSTGRES_PASSWORD: secret
    ///     healthcheck:
    ///       test: ["CMD-SHELL", "pg_isready -h 127.0.0.1 -U postgres"]
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
    ///     healthcheck:
    ///       test: ["CMD-SHELL", "pg_isready -h 127.0.0.1 -U app"]
    /// ```
    pub(crate) static HEALTHCHECK_WRONG_CREDENTIALS = {
        name: "healthcheck-wrong-credentials",
        clause: Clause::Healthcheck,
        summary: "a healthcheck asks for a user, database or port that the service doesn't have",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

/// What is wrong, and where.
struct Wrong {
    span: Span,
    message: String,
    help: &'static str,
    severity: Severity,
    written: Option<Written>,
}

/// What a command is compared with.
struct Asked<'a, 'y> {
    test: &'a HealthTest<'y>,
    environment: &'a Environment<'y>,
    server: &'a Server<'y>,
    service: &'a str,
}

const SAME: &str = "Let the healthcheck ask as the user that the service makes.";

fn check(cx: &mut ComposeContext<'_, '_>) {
    let served: Vec<_> = cx.served().collect();
    let mut seen = std::collections::BTreeSet::new();
    for (at, service, server) in served {
        let Some(test) = HealthTest::of(service, cx.host_variables()) else { continue };
        let Some(environment) = cx.environment(at) else { continue };
        let asked = Asked { test: &test, environment, server, service: service.name };
        let has_user = service.user().is_some();
        let found = test.with(|commands, place| {
            let mut found = Vec::new();
            for command in commands {
                let wrong = match (server.kind, command.program()) {
                    (ServerKind::Postgres, Some("pg_isready" | "psql")) => asked.postgres(command, has_user),
                    (ServerKind::MySql, Some("mysqladmin" | "mysql" | "mariadb" | "mariadb-admin")) => {
                        asked.mysql(command)
                    }
                    (ServerKind::Redis, Some("redis-cli" | "valkey-cli")) => asked.redis(command, commands),
                    _ => None,
                };
                found.extend(wrong.map(|it| Wrong { span: place(it.span), ..it }));
            }
            found
        });
        for wrong in found {
            if seen.insert(wrong.span) {
                cx.report(wrong.span, wrong.message)
                    .severity(wrong.severity)
                    .help(wrong.help)
                    .related_written(wrong.written.as_ref(), "what the service has")
                    .done();
            }
        }
    }
}

impl Asked<'_, '_> {
    fn value(&self, option: Option<OptionValue<'_>>) -> Option<String> {
        self.test.value(option?.value, self.environment)
    }

    /// Whether the command asks this container.
    fn asks_itself(&self, command: &ShellCommand<'_>) -> bool {
        let host = command.option(&["-h", "--host"]);
        host.is_none_or(|it| {
            matches!(it.value, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0")
                || it.value == self.service
                || it.value.starts_with('/')
        })
    }

    fn account(&self, name: &str) -> Option<&Account<'_>> {
        self.server.accounts.users.iter().find(|it| it.name.text == name)
    }

    /// Whether a user is one that the service surely doesn't have.
    fn is_unknown_user(&self, name: &str) -> bool {
        let accounts = &self.server.accounts;
        accounts.is_closed
            && !accounts.users.is_empty()
            && accounts.users.iter().all(|it| it.name.is_known())
            && self.account(name).is_none()
    }

    fn wrong_user(&self, span: Span, program: &str, name: &str, fails: bool) -> Wrong {
        let users: Vec<&Given<'_>> = self.server.accounts.users.iter().map(|it| &it.name).collect();
        let then = if fails { "the test always fails" } else { "it passes all the same, and the log fills with errors" };
        let service = self.service;
        Wrong {
            span,
            message: format!(
                "`{program}` asks as `{name}`, a user that `{service}` doesn't have (it has {}): {then}",
                Server::list(&users)
            ),
            help: SAME,
            severity: if fails { Severity::Error } else { Severity::Warning },
            written: users.first().and_then(|it| it.written.clone()),
        }
    }

    fn postgres(&self, command: &ShellCommand<'_>, has_user: bool) -> Option<Wrong> {
        let program = command.program()?;
        let fails = program == "psql";
        if !self.asks_itself(command) || self.environment.get("PGHOST").is_some() || !command.assignments.is_empty() {
            return None;
        }
        let port = command.option(&["-p", "--port"]);
        if let (Some(port), Some(own), Some(text)) = (port, self.server.port, self.value(port))
            && text.parse::<u16>().is_ok_and(|it| it != own)
        {
            return Some(Wrong {
                span: port.span,
                message: format!("`{program}` asks at {text}, but PostgreSQL listens on {own} in `{}`", self.service),
                help: "Ask at the port of the container, not at the one that is published.",
                severity: Severity::Error,
                written: None,
            });
        }
        let user = command.option(&["-U", "--username"]);
        let database = command.option(&["-d", "--dbname"]);
        let is_address = |it: OptionValue<'_>| it.value.contains(['=', ':']);
        if database.is_some_and(is_address) || self.environment.get("PGUSER").is_some() {
            return None;
        }
        let first = command.effective().first()?.span;
        let Some(user) = user else {
            // Without a user it is that of the system, which is root in a healthcheck.
            let is_ours = matches!(self.server.maker, Maker::Official | Maker::Derived);
            if has_user || !is_ours || !self.is_unknown_user("root") {
                return None;
            }
            let then = if fails { "the test always fails" } else { "the log fills with errors" };
            return Some(Wrong {
                span: first,
                message: format!("`{program}` asks as `root` without `-U`, a user that `{}` doesn't have: {then}", self.service),
                help: SAME,
                severity: if fails { Severity::Error } else { Severity::Note },
                written: None,
            });
        };
        let name = self.value(Some(user))?;
        if self.is_unknown_user(&name) {
            return Some(self.wrong_user(user.span, program, &name, fails));
        }
        let databases = &self.server.accounts.databases;
        let lacks = |name: &str| {
            let known = databases.iter().all(Given::is_known);
            self.server.accounts.is_closed && known && databases.iter().all(|it| it.text != name)
        };
        let made = databases.first()?;
        let service = self.service;
        let severity = if fails { Severity::Error } else { Severity::Warning };
        if let Some(database) = database {
            let name = self.value(Some(database))?;
            return lacks(&name).then(|| Wrong {
                span: database.span,
                message: format!(
                    "`{program}` asks for the database `{name}`, which `{service}` doesn't make: it makes `{}`",
                    made.text
                ),
                help: "Ask for a database that there is.",
                severity,
                written: made.written.clone(),
            });
        }
        let has_operand = fails && command.operands(&["-U", "-h", "-p", "-c", "-d", "-v", "-f", "-o"]).next().is_some();
        let names_one = has_operand || self.environment.get("PGDATABASE").is_some();
        (lacks(&name) && !names_one).then(|| Wrong {
            span: user.span,
            message: format!(
                "`{program}` asks for a database called `{name}` like the user, but `{service}` makes `{}`",
                made.text
            ),
            help: "Name the database with `-d`.",
            severity: if fails { Severity::Error } else { Severity::Note },
            written: made.written.clone(),
        })
    }

    fn mysql(&self, command: &ShellCommand<'_>) -> Option<Wrong> {
        let program = command.program()?;
        if !self.asks_itself(command) || self.server.accounts.users.is_empty() {
            return None;
        }
        let pings = command.args().iter().any(|it| it.value == "ping");
        let fails = !pings;
        let user = command.option(&["-u", "--user"]);
        let name = match user {
            Some(_) => self.value(user)?,
            None => "root".to_owned(),
        };
        let first = command.effective().first()?.span;
        if self.is_unknown_user(&name) {
            return Some(self.wrong_user(user.map_or(first, |it| it.span), program, &name, fails));
        }
        let account = self.account(&name)?;
        // `-p` takes its value in the same word alone.
        let word = command.args().iter().find_map(|it| {
            let value = it.value.strip_prefix("--password=").or_else(|| it.value.strip_prefix("-p"))?;
            (!value.is_empty()).then_some((it.span, value))
        })?;
        let given = self.test.value(word.1.trim_matches(['"', '\'']), self.environment)?;
        let Password::Given(expected) = &account.password else { return None };
        let then = if fails { "the test always fails" } else { "it passes all the same" };
        (expected.is_known() && given != expected.text).then(|| Wrong {
            span: word.0,
            message: format!("`{program}` gives another password than `{name}` has in `{}`: {then}", self.service),
            help: "Take the password from the container's own variable: `-p\"$$MYSQL_PASSWORD\"`.",
            severity: if fails { Severity::Error } else { Severity::Warning },
            written: expected.written.clone(),
        })
    }

    fn redis(&self, command: &ShellCommand<'_>, all: &[ShellCommand<'_>]) -> Option<Wrong> {
        let program = command.program()?;
        let Password::Given(expected) = &self.server.accounts.users.first()?.password else { return None };
        if !expected.is_known()
            || self.environment.get("REDISCLI_AUTH").is_some()
            || !command.assignments.is_empty()
            || !self.asks_itself(command)
        {
            return None;
        }
        let greps = all.iter().any(|it| it.program() == Some("grep"));
        let then = if greps {
            "the test always fails"
        } else {
            "it passes all the same, whatever state the service is in"
        };
        let severity = if greps { Severity::Error } else { Severity::Warning };
        let password = command.option(&["-a", "--pass"]);
        if password.is_none() && command.args().iter().any(|it| it.value.contains("://")) {
            return None;
        }
        let (span, what) = match password {
            Some(it) if self.value(password)? != expected.text => (it.span, "gives another password than"),
            Some(_) => return None,
            None => (command.effective().first()?.span, "gives no password to"),
        };
        let what = if password.is_some() { format!("{what} `{}` asks for", self.service) } else { format!("{what} `{}`, which asks for one", self.service) };
        Some(Wrong {
            span,
            message: format!("`{program}` {what}: {then}"),
            help: "Give the password in `REDISCLI_AUTH`, and look for `PONG` in the answer.",
            severity,
            written: expected.written.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "healthcheck-wrong-credentials";

    fn postgres(environment: &str, test: &str) -> String {
        format!("services:\n  db:\n    image: postgres:17\n    environment: {{{environment}}}\n    healthcheck:\n      test: {test}\n")
    }

    #[test]
    fn users_databases_and_ports_are_compared() {
        let env = "POSTGRES_USER: a, POSTGRES_PASSWORD: p, POSTGRES_DB: d";
        for (test, expected) in [
            (
                "[CMD-SHELL, 'pg_isready -U postgres']",
                "6:40 warning: `pg_isready` asks as `postgres`, a user that `db` doesn't have (it has `a`): it passes all the same, and the log fills with errors",
            ),
            (
                "[CMD, psql, -U, x, -c, 'select 1']",
                "6:29 error: `psql` asks as `x`, a user that `db` doesn't have (it has `a`): the test always fails",
            ),
            (
                "pg_isready -U a -d x",
                "6:32 warning: `pg_isready` asks for the database `x`, which `db` doesn't make: it makes `d`",
            ),
            (
                "pg_isready -U a",
                "6:27 note: `pg_isready` asks for a database called `a` like the user, but `db` makes `d`",
            ),
            (
                "[CMD, pg_isready]",
                "6:19 note: `pg_isready` asks as `root` without `-U`, a user that `db` doesn't have: the log fills with errors",
            ),
            (
                "pg_isready -U a -d d -p 5433",
                "6:37 error: `pg_isready` asks at 5433, but PostgreSQL listens on 5432 in `db`",
            ),
        ] {
            check(RULE, &postgres(env, test), expected);
        }
    }

    #[test]
    fn what_fits_or_is_not_known_is_fine() {
        let env = "POSTGRES_USER: a, POSTGRES_PASSWORD: p, POSTGRES_DB: d";
        for (env, test) in [
            (env, "pg_isready -U a -d d"),
            (env, "pg_isready -U $${POSTGRES_USER} -d \"$${POSTGRES_DB}\""),
            (env, "pg_isready -U a -d postgres"),
            (env, "pg_isready -U $$OTHER -d d"),
            (env, "pg_isready -h other -U b"),
            (env, "PGUSER=x psql -c 1"),
            ("POSTGRES_USER: '${U}'", "pg_isready -U x"),
            ("POSTGRES_PASSWORD: p", "pg_isready -U postgres"),
        ] {
            check(RULE, &postgres(env, test), "");
        }
    }

    #[test]
    fn passwords_are_compared() {
        let mysql = |test: &str| format!("services:\n  db:\n    image: mysql:8.4\n    environment: {{MYSQL_ROOT_PASSWORD: p, MYSQL_USER: u, MYSQL_PASSWORD: q}}\n    healthcheck: {{test: {test}}}\n");
        check(
            RULE,
            &mysql("[CMD, mysqladmin, ping, -pwrong]"),
            "5:49 warning: `mysqladmin` gives another password than `root` has in `db`: it passes all the same",
        );
        check(
            RULE,
            &mysql("'mysql -u u --password=p -e \"select 1\"'"),
            "5:37 error: `mysql` gives another password than `u` has in `db`: the test always fails",
        );
        check(RULE, &mysql("'mysqladmin ping -u u -p$$MYSQL_PASSWORD'"), "");
        let redis = |test: &str| format!("services:\n  r:\n    image: redis:8\n    command: redis-server --requirepass p\n    healthcheck: {{test: {test}}}\n");
        check(
            RULE,
            &redis("[CMD, redis-cli, ping]"),
            "5:31 warning: `redis-cli` gives no password to `r`, which asks for one: it passes all the same, whatever state the service is in",
        );
        check(
            RULE,
            &redis("'redis-cli -a q ping | grep PONG'"),
            "5:39 error: `redis-cli` gives another password than `r` asks for: the test always fails",
        );
        check(RULE, &redis("[CMD, redis-cli, -a, p, ping]"), "");
    }
}
