//! `member-not-copied`: cargo finds no manifest of a member of its workspace.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_project::cargo_files::{Member, TargetKind};

use crate::rule::declare_rule;
use crate::surroundings::{CargoBuild, Presence, Surroundings};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command in a workspace of which a member is not copied: its manifest is not in
    /// the image when the command runs, or its manifest is and nothing that it compiles.
    ///
    /// What `COPY` brings is followed through stages, patterns, mounts and `.dockerignore`. A file
    /// whose commands may write the missing files is passed over.
    ///
    /// ## Why it matters
    /// Cargo reads the manifests of all members, whichever it is told to build, and gives up when it
    /// finds one missing: `failed to load manifest for workspace member`. This shows as soon as a
    /// member is added and the Dockerfile lists directories one by one.
    ///
    /// ## Bad
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY Cargo.toml Cargo.lock ./
    /// COPY app app
    /// RUN cargo build --release --locked -p app
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [workspace]
    /// resolver = "3"
    /// members = ["app", "tools"]
    /// ```
    /// ```toml app/Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2024"
    /// ```
    /// ```rust app/src/main.rs
    /// fn main() {}
    /// ```
    /// ```toml tools/Cargo.toml
    /// [package]
    /// name = "tools"
    /// edition = "2024"
    /// ```
    /// ```rust tools/src/main.rs
    /// fn main() {}
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked -p app
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [workspace]
    /// resolver = "3"
    /// members = ["app", "tools"]
    /// ```
    /// ```toml app/Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2024"
    /// ```
    /// ```rust app/src/main.rs
    /// fn main() {}
    /// ```
    /// ```toml tools/Cargo.toml
    /// [package]
    /// name = "tools"
    /// edition = "2024"
    /// ```
    /// ```rust tools/src/main.rs
    /// fn main() {}
    /// ```
    pub(crate) static MEMBER_NOT_COPIED = {
        name: "member-not-copied",
        clause: Clause::Context,
        summary: "cargo finds no manifest or no code of a member of its workspace",
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
        let others = build.workspace.members.iter();
        let others = others.filter(|it| it.directory != build.workspace.directory);
        let lacking = others.filter_map(|it| Some((it, lack(build, around, it)?)));
        let lacking: Vec<_> = lacking.filter(|it| reported.insert(&it.0.directory)).collect();
        let Some((first, lack)) = lacking.first() else { continue };
        let place = around.files().name(&first.directory);
        let others = match lacking.len() {
            1 => String::new(),
            2 => " and one other member".to_owned(),
            more => format!(" and {} other members", more - 1),
        };
        let what = match lack {
            Lack::Manifest => "isn't copied before",
            Lack::Code => "is copied without its code before",
        };
        let message = format!("the member `{place}`{others} {what} `{}`", command.name());
        let help = "Copy every member's manifest and code: cargo reads all of them, whichever it \
                    builds.";
        let mut report = cx.report(command.head, message).help(help);
        for (member, _) in lacking.iter().take(5) {
            report = if let Some(span) = &member.listed {
                let manifest = around.files().name(&build.workspace.manifest.path);
                let message = format!("`{}` is a member by this", member.name);
                report.related_in(manifest, Some(Span::new(span.start, span.end)), message)
            } else {
                let manifest = around.files().name(&member.manifest.path);
                report.related_in(manifest, None, "a member for being depended on")
            };
        }
        if let Some((path, span, _)) = around.keeps_out(&first.manifest.path) {
            report = report.related_in(path, Some(span), "this keeps it out of the context");
        }
        report.done();
    }
}

/// What of a member is missing.
enum Lack {
    Manifest,
    Code,
}

fn lack(build: &CargoBuild, around: &Surroundings, member: &Member) -> Option<Lack> {
    match build.presence(around, &member.manifest.path) {
        Presence::Missing => return Some(Lack::Manifest),
        Presence::There(_) => {}
        _ => return None,
    }
    // A manifest that names its targets is taken at its word.
    let mut targets = member.targets.iter().filter(|it| {
        matches!(it.kind, TargetKind::Library | TargetKind::Binary) && it.exists
    });
    let mut found = targets.clone().peekable();
    found.peek()?;
    let is_missing = |path: &str| build.presence(around, path) == Presence::Missing;
    targets.all(|it| it.span.is_none() && is_missing(&it.path)).then_some(Lack::Code)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const ROOT: &str = "[workspace]\nmembers = [\"crates/*\"]\n";
    const MAIN: &str = "fn main() {}\n";

    fn package(name: &str) -> String {
        format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n")
    }

    #[track_caller]
    fn workspace(body: &str, more: &[(&str, &str)], expected: &str) {
        let text = format!("FROM rust:1.89\nWORKDIR /w\n{body}\n");
        let (a, b) = (package("a"), package("b"));
        let mut files = vec![
            ("Dockerfile", &*text),
            ("Cargo.toml", ROOT),
            ("crates/a/Cargo.toml", &a),
            ("crates/a/src/main.rs", MAIN),
            ("crates/b/Cargo.toml", &b),
            ("crates/b/src/lib.rs", ""),
            ("scripts/x.sh", ""),
        ];
        files.extend(more);
        check_project("member-not-copied", &files, expected);
    }

    #[test]
    fn members_that_no_copy_brings() {
        let missing = "error: the member `crates/b` isn't copied before `cargo build`";
        workspace(
            "COPY Cargo.toml .\nCOPY crates/a crates/a\nRUN cargo build -p a",
            &[],
            &format!("5:5 {missing}"),
        );
        workspace(
            "COPY Cargo.toml ./\nCOPY crates/a/Cargo.toml crates/a/\nCOPY crates/a/src crates/a/src\n\
             WORKDIR crates/a\nRUN cargo build",
            &[],
            &format!("7:5 {missing}"),
        );
        workspace(
            "COPY . .\nRUN cargo build",
            &[(".dockerignore", "crates/b\n")],
            &format!("4:5 {missing}"),
        );
        workspace(
            "COPY Cargo.toml .\nCOPY crates/a crates/a\nCOPY crates/b/Cargo.toml crates/b/\n\
             RUN cargo build -p a",
            &[],
            "6:5 error: the member `crates/b` is copied without its code before `cargo build`",
        );
        workspace(
            "COPY Cargo.toml .\nRUN cargo fetch",
            &[],
            "4:5 error: the member `crates/a` and one other member isn't copied before `cargo fetch`",
        );
    }

    #[test]
    fn whatever_brings_them_is_followed() {
        for body in [
            "COPY . .\nRUN cargo build",
            "COPY ./ /w\nRUN cargo build",
            "COPY --parents Cargo.toml crates/*/Cargo.toml crates/*/src ./\nRUN cargo build",
            "COPY Cargo.toml ./\nCOPY crates ./crates\nRUN cargo build",
            "COPY Cargo.toml ./\nCOPY crates/ crates/\nRUN cargo build",
            "ADD . /w/\nRUN cargo build",
            "COPY . /x\nWORKDIR /x\nRUN cargo build",
            "COPY . /x\nRUN cd /x/crates/a && cargo build",
            "COPY . /x\nRUN cargo build --manifest-path /x/Cargo.toml",
            "RUN --mount=type=bind,target=. cargo build",
            "COPY Cargo.toml .\nRUN --mount=type=bind,source=crates,target=/w/crates cargo build",
            "COPY crates crates\nCOPY *.toml ./\nRUN cargo build",
            "ARG D=crates\nCOPY Cargo.toml .\nCOPY $D ./$D\nRUN cargo build",
            "COPY Cargo.toml .\nCOPY crates/a crates/a\nCOPY crates/b crates/b\nRUN cargo build",
            "COPY . .\nRUN cargo build\nFROM rust:1.89\nWORKDIR /v\nCOPY --from=0 /w /v\nRUN cargo test",
        ] {
            workspace(body, &[], "");
        }
        let ignore = (".dockerignore", "*\n!Cargo.toml\n!crates\n");
        workspace("COPY . .\nRUN cargo build", &[ignore], "");
    }

    #[test]
    fn what_nobody_can_know_is_left_alone() {
        for body in [
            "COPY Cargo.toml .\nRUN ./scripts/x.sh\nRUN cargo build",
            "COPY Cargo.toml .\nCOPY crates/a crates/a\nRUN sed -i '/b/d' Cargo.toml && cargo build",
            "COPY Cargo.toml .\nRUN git clone https://example.com/a.git crates && cargo build",
            "COPY Cargo.toml .\nCOPY --from=example.com/x /w /w\nRUN cargo build",
            "COPY Cargo.toml .\nCOPY $CODE crates\nRUN cargo build",
            "COPY Cargo.toml .\nRUN cargo build || true",
            "COPY Cargo.toml recipe.json ./\nRUN cargo chef cook\nRUN cargo build",
            "RUN cargo build",
            "COPY nowhere .\nCOPY Cargo.toml .\nRUN cargo build",
            "COPY Cargo.toml .\nRUN cp -r /in/crates . && cargo build",
        ] {
            workspace(body, &[("recipe.json", "{}")], "");
        }
        let dummies = "COPY Cargo.toml .\nCOPY crates/a/Cargo.toml crates/a/\n\
                       COPY crates/b/Cargo.toml crates/b/\n\
                       RUN mkdir -p crates/a/src crates/b/src && touch crates/b/src/lib.rs && \
                       echo 'fn main() {}' > crates/a/src/main.rs && cargo build";
        workspace(dummies, &[], "");
    }
}
