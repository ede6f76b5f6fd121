//! Services that do something and end, as against those that serve.

use plimsoll_syntax::compose::{Compose, Condition, Service};

use super::comparable::is_comparable;

/// Words of names of services that run once.
const JOBS: &[&str] = &[
    "init",
    "setup",
    "migrate",
    "migration",
    "migrations",
    "migrator",
    "seed",
    "seeder",
    "test",
    "tests",
    "build",
    "builder",
    "bootstrap",
    "cli",
    "backup",
    "bench",
    "lint",
    "e2e",
    "createbuckets",
    "mc",
    "certs",
    "keygen",
    "installer",
    "install",
    "configure",
    "provision",
    "loader",
];

/// Whether a service is a job: others wait for its end, it never is started again, it runs only where
/// its profile is asked for, or its name says so.
pub(crate) fn is_job(compose: &Compose<'_>, service: &Service<'_>) -> bool {
    let restart = service.text("restart").map(|it| it.text);
    if matches!(restart, Some("always" | "unless-stopped")) {
        return false;
    }
    matches!(restart, Some("no" | "on-failure"))
        || restart.is_some_and(|it| it.starts_with("on-failure"))
        || service.get("restart").is_some_and(|it| it.as_bool() == Some(false))
        || service.get("profiles").is_some_and(|it| it.items().len() > 0)
        || names_job(service.name)
        || is_interactive(service)
        || is_waited_for(compose, service.name)
}

fn names_job(name: &str) -> bool {
    name.split(['-', '_', '.']).any(|it| JOBS.contains(&it))
}

/// Whether somebody sits before it, or it starts with a shell that waits.
fn is_interactive(service: &Service<'_>) -> bool {
    service.is_on("stdin_open") || service.is_on("tty")
}

/// Whether another service starts after its end.
fn is_waited_for(compose: &Compose<'_>, name: &str) -> bool {
    let waits = |it: &Service<'_>| {
        it.get("depends_on").is_some_and(plimsoll_syntax::yaml::Value::is_mapping)
            && it
                .depends_on()
                .iter()
                .any(|it| it.name.text == name && it.condition == Condition::CompletedSuccessfully)
    };
    // Nothing is asked of a service of which that isn't known.
    !is_comparable(compose) || compose.services.iter().any(waits)
}
