//! `idle-fetch`: a layer downloads the dependencies but none compiles them.

use plimsoll_finding::{Clause, Severity};

use crate::facts::cargo::{CargoCommand, CargoKind};
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `cargo fetch` as the only step ahead of the sources: the dependencies are downloaded
    /// in a layer of their own, but compiled together with the sources.
    ///
    /// ## Why it matters
    /// Downloading is the small part. Every change of the sources compiles all dependencies again.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// RUN cargo new /app
    /// WORKDIR /app
    /// COPY Cargo.toml Cargo.lock ./
    /// RUN cargo fetch --locked
    /// COPY src src
    /// RUN cargo build --release --frozen
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// RUN cargo new /app
    /// WORKDIR /app
    /// COPY Cargo.toml Cargo.lock ./
    /// RUN cargo build --release --locked
    /// COPY src src
    /// RUN touch src/main.rs && cargo build --release --frozen
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    pub(crate) static IDLE_FETCH = {
        name: "idle-fetch",
        clause: Clause::DependencyLayer,
        summary: "a layer downloads the dependencies but none compiles them",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

const HELP: &str = "Compile the dependencies there: `cargo build` with a dummy `src/main.rs` in the \
    profile of the real build, or cargo-chef.";

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let mut reported = Vec::new();
    for build in facts.cargo().iter().filter(|it| it.kind.builds()) {
        let Some(fetch) = idle(facts, build) else { continue };
        if reported.contains(&fetch.span) {
            continue;
        }
        reported.push(fetch.span);
        let message = "`cargo fetch` compiles nothing, so every change of the sources compiles all \
            dependencies again";
        cx.report(fetch.head, message).help(HELP).related(build.head, "compiled here").done();
    }
}

/// The fetch ahead of a build's sources, if it is all that is done there.
fn idle<'f>(facts: &'f Facts<'_>, build: &'f CargoCommand) -> Option<&'f CargoCommand> {
    let before = facts.cargo_before(build);
    let fetch = before.iter().rev().find(|it| it.kind == CargoKind::Fetch)?;
    let copied = facts.source_copies(build).into_iter().find(|it| it.index > fetch.index)?;
    let compiled = before.iter().any(|it| {
        it.kind == CargoKind::Cook || it.kind.makes_layer() && it.index < copied.index
    });
    // With the sources already there when it fetches, their copy is what comes too early.
    let early = facts.source_copies(fetch).iter().any(|it| it.index < fetch.index);
    let idle = !compiled
        && !early
        && !facts.keeps_results(build)
        && !facts.has_foreign_results(build)
        && !facts.lacks_targets(fetch);
    idle.then_some(*fetch)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "idle-fetch";
    const FOUND: &str = "warning: `cargo fetch` compiles nothing, so every change of the sources \
        compiles all dependencies again";

    #[test]
    fn a_fetch_before_the_sources_is_idle() {
        check(
            RULE,
            "FROM rust:1 AS base\nWORKDIR /app\nRUN cargo init\nCOPY Cargo.toml .\nRUN cargo fetch\nCOPY . .\n\
             FROM base AS builder\nRUN cargo build --release --offline\n",
            &format!("5:5 {FOUND}"),
        );
        check(
            RULE,
            "FROM rust:1\nWORKDIR /app\nCOPY Cargo.* .\nRUN mkdir src && \\\n  touch src/lib.rs && \\\n  cargo fetch\nCOPY src src\nRUN cargo build\nRUN cargo build --release\n",
            &format!("6:3 {FOUND}"),
        );
    }

    #[test]
    fn a_fetch_beside_something_that_compiles_is_fine() {
        for rest in [
            "RUN cargo init && cargo fetch && cargo build\nCOPY . .\nRUN cargo build",
            "RUN cargo init && cargo fetch\nRUN cargo chef cook\nCOPY . .\nRUN cargo build",
            "RUN cargo init && cargo fetch\nCOPY . .\nRUN --mount=type=cache,target=/app/target cargo build && cp target/debug/a /",
            "COPY . .\nRUN cargo fetch\nRUN cargo build",
            "RUN cargo init && cargo fetch\nCOPY . .\nRUN cargo test",
        ] {
            check(RULE, &format!("FROM rust:1\nWORKDIR /app\nCOPY Cargo.toml .\n{rest}\n"), "");
        }
    }
}
