//! `toolchain-in-final-stage`: the shipped image is the one that compiles.

use plimsoll_finding::{Clause, Severity};

use crate::bases::Language;
use crate::facts::cargo::CargoCommand;
use crate::facts::programs::Program;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a final stage that stands on an image of a compiler (`rust`, `golang` and what is made
    /// of them) and starts a program that was compiled in it or copied into it.
    ///
    /// Images to work in are left alone: those that start a shell or a tool, or whose last stage is
    /// named after such work (`dev`, `test`, `ci`).
    ///
    /// ## Why it matters
    /// The program needs none of it. The image is larger by one gigabyte or more, each of its packages
    /// has to be patched, and whoever breaks in finds a compiler.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm
    /// WORKDIR /app
    /// COPY . .
    /// RUN cargo install --path . --locked
    /// USER 65532:65532
    /// ENTRYPOINT ["server"]
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
    pub(crate) static TOOLCHAIN_IN_FINAL_STAGE = {
        name: "toolchain-in-final-stage",
        clause: Clause::MultiStage,
        summary: "the shipped image is the one that compiles",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["tally/prefer-multi-stage-build"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(last) = facts.stages.last() else { return };
    let Some(toolchain) = facts.base(last.index).and_then(|it| it.toolchain) else { return };
    if !toolchain.only_builds {
        return;
    }
    let built = facts.shipped_build();
    let go = toolchain.language == Language::Go && builds_with_go(facts);
    if built.is_none() && !go && !facts.assembles_program() {
        return;
    }
    let Some(root) = facts.stages.root(last.index) else { return };
    let language = match toolchain.language {
        Language::Rust => "Rust",
        Language::Go => "Go",
        Language::C => "C",
        Language::Swift => "Swift",
        Language::Haskell => "Haskell",
        _ => "compiler",
    };
    let message = format!(
        "the image is shipped with the {language} toolchain of `{}`, which the program does not need to run",
        facts.base_image(last.index).map_or("its base", |it| it.name())
    );
    let report = cx.report(root.from.image.span, message).help(
        "Build in a stage of its own, and copy the program alone into a final stage on distroless, \
        Alpine or scratch.",
    );
    match built.map(related) {
        Some((span, message)) => report.related(span, message).done(),
        None => report.done(),
    }
}

fn related(built: &CargoCommand) -> (plimsoll_finding::Span, &'static str) {
    (built.head, "the program is compiled here")
}

/// Whether the shipped stages build a program with Go that they start.
fn builds_with_go(facts: &Facts<'_>) -> bool {
    let Some(last) = facts.stages.last() else { return false };
    let starts = matches!(facts.program(last.index), Some(Program::Own(_)));
    starts
        && !facts.is_workshop()
        && facts.stages.chain(last.index).flat_map(|it| facts.run_commands_of(it)).any(|it| {
            it.command.program() == Some("go")
                && matches!(it.command.subcommand(&[]), Some("build" | "install"))
        })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "toolchain-in-final-stage";

    fn found(at: &str, language: &str, image: &str) -> String {
        format!("{at} error: the image is shipped with the {language} toolchain of `{image}`, which the program does not need to run")
    }

    #[test]
    fn a_program_compiled_in_the_shipped_image() {
        let text = "FROM rust:1.89\nCOPY . .\nRUN cargo build --release\nCMD [\"./target/release/a\"]\n";
        check(RULE, text, &found("1:6", "Rust", "rust"));
        check(RULE, &text.replace("FROM rust:1.89\n", "FROM docker.io/library/rust AS base\nFROM base\n"), &found("1:6", "Rust", "docker.io/library/rust"));
        check(RULE, "FROM rust:1\nRUN cargo install mdbook@0.4 --locked\nENTRYPOINT [\"mdbook\"]\n", &found("1:6", "Rust", "rust"));
        check(RULE, "FROM rust:1\nCOPY . .\nRUN cargo build --release\nCMD cargo run --release\n", &found("1:6", "Rust", "rust"));
        check(RULE, "FROM golang:1.24\nCOPY . .\nRUN go build -o /a .\nCMD [\"/a\"]\n", &found("1:6", "Go", "golang"));
    }

    #[test]
    fn a_program_copied_onto_a_toolchain() {
        check(
            RULE,
            "FROM rust:1.75 AS b\nRUN cargo build --release\nFROM rust:1.75-slim\nCOPY --from=b /target/release/a /a\nENTRYPOINT [\"/a\"]\n",
            &found("3:6", "Rust", "rust"),
        );
    }

    #[test]
    fn images_to_work_in_are_left_alone() {
        for text in [
            "FROM rust:1\nRUN cargo install cargo-nextest\nCMD [\"bash\"]\n",
            "FROM rust:1\nCOPY . .\nRUN cargo build\n",
            "FROM rust:1\nCOPY . .\nRUN cargo build\nCMD [\"sleep\", \"infinity\"]\n",
            "FROM rust:1 AS dev\nCOPY . .\nRUN cargo build\nCMD [\"target/debug/a\"]\n",
            "FROM rust:1\nRUN cargo install cargo-nextest\nENTRYPOINT [\"/entrypoint.sh\"]\n",
            "FROM rust:1\nCOPY . .\nCMD [\"cargo\", \"run\"]\n",
            "FROM mcr.microsoft.com/devcontainers/rust:1\nCOPY entrypoint.sh /\nENTRYPOINT [\"/entrypoint.sh\"]\n",
        ] {
            check(RULE, text, "");
        }
    }

    #[test]
    fn images_to_run_in_are_fine() {
        for image in ["debian:12", "scratch", "node:22", "python:3.13", "corp/base"] {
            let text = format!("FROM rust:1 AS b\nRUN cargo build\nFROM {image}\nCOPY --from=b /a /a\nCMD [\"/a\"]\n");
            check(RULE, &text, "");
        }
    }
}
