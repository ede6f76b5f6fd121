//! `unversioned-rust`: an image of Rust that names no version.

use plimsoll_finding::{Clause, Severity};

use crate::bases::{Language, canonical_name};
use crate::facts::bases::BaseImage;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports an image of Rust whose tag names no version, or the number `1` alone (a note).
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
