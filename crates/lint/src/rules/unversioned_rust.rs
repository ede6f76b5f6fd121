//! `unversioned-rust`: an image of Rust that names no version.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Base, Command, Stage};

use crate::bases::{Certainty, Language, TABLE_DATE, canonical_name};
use crate::facts::bases::BaseImage;
use crate::facts::paths::file_name;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports an image of Rust whose tag names no version, or the number `1` alone (a note). It is
    /// silent where the file names the compiler otherwise, with `rustup default`, `RUSTUP_TOOLCHAIN`
    /// or a copied `rust-toolchain.toml`, and where no images are made any more, as for Debian buster
    /// (`end-of-life-base` reports those).
    ///
    /// ## Why it matters
    /// Every six weeks the same file builds with another compiler, with new lints and, now and then,
    /// another Debian below: a program that was built on it may then miss symbols of the C library
    /// where it runs.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:slim AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    pub(crate) static UNVERSIONED_RUST = {
        name: "unversioned-rust",
        clause: Clause::Pinned,
        summary: "an image of Rust names no version",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// How an image of Rust fails to say its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lack {
    /// There is none.
    Version,
    /// The number 1 alone.
    Minor,
    /// A branch.
    Branch,
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for (stage, image) in facts.images() {
        let Some(lack) = lack(image) else { continue };
        if stands_still(image) || names_toolchain(facts, image) {
            continue;
        }
        let text = &image.text;
        let (message, severity) = match lack {
            Lack::Version => (
                format!("`{text}` names no version of Rust, so the compiler changes by itself"),
                Severity::Warning,
            ),
            Lack::Minor => (
                format!("`{text}` moves to each new release of Rust"),
                Severity::Note,
            ),
            Lack::Branch => {
                (format!("`{text}` is another compiler every day"), Severity::Note)
            }
        };
        let help = match lack {
            Lack::Branch => "Pin it by digest, or name the day in rust-toolchain.toml.",
            _ => "Name a version and a distribution, such as `rust:1.89-slim-trixie`.",
        };
        cx.report(stage.from.image.span, message).severity(severity).help(help).done();
    }
}

/// Whether the image's distribution has ended, so that its tags move no more.
fn stands_still(image: &BaseImage) -> bool {
    let Some(base) = image.describe() else { return false };
    base.certainty == Certainty::Named && base.release_facts.is_some_and(|it| it.ended(TABLE_DATE))
}

/// Whether something on each `FROM` of an image names the compiler that works there.
fn names_toolchain(facts: &Facts<'_>, image: &BaseImage) -> bool {
    let stages = &facts.stages.all;
    let is_its = |it: &&Stage<'_>| {
        let of_stage = facts.base_image(it.index);
        it.base == Base::Image && of_stage.is_some_and(|it| it.text == image.text)
    };
    stages.iter().filter(is_its).all(|root| {
        let stands_on = |it: &Stage<'_>| facts.stages.root(it.index).map(|it| it.index);
        let above = stages.iter().filter(|it| stands_on(it) == Some(root.index));
        above.into_iter().any(|it| fixes_toolchain(facts, it))
    })
}

fn fixes_toolchain<'d>(facts: &Facts<'d>, stage: &Stage<'d>) -> bool {
    let has_number = |it: &str| it.bytes().any(|it| it.is_ascii_digit());
    let by_rustup = facts.run_commands_of(stage).any(|it| {
        let mut words = it.command.args().iter().map(|it| &*it.value);
        it.command.program() == Some("rustup")
            && match words.next() {
                Some("default") => words.any(has_number),
                Some("override") => words.next() == Some("set") && words.any(has_number),
                _ => false,
            }
    });
    by_rustup
        || stage.body.iter().enumerate().any(|(at, it)| match &it.command {
            Command::Env(env) => env
                .pairs
                .iter()
                .any(|it| it.name.as_str() == "RUSTUP_TOOLCHAIN" && has_number(it.value.as_str())),
            Command::Copy(_) | Command::Add(_) => {
                let copied = facts.copied(stage.first + at);
                copied.iter().any(|it| {
                    matches!(file_name(&it.source), "rust-toolchain" | "rust-toolchain.toml")
                })
            }
            _ => false,
        })
}

/// Whether the rule reports an image, so that others need not.
pub(crate) fn is_found(image: &BaseImage) -> bool {
    lack(image).is_some()
}

fn lack(image: &BaseImage) -> Option<Lack> {
    if image.digest().is_some() {
        return None;
    }
    let name = canonical_name(image.name());
    if !matches!(name, "rust" | "rustlang/rust" | "lukemathwalker/cargo-chef" | "cimg/rust") {
        return None;
    }
    let tag = image.tag().unwrap_or_default();
    if tag.contains('$') || !image.is_known && image.tag().is_none() {
        return None;
    }
    let toolchain = image.describe()?.toolchain?;
    if toolchain.language != Language::Rust {
        return None;
    }
    // The tables read versions of Rust from the image's own tags alone.
    let words = tag.split('-');
    let version = match name {
        "lukemathwalker/cargo-chef" => words.skip_while(|it| *it != "rust").nth(1),
        _ => words.into_iter().next(),
    };
    match version {
        Some("nightly" | "beta") => Some(Lack::Branch),
        Some("1") => Some(Lack::Minor),
        Some(version) if version.starts_with(|it: char| it.is_ascii_digit()) => None,
        _ => Some(Lack::Version),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("unversioned-rust", text, expected);
    }

    #[test]
    fn tags_without_a_version() {
        for image in [
            "rust",
            "rust:latest",
            "rust:slim",
            "rust:alpine",
            "rust:alpine3.22",
            "rust:slim-bookworm",
            "docker.io/library/rust:trixie",
            "lukemathwalker/cargo-chef",
            "lukemathwalker/cargo-chef:latest",
            "lukemathwalker/cargo-chef:latest-rust-bookworm",
        ] {
            finds(
                &format!("FROM {image} AS build\nFROM {image} AS again\nFROM scratch\n"),
                &format!(
                    "1:6 warning: `{image}` names no version of Rust, so the compiler changes by \
                     itself"
                ),
            );
        }
    }

    #[test]
    fn tags_that_move_are_noted() {
        finds(
            "FROM rust:1-slim AS a\nFROM lukemathwalker/cargo-chef:latest-rust-1\n",
            "1:6 note: `rust:1-slim` moves to each new release of Rust\n\
             2:6 note: `lukemathwalker/cargo-chef:latest-rust-1` moves to each new release of Rust",
        );
        finds(
            "FROM rustlang/rust:nightly-slim\n",
            "1:6 note: `rustlang/rust:nightly-slim` is another compiler every day",
        );
    }

    #[test]
    fn a_compiler_that_is_named_otherwise_does_not_change() {
        for fixed in [
            "RUN rustup toolchain install nightly-2026-05-20 && rustup default nightly-2026-05-20",
            "RUN rustup override set 1.90.0",
            "ENV RUSTUP_TOOLCHAIN=1.90.0",
            "COPY Cargo.toml rust-toolchain.toml ./",
            "COPY rust-toolchain .",
        ] {
            finds(&format!("FROM rust:1-slim AS a\nFROM a\n{fixed}\nRUN cargo build\n"), "");
        }
        for open in ["RUN rustup default stable", "RUN rustup toolchain install 1.90", "COPY . ."] {
            finds(
                &format!("FROM rust:1-slim\n{open}\n"),
                "1:6 note: `rust:1-slim` moves to each new release of Rust",
            );
        }
        finds(
            "FROM rust:1-slim AS a\nRUN rustup default 1.90\nFROM rust:1-slim\nRUN cargo build\n",
            "3:6 note: `rust:1-slim` moves to each new release of Rust",
        );
    }

    #[test]
    fn tags_of_ended_distributions_move_no_more() {
        finds("FROM rust:buster\n", "");
        finds("FROM rust:slim-stretch\n", "");
        finds("FROM rust:alpine3.12\n", "");
    }

    #[test]
    fn versions_digests_and_arguments_are_left_alone() {
        finds("FROM rust:1.89\n", "");
        finds("FROM rust:1.89.0-slim-trixie\n", "");
        finds("FROM lukemathwalker/cargo-chef:latest-rust-1.89-slim\n", "");
        finds("FROM lukemathwalker/cargo-chef:0.1.72-rust-1.89.0\n", "");
        finds("ARG V\nFROM rust:$V-slim\n", "");
        finds("ARG V=1.89\nFROM rust:${V}-slim\n", "");
        finds(&format!("FROM rust@sha256:{}\n", "a".repeat(64)), "");
        finds("FROM clux/muslrust:stable\n", "");
        finds("FROM golang\n", "");
    }
}
