//! `unlocked-build`: cargo may choose other versions than `Cargo.lock` has.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Edit, Fix, Severity, Span};

use crate::facts::cargo::CargoKind;
use crate::rule::declare_rule;
use crate::surroundings::{CargoBuild, Presence};
use crate::{Context, Facts, FixAvailability, Scope, Surroundings};

declare_rule! {
    /// ## What it does
    /// Reports `cargo build`, `cargo install` and `cargo chef cook` without `--locked` or `--frozen`.
    ///
    /// Where it is known what the build copies, only those are reported that have a `Cargo.lock` to
    /// hold to.
    ///
    /// ## Why it matters
    /// Where `Cargo.lock` doesn't fit the manifests, cargo changes it and builds versions that nobody
    /// has tested. `cargo install` of a tool ignores the tool's lock file altogether.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY . .
    /// RUN cargo build --release
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/release/server /server
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
    ///
    /// ## Fix safety
    /// Unsafe: the build fails where `Cargo.lock` is missing or doesn't fit.
    pub(crate) static UNLOCKED_BUILD = {
        name: "unlocked-build",
        clause: Clause::Pinned,
        summary: "cargo may choose other versions than `Cargo.lock` has",
        severity: Severity::Note,
        fix: FixAvailability::Sometimes,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let with_lock = cx.surroundings().map(|around| with_lock(around, facts));
    for command in facts.cargo() {
        if with_lock.as_ref().is_some_and(|it| !it.contains(&command.head)) {
            continue;
        }
        let resolves = command.kind.builds()
            || matches!(command.kind, CargoKind::Cook | CargoKind::InstallTool);
        let arguments = &command.arguments;
        // Other drivers have options of their own.
        let cargo = matches!(command.through, "" | "zigbuild" | "cross" | "xx");
        if !resolves || arguments.locked || arguments.hidden || !cargo {
            continue;
        }
        let message = format!("`{}` runs without `--locked`", command.name());
        let report = cx.report(command.head, message).help("Add `--locked`.");
        // In exec form a word is a string of its own; cargo-chef's subcommand comes later.
        if command.command.is_some() && command.kind != CargoKind::Cook {
            let edit = Edit::insert(command.head.end(), " --locked");
            report.fix(Fix::risky("Add `--locked`", [edit])).done();
        } else {
            report.done();
        }
    }
}

/// The commands that find a lock file where they run.
fn with_lock(around: &Surroundings, facts: &Facts<'_>) -> BTreeSet<Span> {
    let builds = around.cargo_builds(facts).all.iter();
    let has_lock = |it: &&CargoBuild| {
        let lock = it.workspace.lock.as_ref();
        lock.is_some_and(|lock| {
            matches!(it.presence(around, &lock.source.path), Presence::There(_))
        })
    };
    builds.filter(has_lock).filter_map(|it| Some(it.command(facts)?.head)).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed, check_project};

    const RULE: &str = "unlocked-build";

    #[test]
    fn commands_that_resolve_versions_are_reported() {
        check(
            RULE,
            "FROM rust:1\nRUN cargo install ripgrep && cargo chef cook\nRUN [\"cargo\", \"build\"]\n",
            "2:5 note: `cargo install` runs without `--locked`\n2:30 note: `cargo chef cook` runs without `--locked`\n3:6 note: `cargo build` runs without `--locked`",
        );
        for run in ["cargo build --locked", "cargo build --frozen", "cargo test", "cargo build $FLAGS", "cargo leptos build"] {
            check(RULE, &format!("FROM rust:1\nRUN {run}\n"), "");
        }
    }

    #[test]
    fn without_a_lock_file_there_is_nothing_to_hold_to() {
        let dockerfile = "FROM rust:1\nCOPY . .\nRUN cargo build\n";
        let manifest = "[package]\nname = \"a\"\nedition = \"2021\"\n";
        let files = [("Dockerfile", dockerfile), ("Cargo.toml", manifest), ("src/main.rs", "")];
        check_project(RULE, &files, "");
        let lock = [("Cargo.lock", "version = 3\n\n[[package]]\nname = \"a\"\nversion = \"0.0.0\"\n")];
        let expected = "3:5 note: `cargo build` runs without `--locked`";
        check_project(RULE, &[&files[..], &lock].concat(), expected);
        let kept_out = [(".dockerignore", "Cargo.lock\n")];
        check_project(RULE, &[&files[..], &lock, &kept_out].concat(), "");
    }

    #[test]
    fn the_option_follows_the_subcommand() {
        check_fixed(
            RULE,
            "FROM rust:1\nRUN a && \\\n  cargo +nightly build \\\n  --release\n",
            "FROM rust:1\nRUN a && \\\n  cargo +nightly build --locked \\\n  --release\n",
        );
    }
}
