//! `source-before-dependencies`: the sources are copied before the dependencies are compiled.

use plimsoll_finding::{Clause, Severity};

use crate::facts::cargo::{CargoCommand, CargoKind};
use crate::facts::copies::Copied;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `COPY` of the sources that stands before the only `cargo build`, with no step
    /// before it that compiles the dependencies: neither cargo-chef nor a build with a dummy
    /// `main.rs`. A cache mount over the target directory, or sccache, serves as well.
    ///
    /// ## Why it matters
    /// A layer is built again when anything changes that was copied before it. With the sources in
    /// front, each edited line compiles every dependency anew, which is most of the work.
    ///
    /// ## Bad
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
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM lukemathwalker/cargo-chef:0.1.72-rust-1.89-bookworm AS chef
    /// WORKDIR /app
    ///
    /// FROM chef AS planner
    /// COPY . .
    /// RUN cargo chef prepare --recipe-path recipe.json
    ///
    /// FROM chef AS builder
    /// COPY --from=planner /app/recipe.json recipe.json
    /// RUN cargo chef cook --release --locked --recipe-path recipe.json
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    pub(crate) static SOURCE_BEFORE_DEPENDENCIES = {
        name: "source-before-dependencies",
        clause: Clause::DependencyLayer,
        summary: "the sources are copied before the dependencies are compiled",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

const HELP: &str = "Compile the dependencies in a layer of their own before the sources come, with \
    cargo-chef or a dummy `main.rs`, or give the build a cache mount over its target directory and \
    copy the program out in the same RUN.";

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let mut reported = Vec::new();
    for build in facts.cargo().iter().filter(|it| it.kind.builds()) {
        let Some(copied) = copied_too_early(facts, build) else { continue };
        if reported.contains(&copied.span) {
            continue;
        }
        reported.push(copied.span);
        let message = format!(
            "`{}` is copied before `{}`, so every change of the sources compiles all dependencies again",
            copied.source,
            build.name()
        );
        cx.report(copied.span, message).help(HELP).related(build.head, "compiled here").done();
    }
}

/// The sources that are copied before a build that nothing has prepared.
pub(super) fn copied_too_early(facts: &Facts<'_>, build: &CargoCommand) -> Option<Copied> {
    let copied = facts.source_copies(build).into_iter().next()?;
    let before = facts.cargo_before(build);
    // A fetch ahead of the sources is another rule's.
    let prepared = before.iter().any(|it| {
        let ahead = it.index < copied.index;
        it.kind == CargoKind::Cook || ahead && (it.kind.makes_layer() || it.kind == CargoKind::Fetch)
    });
    if prepared || facts.keeps_results(build) || facts.has_foreign_results(build) {
        return None;
    }
    // The build is of something else that was brought here in another way.
    let clones = |it: usize| facts.run_mentions(it, &["git clone", "git init", "git fetch"]);
    let cloned = facts.before(build.stage, build.index + 1).into_iter().any(clones);
    let hidden = before_sources_runs_scripts(facts, build, &copied);
    (!cloned && !hidden).then_some(copied)
}

/// Whether a script or tool that can't be looked into runs between manifests and sources.
fn before_sources_runs_scripts(facts: &Facts<'_>, build: &CargoCommand, copied: &Copied) -> bool {
    let steps = facts.before(build.stage, copied.index);
    let manifest = |it: &&usize| {
        let names = ["Cargo.toml", "Cargo.lock", "Cargo.", "recipe.json"];
        facts.copied(**it).iter().any(|it| names.iter().any(|name| it.source.contains(name)))
    };
    let Some(first) = steps.iter().find(manifest) else { return false };
    steps.iter().filter(|it| *it > first).any(|it| {
        facts.run_mentions(*it, &["./", ".sh", "make ", "just ", "cook", "cargo-"])
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "source-before-dependencies";
    const FOUND: &str = "so every change of the sources compiles all dependencies again";

    #[test]
    fn the_first_copy_of_sources_is_reported_once_for_all_builds() {
        check(
            RULE,
            "FROM rust:1\nWORKDIR /app\nCOPY Cargo.toml Cargo.lock ./\nCOPY ./crates/ crates/\nCOPY src src\n\
             RUN cargo build --release --bin a\nRUN cargo build --release --bin b\n",
            &format!("4:6 warning: `./crates/` is copied before `cargo build`, {FOUND}"),
        );
        check(
            RULE,
            "FROM rust:1\nADD . /app\nRUN cd /app && cargo +nightly install --path cli --locked\n",
            &format!("2:5 warning: `.` is copied before `cargo install`, {FOUND}"),
        );
        check(
            RULE,
            "FROM rust:1 AS base\nWORKDIR /app\nCOPY . .\nFROM base\nRUN <<EOF\nset -e\ncargo build --release\nEOF\n",
            &format!("3:6 warning: `.` is copied before `cargo build`, {FOUND}"),
        );
        check(
            RULE,
            "FROM rust:1\nWORKDIR /usr/src/cli\nCOPY ./cli /usr/src/cli\nCOPY Cargo.toml /usr/src/\nRUN [\"cargo\", \"build\"]\n",
            &format!("3:6 warning: `./cli` is copied before `cargo build`, {FOUND}"),
        );
        check(
            RULE,
            "FROM rust:1\nCOPY . .\nRUN cargo fetch\nRUN cargo auditable build --release\n",
            &format!("2:6 warning: `.` is copied before `cargo build`, {FOUND}"),
        );
    }

    #[test]
    fn dependencies_compiled_ahead_of_the_sources_are_fine() {
        for before in [
            "COPY Cargo.toml .\nRUN mkdir src && echo 'fn main() {}' > src/main.rs && cargo build",
            "COPY --from=planner /r/recipe.json .\nRUN cargo chef cook --release",
            "COPY Cargo.lock .\nRUN ./build-dependencies.sh",
            "COPY --from=dependencies /app/target target",
        ] {
            let text = format!(
                "FROM rust:1 AS planner\nFROM rust:1 AS dependencies\nFROM rust:1\nWORKDIR /app\n{before}\nCOPY . .\nRUN cargo build\n"
            );
            check(RULE, &text, "");
        }
    }

    #[test]
    fn results_that_outlive_the_layer_are_fine() {
        for run in [
            "--mount=type=cache,target=/app/target cargo build && cp target/debug/a /a",
            "--mount=type=cache,target=./target cargo build && cp target/debug/a /a",
            "--mount=type=cache,dst=/t CARGO_TARGET_DIR=/t cargo build && cp /t/debug/a /a",
            "--mount=type=cache,target=/sccache RUSTC_WRAPPER=sccache cargo build",
        ] {
            check(RULE, &format!("FROM rust:1\nWORKDIR /app\nCOPY . .\nRUN {run}\n"), "");
        }
    }

    #[test]
    fn what_is_not_the_project_is_left_alone() {
        for rest in [
            "COPY . .\nRUN cargo test",
            "COPY . .\nRUN cargo install --locked sqlx-cli",
            "COPY . /docs\nRUN cd /build && cargo build",
            "COPY entrypoint.sh /\nRUN git clone https://example.com/a && cd a && cargo build",
            "COPY --from=other /src /src\nRUN cargo build",
            "RUN --mount=type=bind,target=. cargo build",
        ] {
            check(RULE, &format!("FROM rust:1\nWORKDIR /app\n{rest}\n"), "");
        }
    }
}
