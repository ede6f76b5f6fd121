//! `lock-file-not-copied`: cargo builds without the project's lock file.

use plimsoll_finding::{Clause, Severity};

use crate::facts::cargo::CargoKind;
use crate::rule::declare_rule;
use crate::surroundings::Presence;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command that finds the workspace but not its `Cargo.lock`: no `COPY` brings
    /// it, or `.dockerignore` keeps it out. With `--locked` this is an error. `cargo install` without
    /// `--locked` takes no notice of lock files, and is left to `unlocked-build`.
    ///
    /// ## Why it matters
    /// Cargo chooses the newest versions that fit: the image holds code that nobody has tested, each
    /// build may hold other code, and a broken release of any dependency breaks it. With `--locked`
    /// the build fails.
    ///
    /// ## Bad
    /// ```dockerfile Dockerfile
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
    /// [package]
    /// name = "app"
    /// edition = "2024"
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    ///
    /// ## Good
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
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    pub(crate) static LOCK_FILE_NOT_COPIED = {
        name: "lock-file-not-copied",
        clause: Clause::Pinned,
        summary: "cargo builds without the project's lock file",
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
        let Some(command) = build.command(facts) else { continue };
        let is_installed = command.kind == CargoKind::InstallPath && !command.arguments.locked;
        let works = command.kind.compiles() || command.kind == CargoKind::Fetch;
        if !works || is_installed || command.tolerated || !build.has_root(around) {
            continue;
        }
        let Some(lock) = &build.workspace.lock else { continue };
        if build.presence(around, &lock.source.path) != Presence::Missing {
            continue;
        }
        let name = around.files().name(&lock.source.path);
        let kept_out = around.keeps_out(&lock.source.path);
        let why = if kept_out.is_some() { "is kept out of the context" } else { "isn't copied" };
        let (message, severity) = if command.arguments.locked {
            (
                format!("`{name}` {why}, and `{}` is to be `--locked`", command.name()),
                Severity::Error,
            )
        } else {
            let message =
                format!("`{name}` {why}: `{}` chooses versions anew", command.name());
            (message, Severity::Warning)
        };
        let mut report = cx
            .report(command.head, message)
            .severity(severity)
            .help("Copy `Cargo.lock` with the manifests, and build with `--locked`.")
            .related_in(name, None, "the lock file of the project");
        if let Some((path, span, _)) = kept_out {
            report = report.related_in(path, Some(span), "this keeps it out of the context");
        }
        report.done();
        return;
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn build(body: &str, more: &[(&str, &str)], expected: &str) {
        let text = format!("FROM rust:1.89\nWORKDIR /w\n{body}\n");
        let mut files = vec![
            ("Dockerfile", &*text),
            ("Cargo.toml", "[package]\nname = \"a\"\n"),
            ("src/main.rs", ""),
        ];
        files.extend(more);
        check_project("lock-file-not-copied", &files, expected);
    }

    const LOCK: (&str, &str) = ("Cargo.lock", "version = 4\n");

    #[test]
    fn lock_files_that_do_not_reach_cargo() {
        let some = "COPY Cargo.toml ./\nCOPY src src\nRUN cargo build";
        build(
            some,
            &[LOCK],
            "5:5 warning: `Cargo.lock` isn't copied: `cargo build` chooses versions anew",
        );
        build(
            &format!("{some} --locked && cargo test"),
            &[LOCK],
            "5:5 error: `Cargo.lock` isn't copied, and `cargo build` is to be `--locked`",
        );
        build(
            "COPY . .\nRUN cargo build --release",
            &[LOCK, (".dockerignore", "target\n*.lock\n")],
            "4:5 warning: `Cargo.lock` is kept out of the context: `cargo build` chooses versions anew",
        );
        build(
            "RUN --mount=type=bind,source=src,target=src --mount=type=bind,source=Cargo.toml,target=Cargo.toml cargo build",
            &[LOCK],
            "3:99 warning: `Cargo.lock` isn't copied: `cargo build` chooses versions anew",
        );
    }

    #[test]
    fn lock_files_that_are_there_or_not_known_are_left_alone() {
        build("COPY . .\nRUN cargo build", &[], "");
        for body in [
            "COPY . .\nRUN cargo build",
            "COPY Cargo.* ./\nCOPY src src\nRUN cargo build",
            "COPY Cargo.toml Cargo.lock* ./\nCOPY src src\nRUN cargo build",
            "COPY Cargo.toml .\nCOPY src src\nRUN cargo generate-lockfile && cargo build",
            "COPY Cargo.toml .\nCOPY src src\nRUN cargo install --path .",
            "COPY Cargo.toml ./\nCOPY Cargo.lock .\nCOPY src src\nRUN cargo build --locked",
            "RUN --mount=target=. cargo build",
        ] {
            build(body, &[LOCK], "");
        }
        build("COPY . .\nRUN cargo build", &[LOCK, (".dockerignore", "*.lock\n!Cargo.lock\n")], "");
    }
}
