//! `workspace-outside-context`: a member inherits from a workspace that the build doesn't see.

use plimsoll_finding::{Clause, Severity};
use plimsoll_project::cargo_files::Member;

use crate::rule::declare_rule;
use crate::surroundings::{Presence, Surroundings};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command on a package that inherits from its workspace (`edition.workspace =
    /// true`, `{ workspace = true }`), where the workspace's manifest is not in the image: not
    /// copied, or outside of the build context.
    ///
    /// ## Why it matters
    /// Cargo gives up: `failed to find a workspace root`. A member that inherits can't be built from
    /// its own directory alone; and the lock file lies beside the workspace's manifest.
    ///
    /// ## Bad
    /// ```dockerfile app/Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY Cargo.toml ./
    /// COPY src src
    /// RUN cargo build --release
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [workspace]
    /// members = ["app"]
    /// package.edition = "2024"
    /// ```
    /// ```toml app/Cargo.toml
    /// [package]
    /// name = "app"
    /// edition.workspace = true
    /// ```
    /// ```rust app/src/main.rs
    /// fn main() {}
    /// ```
    ///
    /// ## Good
    /// ```dockerfile app/Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY Cargo.toml Cargo.lock ./
    /// COPY app app
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [workspace]
    /// members = ["app"]
    /// package.edition = "2024"
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    /// ```
    /// ```toml app/Cargo.toml
    /// [package]
    /// name = "app"
    /// edition.workspace = true
    /// ```
    /// ```rust app/src/main.rs
    /// fn main() {}
    /// ```
    pub(crate) static WORKSPACE_OUTSIDE_CONTEXT = {
        name: "workspace-outside-context",
        clause: Clause::Context,
        summary: "a member inherits from a workspace that the build doesn't see",
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
    for build in &around.cargo_builds(facts).all {
        let Some(command) = build.command(facts) else { continue };
        let workspace = &build.workspace;
        if command.tolerated
            || build.presence(around, &workspace.manifest.path) != Presence::Missing
        {
            continue;
        }
        let heirs = workspace.members.iter().filter(|it| it.directory != workspace.directory);
        let mut there = heirs.filter(|it| {
            matches!(build.presence(around, &it.manifest.path), Presence::There(_))
        });
        let Some((member, place)) = there.find_map(|it| Some((it, inherits(workspace, it)?)))
        else {
            continue;
        };
        let root = around.files().name(&workspace.manifest.path);
        let in_context = around.context.relative(&workspace.directory).is_some();
        let (message, help) = if in_context {
            (
                format!("`{}` inherits from `{root}`, which isn't copied", member.name),
                "Copy the workspace's manifest and its lock file, and keep the member's place \
                 below them.",
            )
        } else {
            (
                format!("`{}` inherits from `{root}`, outside of the build context", member.name),
                "Build from the workspace's directory: `docker build -f path/to/Dockerfile .`.",
            )
        };
        let span = plimsoll_finding::Span::new(place.start, place.end);
        let report = cx.report(command.head, message).help(help);
        let manifest = around.files().name(&member.manifest.path);
        let report = report.related_in(manifest, Some(span), "inherited from the workspace");
        kept_out(report, around, &workspace.manifest.path).done();
        return;
    }
}

fn kept_out<'r>(
    report: crate::Report<'r>,
    around: &Surroundings,
    path: &str,
) -> crate::Report<'r> {
    match around.keeps_out(path) {
        Some((file, span, _)) => {
            report.related_in(file, Some(span), "this keeps it out of the context")
        }
        None => report,
    }
}

/// Where a member's manifest inherits anything.
fn inherits(
    workspace: &plimsoll_project::cargo_files::CargoWorkspace,
    member: &Member,
) -> Option<std::ops::Range<usize>> {
    let root = &workspace.manifest.path;
    let fields = [&member.edition, &member.rust_version];
    let by_field = fields.into_iter().flatten().any(|it| it.place.path == *root);
    if by_field {
        let text = &member.manifest.text;
        let at = ["edition.workspace", "rust-version.workspace", "workspace = true"];
        let start = at.iter().find_map(|it| text.find(it)).unwrap_or(member.name_span.start);
        let end = text[start..].find('\n').map_or(text.len(), |it| start + it);
        return Some(start..end);
    }
    let shared = member.dependencies.iter().find(|it| {
        it.source_place.path == *root && it.place.path != *root
    });
    shared.map(|it| it.place.span.clone())
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn member(place: &str, body: &str, manifest: &str, more: &[(&str, &str)], expected: &str) {
        let text = format!("FROM rust:1.89\nWORKDIR /w\n{body}\n");
        let root = "[workspace]\nmembers = [\"a\"]\n[workspace.package]\nedition = \"2024\"\n\
                    [workspace.dependencies]\nserde = \"1\"\n";
        let manifest = format!("[package]\nname = \"a\"\n{manifest}\n");
        let mut files = vec![
            (place, &*text),
            ("Cargo.toml", root),
            ("a/Cargo.toml", &manifest),
            ("a/src/main.rs", ""),
        ];
        files.extend(more);
        check_project("workspace-outside-context", &files, expected);
    }

    const INHERITS: &str = "edition.workspace = true";
    const COMPOSE: (&str, &str) = ("compose.yaml", "services:\n  a:\n    build: ./a\n");

    #[test]
    fn members_that_inherit_need_their_workspace() {
        let all = "COPY . .\nRUN cargo build";
        let outside = "4:5 error: `a` inherits from `Cargo.toml`, outside of the build context";
        member("a/Dockerfile", all, INHERITS, &[COMPOSE], outside);
        member(
            "a/Dockerfile",
            all,
            "edition = \"2024\"\n[dependencies]\nserde.workspace = true",
            &[COMPOSE],
            outside,
        );
        member(
            "Dockerfile",
            "COPY a .\nRUN cargo build",
            INHERITS,
            &[],
            "4:5 error: `a` inherits from `Cargo.toml`, which isn't copied",
        );
    }

    #[test]
    fn what_inherits_nothing_or_may_have_another_context_is_left_alone() {
        let all = "COPY . .\nRUN cargo build";
        // Nobody says that the context is `a`.
        member("a/Dockerfile", all, INHERITS, &[], "");
        member("a/Dockerfile", all, "edition = \"2024\"", &[COMPOSE], "");
        member("Dockerfile", all, INHERITS, &[], "");
        member("Dockerfile", "COPY Cargo.toml .\nCOPY a a\nRUN cd a && cargo build", INHERITS, &[], "");
    }
}
