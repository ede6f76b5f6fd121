//! Causes for which builds of Rust programs often fail.

mod cargo;
mod engine;
mod native;
mod network;

use std::fmt;

/// Why a build failed. As text it is a sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The standard library of a target is not installed.
    Target {
        /// `x86_64-unknown-linux-musl`; empty where the log doesn't name it.
        triple: String,
    },
    /// Something that a crate compiles or links with is not there.
    Missing {
        /// What.
        what: Missing,
        /// The crate whose build script or linking it was, where the log says so.
        crate_name: Option<String>,
    },
    /// `Cargo.lock` doesn't agree with the manifests, and `--locked` forbids to change it.
    LockOutdated,
    /// There is no `Cargo.lock` although `--locked` was given.
    LockMissing,
    /// `Cargo.lock` is of a format that this Cargo doesn't know.
    LockTooNew,
    /// `-C lto` in flags for the compiler, against Cargo's `-C embed-bitcode=no`.
    EmbedBitcode,
    /// A package, or the edition, needs a newer Rust.
    RustTooOld {
        /// What needs it: `the package foo v1.2.3`, `edition 2024`.
        who: String,
        /// The version that is needed, where the log says so.
        needed: Option<String>,
    },
    /// A toolchain that `rust-toolchain.toml` or `+name` asks for is not installed.
    Toolchain {
        /// Its name.
        name: String,
    },
    /// A binary, package or source file that Cargo was told of is not there.
    NoSuchTarget {
        /// As Cargo says it.
        message: String,
    },
    /// A path of `COPY` or `ADD` is not in the context or stage.
    NotFound {
        /// The path.
        path: String,
    },
    /// sqlx's macros found neither a database nor prepared queries.
    SqlxOffline,
    /// A host could not be reached.
    Network {
        /// The host, where the log says so.
        host: Option<String>,
    },
    /// A certificate was not trusted: often a proxy that opens connections.
    Certificate {
        /// The host, where the log says so.
        host: Option<String>,
    },
    /// A registry or repository wants credentials that it didn't get.
    Credentials {
        /// What, where the log says so.
        host: Option<String>,
    },
    /// A base image is not there, or not for this platform.
    BaseImage {
        /// Its name.
        name: String,
    },
    /// A registry lets nobody pull more for a while.
    RateLimit,
    /// The kernel ended a program for want of memory.
    Memory,
    /// The disk is full.
    DiskFull,
    /// A program of another processor, without emulation.
    OtherPlatform,
    /// A syntax or option that only BuildKit knows.
    NeedsBuildKit,
    /// The Dockerfile can't be parsed.
    Syntax {
        /// As the engine says it.
        message: String,
    },
}

/// What is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A library, as the linker is told: `ssl`, `pq`.
    Library(String),
    /// A library by its name for pkg-config: `openssl`, `libpq`.
    Package(String),
    /// A header of C: `libpq-fe.h`.
    Header(String),
    /// A program: `cc`, `protoc`, `cmake`.
    Program(String),
}

/// The first cause that lines name.
pub(super) fn of(lines: &[String]) -> Option<Cause> {
    let found = lines.iter().enumerate().find_map(|(at, line)| {
        let before = lines.get(..at).unwrap_or_default();
        native::of(line, before)
            .or_else(|| cargo::of(line))
            .or_else(|| engine::of(line))
            .or_else(|| network::of(line, before))
    });
    // The first line that fits may leave out what a later one says.
    let rest = |better: fn(&str) -> Option<Cause>| lines.iter().find_map(|it| better(it));
    match &found {
        Some(Cause::Target { triple }) if triple.is_empty() => rest(cargo::named_target).or(found),
        Some(Cause::Network { .. }) => rest(network::certificate).or(found),
        _ => found,
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of =
            |host: &Option<String>| host.as_deref().map_or(String::new(), |it| format!(" {it}"));
        match self {
            Self::Target { triple } if triple.is_empty() => {
                f.write_str("the standard library of the target is not installed in the builder")
            }
            Self::Target { triple } => {
                write!(f, "the standard library of the target {triple} is not installed in the builder")
            }
            Self::Missing { what, crate_name } => {
                write!(f, "the builder has no {what}")?;
                crate_name.as_ref().map_or(Ok(()), |it| write!(f, ", which `{it}` needs"))
            }
            Self::LockOutdated => {
                f.write_str("Cargo.lock does not agree with the manifests, and --locked keeps Cargo from changing it")
            }
            Self::LockMissing => f.write_str("there is no Cargo.lock where Cargo runs with --locked"),
            Self::LockTooNew => f.write_str("Cargo.lock is of a newer format than the Cargo of the builder knows"),
            Self::EmbedBitcode => {
                f.write_str("link-time optimisation is asked for in RUSTFLAGS, where Cargo does not know of it")
            }
            Self::RustTooOld { who, needed: Some(needed) } => {
                write!(f, "{who} needs Rust {needed}, which is newer than the builder's")
            }
            Self::RustTooOld { who, needed: None } => {
                write!(f, "{who} needs a newer Rust than the builder's")
            }
            Self::Toolchain { name } => write!(f, "the toolchain {name} is not installed in the builder"),
            Self::NoSuchTarget { message } | Self::Syntax { message } => f.write_str(message),
            Self::NotFound { path } => write!(f, "{path} is neither in the build context nor in the stage it is taken from"),
            Self::SqlxOffline => f.write_str("sqlx checks its queries while it compiles, and has neither a database nor prepared queries"),
            Self::Network { host: Some(host) } => write!(f, "{host} cannot be reached from the build"),
            Self::Network { host: None } => f.write_str("the network cannot be reached from the build"),
            Self::Certificate { host } => write!(f, "the certificate of the host{} is not trusted in the build", of(host)),
            Self::Credentials { host } => write!(f, "the credentials for{} are missing or wrong", host.as_deref().map_or(" a private source".to_owned(), |it| format!(" {it}"))),
            Self::BaseImage { name } => write!(f, "the image {name} is not there, or not for this platform"),
            Self::RateLimit => f.write_str("the registry has been asked too often"),
            Self::Memory => f.write_str("the kernel ended a program: there was not enough memory"),
            Self::DiskFull => f.write_str("the disk of the engine is full"),
            Self::OtherPlatform => f.write_str("a program of another platform was started, and nothing emulates that platform"),
            Self::NeedsBuildKit => f.write_str("the Dockerfile uses what only BuildKit knows"),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Library(name) => write!(f, "library `{name}`"),
            Self::Package(name) => write!(f, "library `{name}` that pkg-config could find"),
            Self::Header(name) => write!(f, "header `{name}`"),
            Self::Program(name) => write!(f, "program `{name}`"),
        }
    }
}

/// The text between two others.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let rest = text.split_once(before)?.1;
    Some(rest.split_once(after)?.0)
}

/// The first word after a text, without quotes and punctuation around it.
fn word_after<'t>(text: &'t str, before: &str) -> Option<&'t str> {
    let word = text.split_once(before)?.1.split_whitespace().next()?;
    let word = word.trim_matches(|it: char| "`'\"()[],;:".contains(it));
    (!word.is_empty()).then_some(word)
}
