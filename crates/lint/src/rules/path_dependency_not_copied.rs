//! `path-dependency-not-copied`: cargo doesn't find a crate that a member depends on by its path.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity};
use plimsoll_project::cargo_files::Dependency;
use plimsoll_project::files;

use crate::rule::declare_rule;
use crate::surroundings::{CargoBuild, Presence, Surroundings};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command in a workspace that depends, by `path` or `[patch]`, on a crate which
    /// is no member and isn't copied, or lies outside of the build context.
    ///
    /// ## Why it matters
    /// Cargo reads the manifests of all path dependencies, the optional ones and those for tests
    /// included, and gives up when it finds one missing: `failed to get … as a dependency`.
    ///
    /// ## Bad
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY Cargo.toml Cargo.lock ./
    /// COPY src src
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2024"
    ///
    /// [dependencies]
    /// protocol = { path = "vendor/protocol" }
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    /// ```toml vendor/protocol/Cargo.toml
    /// [package]
    /// name = "protocol"
    /// edition = "2024"
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY Cargo.toml Cargo.lock ./
    /// COPY vendor vendor
    /// COPY src src
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2024"
    ///
    /// [dependencies]
    /// protocol = { path = "vendor/protocol" }
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    /// ```toml vendor/protocol/Cargo.toml
    /// [package]
    /// name = "protocol"
    /// edition = "2024"
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    /// ```
    pub(crate) static PATH_DEPENDENCY_NOT_COPIED = {
        name: "path-dependency-not-copied",
        clause: Clause::Context,
        summary: "cargo doesn't find a crate that a member depends on by its path",
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
    let mut reported: BTreeSet<&str> = BTreeSet::new();
    for build in &around.cargo_builds(facts).all {
        let Some(command) = build.command(facts) else { continue };
        if command.tolerated || !build.has_root(around) {
            continue;
        }
        for dependency in outside(build, around) {
            let Some(path) = dependency.path() else { continue };
            let manifest = files::join(path, "Cargo.toml");
            if build.presence(around, &manifest) != Presence::Missing || !reported.insert(path) {
                continue;
            }
            let place = around.files().name(path);
            let in_context = around.context.relative(path).is_some();
            let (message, help) = if in_context {
                (
                    format!(
                        "`{}`, a dependency at `{place}`, isn't copied before `{}`",
                        dependency.name,
                        command.name()
                    ),
                    "Copy its directory to the place that the manifest names.",
                )
            } else {
                (
                    format!(
                        "`{}`, a dependency at `{place}`, is outside of the build context",
                        dependency.name
                    ),
                    "Build from a directory above both, or hand the crate in as a further context: \
                     `--build-context`.",
                )
            };
            let (file, span) = around.named(&dependency.source_place);
            let mut report = cx
                .report(command.head, message)
                .help(help)
                .related_in(file, Some(span), "the dependency");
            if let Some((path, span, _)) = around.keeps_out(&manifest) {
                report = report.related_in(path, Some(span), "this keeps it out of the context");
            }
            report.done();
        }
    }
}

/// The path dependencies that are no members, and what takes the place of crates.
fn outside<'b>(build: &'b CargoBuild, around: &Surroundings) -> Vec<&'b Dependency> {
    let workspace = &build.workspace;
    // What a member that isn't there depends on, cargo never sees.
    let there = workspace.members.iter().filter(|it| {
        matches!(build.presence(around, &it.manifest.path), Presence::There(_))
    });
    let all = there.flat_map(|it| &it.dependencies).chain(&workspace.patches);
    let no_member = all.filter(|it| {
        it.path().is_some_and(|path| {
            let is_member = workspace.members.iter().any(|it| it.directory == path);
            !is_member && around.files().is_file(&files::join(path, "Cargo.toml"))
        })
    });
    no_member.collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn app(body: &str, dependency: &str, more: &[(&str, &str)], expected: &str) {
        let text = format!("FROM rust:1.89\nWORKDIR /w/app\n{body}\n");
        let manifest = format!("[package]\nname = \"app\"\n[workspace]\n{dependency}\n");
        let other = "[package]\nname = \"other\"\n";
        let mut files = vec![
            ("app/Dockerfile", &*text),
            ("app/Cargo.toml", &manifest),
            ("app/src/main.rs", ""),
            ("app/vendor/other/Cargo.toml", other),
            ("other/Cargo.toml", other),
        ];
        files.extend(more);
        check_project("path-dependency-not-copied", &files, expected);
    }

    const ALL: &str = "COPY Cargo.toml ./\nCOPY src src\nRUN cargo build";

    #[test]
    fn crates_beside_the_context_or_left_out() {
        app(
            ALL,
            "[dependencies]\nother = { path = \"../other\" }",
            &[],
            "5:5 error: `other`, a dependency at `other`, is outside of the build context",
        );
        for dependency in [
            "[dependencies]\nother = { path = \"vendor/other\" }\n[workspace.metadata]\nx = 1",
            "[dev-dependencies]\nother = { path = \"vendor/other\" }",
            "[patch.crates-io]\nother = { path = \"vendor/other\" }",
        ] {
            let dependency = dependency.replace("[workspace.metadata]\nx = 1", "");
            let dependency = format!("exclude = [\"vendor\"]\n{dependency}");
            app(
                ALL,
                &dependency,
                &[],
                "5:5 error: `other`, a dependency at `app/vendor/other`, isn't copied before `cargo build`",
            );
        }
    }

    #[test]
    fn crates_that_are_copied_or_members_are_left_alone() {
        let excluded = "exclude = [\"vendor\"]\n[dependencies]\nother = { path = \"vendor/other\" }";
        app("COPY . .\nRUN cargo build", excluded, &[], "");
        app("COPY Cargo.toml ./\nCOPY src src\nCOPY vendor vendor\nRUN cargo build", excluded, &[], "");
        // A submodule that isn't checked out here.
        app(ALL, "[dependencies]\nx = { path = \"../gone\" }", &[], "");
        // The other rule's.
        app(ALL, "[dependencies]\nother = { path = \"vendor/other\" }", &[], "");
        let compose = "services:\n  a:\n    build:\n      context: .\n      dockerfile: app/Dockerfile\n";
        app(
            "COPY app .\nCOPY other ../other\nRUN cargo build",
            "[dependencies]\nother = { path = \"../other\" }",
            &[("compose.yaml", compose)],
            "",
        );
    }
}
