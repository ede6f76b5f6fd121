//! `native-library-missing-in-builder`: a crate links a library that the builder doesn't have.

use plimsoll_finding::{Clause, Severity, Span};

use crate::bases::PackageManager;
use crate::libraries::native::Needed;
use crate::rule::declare_rule;
use crate::surroundings::native;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command in an official image of Rust that compiles a crate which links a
    /// library of the system, where the library's headers are neither in the image nor installed. The
    /// manifests and the lock file tell which crates those are, and whether they build their own copy
    /// (`vendored`, `bundled`). A crate that only features of others may bring in is passed over.
    ///
    /// ## Why it matters
    /// The crate's build script fails: `Could not find directory of OpenSSL installation`.
    ///
    /// ## Bad
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/base-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2024"
    ///
    /// [dependencies]
    /// openssl = "0.10"
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    ///
    /// [[package]]
    /// name = "app"
    /// version = "0.1.0"
    /// dependencies = [
    ///  "openssl",
    /// ]
    ///
    /// [[package]]
    /// name = "openssl"
    /// version = "0.10.73"
    /// source = "registry+https://github.com/rust-lang/crates.io-index"
    /// dependencies = [
    ///  "openssl-sys",
    /// ]
    ///
    /// [[package]]
    /// name = "openssl-sys"
    /// version = "0.9.109"
    /// source = "registry+https://github.com/rust-lang/crates.io-index"
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// RUN apt-get update && apt-get install -y --no-install-recommends libssl-dev pkg-config
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/base-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2024"
    ///
    /// [dependencies]
    /// openssl = "0.10"
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    ///
    /// [[package]]
    /// name = "app"
    /// version = "0.1.0"
    /// dependencies = [
    ///  "openssl",
    /// ]
    ///
    /// [[package]]
    /// name = "openssl"
    /// version = "0.10.73"
    /// source = "registry+https://github.com/rust-lang/crates.io-index"
    /// dependencies = [
    ///  "openssl-sys",
    /// ]
    ///
    /// [[package]]
    /// name = "openssl-sys"
    /// version = "0.9.109"
    /// source = "registry+https://github.com/rust-lang/crates.io-index"
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    pub(crate) static NATIVE_LIBRARY_MISSING_IN_BUILDER = {
        name: "native-library-missing-in-builder",
        clause: Clause::Portable,
        summary: "a crate links a library that the builder doesn't have",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    missing(cx, |what, manager| match what {
        Needed::Library(library) => Some((
            format!("the headers of `lib{}`", library.name),
            library.build_package(manager),
        )),
        Needed::Program(_) => None,
    });
}

/// Reports what builds need and builders lack, in the words of a rule, with the package to install.
pub(super) fn missing(
    cx: &mut Context<'_, '_>,
    describe: impl Fn(Needed, PackageManager) -> Option<(String, Option<&'static str>)>,
) {
    let facts = cx.facts;
    let Some(around) = cx.surroundings() else { return };
    let mut reported: Vec<String> = Vec::new();
    for build in &around.cargo_builds(facts).all {
        let Some(command) = build.command(facts).filter(|it| it.kind.compiles()) else { continue };
        let Some(builder) = native::builder(facts, command).filter(|_| !command.tolerated) else {
            continue;
        };
        for found in native::needs_of(around, build) {
            let Some((what, package)) = describe(found.need.what, builder.0) else { continue };
            if native::has(facts, command, builder, found.need) || reported.contains(&what) {
                continue;
            }
            let image = facts.base_image(command.stage).map_or("", |it| &it.text);
            let it = if matches!(found.need.what, Needed::Library(_)) { "them" } else { "it" };
            let message =
                format!("`{}` needs {what}, and `{image}` lacks {it}", found.need.crate_name);
            let chain = found.chain.join(" → ");
            let help = match package {
                Some(package) => format!("Install `{package}` in this stage before cargo runs."),
                None => "Build on an image that has it.".to_owned(),
            };
            let (path, span) = around.named(&found.dependency.place);
            let lock = build.workspace.lock.as_ref().map_or("", |it| &*it.source.path);
            let locked = Span::new(found.locked.span.start, found.locked.span.end);
            cx.report(command.head, message)
                .help(help)
                .related_in(path, Some(span), format!("built for this: {chain}"))
                .related_in(around.files().name(lock), Some(locked), "in the lock file")
                .done();
            reported.push(what);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    /// A package `app` with a dependency on a crate, which depends on others.
    #[track_caller]
    fn build(body: &str, crate_name: &str, on: &str, expected: &str) {
        let text = format!("{body}\nWORKDIR /w\nCOPY . .\nRUN cargo build\n");
        let others: Vec<_> = on
            .split_whitespace()
            .map(|it| format!("[[package]]\nname = \"{it}\"\nversion = \"1.0.0\"\n"))
            .collect();
        let others = others.concat();
        let list: Vec<_> = on.split_whitespace().map(|it| format!("\"{it}\"")).collect();
        let lock = format!(
            "version = 4\n[[package]]\nname = \"app\"\nversion = \"1.0.0\"\ndependencies = [\"{crate_name}\"]\n\
             [[package]]\nname = \"{crate_name}\"\nversion = \"1.0.0\"\ndependencies = [{}]\n{others}",
            list.join(", ")
        );
        let manifest = format!("[package]\nname = \"app\"\n[dependencies]\n{crate_name} = \"1\"\n");
        let files = [
            ("Dockerfile", &*text),
            ("Cargo.toml", &*manifest),
            ("Cargo.lock", &*lock),
            ("src/main.rs", ""),
        ];
        check_project("native-library-missing-in-builder", &files, expected);
    }

    const SLIM: &str = "FROM rust:1.89-slim";

    #[test]
    fn slim_images_have_no_libraries() {
        let lacks = |image: &str, name: &str, library: &str| {
            format!("4:5 error: `{name}` needs the headers of `lib{library}`, and `{image}` lacks them")
        };
        build(SLIM, "openssl-sys", "", &lacks("rust:1.89-slim", "openssl-sys", "ssl"));
        build(SLIM, "pq-sys", "", &lacks("rust:1.89-slim", "pq-sys", "pq"));
        build(
            "FROM rust:1.89-alpine",
            "openssl-sys",
            "cc",
            &lacks("rust:1.89-alpine", "openssl-sys", "ssl"),
        );
        build("FROM rust:1.89", "alsa-sys", "", &lacks("rust:1.89", "alsa-sys", "asound"));
    }

    #[test]
    fn libraries_that_are_there_or_built_along_are_left_alone() {
        build("FROM rust:1.89", "openssl-sys", "", "");
        build("FROM rust:1.89", "pq-sys", "", "");
        build(SLIM, "openssl-sys", "openssl-src", "");
        build(SLIM, "libsqlite3-sys", "cc", "");
        build(SLIM, "libz-sys", "", "");
        build("FROM rust:1.89-slim\nRUN apt-get install -y libssl-dev", "openssl-sys", "", "");
        build("FROM rust:1.89-alpine\nRUN apk add openssl-dev", "openssl-sys", "", "");
        build("FROM rust:1.89-slim\nRUN apt-get install -y $PACKAGES", "openssl-sys", "", "");
        build("FROM rust:1.89-slim\nRUN ./setup.sh", "openssl-sys", "", "");
        build("FROM rust:1.89-slim\nENV OPENSSL_DIR=/opt/ssl", "openssl-sys", "", "");
        build("FROM example.com/rust:1-slim", "openssl-sys", "", "");
    }
}
