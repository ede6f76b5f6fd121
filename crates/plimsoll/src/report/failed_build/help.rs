//! What helps against the causes for which builds of Rust programs fail.

use plimsoll_build::engines::failure::{Cause, Missing};
use plimsoll_lint::{
    bases::PackageManager,
    libraries::{self, Library, native},
};
use plimsoll_syntax::dockerfile::{Dockerfile, Instruction, Stages};

/// What to do next.
pub(super) fn hints(
    cause: Option<&Cause>,
    file: &Dockerfile<'_>,
    found: Option<&Instruction<'_>>,
) -> Vec<String> {
    let Some(cause) = cause else { return Vec::new() };
    match cause {
        Cause::Missing { what, crate_name } => missing(what, crate_name.as_deref(), file, found),
        _ => advice(cause).into_iter().collect(),
    }
}

fn advice(cause: &Cause) -> Option<String> {
    Some(match cause {
        Cause::Target { triple } if triple.is_empty() => {
            "before it: RUN rustup target add, with the target that cargo is told".to_owned()
        }
        Cause::Target { triple } => format!("before it: RUN rustup target add {triple}"),
        Cause::LockOutdated => {
            "run `cargo check` on your machine, which brings Cargo.lock up to date, and commit it; a \
             member that was not copied makes it look outdated, too"
                .to_owned()
        }
        Cause::LockMissing => {
            "copy Cargo.lock beside Cargo.toml, and see whether .dockerignore or .gitignore keeps it out"
                .to_owned()
        }
        Cause::LockTooNew => {
            "build in an image of the Rust that wrote it (version 4 needs 1.78)".to_owned()
        }
        Cause::EmbedBitcode => {
            "take `-C lto` out of RUSTFLAGS and .cargo/config.toml, and write `lto = true` below \
             [profile.release] in Cargo.toml"
                .to_owned()
        }
        Cause::RustTooOld { needed: Some(needed), .. } => {
            let tag = needed.trim_end_matches('.').split('.').take(2).collect::<Vec<_>>().join(".");
            format!("build in rust:{tag} or newer, or lock an older version of the package")
        }
        Cause::RustTooOld { needed: None, .. } => {
            "build in an image of a newer Rust, or lock an older version of the package".to_owned()
        }
        Cause::Toolchain { name } => format!(
            "build in the image of that Rust, or before it: RUN rustup toolchain install {name}; with \
             ENV RUSTUP_TOOLCHAIN the image's own is used whatever rust-toolchain.toml says"
        ),
        Cause::NoSuchTarget { .. } => {
            "`plimsoll check` compares what is copied with what Cargo needs".to_owned()
        }
        Cause::NotFound { .. } => {
            "see whether .dockerignore leaves it out, whether the context is the directory that you mean, \
             and whether it lies in a cache mount, which no later step sees; `plimsoll check` tells"
                .to_owned()
        }
        Cause::SqlxOffline => {
            "run `cargo sqlx prepare --workspace` where there is a database, commit .sqlx, copy it, and \
             set ENV SQLX_OFFLINE=true in the builder"
                .to_owned()
        }
        Cause::Network { .. } => {
            "see whether the engine reaches the network (docker run --rm busybox nslookup HOST); behind a \
             proxy: --build-arg HTTPS_PROXY"
                .to_owned()
        }
        Cause::Certificate { .. } => {
            "where a proxy opens connections, the builder must trust its certificate: mount it as a secret \
             and set CARGO_HTTP_CAINFO and SSL_CERT_FILE for that step"
                .to_owned()
        }
        Cause::Credentials { .. } => {
            "give them to that step alone: RUN --mount=type=secret with --secret id=NAME,env=VARIABLE, or \
             RUN --mount=type=ssh with --ssh default and CARGO_NET_GIT_FETCH_WITH_CLI=true"
                .to_owned()
        }
        Cause::BaseImage { .. } => {
            "look at its name and tag, at the platforms that it is there for, and log in where it is private"
                .to_owned()
        }
        Cause::RateLimit => "log in to the registry, or wait, or use a mirror".to_owned(),
        Cause::Memory => {
            "give the engine more memory, or let Cargo work on less at a time: ENV CARGO_BUILD_JOBS=2; fat \
             LTO needs the most"
                .to_owned()
        }
        Cause::DiskFull => "free the engine's cache: docker builder prune".to_owned(),
        Cause::OtherPlatform => {
            "build on the builder's own platform (FROM --platform=$BUILDPLATFORM) and let Cargo compile for \
             the other: `plimsoll init` writes it so"
                .to_owned()
        }
        Cause::NeedsBuildKit => "build with BuildKit: DOCKER_BUILDKIT=1, or docker buildx".to_owned(),
        Cause::Syntax { .. } => "`plimsoll check` shows it in its place".to_owned(),
        Cause::Missing { .. } => return None,
    })
}

fn missing(
    what: &Missing,
    crate_name: Option<&str>,
    file: &Dockerfile<'_>,
    found: Option<&Instruction<'_>>,
) -> Vec<String> {
    let managers = managers(file, found);
    let library = match what {
        Missing::Library(name) => by_name(name),
        Missing::Package(name) => {
            by_name(name.strip_prefix("lib").unwrap_or(name)).or_else(|| by_name(name))
        }
        Missing::Header(_) | Missing::Program(_) => None,
    };
    let of_crate = || crate_name.and_then(|it| libraries::by_crate(it).next());
    let package = |manager| match (library.or_else(of_crate), what) {
        (_, Missing::Program(name)) => program(name, manager),
        (Some(library), _) => library.build_package(manager).map(str::to_owned),
        (None, _) => None,
    };
    let named: Vec<_> = managers.iter().filter_map(|it| Some((*it, package(*it)?))).collect();
    let mut hints: Vec<String> = named.iter().map(|(manager, package)| match manager {
        PackageManager::Apk => format!("before it, on Alpine: RUN apk add --no-cache {package}"),
        _ => format!(
            "before it, on Debian: RUN apt-get update && apt-get install -y --no-install-recommends \
             {package} && rm -rf /var/lib/apt/lists/*"
        ),
    }).collect();
    if hints.is_empty() {
        hints.push("install the package of the builder's distribution that has it".to_owned());
    }
    if library.or_else(of_crate).is_some_and(|it| it.name == "ssl") {
        hints.push("or do without: rustls is Rust alone, and openssl-sys compiles its own with the feature `vendored`".to_owned());
    }
    hints
}

/// A library by its name for the linker, or for pkg-config where that differs.
fn by_name(name: &str) -> Option<&'static Library> {
    let name = match name {
        "openssl" | "crypto" => "ssl",
        name => name.strip_prefix("lib").unwrap_or(name),
    };
    libraries::all().iter().find(|it| it.name == name)
}

/// The package that has a program.
fn program(name: &str, manager: PackageManager) -> Option<String> {
    let is_apk = manager == PackageManager::Apk;
    if let Some(prefix) = name.strip_suffix("-linux-gnu-gcc").filter(|_| !is_apk) {
        return Some(format!(
            "gcc-{}-linux-gnu libc6-dev-{}-cross",
            prefix.replace('_', "-"),
            debian(prefix)
        ));
    }
    let package = match (name, is_apk) {
        ("cc" | "gcc" | "ld", true) => "build-base",
        ("cc" | "gcc" | "ld", false) => "gcc libc6-dev",
        ("musl-gcc" | "x86_64-linux-musl-gcc", false) => "musl-tools",
        ("musl-gcc" | "x86_64-linux-musl-gcc", true) => "musl-dev gcc",
        ("c++" | "g++", _) => "g++",
        (
            "make" | "perl" | "git" | "curl" | "wget" | "cmake" | "clang" | "lld" | "mold" | "nasm",
            _,
        ) => name,
        ("pkg-config", true) => "pkgconf",
        ("pkg-config", false) => "pkg-config",
        _ => {
            let known = native::needs().iter().find_map(|it| match it.what {
                native::Needed::Program(program) if program.name == name => Some(program),
                _ => None,
            });
            return known.and_then(|it| it.package(manager)).map(str::to_owned);
        }
    };
    Some(package.to_owned())
}

/// Debian's name of an architecture.
fn debian(architecture: &str) -> &str {
    match architecture {
        "aarch64" => "arm64",
        "x86_64" => "amd64",
        "powerpc64le" => "ppc64el",
        other => other,
    }
}

/// The package managers that the stage may have: one where its base tells, both where it doesn't.
fn managers(file: &Dockerfile<'_>, found: Option<&Instruction<'_>>) -> Vec<PackageManager> {
    let stages = Stages::new(file);
    let stage = found.and_then(|it| stages.at(it.span.start()));
    let image = stage.and_then(|it| stages.root(it.index)).map(|it| it.image.as_str());
    match image {
        Some(image) if image.contains("alpine") => vec![PackageManager::Apk],
        Some(image)
            if ["rust", "debian", "ubuntu", "bookworm", "trixie"]
                .iter()
                .any(|it| image.contains(it)) =>
        {
            vec![PackageManager::Apt]
        }
        _ => vec![PackageManager::Apt, PackageManager::Apk],
    }
}
