//! `cargo-config-not-copied`: settings of cargo that decide what is built don't reach the build.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_project::cargo_files::{ConfigFile, DependencySource};

use crate::rule::declare_rule;
use crate::surroundings::{CargoBuild, Presence};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command that doesn't find the workspace's `.cargo/config.toml`, where that
    /// says what the build can't do without: a registry that a dependency names, vendored sources,
    /// `[patch]`, `--cfg` or static linking in `rustflags`. Settings for developers, such as linkers
    /// and aliases, may stay out.
    ///
    /// ## Why it matters
    /// Without the registry cargo gives up; without `--cfg tokio_unstable` code is compiled otherwise
    /// than it was tested, or not at all; without the patch other code is built.
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
    /// ```toml .cargo/config.toml
    /// [build]
    /// rustflags = ["--cfg", "tokio_unstable"]
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
    /// COPY .cargo .cargo
    /// COPY Cargo.toml Cargo.lock ./
    /// COPY src src
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml .cargo/config.toml
    /// [build]
    /// rustflags = ["--cfg", "tokio_unstable"]
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
    pub(crate) static CARGO_CONFIG_NOT_COPIED = {
        name: "cargo-config-not-copied",
        clause: Clause::Context,
        summary: "settings of cargo that decide what is built don't reach the build",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// What shows that the build is told otherwise.
const TOLD: &[&str] = &["RUSTFLAGS", "CARGO_REGISTRIES_", "CARGO_SOURCE_", ".cargo/config", "--config"];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(around) = cx.surroundings() else { return };
    for build in &around.cargo_builds(facts).all {
        let Some(command) = build.command(facts).filter(|it| it.kind.compiles()) else { continue };
        if command.tolerated || !build.has_root(around) {
            continue;
        }
        let Some(config) = build.workspace.config() else { continue };
        if build.presence(around, &config.source.path) != Presence::Missing
            || facts.chain_mentions(command.stage, TOLD)
        {
            continue;
        }
        let Some((what, span, severity)) = decides(config, build) else { continue };
        let name = around.files().name(&config.source.path);
        let message = format!("`{name}` isn't copied, and with it {what}");
        let mut report = cx
            .report(command.head, message)
            .severity(severity)
            .help("Copy `.cargo` before cargo runs, or hand the setting in by its variable.")
            .related_in(name, Some(span), "this decides what is built");
        if let Some((path, span, _)) = around.keeps_out(&config.source.path) {
            report = report.related_in(path, Some(span), "this keeps it out of the context");
        }
        report.done();
        return;
    }
}

/// What a file says that the build can't do without, and how heavy its loss weighs.
fn decides(config: &ConfigFile, build: &CargoBuild) -> Option<(String, Span, Severity)> {
    let span = |it: &std::ops::Range<usize>| Span::new(it.start, it.end);
    let members = &build.workspace.members;
    let named = members.iter().flat_map(|it| &it.dependencies).find_map(|it| match &it.source {
        DependencySource::Registry(Some(name)) => config.registries.get_key_value(name),
        _ => None,
    });
    if let Some((name, (_, at))) = named {
        return Some((format!("the registry `{name}`"), span(at), Severity::Error));
    }
    if let Some((_, _, at)) = config.patches.first() {
        return Some(("`[patch]`".to_owned(), span(at), Severity::Warning));
    }
    if let Some((_, at)) = config.vendored.first().filter(|_| !config.replacements.is_empty()) {
        return Some(("the vendored sources".to_owned(), span(at), Severity::Warning));
    }
    let flags = config.rustflags.iter().find_map(|(flags, at)| {
        let says = ["--cfg", "+crt-static"].into_iter().find(|it| flags.contains(it))?;
        Some((says, at))
    });
    flags.map(|(says, at)| (format!("`{says}` in `rustflags`"), span(at), Severity::Warning))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn app(body: &str, config: &str, expected: &str) {
        let text = format!("FROM rust:1.89\nWORKDIR /w\n{body}\n");
        let files = [
            ("Dockerfile", &*text),
            ("Cargo.toml", "[package]\nname = \"a\"\n[dependencies]\nx = { version = \"1\", registry = \"ours\" }\n"),
            ("src/main.rs", ""),
            (".cargo/config.toml", config),
        ];
        check_project("cargo-config-not-copied", &files, expected);
    }

    const SOME: &str = "COPY Cargo.toml .\nCOPY src src\nRUN cargo build";
    const OURS: &str = "[registries.ours]\nindex = \"sparse+https://crates.example.com/\"\n";

    #[test]
    fn settings_that_the_build_needs() {
        let lost = "isn't copied, and with it";
        app(SOME, OURS, &format!("5:5 error: `.cargo/config.toml` {lost} the registry `ours`"));
        app(
            SOME,
            "[build]\nrustflags = \"--cfg tokio_unstable\"\n",
            &format!("5:5 warning: `.cargo/config.toml` {lost} `--cfg` in `rustflags`"),
        );
        app(
            SOME,
            "[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"vendor\"\n",
            &format!("5:5 warning: `.cargo/config.toml` {lost} the vendored sources"),
        );
    }

    #[test]
    fn settings_for_developers_or_that_are_there() {
        app(SOME, "[build]\nrustflags = [\"-C\", \"link-arg=-fuse-ld=mold\"]\n[alias]\nx = \"run\"\n", "");
        app("COPY . .\nRUN cargo build", OURS, "");
        app("COPY Cargo.toml .\nCOPY .cargo/ .cargo/\nCOPY src src\nRUN cargo build", OURS, "");
        app(&format!("ENV RUSTFLAGS=\"--cfg x\"\n{SOME}"), "[build]\nrustflags = \"--cfg x\"\n", "");
    }
}
