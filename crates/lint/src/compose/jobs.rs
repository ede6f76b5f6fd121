//! Services that do something and end, as against those that serve.

use plimsoll_syntax::compose::{CommandLine, Compose, Condition, Service};

use super::comparable::is_comparable;
use super::images;

/// Words of names of services that run once.
const JOBS: &[&str] = &[
    "init",
    "setup",
    "create",
    "ready",
    "wait",
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
/// its profile is asked for, or its name, its image or its command says so.
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
        || images::of(service).is_some_and(|it| it.last() == "mc")
        || script_of(service).is_some_and(|it| ends(&it))
        || is_interactive(service)
        || is_waited_for(compose, service.name)
}

fn names_job(name: &str) -> bool {
    name.split(['-', '_', '.']).any(|it| JOBS.contains(&it))
}

/// What a shell is given to run.
fn script_of(service: &Service<'_>) -> Option<String> {
    let text = |it: &CommandLine<'_>| match it.words.last() {
        // The text of a command stands for itself where Compose stops in its midst.
        Some(last) if it.stops_at.is_none() && last.text.contains([';', '\n', '&']) => {
            last.text.to_string()
        }
        _ => it.text.map(|it| it.text.to_owned()).unwrap_or_default(),
    };
    let last =
        service.command().filter(|it| !it.words.is_empty()).or_else(|| service.entrypoint())?;
    Some(text(&last))
}

/// Whether a script comes to an end: it says `exit 0`, or waits for something and at most tells so.
fn ends(script: &str) -> bool {
    let script = script.trim_end_matches([' ', '\n', '\t', ';', '"', '\'']);
    if let Some(before) = script.strip_suffix("exit 0") {
        return before.is_empty() || before.ends_with([' ', ';', '\n', '\t', '&']);
    }
    let mut words = script.split([' ', '\n', '\t', ';', '"', '\'']);
    let loops = words.by_ref().find(|it| matches!(*it, "until" | "for" | "while"));
    let is_endless = ["while true", "while :", "while [ 1", "until false", "for (("]
        .iter()
        .any(|it| script.contains(it));
    if loops.is_none() || is_endless {
        return false;
    }
    let Some((_, rest)) = script.rsplit_once("done") else { return false };
    let mut steps = rest.split([';', '\n', '&']).map(str::trim).filter(|it| !it.is_empty());
    let is_loop_end = rest.is_empty() || rest.starts_with([' ', ';', '\n', '\t', '&']);
    is_loop_end && steps.all(|it| it == "echo" || it.starts_with("echo "))
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

#[cfg(test)]
mod tests {
    use plimsoll_syntax::yaml;

    use super::*;

    fn is(text: &str, expected: bool) {
        let text = format!("services:\n  a: {text}\n");
        let yaml = yaml::parse(&text);
        let compose = Compose::new(&yaml);
        assert_eq!(is_job(&compose, &compose.services[0]), expected, "{text}");
    }

    #[test]
    fn commands_that_end_are_jobs() {
        is("{image: 'minio/mc:1'}", true);
        is("{image: x, entrypoint: [sh, -c, 'mc mb a; exit 0']}", true);
        is("{image: x, entrypoint: /bin/sh -c \"mc mb a; exit 0;\"}", true);
        is(
            "{image: x, entrypoint: [sh, -c], command: ['until pg_isready; do sleep 1; done; echo up']}",
            true,
        );
        is("{image: x, command: [sh, -c, 'for i in 1 2; do x; done']}", true);
        is(
            "\n    image: x\n    entrypoint: >\n      /bin/sh -c \"\n      mc mb a;\n      exit 0\n      \"",
            true,
        );
    }

    #[test]
    fn commands_that_serve_are_none() {
        is("{image: x, command: [sh, -c, 'until pg_isready; do sleep 1; done; serve']}", false);
        is("{image: x, command: [sh, -c, 'while true; do x; done']}", false);
        is("{image: x, command: [sh, -c, 'trap \"exit 0\" TERM; serve']}", false);
        is("{image: x, command: serve --until done}", false);
        is("{image: 'minio/minio'}", false);
    }

    #[test]
    fn names_tell_jobs() {
        for (name, expected) in [("minio_create_buckets", true), ("db-ready", true), ("api", false)]
        {
            assert_eq!(names_job(name), expected, "{name}");
        }
    }
}
