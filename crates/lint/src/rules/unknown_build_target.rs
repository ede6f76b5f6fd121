//! `unknown-build-target`: a workflow builds a stage that the Dockerfile doesn't have.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{self, Stages};

use crate::rule::declare_rule;
use crate::workflow::files::built;
use crate::workflow::matrix::expand;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports `target` of a build in a workflow that names no stage of the Dockerfile.
    ///
    /// ## Why it matters
    /// The build ends with "target stage could not be found". Often a stage got another name and the
    /// workflow kept the old one.
    ///
    /// ## Bad
    /// ```yaml .github/workflows/image.yml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           target: release
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// FROM gcr.io/distroless/cc-debian13:nonroot AS runtime
    /// ```
    ///
    /// ## Good
    /// ```yaml .github/workflows/image.yml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           target: runtime
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// FROM gcr.io/distroless/cc-debian13:nonroot AS runtime
    /// ```
    pub(crate) static UNKNOWN_BUILD_TARGET = {
        name: "unknown-build-target",
        clause: Clause::MultiStage,
        summary: "a workflow builds a stage that the Dockerfile doesn't have",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        workflow: check,
    }
}

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some((containers, place)) = facts.containers().zip(cx.place()) else { return };
    for (job, act, build) in containers.builds() {
        let Some(target) = &build.target else { continue };
        let files = built(place, job, act, build);
        // With several files it isn't known which stage is that of which.
        let [file] = &*files else { continue };
        let Some(text) = &file.text else { continue };
        let parsed = dockerfile::parse(text);
        let stages = Stages::new(&parsed);
        let exists = |name: &str| {
            let by_number = name.parse::<usize>().is_ok_and(|it| it < stages.all.len());
            by_number || stages.named(name, stages.all.len()).is_some()
        };
        let names = expand(job.job, target);
        let Some(name) = names.iter().find(|it| !it.contains('$') && !exists(it)) else { continue };
        let known: Vec<String> =
            stages.all.iter().filter_map(|it| it.name.as_ref()).map(|it| format!("`{it}`")).collect();
        let help = if known.is_empty() {
            "None of its stages has a name.".to_owned()
        } else {
            format!("Its stages are {}.", known.join(", "))
        };
        let message = format!("`{}` has no stage `{name}`", file.shown);
        cx.report(target.span, message)
            .help(help)
            .related_in(file.name.clone(), stages.last().map(|it| it.instruction.span), "the last stage")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const RULE: &str = "unknown-build-target";

    #[track_caller]
    fn check(step: &str, expected: &str) {
        let text = format!(
            "jobs:\n  a:\n    strategy: {{matrix: {{t: [api, web]}}}}\n    steps:\n      - uses: actions/checkout@v7\n      - {step}\n"
        );
        let dockerfile = "FROM a AS Base\nFROM base AS api\nFROM $X AS web\n";
        check_project(RULE, &[(".github/workflows/a.yml", &text), ("Dockerfile", dockerfile)], expected);
    }

    #[test]
    fn stages_that_are_not_there_are_reported() {
        check("run: docker build --target release .", "6:36 error: `Dockerfile` has no stage `release`");
        check(
            "uses: docker/build-push-action@v7\n        with: {target: \"x-${{ matrix.t }}\"}",
            "7:25 error: `Dockerfile` has no stage `x-api`",
        );
    }

    #[test]
    fn stages_that_are_there_or_unknown_are_left_alone() {
        check("run: docker build --target API .", "");
        check("run: docker build --target 1 .", "");
        check("run: docker build --target $T .", "");
        check("uses: docker/build-push-action@v7\n        with: {target: \"${{ matrix.t }}\"}", "");
        check("run: docker build --target release other", "");
    }
}
