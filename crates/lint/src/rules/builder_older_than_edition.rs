//! `builder-older-than-edition`: the builder's Rust doesn't know an edition or the form of the lock
//! file.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_project::cargo_files::Member;

use crate::rule::declare_rule;
use crate::surroundings::{CargoBuild, Presence, Surroundings, Version};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command in an image whose Rust is older than the edition of a package of the
    /// workspace (2024 needs Rust 1.85, 2021 needs 1.56) or than the form of the lock file (version 4
    /// needs 1.78), where no toolchain file in the image asks for another one.
    ///
    /// ## Why it matters
    /// Cargo can't read the files and gives up, whichever package it is told to build: ``feature
    /// `edition2024` is required``, `lock file version 4 requires -Znext-lockfile-bump`.
    ///
    /// ## Bad
    /// ```dockerfile Dockerfile
    /// FROM rust:1.84-slim-bookworm AS build
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
    /// edition = "2024"
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.85-slim-bookworm AS build
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
    /// edition = "2024"
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    pub(crate) static BUILDER_OLDER_THAN_EDITION = {
        name: "builder-older-than-edition",
        clause: Clause::Pinned,
        summary: "the builder's Rust doesn't know an edition or the form of the lock file",
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
        let Some(command) = build.command(facts) else { continue };
        let Some((own, base)) = around.builder_rust(facts, build, command) else { continue };
        if refused_by_version(build, own) {
            continue;
        }
        let needs = [by_edition(build, around), by_lock(build, around)].into_iter().flatten();
        let Some(need) = needs.into_iter().find(|it| own.is_older_than(it.version)) else {
            continue;
        };
        if !reported.insert(base.span.start()) {
            continue;
        }
        let least = format!("{}.{}", need.version.major, need.version.minor);
        let message = format!("{} needs Rust {least}, and `{}` is older", need.what, base.image);
        cx.report(base.span, message)
            .help(format!("Build with `rust:{least}` or newer."))
            .related_in(need.path, Some(need.span), "it is asked for here")
            .related(command.head, "cargo gives up here")
            .done();
    }
}

/// Whether a package that is built says itself that it needs a newer Rust: that is another rule's.
fn refused_by_version(build: &CargoBuild, own: Version) -> bool {
    let stated = |it: &&Member| it.rust_version.as_ref().and_then(|it| Version::parse(&it.value));
    let built = build.built().unwrap_or_default();
    built.iter().any(|it| stated(it).is_some_and(|needed| own.is_older_than(needed)))
}

/// What needs a version of Rust.
struct Need {
    version: Version,
    what: String,
    path: String,
    span: Span,
}

fn by_edition(build: &CargoBuild, around: &Surroundings) -> Option<Need> {
    let there = build.workspace.members.iter().filter(|it| {
        matches!(build.presence(around, &it.manifest.path), Presence::There(_))
    });
    let needs = there.filter_map(|member| {
        let stated = member.edition.as_ref()?;
        let minor = match &*stated.value {
            "2018" => 31,
            "2021" => 56,
            "2024" => 85,
            _ => return None,
        };
        let (path, span) = around.named(&stated.place);
        let what = format!("the edition {} of `{}`", stated.value, member.name);
        Some(Need { version: Version { major: 1, minor, patch: None }, what, path, span })
    });
    // The first of those that need the most.
    needs.reduce(|a, b| if b.version > a.version { b } else { a }).filter(|it| it.version.minor > 31)
}

fn by_lock(build: &CargoBuild, around: &Surroundings) -> Option<Need> {
    let lock = build.workspace.lock.as_ref()?;
    let (version, span) = lock.version.as_ref().filter(|it| it.0 == 4)?;
    let is_there = matches!(build.presence(around, &lock.source.path), Presence::There(_));
    is_there.then(|| Need {
        version: Version { major: 1, minor: 78, patch: None },
        what: format!("version {version} of the lock file"),
        path: around.files().name(&lock.source.path),
        span: Span::new(span.start, span.end),
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn build(image: &str, edition: &str, lock: &str, expected: &str) {
        let text = format!("FROM {image}\nWORKDIR /w\nCOPY . .\nRUN cargo build -p a\n");
        let b = format!("[package]\nname = \"b\"\nedition = \"{edition}\"\n");
        let files = [
            ("Dockerfile", &*text),
            ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\n"),
            ("a/Cargo.toml", "[package]\nname = \"a\"\n"),
            ("a/src/main.rs", ""),
            ("b/Cargo.toml", &*b),
            ("b/src/main.rs", ""),
            ("Cargo.lock", lock),
        ];
        check_project("builder-older-than-edition", &files, expected);
    }

    #[test]
    fn editions_of_any_member_count() {
        build(
            "rust:1.84",
            "2024",
            "",
            "1:6 error: the edition 2024 of `b` needs Rust 1.85, and `rust:1.84` is older",
        );
        build(
            "rust:1.50-slim",
            "2021",
            "",
            "1:6 error: the edition 2021 of `b` needs Rust 1.56, and `rust:1.50-slim` is older",
        );
        for image in ["rust:1.85", "rust:1", "rust:slim", "rust:1.90.0-alpine"] {
            build(image, "2024", "version = 4\n", "");
        }
        build("rust:1.40", "2018", "", "");
    }

    #[test]
    fn lock_files_have_forms() {
        build(
            "rust:1.77",
            "2021",
            "# generated\nversion = 4\n",
            "1:6 error: version 4 of the lock file needs Rust 1.78, and `rust:1.77` is older",
        );
        build("rust:1.78", "2021", "version = 4\n", "");
        build("rust:1.70", "2021", "version = 3\n", "");
    }
}
