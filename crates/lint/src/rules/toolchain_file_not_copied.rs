//! `toolchain-file-not-copied`: the builder compiles with another Rust than the project asks for.

use plimsoll_finding::{Clause, Severity, Span};

use crate::rule::declare_rule;
use crate::surroundings::{Presence, Version, base_rust};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command whose Rust, by the tag of the image, differs from the toolchain file
    /// of the project, which isn't copied. A `.dockerignore` that names the file is taken at its word: there the image
    /// is to decide.
    ///
    /// ## Why it matters
    /// What is released is compiled with another compiler than what was developed and tested. A
    /// project on `nightly` doesn't compile at all.
    ///
    /// ## Bad
    /// ```dockerfile Dockerfile
    /// FROM rust:1.84-slim-bookworm AS build
    /// WORKDIR /src
    /// COPY Cargo.toml Cargo.lock ./
    /// COPY src src
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
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
    /// edition = "2021"
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89.0-slim-bookworm AS build
    /// WORKDIR /src
    /// COPY Cargo.toml Cargo.lock ./
    /// COPY src src
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
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
    /// edition = "2021"
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    /// ```
    pub(crate) static TOOLCHAIN_FILE_NOT_COPIED = {
        name: "toolchain-file-not-copied",
        clause: Clause::Pinned,
        summary: "the builder compiles with another Rust than the project asks for",
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
    for build in &around.cargo_builds(facts).all {
        let Some(command) = build.command(facts).filter(|it| it.kind.builds()) else { continue };
        let Some(base) = base_rust(facts, command) else { continue };
        let Some((file, Presence::Missing)) = around.toolchain(build) else { continue };
        let Some((channel, span)) = &file.channel else { continue };
        if !differs(base.version.as_deref(), channel) {
            continue;
        }
        let name = around.files().name(&file.source.path);
        let message = format!("`{name}` asks for {channel} and isn't copied: `{}` builds", base.image);
        let kept_out = around.keeps_out(&file.source.path);
        // Whoever names the file there wants the image to decide.
        if kept_out.as_ref().is_some_and(|it| it.2.contains("toolchain")) {
            continue;
        }
        let mut report = cx
            .report(base.span, message)
            .help("Build on the image of that version, or copy the file before cargo runs.")
            .related_in(name, Some(Span::new(span.start, span.end)), "asked for here")
            .related(command.head, "compiled with the image's own");
        if let Some((path, span, _)) = kept_out {
            report = report.related_in(path, Some(span), "this keeps it out of the context");
        }
        report.done();
        return;
    }
}

/// Whether an image of a tag surely has another compiler than a channel means.
fn differs(tag: Option<&str>, channel: &str) -> bool {
    let name = channel.split('-').next().unwrap_or(channel);
    let is_nightly = tag.is_some_and(|it| it.contains("nightly"));
    match (Version::parse(name), tag.and_then(Version::parse)) {
        (Some(wanted), Some(own)) => {
            let by_patch = matches!((wanted.patch, own.patch), (Some(a), Some(b)) if a != b);
            (wanted.major, wanted.minor) != (own.major, own.minor) || by_patch
        }
        (Some(_), None) => is_nightly,
        (None, _) => name == "nightly" && !is_nightly,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::check_project;

    #[test]
    fn only_certain_differences_count() {
        for (tag, channel) in
            [("1.84", "1.89.0"), ("1.89.1", "1.89.0"), ("1.89", "nightly"), ("1", "nightly-2025-01-01")]
        {
            assert!(differs(Some(tag), channel), "{tag} {channel}");
        }
        for (tag, channel) in
            [("1.89", "1.89.0"), ("1.89.0", "1.89"), ("1", "1.89"), ("1.89", "stable"), ("nightly", "nightly")]
        {
            assert!(!differs(Some(tag), channel), "{tag} {channel}");
        }
    }

    #[test]
    fn files_that_are_there_or_not_known_are_left_alone() {
        let build = |body: &str, expected: &str| {
            let text = format!("FROM rust:1.80\nWORKDIR /w\n{body}\n");
            let files = [
                ("Dockerfile", &*text),
                ("Cargo.toml", "[package]\nname = \"a\"\n"),
                ("src/main.rs", ""),
                ("rust-toolchain", "1.90.0\n"),
            ];
            check_project("toolchain-file-not-copied", &files, expected);
        };
        let found = "1:6 warning: `rust-toolchain` asks for 1.90.0 and isn't copied: `rust:1.80` builds";
        build("COPY Cargo.toml .\nCOPY src src\nRUN cargo build", found);
        build("COPY . .\nRUN cargo build", "");
        build("COPY Cargo.toml rust-toolchain* ./\nCOPY src src\nRUN cargo build", "");
        build("COPY Cargo.toml .\nCOPY src src\nRUN cargo +1.90.0 build", "");
        build("COPY Cargo.toml .\nCOPY src src\nRUN ./prepare && cargo build", "");
        let files = [
            ("Dockerfile", "FROM rust:1.80\nCOPY . .\nRUN cargo build\n"),
            (".dockerignore", "rust-toolchain\n"),
            ("Cargo.toml", "[package]\nname = \"a\"\n"),
            ("rust-toolchain", "1.90.0\n"),
        ];
        check_project("toolchain-file-not-copied", &files, "");
    }
}
