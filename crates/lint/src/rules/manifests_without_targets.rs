//! `manifests-without-targets`: cargo is run where only manifests were copied.

use plimsoll_finding::{Clause, Severity};

use crate::facts::cargo::CargoKind;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command that is run where only `Cargo.toml` and `Cargo.lock` were copied and
    /// nothing made a source file.
    ///
    /// ## Why it matters
    /// Cargo refuses a manifest that has no targets ("no targets specified in the manifest"), and a
    /// workspace whose members are missing, even for `cargo fetch`. The build stops there; behind
    /// `|| true` the step does nothing.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY Cargo.toml Cargo.lock ./
    /// RUN cargo build --release --locked
    /// COPY src src
    /// RUN cargo build --release --locked
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
    /// COPY Cargo.toml Cargo.lock ./
    /// RUN mkdir src && echo 'fn main() {}' > src/main.rs && cargo build --release --locked
    /// COPY src src
    /// RUN touch src/main.rs && cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    pub(crate) static MANIFESTS_WITHOUT_TARGETS = {
        name: "manifests-without-targets",
        clause: Clause::DependencyLayer,
        summary: "cargo is run where only manifests were copied",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

const HELP: &str = "Make a dummy first (`mkdir src && echo 'fn main() {}' > src/main.rs`) and touch \
    the real `src/main.rs` after it is copied, or use cargo-chef, which makes dummies for every \
    target.";

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let mut last_stage = None;
    for command in facts.cargo() {
        // What follows in the stage fails for the same reason.
        if last_stage == Some(command.stage) || !facts.lacks_targets(command) {
            continue;
        }
        last_stage = Some(command.stage);
        let (name, severity) = (command.name(), Severity::Warning);
        let reads_only = matches!(command.kind, CargoKind::Fetch | CargoKind::Metadata);
        let message = if reads_only && !command.tolerated {
            format!("`{name}` fails where no source is, unless `Cargo.toml` gives every target a path")
        } else if command.tolerated {
            format!("`{name}` does nothing: only manifests are here, which cargo refuses")
        } else {
            format!("`{name}` fails: only manifests are here, and no source for a target")
        };
        let report = cx.report(command.head, message).help(HELP);
        // A manifest that gives the path of each target can be read without the files.
        if reads_only || command.tolerated { report.severity(severity).done() } else { report.done() }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "manifests-without-targets";

    fn check_after_manifests(rest: &str, expected: &str) {
        let text = format!("FROM rust:1\nWORKDIR /app\nCOPY Cargo.toml Cargo.lock ./\n{rest}\n");
        check(RULE, &text, expected);
    }

    #[test]
    fn a_build_of_manifests_fails() {
        let fails = "fails: only manifests are here, and no source for a target";
        check_after_manifests("RUN cargo build", &format!("4:5 error: `cargo build` {fails}"));
        check_after_manifests(
            "RUN apt-get update && \\\n    cargo check --locked",
            &format!("5:5 error: `cargo check` {fails}"),
        );
        check_after_manifests(
            "RUN cargo fetch",
            "4:5 warning: `cargo fetch` fails where no source is, unless `Cargo.toml` gives every target a path",
        );
        check_after_manifests(
            "RUN cargo build || true",
            "4:5 warning: `cargo build` does nothing: only manifests are here, which cargo refuses",
        );
        check_after_manifests(
            "COPY build.rs rust-toolchain.toml ./\nRUN cargo build\nRUN cargo build --release",
            &format!("5:5 error: `cargo build` {fails}"),
        );
        check_after_manifests("RUN [\"cargo\", \"build\"]", &format!("4:6 error: `cargo build` {fails}"));
    }

    #[test]
    fn any_way_to_a_source_is_believed() {
        for rest in [
            "RUN mkdir src && touch src/lib.rs && cargo build",
            "RUN mkdir src && touch src/lib.rs\nRUN cargo build",
            "RUN cargo init --bin . ; cargo build",
            "RUN ./stubs.sh && cargo build",
            "COPY src src\nRUN cargo build",
            "COPY app app\nRUN cargo build",
            "COPY <<EOF src/main.rs\nfn main() {}\nEOF\nRUN cargo build",
            "RUN --mount=type=bind,source=src,target=src cargo build",
            "COPY --from=planner /app/recipe.json .\nRUN cargo chef cook",
            "RUN cargo install cargo-chef",
            "RUN cd /elsewhere && cargo build",
        ] {
            check_after_manifests(rest, "");
        }
    }

    #[test]
    fn an_unknown_base_may_hold_the_sources() {
        check(RULE, "FROM corp/builder\nCOPY Cargo.toml .\nRUN cargo build\n", "");
        check(RULE, "FROM rust:1 AS a\nRUN cargo new app\nFROM a\nWORKDIR app\nCOPY Cargo.toml .\nRUN cargo build\n", "");
    }
}
