//! `unreachable-stage`: no build needs a stage.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Base, Command, Keyword, Stage, StageUse};

use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a stage that the final one does not need: nothing copies from it or builds on it.
    ///
    /// Stages that are built by name (`docker build --target`) are left alone: those with a name
    /// that is no usual name of a builder, and those that start a program. So are stages that a
    /// variable in `FROM` may choose, and those that a Compose file, a bake file or a workflow builds.
    ///
    /// ## Why it matters
    /// BuildKit skips such a stage, so what it does, checks or compiles is not done, whatever the file
    /// says. Often a `COPY --from` names the wrong stage.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY target/release/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    pub(crate) static UNREACHABLE_STAGE = {
        name: "unreachable-stage",
        clause: Clause::MultiStage,
        summary: "no build needs a stage",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["tally/no-unreachable-stages"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// Names of stages that others take from.
const BUILDERS: &[&str] = &[
    "builder", "build", "build-env", "build-stage", "compile", "compiler", "deps", "dependencies",
    "planner",
];

/// With more stages than this none is held against the others.
const MOST_STAGES: usize = 500;

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let stages = &facts.stages.all;
    // A broken instruction may be what names the stage.
    let broken = || facts.file.instructions.iter().any(|it| matches!(it.command, Command::Broken));
    if stages.len() > MOST_STAGES || stages.iter().all(|it| it.reachable) || broken() {
        return;
    }
    let needed = |stage: &Stage<'_>| {
        stages.iter().any(|it| {
            it.index != stage.index
                && (it.base == Base::Stage(stage.index)
                    || it.uses.iter().any(|it: &StageUse| it.stage == stage.index))
        })
    };
    for stage in stages.iter().filter(|it| !it.reachable) {
        // What only such a stage needs goes with it.
        if needed(stage) || is_target(stage) || may_be_chosen(facts, stage) {
            continue;
        }
        if cx.surroundings().is_some_and(|it| it.build_needs(facts, stage.index)) {
            continue;
        }
        let message = match &stage.from.name {
            Some(name) => format!("the final stage does not need the stage `{}`", name.text),
            None => format!("nothing can need stage {}: it has no name", stage.index),
        };
        let span = stage.from.name.as_ref().map_or(stage.from.image.span, |it| it.span);
        let help = "Take it out, or copy from it what the final stage needs.";
        let report = cx.report(span, message).help(help);
        // Somebody may build it by its name.
        match stage.name {
            Some(_) => report.severity(Severity::Note).done(),
            None => report.done(),
        }
    }
}

/// Whether a stage looks like one that is built for itself.
fn is_target(stage: &Stage<'_>) -> bool {
    let starts = stage
        .body
        .iter()
        .any(|it| matches!(it.kind, Keyword::Entrypoint | Keyword::Cmd | Keyword::Healthcheck));
    let named = stage.name.as_deref().is_some_and(|it| !BUILDERS.contains(&it));
    starts && stage.name.is_some() || named
}

/// Whether a variable in a `FROM` or `COPY --from` may name the stage.
fn may_be_chosen(facts: &Facts<'_>, stage: &Stage<'_>) -> bool {
    let number = stage.index.to_string();
    let name = stage.name.as_deref().unwrap_or(&number);
    let fits = |text: &str| {
        let Some(start) = text.find('$') else { return false };
        let end = text.rfind('}').map_or_else(
            || {
                let rest = &text[start + 1..];
                let length =
                    rest.find(|it: char| !(it.is_ascii_alphanumeric() || it == '_'));
                start + 1 + length.unwrap_or(rest.len())
            },
            |it| it + 1,
        );
        let suffix = text.get(end..).unwrap_or_default().to_ascii_lowercase();
        name.starts_with(&text[..start].to_ascii_lowercase()) && name.ends_with(&*suffix)
    };
    // A tag or a path with a slash can't be a stage's.
    let froms = facts.stages.all.iter().map(|it| &*it.from.image.text);
    froms.filter(|it| !it.contains('/') || it.starts_with('$')).any(fits)
        || facts.stages.all.iter().flat_map(|it| it.body).any(|it| {
            let flag = it.flag("from").and_then(|it| it.value.as_ref());
            flag.is_some_and(|it| fits(&it.text))
        })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_project};

    const RULE: &str = "unreachable-stage";

    #[test]
    fn what_a_file_builds_is_needed() {
        let dockerfile = "FROM rust:1 AS deps\nFROM deps AS builder\nFROM alpine AS build\nFROM alpine\n";
        let note = |place: &str, name: &str| {
            format!("{place} note: the final stage does not need the stage `{name}`")
        };
        let [first, second] = [note("2:14", "builder"), note("3:16", "build")];
        check_project(RULE, &[("Dockerfile", dockerfile)], &format!("{first}\n{second}"));
        let compose = "services:\n  a: {build: {target: Builder}}\n  b: {build: .}\n";
        check_project(RULE, &[("Dockerfile", dockerfile), ("compose.yaml", compose)], &second);
        let workflow = "jobs:\n  a:\n    steps:\n      - run: docker build --target ${{ inputs.stage }} .\n";
        check_project(RULE, &[("Dockerfile", dockerfile), (".github/workflows/a.yml", workflow)], "");
    }

    #[test]
    fn a_stage_without_a_name_is_dead() {
        check(
            RULE,
            "FROM rust:1\nRUN cargo test\nFROM alpine\nCMD [\"/a\"]\n",
            "1:6 warning: nothing can need stage 0: it has no name",
        );
    }

    #[test]
    fn a_builder_that_nothing_takes_from_is_noted_once() {
        check(
            RULE,
            "FROM rust:1 AS base\nFROM base AS planner\nRUN a\nFROM base AS builder\nCOPY --from=planner /a /\nFROM alpine\n",
            "4:14 note: the final stage does not need the stage `builder`",
        );
    }

    #[test]
    fn stages_built_by_name_are_left_alone() {
        for text in [
            "FROM rust:1 AS builder\nFROM builder AS test\nRUN cargo test\nFROM alpine\nCOPY --from=builder /a /a\n",
            "FROM rust:1 AS b\nFROM alpine AS server\nCOPY --from=b /s /s\nFROM alpine AS worker\nCOPY --from=b /w /w\n",
            "FROM rust:1 AS builder\nCMD [\"a\"]\nFROM alpine\n",
            "FROM rust:1 AS builder\nFROM builder AS lint\nRUN cargo clippy\nFROM alpine\n",
        ] {
            check(RULE, text, "");
        }
    }

    #[test]
    fn a_variable_may_choose_a_stage() {
        for text in [
            "ARG GPU=cpu\nFROM debian AS base\nFROM ubuntu AS build\nFROM $GPU\n",
            "ARG WHICH=a\nFROM debian AS build-env\nFROM debian AS build-stage\nFROM build-${WHICH}\n",
            "FROM debian AS build\nFROM debian\nCOPY --from=$X /a /a\n",
            "FROM --platform=linux/amd64 debian\nFROM ${TARGETARCH}\n",
        ] {
            check(RULE, text, "");
        }
        check(
            RULE,
            "ARG V=1\nFROM rust:1 AS builder\nFROM corp/a:$V\n",
            "2:16 note: the final stage does not need the stage `builder`",
        );
    }

    #[test]
    fn numbers_and_mounts_reach_a_stage() {
        check(RULE, "FROM rust:1\nFROM alpine\nCOPY --from=0 /a /a\n", "");
        check(RULE, "FROM rust:1 AS builder\nFROM alpine\nRUN --mount=from=builder,target=/b cp /b/a /\n", "");
    }
}
