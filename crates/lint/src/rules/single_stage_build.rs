//! `single-stage-build`: the program is compiled in the image that is shipped.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo build in the stage that is shipped, or in one below it, where that stands on no
    /// image of a toolchain (which `toolchain-in-final-stage` reports) but has one installed.
    ///
    /// ## Why it matters
    /// Sources, the toolchain, the registry and all of `target/` are part of the image, though only
    /// the program is needed. Removing them in a later layer makes the image no smaller.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:12.11-slim
    /// RUN apt-get update && apt-get install -y --no-install-recommends cargo && rm -rf /var/lib/apt/lists/*
    /// WORKDIR /app
    /// COPY . .
    /// RUN cargo build --release --locked
    /// USER 65532:65532
    /// ENTRYPOINT ["/app/target/release/server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:12.11-slim AS builder
    /// RUN apt-get update && apt-get install -y --no-install-recommends cargo && rm -rf /var/lib/apt/lists/*
    /// WORKDIR /app
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    pub(crate) static SINGLE_STAGE_BUILD = {
        name: "single-stage-build",
        clause: Clause::MultiStage,
        summary: "the program is compiled in the image that is shipped",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(built) = facts.shipped_build() else { return };
    let only_builds =
        facts.base(built.stage).and_then(|it| it.toolchain).is_some_and(|it| it.only_builds);
    if only_builds {
        return;
    }
    let message = format!(
        "`{}` runs in the shipped image, which keeps the toolchain and everything it compiles",
        built.name()
    );
    let help = "Build in a stage of its own, and copy the program alone into the final stage.";
    cx.report(built.head, message).help(help).done();
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "single-stage-build";
    const RUNS: &str = "runs in the shipped image, which keeps the toolchain and everything it compiles";

    #[test]
    fn a_build_below_the_final_stage_is_shipped() {
        check(
            RULE,
            "FROM ubuntu:24.04 AS a\nRUN curl https://sh.rustup.rs | sh -s -- -y\nCOPY . .\nRUN . ~/.cargo/env && cargo build --release\nFROM a\nCMD [\"./target/release/a\"]\n",
            &format!("4:23 error: `cargo build` {RUNS}"),
        );
        check(
            RULE,
            "FROM alpine:3.22\nRUN apk add cargo && cargo install ripgrep\nENTRYPOINT [\"rg\"]\n",
            "",
        );
        check(
            RULE,
            "FROM alpine:3.22\nRUN apk add cargo\nRUN cargo install --locked mdbook\nENTRYPOINT [\"/root/.cargo/bin/mdbook\"]\n",
            &format!("3:5 error: `cargo install` {RUNS}"),
        );
    }

    #[test]
    fn what_is_not_shipped_or_cleaned_up_is_fine() {
        for text in [
            "FROM debian:12 AS b\nRUN cargo build\nFROM debian:12\nCOPY --from=b /a /a\nCMD [\"/a\"]\n",
            "FROM alpine:3.22\nRUN apk add cargo && cargo build --release && mv target/release/a / && apk del cargo\nCMD [\"/a\"]\n",
            "FROM ubuntu:24.04\nRUN cargo install cargo-deny\nCMD [\"bash\"]\n",
            "FROM ubuntu:24.04\nCOPY . .\nRUN cargo build\n",
            // The other rule's.
            "FROM rust:1\nCOPY . .\nRUN cargo build\nCMD [\"target/debug/a\"]\n",
        ] {
            check(RULE, text, "");
        }
    }
}
