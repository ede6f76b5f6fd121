//! What a Compose file is for: people to develop and test with, or a machine to serve from.
//!
//! Hardening and limits are asked for where a file serves; nobody wants them for the database beside
//! an editor. The name of the file decides, and what is in it where the name says nothing.

use plimsoll_syntax::compose::{CommandLine, Compose, MountKind, Service, Text};

use super::comparable::is_comparable;
use super::images::{self, Role};

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To develop, test or try something.
    Development,
    /// To serve, as far as one can see.
    Production,
    /// Nothing tells.
    Unknown,
}

const DEVELOPMENT: &[&str] = &[
    "dev",
    "devel",
    "develop",
    "development",
    "local",
    "override",
    "test",
    "tests",
    "testing",
    "ci",
    "e2e",
    "debug",
    "demo",
    "example",
    "examples",
    "sample",
    "bench",
    "benchmark",
    "benchmarks",
    "devcontainer",
    "integration",
    "mock",
    "coverage",
    "profiling",
    "sandbox",
    "devnet",
    "playground",
];

const PRODUCTION: &[&str] = &["prod", "production", "staging", "deploy", "deployment", "swarm"];

/// Words of a command that start something to develop with.
const WATCHES: &[&str] = &[
    "watch",
    "--reload",
    "--watch",
    "nodemon",
    "runserver",
    "start:dev",
    "dev",
    "cargo",
    "test",
    "tests",
    "pytest",
    "jest",
    "air",
    "webpack-dev-server",
    "livereload",
    "--debug",
];

impl Purpose {
    /// Whether it is [`Purpose::Production`].
    pub(crate) fn is_production(self) -> bool {
        self == Self::Production
    }

    /// Whether it is [`Purpose::Development`].
    pub(crate) fn is_development(self) -> bool {
        self == Self::Development
    }

    pub(super) fn of(path: &str, compose: &Compose<'_>) -> Self {
        Self::by_name(path).unwrap_or_else(|| Self::by_content(compose))
    }

    /// What the name of a file says, and those of its directories. An absolute path begins with
    /// directories that are no part of the project: of those the last one counts.
    fn by_name(path: &str) -> Option<Self> {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (above, directory) = directory.rsplit_once('/').unwrap_or(("", directory));
        let above = if path.starts_with('/') { "" } else { above };
        let nearest = [name, directory].iter().find_map(|it| {
            if has_word(it, DEVELOPMENT) {
                Some(Self::Development)
            } else {
                has_word(it, PRODUCTION).then_some(Self::Production)
            }
        });
        // What lies deep in a directory of tests is for tests; a directory `deploy` holds many things.
        let is_far = || above.split('/').any(|it| has_word(it, DEVELOPMENT));
        nearest.or_else(|| is_far().then_some(Self::Development))
    }

    fn by_content(compose: &Compose<'_>) -> Self {
        if !is_comparable(compose) {
            return Self::Unknown;
        }
        let says = |wanted| compose.services.iter().any(|it| says(it) == Some(wanted));
        if says(Self::Production) {
            return Self::Production;
        }
        if says(Self::Development) {
            return Self::Development;
        }
        // Databases and brokers alone are what somebody's program needs while it is written.
        let is_backing = |it: &Service<'_>| {
            !it.is_built() && images::role_of(it).is_some_and(|it| it == Role::Store)
        };
        if !compose.services.is_empty() && compose.services.iter().all(is_backing) {
            return Self::Development;
        }
        if compose.services.iter().any(|it| !is_backing(it) && stays(it)) {
            return Self::Production;
        }
        Self::Unknown
    }
}

/// Whether a service is started again whatever happens, or asks a cluster for something.
fn stays(service: &Service<'_>) -> bool {
    let policy = service.text("restart").map(|it| it.text);
    matches!(policy, Some("always" | "unless-stopped"))
        || service.get("deploy").is_some_and(|it| {
            ["replicas", "update_config", "placement", "mode"]
                .iter()
                .any(|key| it.get(key).is_some())
        })
}

/// Whether a name has one of some words among its parts.
fn has_word(name: &str, words: &[&str]) -> bool {
    let mut parts = name.split(['.', '-', '_']);
    parts.any(|part| words.iter().any(|it| it.eq_ignore_ascii_case(part)))
}

/// Services that are there for people who develop or test.
const HELPERS: &[&str] = &[
    "sut",
    "test",
    "tests",
    "e2e",
    "cypress",
    "playwright",
    "mailhog",
    "mailpit",
    "mailcatcher",
    "devcontainer",
    "localstack",
    "adminer",
    "phpmyadmin",
    "pgadmin",
    "pgadmin4",
    "dynamodb-local",
    "azurite",
    "fake-gcs-server",
    "standalone-chrome",
    "standalone-firefox",
    "wiremock",
    "mockserver",
    "locust",
    "k6",
];

/// What a service alone says of its file.
fn says(service: &Service<'_>) -> Option<Purpose> {
    match environment(service) {
        None => {}
        stated => return stated,
    }
    if HELPERS.contains(&service.name)
        || images::of(service).is_some_and(|it| HELPERS.contains(&it.last()))
    {
        return Some(Purpose::Development);
    }
    if service.get("develop").is_some_and(|it| !it.is_null()) || mounts_sources(service) {
        return Some(Purpose::Development);
    }
    let is_built_to_develop = service.build().is_some_and(|it| {
        let is_path = |it: &Text<'_>| !it.text.contains("://");
        let says = |it: Text<'_>| it.text.split('/').any(|it| has_word(it, DEVELOPMENT));
        [it.target(), it.dockerfile(), it.context().filter(is_path)].into_iter().flatten().any(says)
    });
    if is_built_to_develop {
        return Some(Purpose::Development);
    }
    if service.entrypoint().is_some_and(|it| idles(&it)) {
        return Some(Purpose::Development);
    }
    let command = service.command()?;
    let mut words = command.words.iter().flat_map(|it| it.text.split_ascii_whitespace());
    (idles(&command) || words.any(|it| WATCHES.contains(&it))).then_some(Purpose::Development)
}

/// Whether a command only keeps the container there, for people to work in.
fn idles(command: &CommandLine<'_>) -> bool {
    let words = command.words.iter().flat_map(|it| it.text.split_ascii_whitespace());
    let words: Vec<&str> = words.collect();
    words.ends_with(&["tail", "-f", "/dev/null"])
        || words.ends_with(&["tail", "-F", "/dev/null"])
        || words.ends_with(&["sleep", "infinity"])
}

/// What `NODE_ENV` and its kin say.
fn environment(service: &Service<'_>) -> Option<Purpose> {
    service.get("environment")?;
    service.environment().iter().find_map(|it| {
        let name = it.name.text;
        let is_stage = name == "ENV" || name.ends_with("_ENV") || name.ends_with("ENVIRONMENT");
        let value = it.value.filter(|_| is_stage)?;
        let is = |words: &[&str]| words.iter().any(|it| it.eq_ignore_ascii_case(value.text));
        if is(&["production", "prod", "staging"]) {
            Some(Purpose::Production)
        } else {
            let words = ["development", "dev", "local", "test", "testing"];
            is(&words).then_some(Purpose::Development)
        }
    })
}

/// Whether the directory that the image is built from, or one of sources, is mounted into it; where
/// the image is pulled, the directory of the file itself.
fn mounts_sources(service: &Service<'_>) -> bool {
    if service.get("volumes").is_none() {
        return false;
    }
    let is_built = service.is_built();
    let build = service.build();
    let context = build.as_ref().and_then(plimsoll_syntax::compose::Build::context);
    let context = context.map_or(".", |it| plain(it.text));
    let is_source = |source: Text<'_>| {
        let source = plain(source.text);
        let last = source.rsplit('/').next().unwrap_or_default();
        matches!(source, "." | "..") || is_built && (source == context || is_source_directory(last))
    };
    service
        .volumes()
        .iter()
        .any(|it| it.kind == MountKind::Bind && it.source.is_some_and(is_source))
}

fn is_source_directory(name: &str) -> bool {
    matches!(name, "src" | "app" | "lib" | "crates" | "tests" | "Cargo.toml" | "package.json")
}

/// A path without `./` before and `/` behind it.
fn plain(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    match path.strip_prefix("./") {
        Some("") => ".",
        Some(rest) => rest,
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::yaml;

    use super::Purpose::{self, Development, Production, Unknown};
    use crate::ComposeFacts;

    #[track_caller]
    fn is(path: &str, text: &str, expected: Purpose) {
        let yaml = yaml::parse(text);
        assert_eq!(yaml.errors, []);
        assert_eq!(
            Purpose::of(path, &ComposeFacts::new(&yaml).compose),
            expected,
            "{path}: {text}"
        );
    }

    #[test]
    fn names_decide() {
        let text = "services: {a: {image: a, restart: always}}";
        is("compose.dev.yaml", text, Development);
        is("docker-compose.override.yml", text, Development);
        is("x/tests/compose.yaml", text, Development);
        is("tests/compose.prod.yaml", text, Production);
        is("tests/load/x/compose.yaml", text, Development);
        is("tests/deploy/compose.yaml", text, Production);
        is("/home/dev/x/compose.yaml", text, Production);
        is("compose-production.yml", "services: {a: {build: ., volumes: ['.:/app']}}", Production);
    }

    #[test]
    fn sources_and_watchers_are_for_development() {
        for text in [
            "services: {a: {build: ., volumes: ['.:/app'], restart: always}}",
            "services: {a: {build: {context: ./web}, volumes: ['./web/:/app']}}",
            "services: {a: {build: {context: ., target: dev}}}",
            "services: {a: {image: x, command: npm run dev}}",
            "services: {a: {image: x, environment: [NODE_ENV=development]}}",
            "services: {a: {build: ., develop: {watch: []}}}",
            "services: {a: {image: rust, volumes: ['.:/src'], restart: always}}",
            "services: {a: {image: x, command: tail -f /dev/null, restart: always}}",
            "services: {a: {image: x, entrypoint: [sleep, infinity], restart: always}}",
            "services: {a: {build: {context: ., dockerfile: tests/load/Dockerfile}, restart: always}}",
            "services: {a: {build: {context: ., dockerfile: Dockerfile.debug}, restart: always}}",
            "services: {a: {build: ./examples/a, restart: always}}",
            "services: {a: {image: 'locustio/locust', restart: always}}",
            "services: {db: {image: 'postgres:17', restart: always}, q: {image: 'redis:8'}}",
        ] {
            is("compose.yaml", text, Development);
        }
    }

    #[test]
    fn what_is_kept_running_serves() {
        for text in [
            "services: {a: {build: ., restart: always}}",
            "services: {a: {image: x, restart: always, volumes: ['./src:/src']}}",
            "services: {a: {build: 'https://example.com/test/x.git', restart: always}}",
            "services: {a: {image: x, deploy: {replicas: 2}}}",
            "services: {a: {image: x, environment: {RAILS_ENV: production}}}",
        ] {
            is("compose.yaml", text, Production);
        }
        for text in ["services: {a: {image: x}}", "{}", "services: {a: {build: .}}"] {
            is("compose.yaml", text, Unknown);
        }
    }
}
