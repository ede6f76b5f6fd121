//! `build-input-not-copied`: compiling reads a file that is not there.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_project::cargo_files::{InputKind, Member, Place, TargetKind};
use plimsoll_project::files;

use crate::facts::cargo::CargoCommand;
use crate::rule::declare_rule;
use crate::surroundings::{CargoBuild, Presence, Surroundings};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command that compiles a package of which something isn't copied: the build
    /// script, what the build script compiles (`compile_protos`), what code embeds (`include_str!`,
    /// `sqlx::migrate!`, templates), or a bench, test or example that the manifest names without a
    /// path. Only literal paths that lie in the project count, and only code that is copied.
    ///
    /// ## Why it matters
    /// Compiling fails, at the very end: the files that are only read while compiling are forgotten
    /// most easily, and `*.md` in `.dockerignore` takes away what `include_str!("../README.md")`
    /// wants.
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
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    /// ```
    /// ```rust src/main.rs
    /// static PAGE: &str = include_str!("../assets/index.html");
    /// fn main() {}
    /// ```
    /// ```html assets/index.html
    /// <p>Hello</p>
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY Cargo.toml Cargo.lock ./
    /// COPY assets assets
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
    /// static PAGE: &str = include_str!("../assets/index.html");
    /// fn main() {}
    /// ```
    /// ```html assets/index.html
    /// <p>Hello</p>
    /// ```
    pub(crate) static BUILD_INPUT_NOT_COPIED = {
        name: "build-input-not-copied",
        clause: Clause::Context,
        summary: "compiling reads a file that is not there",
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
    let mut reported: BTreeSet<String> = BTreeSet::new();
    for build in &around.cargo_builds(facts).all {
        let Some(command) = build.command(facts) else { continue };
        if command.tolerated || !command.kind.compiles() || brings_all(build, around) {
            continue;
        }
        let Some(built) = build.built() else { continue };
        for member in &build.workspace.members {
            if build.presence(around, &member.manifest.path) != there(&member.manifest.path) {
                continue;
            }
            named_targets(cx, around, build, command, member, &mut reported);
        }
        for member in built {
            inputs(cx, around, build, command, member, &mut reported);
        }
    }
}

/// Whether the whole of the workspace is where it belongs, so that nothing needs to be looked for.
fn brings_all(build: &CargoBuild, around: &Surroundings) -> bool {
    around.context.ignore.is_none()
        && build.presence(around, &build.workspace.directory)
            == there(&build.workspace.directory)
        && around.context.root == build.workspace.directory
}

fn there(path: &str) -> Presence {
    Presence::There(path.to_owned())
}

/// Targets that the manifest names and cargo looks for when it reads the manifest.
fn named_targets(
    cx: &mut Context<'_, '_>,
    around: &Surroundings,
    build: &CargoBuild,
    command: &CargoCommand,
    member: &Member,
    reported: &mut BTreeSet<String>,
) {
    for target in &member.targets {
        let (TargetKind::Example | TargetKind::Test | TargetKind::Bench) = target.kind else {
            continue;
        };
        let Some(span) = target.span.clone().filter(|_| !target.has_path && target.exists) else {
            continue;
        };
        if build.presence(around, &target.path) != Presence::Missing {
            continue;
        }
        let name = around.files().name(&target.path);
        let manifest = around.files().name(&member.manifest.path);
        let message = format!("`{manifest}` names `{name}`, which isn't copied");
        let place = Place { path: member.manifest.path.clone(), span };
        let help = "Copy it, or give the target a `path`: cargo doesn't read a manifest whose \
                    targets it can't find.";
        if reported.insert(target.path.clone()) {
            report(cx, around, command, message, help, &[("named here", place)], &target.path);
        }
    }
}

/// What compiling a member reads.
fn inputs(
    cx: &mut Context<'_, '_>,
    around: &Surroundings,
    build: &CargoBuild,
    command: &CargoCommand,
    member: &Member,
    reported: &mut BTreeSet<String>,
) {
    // Dummies in place of the code read nothing.
    let mut code = member.targets.iter().filter(|it| {
        it.exists && matches!(it.kind, TargetKind::Library | TargetKind::Binary)
    });
    if !code.any(|it| build.presence(around, &it.path) == there(&it.path)) {
        return;
    }
    if let Some(script) = &member.build_script
        && around.files().is_file(script)
        && build.presence(around, script) == Presence::Missing
    {
        let name = around.files().name(script);
        let message = format!("the build script `{name}` isn't copied before `{}`", command.name());
        let help = "Copy it: without it cargo compiles the package as if it had none.";
        let range = member.name_span.clone();
        let place = Place { path: member.manifest.path.clone(), span: range };
        if reported.insert(script.clone()) {
            report(cx, around, command, message, help, &[("the package", place)], script);
        }
    }
    for input in member.inputs(around.files()) {
        if input.kind == InputKind::Watched
            || build.presence(around, &input.place.path) != there(&input.place.path)
            || build.presence(around, &input.path) != Presence::Missing
            || files::below(&member.directory, &input.path).is_none()
                && around.context.relative(&input.path).is_none()
                && !around.context.told
        {
            continue;
        }
        // One directory that is missing is one finding, however much of it is read.
        let missing = highest_missing(around, build, &input.path);
        if !reported.insert(missing.clone()) {
            continue;
        }
        let name = around.files().name(&missing);
        let reader = &input.reader;
        let message =
            format!("`{name}`, which `{reader}` reads, isn't copied before `{}`", command.name());
        let help = "Copy it before the command: compiling fails without it.";
        report(cx, around, command, message, help, &[("read here", input.place)], &input.path);
    }
}

/// The directory above a missing file that is missing as a whole, or else the file.
fn highest_missing(around: &Surroundings, build: &CargoBuild, path: &str) -> String {
    let mut highest = path;
    for above in files::ancestors(path) {
        let is_in = files::below(&build.workspace.directory, above).is_some_and(|it| !it.is_empty());
        if !is_in || build.presence(around, above) != Presence::Missing {
            break;
        }
        highest = above;
    }
    highest.to_owned()
}

fn report(
    cx: &mut Context<'_, '_>,
    around: &Surroundings,
    command: &CargoCommand,
    message: String,
    help: &str,
    related: &[(&str, Place)],
    path: &str,
) {
    let mut report = cx.report(command.head, message).help(help);
    for (text, place) in related {
        let (file, span) = around.named(place);
        report = report.related_in(file, Some(span), *text);
    }
    if let Some((file, span, _)) = around.keeps_out(path) {
        let span: Option<Span> = Some(span);
        report = report.related_in(file, span, "this keeps it out of the context");
    }
    report.done();
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const MAIN: &str = "static A: &str = include_str!(\"../assets/a.txt\");\n\
                        static B: &str = include_str!(\"../assets/b.txt\");\n\
                        #[cfg(test)]\nstatic C: &str = include_str!(\"../README.md\");\n";
    const BUILD: &str = "fn main() { tonic_build::compile_protos(\"proto/a.proto\").unwrap(); }\n";

    #[track_caller]
    fn app(body: &str, more: &[(&str, &str)], expected: &str) {
        let text = format!("FROM rust:1.89\nWORKDIR /w\n{body}\n");
        let manifest = "[package]\nname = \"a\"\nedition = \"2024\"\n[[bench]]\nname = \"speed\"\n";
        let mut files = vec![
            ("Dockerfile", &*text),
            ("Cargo.toml", manifest),
            ("src/main.rs", MAIN),
            ("build.rs", BUILD),
            ("proto/a.proto", ""),
            ("assets/a.txt", ""),
            ("assets/b.txt", ""),
            ("benches/speed.rs", ""),
            ("README.md", ""),
        ];
        files.extend(more);
        check_project("build-input-not-copied", &files, expected);
    }

    #[test]
    fn each_kind_of_file_that_is_missing() {
        let error = |line: usize, text: &str| format!("{line}:5 error: {text}");
        app(
            "COPY Cargo.toml ./\nCOPY src src\nCOPY benches benches\nCOPY assets assets\nRUN cargo build",
            &[],
            &error(7, "the build script `build.rs` isn't copied before `cargo build`"),
        );
        app(
            "COPY Cargo.toml build.rs ./\nCOPY src src\nCOPY benches benches\nRUN cargo build",
            &[],
            &format!(
                "{}\n{}",
                error(6, "`assets`, which `include_str!` reads, isn't copied before `cargo build`"),
                error(6, "`proto`, which `compile_protos` reads, isn't copied before `cargo build`"),
            ),
        );
        app(
            "COPY . .\nRUN cargo build",
            &[(".dockerignore", "benches\nassets/b.txt\n*.md\n")],
            &format!(
                "{}\n{}",
                error(4, "`Cargo.toml` names `benches/speed.rs`, which isn't copied"),
                error(4, "`assets/b.txt`, which `include_str!` reads, isn't copied before `cargo build`"),
            ),
        );
    }

    #[test]
    fn what_is_there_or_not_compiled_is_left_alone() {
        app("COPY . .\nRUN cargo build", &[], "");
        app("COPY . .\nRUN cargo build", &[(".dockerignore", "*.md\ntarget\n")], "");
        let dummy = "COPY Cargo.toml ./\nCOPY benches benches\n\
                     RUN mkdir src && echo 'fn main() {}' > src/main.rs && cargo build\nCOPY . .\n\
                     RUN cargo build";
        app(dummy, &[], "");
        let some = "COPY Cargo.toml build.rs ./\nCOPY proto proto\nCOPY src src\nCOPY benches benches\n";
        app(&format!("{some}COPY assets/ ./assets/\nRUN cargo build"), &[], "");
        app(&format!("{some}COPY --from=x /assets assets\nRUN cargo build"), &[], "");
        app(&format!("{some}RUN ./assets.sh\nRUN cargo build"), &[], "");
        app(&format!("{some}RUN --mount=type=bind,source=assets,target=assets cargo build"), &[], "");
        app(&format!("{some}RUN cargo fetch"), &[], "");
    }
}
