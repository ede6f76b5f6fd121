//! `toolchain-file-overrides-builder`: rustup downloads another toolchain than the builder has.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity, Span};

use crate::rule::declare_rule;
use crate::surroundings::{Presence, Version, base_rust};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command in an official image of Rust, where a toolchain file that was copied
    /// asks for another toolchain than the image has. `stable`, and `1.89` where the image has
    /// `1.89.0`, are others to rustup, too.
    ///
    /// ## Why it matters
    /// rustup downloads the other toolchain during the build, again whenever a layer before is built
    /// anew, and the one of the image is of no use. With cargo-chef, dependencies may be compiled with
    /// one and then again with the other.
    ///
    /// ## Bad
    /// ```dockerfile Dockerfile
    /// FROM rust:1.88-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml rust-toolchain.toml
    /// [toolchain]
    /// channel = "1.89.0"
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2024"
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89.0-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml rust-toolchain.toml
    /// [toolchain]
    /// channel = "1.89.0"
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2024"
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    pub(crate) static TOOLCHAIN_FILE_OVERRIDES_BUILDER = {
        name: "toolchain-file-overrides-builder",
        clause: Clause::BuildCache,
        summary: "rustup downloads another toolchain than the builder has",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(around) = cx.surroundings() else { return };
    let mut reported = BTreeSet::new();
    for build in &around.cargo_builds(facts).all {
        let Some(command) = build.command(facts) else { continue };
        let Some(base) = base_rust(facts, command).filter(|it| it.is_official) else {
            continue;
        };
        let Some((file, Presence::There(_))) = around.toolchain(build) else { continue };
        let Some((channel, span)) = &file.channel else { continue };
        let version = base.version.as_deref();
        if !is_another(version, channel) || !reported.insert(command.stage) {
            continue;
        }
        let name = around.files().name(&file.source.path);
        let message = format!(
            "`{name}` asks for {channel}, and rustup downloads it: `{}` has another toolchain",
            base.image
        );
        let help = help(version, channel);
        cx.report(base.span, message)
            .help(help)
            .related_in(name, Some(Span::new(span.start, span.end)), "this decides")
            .related(command.head, "downloaded here")
            .done();
    }
}

/// What to write instead, by the version of the image's tag and what the file asks for.
fn help(tag: Option<&str>, channel: &str) -> String {
    // `1.89.0-x86_64-unknown-linux-gnu` names the host as well.
    let short = channel.split('-').next().unwrap_or(channel);
    let own = tag.and_then(Version::parse);
    let way = match Version::parse(short) {
        Some(Version { patch: Some(_), .. }) => format!("Build on `rust:{short}`"),
        Some(Version { major, minor, .. }) => {
            let same = own.filter(|it| (it.major, it.minor) == (major, minor));
            let patch = same.and_then(|it| it.patch).unwrap_or_default();
            format!("Name one full version in both (`{major}.{minor}.{patch}`)")
        }
        None if short == "nightly" => format!("Build on an image that has `{channel}`"),
        None => format!("Name the full version of the image instead of `{channel}`"),
    };
    format!("{way}, or keep the file out by `.dockerignore`.")
}

/// Whether rustup takes a channel for another toolchain than that of an official image's tag, where
/// that is certain.
fn is_another(tag: Option<&str>, channel: &str) -> bool {
    // `1.89.0-x86_64-unknown-linux-gnu` names the host as well.
    let channel = channel.split('-').next().unwrap_or(channel);
    // Official images name their toolchain by its full version, or `nightly`.
    let is_nightly = tag.is_some_and(|it| it.starts_with("nightly"));
    match Version::parse(channel) {
        Some(wanted) => match tag.and_then(Version::parse) {
            Some(own) => match (wanted.patch, own.patch) {
                (None, _) => true,
                (Some(_), Some(_)) => wanted != own,
                (Some(_), None) => (wanted.major, wanted.minor) != (own.major, own.minor),
            },
            // `rust:1` is moved on; what it holds today nobody wrote down.
            None => wanted.patch.is_none() || is_nightly,
        },
        None => !(is_nightly && channel == "nightly"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::check_project;

    #[test]
    fn toolchains_are_known_by_their_full_names() {
        for (tag, channel) in [
            ("1.88", "1.89.0"),
            ("1.88.0", "1.89"),
            ("1.89.0", "1.89"),
            ("1.89", "1.89"),
            ("1.89.0", "stable"),
            ("1.89.0", "nightly-2025-01-01"),
            ("1", "stable"),
            ("1", "1.89"),
            ("nightly", "1.89.0"),
        ] {
            assert!(is_another(Some(tag), channel), "{tag} {channel}");
        }
        for (tag, channel) in [
            ("1.89.0", "1.89.0"),
            ("1.89", "1.89.0"),
            ("1", "1.89.0"),
            ("1.89.0", "1.89.0-x86_64-unknown-linux-gnu"),
            ("nightly", "nightly"),
        ] {
            assert!(!is_another(Some(tag), channel), "{tag} {channel}");
        }
    }

    #[test]
    fn help_names_the_version_that_is_asked_for() {
        for (tag, channel, expected) in [
            ("1.85", "1.87.0", "Build on `rust:1.87.0`"),
            ("1.85", "1.87.0-x86_64-unknown-linux-gnu", "Build on `rust:1.87.0`"),
            ("1.85", "1.87", "Name one full version in both (`1.87.0`)"),
            ("1.87.1", "1.87", "Name one full version in both (`1.87.1`)"),
            ("1.87.1", "stable", "Name the full version of the image instead of `stable`"),
            ("1", "nightly-2025-01-01", "Build on an image that has `nightly-2025-01-01`"),
        ] {
            let found = help(Some(tag), channel);
            assert_eq!(found, format!("{expected}, or keep the file out by `.dockerignore`."));
        }
    }

    #[track_caller]
    fn build(text: &str, more: &[(&str, &str)], expected: &str) {
        let mut files = vec![
            ("Dockerfile", text),
            ("Cargo.toml", "[package]\nname = \"a\"\n"),
            ("src/main.rs", ""),
            ("rust-toolchain", "1.90.0\n"),
        ];
        files.extend(more);
        check_project("toolchain-file-overrides-builder", &files, expected);
    }

    #[test]
    fn the_file_must_be_there_and_decide() {
        let found = "1:6 warning: `rust-toolchain` asks for 1.90.0, and rustup downloads it: \
                     `rust:1.89` has another toolchain";
        build("FROM rust:1.89\nWORKDIR /w\nCOPY . .\nRUN cargo build && cargo test\n", &[], found);
        for body in [
            "COPY Cargo.toml .\nCOPY src src\nRUN cargo build",
            "COPY . .\nRUN rm rust-toolchain && cargo build",
            "COPY . .\nENV RUSTUP_TOOLCHAIN=1.89.0\nRUN cargo build",
            "COPY . .\nRUN rustup show && cargo build",
            "COPY . .\nRUN cargo +1.89.0 build",
        ] {
            build(&format!("FROM rust:1.89\nWORKDIR /w\n{body}\n"), &[], "");
        }
        let all = "WORKDIR /w\nCOPY . .\nRUN cargo build\n";
        build(&format!("FROM rust:1.89\n{all}"), &[(".dockerignore", "rust-toolchain\n")], "");
        build(&format!("FROM debian:13\nRUN apt-get install -y cargo\n{all}"), &[], "");
        build(&format!("FROM rust:1.90\n{all}"), &[], "");
    }
}
