//! `build-tool-missing`: a crate's build script runs a program that the builder doesn't have.

use plimsoll_finding::{Clause, Severity};
use plimsoll_project::cargo_files::{Dependency, DependencyKind};

use super::native_library_missing_in_builder::missing;
use crate::libraries::native::Needed;
use crate::rule::declare_rule;
use crate::surroundings::{Presence, native};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command in an official image of Rust that compiles a crate which runs a
    /// program to build itself, where the program is neither in the image nor installed: protoc for
    /// build scripts with `prost-build` or `tonic-build`, cmake, libclang for bindgen, perl and make
    /// for a vendored OpenSSL, pkg-config.
    ///
    /// ## Why it matters
    /// The build script fails: ``Could not find `protoc` ``, ``is `cmake` not installed?``.
    ///
    /// ## Bad
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
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
    /// [build-dependencies]
    /// tonic-build = "0.13"
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    ///
    /// [[package]]
    /// name = "app"
    /// version = "0.1.0"
    /// dependencies = [
    ///  "tonic-build",
    /// ]
    ///
    /// [[package]]
    /// name = "prost-build"
    /// version = "0.13.5"
    /// source = "registry+https://github.com/rust-lang/crates.io-index"
    ///
    /// [[package]]
    /// name = "tonic-build"
    /// version = "0.13.1"
    /// source = "registry+https://github.com/rust-lang/crates.io-index"
    /// dependencies = [
    ///  "prost-build",
    /// ]
    /// ```
    /// ```rust build.rs
    /// fn main() { tonic_build::compile_protos("proto/app.proto").unwrap(); }
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// RUN apt-get update && apt-get install -y --no-install-recommends protobuf-compiler
    /// WORKDIR /src
    /// COPY . .
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
    /// [build-dependencies]
    /// tonic-build = "0.13"
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    ///
    /// [[package]]
    /// name = "app"
    /// version = "0.1.0"
    /// dependencies = [
    ///  "tonic-build",
    /// ]
    ///
    /// [[package]]
    /// name = "prost-build"
    /// version = "0.13.5"
    /// source = "registry+https://github.com/rust-lang/crates.io-index"
    ///
    /// [[package]]
    /// name = "tonic-build"
    /// version = "0.13.1"
    /// source = "registry+https://github.com/rust-lang/crates.io-index"
    /// dependencies = [
    ///  "prost-build",
    /// ]
    /// ```
    /// ```rust build.rs
    /// fn main() { tonic_build::compile_protos("proto/app.proto").unwrap(); }
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    pub(crate) static BUILD_TOOL_MISSING = {
        name: "build-tool-missing",
        clause: Clause::Portable,
        summary: "a crate's build script runs a program that the builder doesn't have",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// What shows that a build script has protoc from elsewhere, or may do without.
const OTHER_PROTOC: &[&str] =
    &["PROTOC", "protoc_bin_vendored", "protobuf_src", "protox", "skip_protoc_run", "env::var"];

fn check(cx: &mut Context<'_, '_>) {
    missing(cx, |what, manager| match what {
        Needed::Program(program) => {
            Some((format!("`{}` to build", program.name), program.package(manager)))
        }
        Needed::Library(_) => None,
    });
    protoc(cx);
}

/// Reports build scripts of members that compile definitions of Protocol Buffers.
fn protoc(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(around) = cx.surroundings() else { return };
    let Some(program) = native::protoc() else { return };
    for build in &around.cargo_builds(facts).all {
        let Some(command) = build.command(facts).filter(|it| it.kind.compiles()) else { continue };
        let Some(builder) = native::builder(facts, command).filter(|_| !command.tolerated) else {
            continue;
        };
        let mut installed = facts.packages().installed(&facts.stages, command.stage);
        if installed.any(|(_, it)| program.comes_with(builder.0, it))
            || facts.chain_mentions(command.stage, &["protoc", "PROTOC"])
        {
            continue;
        }
        let Some(built) = build.built() else { continue };
        let lock = build.workspace.lock.as_ref();
        // Other crates may bring the program, and older versions had it with them.
        let is_brought = lock.is_none_or(|it| {
            it.has("protoc-bin-vendored")
                || it.has("protobuf-src")
                || it.has("protox")
                || it.locked("prost-build").any(|it| is_older(&it.version))
                || !it.has("prost-build")
        });
        if is_brought {
            continue;
        }
        for member in built {
            let Some(script) = &member.build_script else { continue };
            let Some(text) = around.files().text(script) else { continue };
            let Some(dependency) = member.dependencies.iter().find(|it| compiles(it)) else {
                continue;
            };
            let calls = ["compile_protos(", ".compile(", "compile_protos_with_config("];
            if !calls.iter().any(|it| text.contains(it))
                || OTHER_PROTOC.iter().any(|it| text.contains(it))
                || text.contains("cfg")
                || build.presence(around, script) != Presence::There(script.clone())
            {
                continue;
            }
            let image = facts.base_image(command.stage).map_or("", |it| &it.text);
            let message = format!(
                "the build script of `{}` needs `protoc`, and `{image}` lacks it",
                member.name
            );
            let package = program.package(builder.0).unwrap_or("protobuf-compiler");
            let (path, span) = around.named(&dependency.place);
            cx.report(command.head, message)
                .help(format!("Install `{package}` in this stage before cargo runs."))
                .related_in(path, Some(span), "it runs protoc")
                .related_in(around.files().name(script), None, "the build script")
                .done();
            return;
        }
    }
}

/// Whether a dependency runs protoc for a build script.
fn compiles(dependency: &Dependency) -> bool {
    let names = ["prost-build", "tonic-build", "tonic-prost-build"];
    dependency.kind == DependencyKind::Build
        && !dependency.optional
        && dependency.target.is_none()
        && names.contains(&&*dependency.package)
}

/// Whether a version of prost-build has protoc with it.
fn is_older(version: &str) -> bool {
    let mut parts = version.split('.').map(|it| it.parse::<u32>().unwrap_or(u32::MAX));
    parts.next() == Some(0) && parts.next().is_none_or(|it| it < 11)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn build(body: &str, name: &str, on: &str, more: &[(&str, &str)], expected: &str) {
        let text = format!("{body}\nWORKDIR /w\nCOPY . .\nRUN cargo build\n");
        let list: Vec<_> = on.split_whitespace().map(|it| format!("\"{it}\"")).collect();
        let others: Vec<_> = on
            .split_whitespace()
            .map(|it| format!("[[package]]\nname = \"{it}\"\nversion = \"0.13.0\"\n"))
            .collect();
        let others = others.concat();
        let lock = format!(
            "version = 4\n[[package]]\nname = \"app\"\nversion = \"1.0.0\"\ndependencies = [\"{name}\"]\n\
             [[package]]\nname = \"{name}\"\nversion = \"0.13.0\"\ndependencies = [{}]\n{others}",
            list.join(", ")
        );
        let manifest = format!("[package]\nname = \"app\"\n[build-dependencies]\n{name} = \"1\"\n");
        let mut files = vec![
            ("Dockerfile", &*text),
            ("Cargo.toml", &*manifest),
            ("Cargo.lock", &*lock),
            ("src/main.rs", ""),
        ];
        files.extend(more);
        check_project("build-tool-missing", &files, expected);
    }

    const SCRIPT: &str = "fn main() { tonic_build::compile_protos(\"a.proto\").unwrap(); }\n";

    #[test]
    fn programs_that_crates_run() {
        let lacks = |name: &str, tool: &str, image: &str| {
            format!("4:5 error: `{name}` needs `{tool}` to build, and `{image}` lacks it")
        };
        let slim = "rust:1.89-slim";
        build("FROM rust:1.89-slim", "tikv-jemalloc-sys", "", &[], &lacks("tikv-jemalloc-sys", "make", slim));
        build(
            "FROM rust:1.89",
            "librocksdb-sys",
            "bindgen",
            &[],
            &lacks("librocksdb-sys", "clang", "rust:1.89"),
        );
        build("FROM rust:1.89", "rdkafka-sys", "cmake", &[], &lacks("rdkafka-sys", "cmake", "rust:1.89"));
        build("FROM rust:1.89", "rdkafka-sys", "cc", &[], "");
        build("FROM rust:1.89", "tikv-jemalloc-sys", "", &[], "");
        build("FROM rust:1.89\nRUN apt-get install -y cmake", "rdkafka-sys", "cmake", &[], "");
    }

    #[test]
    fn build_scripts_that_run_protoc() {
        let script = [("build.rs", SCRIPT)];
        build(
            "FROM rust:1.89",
            "tonic-build",
            "prost-build",
            &script,
            "4:5 error: the build script of `app` needs `protoc`, and `rust:1.89` lacks it",
        );
        build("FROM rust:1.89\nRUN apt-get install -y protobuf-compiler", "tonic-build", "prost-build", &script, "");
        build("FROM rust:1.89-alpine\nRUN apk add protoc", "tonic-build", "prost-build", &script, "");
        build("FROM rust:1.89", "tonic-build", "prost-build protoc-bin-vendored", &script, "");
        build("FROM rust:1.89\nENV PROTOC=/opt/p", "tonic-build", "prost-build", &script, "");
        let careful = [("build.rs", "fn main() { if std::env::var(\"X\").is_ok() { compile_protos(); } }")];
        build("FROM rust:1.89", "tonic-build", "prost-build", &careful, "");
        build("FROM rust:1.89", "tonic-build", "prost-build", &[], "");
    }
}
