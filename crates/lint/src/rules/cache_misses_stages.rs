//! `cache-misses-stages`: the cache holds only the last stage of a Dockerfile with several.

use plimsoll_finding::{Clause, Fix, Severity};
use plimsoll_syntax::dockerfile::{self, Stages};

use crate::rule::declare_rule;
use crate::workflow::builds::attribute;
use crate::workflow::files::built;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports `cache-to` without `mode=max` for a Dockerfile with several stages.
    ///
    /// ## Why it matters
    /// Unless told otherwise BuildKit writes the layers of the result alone. Those of the builder stage,
    /// where all dependencies are compiled, are not among them, and every run compiles them again.
    ///
    /// ## Bad
    /// ```yaml .github/workflows/image.yml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           cache-from: type=gha
    ///           cache-to: type=gha
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/api /usr/local/bin/
    /// ENTRYPOINT ["/usr/local/bin/api"]
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
    ///       - uses: docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           cache-from: type=gha
    ///           cache-to: type=gha,mode=max
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/api /usr/local/bin/
    /// ENTRYPOINT ["/usr/local/bin/api"]
    /// ```
    ///
    /// ## Fix safety
    /// `mode=max` is added to an input of an action. It is safe: the cache holds more, the image is the
    /// same.
    pub(crate) static CACHE_MISSES_STAGES = {
        name: "cache-misses-stages",
        clause: Clause::BuildCache,
        summary: "the cache holds only the last stage of a Dockerfile with several",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &[],
        default: true,
        workflow: check,
    }
}

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some((containers, place)) = facts.containers().zip(cx.place()) else { return };
    for (job, act, build) in containers.builds() {
        let is_small = |text: &str| {
            let kind = attribute(text, "type").unwrap_or("registry");
            kind != "inline" && !text.contains("${{") && !text.contains("mode=")
        };
        let Some(cache) = build.cache_to.iter().find(|it| is_small(&it.text)) else { continue };
        for file in built(place, job, act, build) {
            let Some(text) = &file.text else { continue };
            let parsed = dockerfile::parse(text);
            let stages = Stages::new(&parsed);
            // Of the stages that the result takes from, one must do something.
            let other = stages.all.iter().find(|it| {
                it.reachable && !it.shipped && it.each(dockerfile::Keyword::Run).next().is_some()
            });
            let Some(stage) = other.filter(|_| build.target.is_none()) else { continue };
            let name = stage.name.clone().unwrap_or_else(|| stage.index.to_string());
            let message = format!("`{}` leaves the stage `{name}` out of the cache", cache.shown());
            let input = act.step.input("cache-to").filter(|it| it.text() == cache.text);
            let whole = format!("{},mode=max", cache.text);
            let edit = input.and_then(|it| cx.edits().scalar_replaced(it.value, &whole));
            let report = cx
                .report(cache.span, message)
                .help("Add `mode=max`, which writes the layers of every stage.")
                .related_in(file.name.clone(), Some(stage.instruction.span), "the stage");
            match edit {
                Some(edit) => report.fix(Fix::safe("Write the layers of every stage", [edit])).done(),
                None => report.done(),
            }
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const RULE: &str = "cache-misses-stages";
    const STAGES: &str = "FROM a AS build\nRUN x\nFROM b\nCOPY --from=build /x /x\n";

    fn files(cache: &str, dockerfile: &str) -> [(&'static str, String); 2] {
        let text = format!(
            "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v7\n      \
             - uses: docker/build-push-action@v7\n        with: {{context: ., cache-to: '{cache}'}}\n"
        );
        [(".github/workflows/a.yml", text), ("Dockerfile", dockerfile.to_owned())]
    }

    #[track_caller]
    fn check(cache: &str, dockerfile: &str, expected: &str) {
        let files = files(cache, dockerfile);
        let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        check_project(RULE, &files, expected);
    }

    #[test]
    fn builder_stages_are_missed() {
        check("type=gha", STAGES, "6:39 warning: `type=gha` leaves the stage `build` out of the cache");
        check(
            "type=registry,ref=a/b:c",
            STAGES,
            "6:39 warning: `type=registry,ref=a/b:c` leaves the stage `build` out of the cache",
        );
    }

    #[test]
    fn whole_caches_and_single_stages_are_left_alone() {
        check("type=gha,mode=max", STAGES, "");
        check("type=inline", STAGES, "");
        check("type=gha", "FROM a\nRUN x\n", "");
        check("type=gha", "FROM a AS build\nCOPY x x\nFROM b\nCOPY --from=build /x /x\n", "");
    }
}
