//! `unknown-build-stage`: a service builds a stage that its Dockerfile doesn't have.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::Build;

use crate::compose::sources::is_literal;
use crate::rule::declare_rule;
use crate::spelling::closest;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a `target` that is no stage of the service's Dockerfile.
    ///
    /// ## Why it matters
    /// The build fails: `target stage "…" could not be found`.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build:
    ///       context: .
    ///       target: runtme
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
    /// ```
    pub(crate) static UNKNOWN_BUILD_STAGE = {
        name: "unknown-build-stage",
        clause: Clause::MultiStage,
        summary: "a service builds a stage that its Dockerfile doesn't have",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let mut seen = BTreeSet::new();
    for service in &cx.facts.compose.services {
        let Some(target) = service.build().as_ref().and_then(Build::target) else { continue };
        let Some(image) = cx.service_image(service).and_then(|it| it.image) else { continue };
        let is_number = target.text.bytes().all(|it| it.is_ascii_digit());
        if image.has_target() || image.is_broken || is_number || !is_literal(target.text) {
            continue;
        }
        // Services may share a build by an anchor, or extend one another.
        if !seen.insert(target.span) {
            continue;
        }
        let message = format!("`{}` has no stage `{}`", image.name, target.text);
        let names: Vec<&str> = image.stage_names().collect();
        let help = match (closest(target.text, names.iter().copied()), &names[..]) {
            (Some(meant), _) => format!("Did you mean `{meant}`?"),
            (None, []) => "Its stages have no names: name one with `FROM … AS …`.".to_owned(),
            (None, names) => format!("Its stages are `{}`.", names.join("`, `")),
        };
        let from = image.stages.last().and_then(|it| image.place(it.span));
        cx.report(target.span, message)
            .help(help)
            .related_in(image.name.clone(), from, "the last stage begins here")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const RULE: &str = "unknown-build-stage";
    const DOCKERFILE: &str = "FROM a AS build\nFROM b AS Runtime\n";

    #[test]
    fn stages_are_looked_up_in_any_case() {
        let compose = "services:\n  a: {build: {target: runtime}}\n  b: {build: {target: BUILD}}\n  c: {build: {context: ., target: prod}}\n  d: {build: {target: '0'}}\n  e: {build: {target: '${T:-x}'}}\n  f: {build: {context: ., target: ''}}\n";
        check_project(
            RULE,
            &[("compose.yaml", compose), ("Dockerfile", DOCKERFILE)],
            "4:35 error: `Dockerfile` has no stage `prod`",
        );
    }

    #[test]
    fn inherited_builds_and_inline_dockerfiles_count() {
        let compose = "x-b: &b {context: ., target: tst}\nservices:\n  a: {build: *b}\n  b:\n    build:\n      dockerfile_inline: |\n        FROM a AS x\n      target: y\n";
        check_project(
            RULE,
            &[("compose.yaml", compose), ("Dockerfile", DOCKERFILE)],
            "1:30 error: `Dockerfile` has no stage `tst`\n8:15 error: `compose.yaml` has no stage `y`",
        );
    }

    #[test]
    fn a_dockerfile_that_cannot_be_read_has_any_stage() {
        let compose = "services:\n  a: {build: {target: x}}\n";
        check_project(RULE, &[("compose.yaml", compose), ("Dockerfile", "FROM a AS\n")], "");
        check_project(RULE, &[("compose.yaml", compose), ("Other", "")], "");
    }
}
