//! `service-healthcheck-without-program`: a healthcheck runs a program that the service's image lacks.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::shell::{Joined, ShellCommand};

use crate::bases::{self, Tool};
use crate::compose::databases::ImageParts;
use crate::compose::health_test::HealthTest;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports healthchecks of services that run a program which the image is known not to have: curl in
    /// the images of databases, a shell in images from scratch, `mysqladmin` in MariaDB since 11, `mongo`
    /// in MongoDB since 6.
    ///
    /// ## Why it matters
    /// The test fails each time, so the service is never healthy, and what waits for it never starts.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: mariadb:11.8
    ///     environment:
    ///       MARIADB_ROOT_PASSWORD: secret
    ///     healthcheck:
    ///       test: ["CMD", "mysqladmin", "ping", "-h", "127.0.0.1"]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: mariadb:11.8
    ///     environment:
    ///       MARIADB_ROOT_PASSWORD: secret
    ///     healthcheck:
    ///       test: ["CMD", "healthcheck.sh", "--connect", "--innodb_initialized"]
    /// ```
    pub(crate) static SERVICE_HEALTHCHECK_WITHOUT_PROGRAM = {
        name: "service-healthcheck-without-program",
        clause: Clause::Healthcheck,
        summary: "a service's healthcheck runs a program that its image doesn't have",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let mut seen = std::collections::BTreeSet::new();
    for service in cx.services() {
        if service.is_built() {
            continue;
        }
        let Some(test) = HealthTest::of(service, cx.host_variables()) else { continue };
        let Some(written) = service.image() else { continue };
        let image = ImageParts::of(written, cx.host_variables());
        if !image.is_known() {
            continue;
        }
        let found = test.with(|commands, place| {
            if test.is_shell() && lacks(&image, "sh") {
                let first = commands.first()?;
                return Some((place(first.span), "sh".to_owned()));
            }
            // One of several ways is enough, and a script may look first which there are.
            if commands.iter().any(asks_before) {
                return None;
            }
            let missing: Vec<&ShellCommand<'_>> =
                commands.iter().filter(|it| it.program().is_some_and(|it| lacks(&image, it))).collect();
            let has_choice = commands.iter().any(|it| {
                it.joined == Joined::Or && !matches!(it.program(), Some("exit" | "false" | "kill" | "echo"))
            });
            let first = missing.first().filter(|_| !has_choice)?;
            Some((place(first.effective().first()?.span), first.program()?.to_owned()))
        });
        let Some((span, program)) = found.filter(|it| seen.insert(it.0)) else { continue };
        let name = image.name();
        let message = if program == "sh" {
            format!("the healthcheck needs a shell, which `{name}` doesn't have")
        } else {
            format!("the healthcheck runs `{program}`, which `{name}` doesn't have")
        };
        cx.report(span, message)
            .help(instead(&program, name))
            .related(written.span, "the image of the service")
            .done();
    }
}

fn instead(program: &str, image: &str) -> &'static str {
    match program {
        "mysqladmin" | "mysql" => "The programs of MariaDB are called `mariadb-admin` and `mariadb`; the image has `healthcheck.sh`.",
        "mongo" => "The shell is called `mongosh`.",
        _ => match image {
            "postgres" | "postgis/postgis" | "pgvector/pgvector" => "Ask with `pg_isready`.",
            "redis" | "valkey/valkey" => "Ask with `redis-cli ping`.",
            _ => "Ask with a program that the image has.",
        },
    }
}

fn asks_before(command: &ShellCommand<'_>) -> bool {
    matches!(command.name(), Some("which" | "type" | "hash" | "command"))
}

/// Whether an image is known not to have a program.
fn lacks(image: &ImageParts<'_>, program: &str) -> bool {
    let tag = image.tag();
    let is_alpine = tag.is_some_and(|it| it.split('-').any(|it| it.starts_with("alpine")));
    let newest = matches!(tag, None | Some("latest" | "lts" | "noble"));
    let from = |major: u32| image.major().map_or(newest && !image.has_digest(), |it| it >= major);
    let downloads = matches!(program, "curl" | "wget");
    match image.name() {
        "mariadb" if program == "mysqladmin" || program == "mysql" => from(11),
        "mongo" if program == "mongo" => from(6),
        "postgres" | "redis" | "valkey/valkey" | "pgvector/pgvector" | "postgis/postgis" => {
            // Alpine's busybox brings wget.
            if is_alpine { program == "curl" } else { downloads }
        }
        "mariadb" => downloads,
        "nats" if !is_alpine => matches!(program, "sh" | "curl" | "wget" | "nc" | "bash"),
        "otel/opentelemetry-collector" | "otel/opentelemetry-collector-contrib" => {
            matches!(program, "sh" | "curl" | "wget" | "bash" | "nc")
        }
        "prom/prometheus" | "prom/alertmanager" | "prom/node-exporter" | "traefik" | "busybox" => {
            program == "curl" || program == "bash"
        }
        name => Tool::from_name(program).is_some_and(|tool| {
            let found = bases::describe(name, tag, None);
            found.is_some_and(|it| it.is_known && it.tools.has(tool) == Some(false))
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "service-healthcheck-without-program";

    fn text(image: &str, test: &str) -> String {
        format!("services:\n  a:\n    image: {image}\n    healthcheck:\n      test: {test}\n")
    }

    #[test]
    fn programs_must_be_in_the_image() {
        for (image, test, expected) in [
            ("postgres:17", "curl -f http://localhost:5432 || exit 1", "5:13 error: the healthcheck runs `curl`, which `postgres` doesn't have"),
            ("redis:8-alpine", "[CMD, curl, localhost]", "5:19 error: the healthcheck runs `curl`, which `redis` doesn't have"),
            ("mariadb", "[CMD-SHELL, 'mysqladmin ping']", "5:26 error: the healthcheck runs `mysqladmin`, which `mariadb` doesn't have"),
            ("mongo:7", "echo 1 | mongo localhost:27017/x --quiet", "5:22 error: the healthcheck runs `mongo`, which `mongo` doesn't have"),
            ("nats:2", "[CMD-SHELL, 'nats-server --version']", "5:26 error: the healthcheck needs a shell, which `nats` doesn't have"),
        ] {
            check(RULE, &text(image, test), expected);
        }
    }

    #[test]
    fn what_may_be_there_is_fine() {
        for (image, test) in [
            ("redis:8-alpine", "wget -q localhost"),
            ("mariadb:10.11", "mysqladmin ping"),
            ("mongo:5", "mongo --eval 1"),
            ("our/postgres", "curl localhost"),
            ("postgres:17", "curl x || wget y"),
            ("nats:2-alpine", "wget -q localhost:8222/healthz"),
            ("'${IMAGE}'", "curl x"),
        ] {
            check(RULE, &text(image, test), "");
        }
    }
}
