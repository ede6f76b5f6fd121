//! `wrong-stage-built`: a service builds a last stage that starts nothing, though another one does.

use plimsoll_finding::{Clause, Severity};

use crate::image_facts::{ImageFacts, StageFacts};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a `build` without `target` whose Dockerfile ends with a stage for tests or checks that
    /// starts nothing, while a stage before it starts a program.
    ///
    /// ## Why it matters
    /// Without `target`, the last stage is built. The service runs the tests, or ends at once.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot AS runtime
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    ///
    /// FROM builder AS test
    /// RUN cargo test --release --locked
    /// ```
    ///
    /// ## Good
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build:
    ///       context: .
    ///       target: runtime
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot AS runtime
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    ///
    /// FROM builder AS test
    /// RUN cargo test --release --locked
    /// ```
    pub(crate) static WRONG_STAGE_BUILT = {
        name: "wrong-stage-built",
        clause: Clause::MultiStage,
        summary: "a service builds a last stage that starts nothing, though another one does",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

/// Names of stages that are built for what happens in the build.
const CHECKS: &[&str] = &[
    "test", "tests", "testing", "unit-test", "lint", "linter", "check", "checks", "ci", "fmt", "bench",
    "coverage", "docs", "clippy", "audit",
];

/// What such stages run.
const COMMANDS: &[&str] = &[
    "cargo test", "cargo clippy", "cargo fmt", "cargo bench", "cargo nextest", "cargo audit",
    "cargo deny", "npm test", "yarn test", "go test", "pytest",
];

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let Some(build) = service.build() else { continue };
        let is_started = service.command().is_some() || service.entrypoint().is_some();
        if build.target().is_some() || is_started || CHECKS.contains(&service.name) {
            continue;
        }
        let Some(found) = cx.service_image(service) else { continue };
        let Some(image) = cx.image_of(service) else { continue };
        let Some((last, other)) = stages(&image) else { continue };
        let name = |it: &StageFacts| it.name.as_ref().map_or("without a name".to_owned(), |it| format!("`{it}`"));
        let message = format!("`{}` builds the stage {}, which starts nothing", service.name, name(last));
        let help = match &other.name {
            Some(name) => format!("Set `target: {name}`, or put that stage last."),
            None => "Put the stage that starts the program last, or name it and set `target`.".to_owned(),
        };
        let span = build.context().map_or(found.build.origin.span, |it| it.span);
        cx.report(span, message)
            .help(help)
            .related_in(image.name.clone(), image.place(last.span), "the last stage")
            .done();
    }
}

/// The last stage, if it is no image to run, and the last one before it that is.
fn stages(image: &ImageFacts) -> Option<(&StageFacts, &StageFacts)> {
    let (last, before) = image.stages.split_last()?;
    let is_check = last.name.as_deref().is_some_and(|it| CHECKS.contains(&&*it.to_ascii_lowercase()))
        || last.runs.last().is_some_and(|it| COMMANDS.contains(&it.as_str()));
    if last.starts || !is_check {
        return None;
    }
    Some((last, before.iter().rev().find(|it| it.starts)?))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const RULE: &str = "wrong-stage-built";
    const BUILD: &str = "FROM rust:1 AS build\nRUN cargo build\nFROM debian:12 AS run\nCMD [\"x\"]\n";

    #[track_caller]
    fn check(service: &str, last: &str, expected: &str) {
        let compose = format!("services:\n  a: {{{service}}}\n");
        let dockerfile = format!("{BUILD}{last}");
        check_project(RULE, &[("compose.yaml", &compose), ("Dockerfile", &dockerfile)], expected);
    }

    #[test]
    fn tests_at_the_end_are_built_by_mistake() {
        check("build: .", "FROM build AS test\nRUN cargo test\n", "2:14 warning: `a` builds the stage `test`, which starts nothing");
        check("build: {}", "FROM build\nRUN cargo clippy\n", "2:7 warning: `a` builds the stage without a name, which starts nothing");
    }

    #[test]
    fn other_stages_and_services_are_left_alone() {
        let test = "FROM build AS test\nRUN cargo test\n";
        check("build: {target: run}", test, "");
        check("build: ., command: x", test, "");
        check("build: .", "FROM run AS test\n", "");
        check("build: .", "FROM build AS test\nCMD [\"cargo\", \"test\"]\n", "");
        check("build: .", "FROM nginx AS web\n", "");
        check_project(RULE, &[("compose.yaml", "services: {test: {build: .}}\n"), ("Dockerfile", &format!("{BUILD}{test}"))], "");
    }
}
