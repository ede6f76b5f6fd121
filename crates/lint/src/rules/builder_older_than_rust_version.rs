//! `builder-older-than-rust-version`: a package needs a newer Rust than the builder has.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::surroundings::{Presence, Version};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command that builds a package whose `rust-version` is newer than the Rust of
    /// the builder's image, where no toolchain file in the image asks for another one.
    ///
    /// ## Why it matters
    /// Cargo refuses the package: `rustc 1.80.1 is not supported by the following package`.
    ///
    /// ## Bad
    /// ```dockerfile Dockerfile
    /// FROM rust:1.80-slim-bookworm AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2021"
    /// rust-version = "1.82"
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.82-slim-bookworm AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2021"
    /// rust-version = "1.82"
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    pub(crate) static BUILDER_OLDER_THAN_RUST_VERSION = {
        name: "builder-older-than-rust-version",
        clause: Clause::Pinned,
        summary: "a package needs a newer Rust than the builder has",
        severity: Severity::Error,
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
        let Some(command) = build.command(facts).filter(|it| it.kind.compiles()) else { continue };
        let text = facts.file.text.get(command.span.range()).unwrap_or_default();
        if text.contains("--ignore-rust-version") {
            continue;
        }
        let Some((own, base)) = around.builder_rust(facts, build, command) else { continue };
        let Some(built) = build.built() else { continue };
        let needs = built.iter().filter_map(|it| {
            let stated = it.rust_version.as_ref()?;
            let needed = Version::parse(&stated.value)?;
            let is_there = matches!(build.presence(around, &it.manifest.path), Presence::There(_));
            (is_there && own.is_older_than(needed)).then_some((needed, *it, stated))
        });
        let Some((_, member, stated)) = needs.max_by_key(|it| it.0) else { continue };
        if !reported.insert(base.span.start()) {
            continue;
        }
        let message =
            format!("`{}` needs Rust {}, and `{}` is older", member.name, stated.value, base.image);
        let (path, span) = around.named(&stated.place);
        cx.report(base.span, message)
            .help(format!("Build with `rust:{}` or newer.", stated.value))
            .related_in(path, Some(span), "the oldest Rust that it compiles with")
            .related(command.head, "cargo refuses it here")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn build(text: &str, more: &[(&str, &str)], expected: &str) {
        let root = "[workspace]\nmembers = [\"a\", \"b\"]\n[workspace.package]\nrust-version = \"1.85.0\"\n";
        let mut files = vec![
            ("Dockerfile", text),
            ("Cargo.toml", root),
            ("a/Cargo.toml", "[package]\nname = \"a\"\nrust-version.workspace = true\n"),
            ("a/src/main.rs", ""),
            ("b/Cargo.toml", "[package]\nname = \"b\"\nrust-version = \"1.70\"\n"),
            ("b/src/main.rs", ""),
        ];
        files.extend(more);
        check_project("builder-older-than-rust-version", &files, expected);
    }

    const ALL: &str = "WORKDIR /w\nCOPY . .\nRUN cargo build\n";

    #[test]
    fn images_older_than_a_package_that_is_built() {
        for (image, found) in [
            ("rust:1.84", true),
            ("rust:1.84.1-alpine", true),
            ("rust:1.84-slim-bookworm@sha256:00", true),
            ("rust:1.85", false),
            ("rust:1.85.0", false),
            ("rust:1", false),
            ("rust", false),
            ("rust:latest", false),
            ("example.com/rust-builder:1.2", false),
        ] {
            let expected = format!("1:6 error: `a` needs Rust 1.85.0, and `{image}` is older");
            build(&format!("FROM {image}\n{ALL}"), &[], if found { &expected } else { "" });
        }
        build(
            &format!("ARG V=1.80\nFROM rust:${{V}} AS b\nFROM b\n{ALL}"),
            &[],
            "2:6 error: `a` needs Rust 1.85.0, and `rust:1.80` is older",
        );
    }

    #[test]
    fn what_may_bring_another_rust_is_left_alone() {
        let from = "FROM rust:1.80\nWORKDIR /w\nCOPY . .\n";
        for run in [
            "RUN cargo build -p b",
            "RUN cargo +nightly build",
            "RUN rustup default 1.90 && cargo build",
            "ENV RUSTUP_TOOLCHAIN=1.90\nRUN cargo build",
            "RUN cargo build --ignore-rust-version",
        ] {
            build(&format!("{from}{run}\n"), &[], "");
        }
        let file = ("rust-toolchain.toml", "[toolchain]\nchannel = \"1.90\"\n");
        build(&format!("FROM rust:1.80\n{ALL}"), &[file], "");
        let ignore = (".dockerignore", "rust-toolchain.toml\n");
        build(
            &format!("FROM rust:1.80\n{ALL}"),
            &[file, ignore],
            "1:6 error: `a` needs Rust 1.85.0, and `rust:1.80` is older",
        );
    }
}
