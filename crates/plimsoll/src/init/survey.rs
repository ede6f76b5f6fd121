//! What a workspace is, as far as its container is concerned, read from its files alone.
//!
//! [`study`] puts the parts together. [`code`] reads the sources of each program and says what they
//! tell; [`native`] what its crates need of the system.

mod behaviour;
mod chosen;
mod code;
mod configured;
mod context;
mod metadata;
mod native;
mod ports;
mod private;
mod services;
mod study;
mod toolchain;
mod variables;

use std::collections::BTreeSet;

use plimsoll_project::files::Files;
use serde::Serialize;

/// What was found out.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Survey {
    /// What the project is called: the package of the root, else its directory; fit for image names.
    pub(crate) name: String,
    /// The directory of the workspace's root below the build context; the context is the root itself,
    /// unless path dependencies lie outside of it. Empty for the root.
    pub(crate) below_context: String,
    /// The programs, one image target each; the first is the default one.
    pub(crate) programs: Vec<Program>,
    /// Names of the workspace's own packages, sorted.
    pub(crate) members: Vec<String>,
    /// Directories and files at the root which builds read (`crates`, `src`, `build.rs`, `migrations`,
    /// `.sqlx`, `proto`), sorted; manifests, lock file and `.cargo` aside. They are seen from the build
    /// context, so that they begin with [`Self::below_context`] where the workspace lies below it.
    pub(crate) sources: Vec<String>,
    /// The Rust to build with.
    pub(crate) rust: Rust,
    /// Whether there is a `Cargo.lock`.
    pub(crate) has_lock: bool,
    /// Whether there is a `.cargo/config.toml` at the root.
    pub(crate) has_cargo_config: bool,
    /// Whether sqlx finds its queries prepared (`.sqlx`), and must not ask a database.
    pub(crate) sqlx_offline: bool,
    /// What the build needs of registries and hosts that ask for credentials.
    pub(crate) private: Vec<PrivateSource>,
    /// What the files say that nobody can decide for the user; shown in the summary.
    pub(crate) notes: Vec<String>,
    /// The repository, as `https://host/owner/name`, by the git remote.
    pub(crate) repository: Option<String>,
    /// SPDX expression of the licence, by the manifest.
    pub(crate) licence: Option<String>,
    /// One line about the project, by the manifest.
    pub(crate) description: Option<String>,
}

/// A binary target.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Program {
    /// The binary.
    pub(crate) name: String,
    /// Its package.
    pub(crate) package: String,
    /// Features that it requires and that are not on by default.
    pub(crate) features: Vec<String>,
    /// What it does: see [`Kind`].
    pub(crate) kind: Kind,
    /// Arguments that make it serve, such as `serve`, where the sources say so for sure.
    pub(crate) arguments: Vec<String>,
    /// Ports that it listens on, the first for health checks.
    pub(crate) ports: Vec<Port>,
    /// Its own way to be asked for its health.
    pub(crate) health: Health,
    /// What becomes of SIGTERM in it.
    pub(crate) signals: Signals,
    /// What it needs of the system, when it is compiled and when it runs.
    pub(crate) native: Vec<Native>,
    /// Databases and brokers that its crates speak to.
    pub(crate) services: Vec<Service>,
    /// Variables that it reads, with a value for development where one is known; sorted by name.
    pub(crate) variables: Vec<Variable>,
    /// Whether it makes TLS connections that need the system's certificate authorities.
    pub(crate) needs_certificates: bool,
}

/// What a program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// It listens and stays.
    Service,
    /// It stays and does not listen.
    Worker,
    /// It does its work and ends.
    Command,
}

/// A port, with why it is believed to be one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Port {
    /// The number.
    pub(crate) number: u16,
    /// `crates/api/src/main.rs:12`, or the option.
    pub(crate) evidence: String,
    /// The variable that says where to listen, such as `LISTEN_ADDR` or `PORT`.
    pub(crate) variable: Option<String>,
}

/// How a program tells its health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "by")]
pub(crate) enum Health {
    /// An own subcommand or option: `["healthcheck"]`.
    Itself {
        /// The arguments.
        arguments: Vec<String>,
    },
    /// A route that answers with 200.
    Http {
        /// Such as `/healthz`.
        path: String,
    },
    /// It listens, and no route is known: a connection must do.
    Tcp,
    /// It can't be asked, and why.
    None {
        /// A sentence without its full stop.
        reason: String,
    },
}

/// What becomes of SIGTERM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Signals {
    /// The program handles it; the evidence.
    Handled(String),
    /// Nothing in the sources does: as process 1 it would ignore it.
    Unhandled,
}

/// What crates need of the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Native {
    /// The crate, as the lock file has it.
    pub(crate) crate_name: String,
    /// What it needs: a library as the linker is told it (`ssl`, `pq`), `c` for a C compiler, `c++`,
    /// or a program that build scripts run (`protoc`, `cmake`, `clang`, `perl`, `make`, `pkg-config`).
    pub(crate) what: String,
    /// Packages of Debian to build with.
    pub(crate) apt_build: Vec<String>,
    /// Packages of Debian to run with; empty where nothing is linked dynamically.
    pub(crate) apt_run: Vec<String>,
    /// Packages of Alpine to build with.
    pub(crate) apk_build: Vec<String>,
    /// Packages of Alpine to run with.
    pub(crate) apk_run: Vec<String>,
    /// Whether the program loads a shared library because of it.
    pub(crate) linked: bool,
    /// Whether it runs on the builder alone (protoc, cmake) rather than being compiled for the target.
    pub(crate) tool: bool,
}

/// A database or broker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Service {
    /// Which.
    pub(crate) kind: ServiceKind,
    /// The variable that the program takes its address from, such as `DATABASE_URL`.
    pub(crate) variable: String,
    /// The crate that speaks to it.
    pub(crate) crate_name: String,
}

/// The services that `init` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ServiceKind {
    Postgres,
    Mysql,
    Redis,
    Nats,
    Rabbitmq,
}

/// A variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Variable {
    /// Its name.
    pub(crate) name: String,
    /// A value for development, where one is known.
    pub(crate) value: Option<String>,
}

/// The Rust to build with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Rust {
    /// `1.95`, `1.95.0` or `nightly`.
    pub(crate) version: String,
    /// Why: `rust-toolchain.toml`, `rustc 1.95.0 of this machine`.
    pub(crate) reason: String,
    /// Whether a toolchain file would make rustup download another one in the builder.
    pub(crate) has_toolchain_file: bool,
}

/// Where crates come from that not everybody may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PrivateSource {
    /// The registry by its name in `.cargo/config.toml`, or the host of a git repository.
    pub(crate) name: String,
    /// Whether it is a git repository by SSH, which `--ssh` forwards; else a token is mounted.
    pub(crate) ssh: bool,
}

/// What the user asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Packages by name; none for all.
    pub(crate) packages: BTreeSet<String>,
    /// Binaries by name; none for all.
    pub(crate) binaries: BTreeSet<String>,
    /// The port, where the user says it.
    pub(crate) port: Option<u16>,
    /// The version of the machine's rustc, such as `1.95.0`, for workspaces that take any stable Rust.
    pub(crate) rustc: Option<String>,
    /// The URL of the git remote, as git has it.
    pub(crate) remote: Option<String>,
}

/// Why there is nothing to write files for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SurveyError {
    /// No `Cargo.toml` there or above.
    #[error("{0} is in no Cargo workspace: there is no Cargo.toml in it or above it")]
    NoWorkspace(String),
    /// No binary target.
    #[error("{0} has no binary")]
    NoProgram(String),
    /// A name that is not there.
    #[error("there is no {what} `{name}` in {workspace}")]
    Unknown {
        /// `package` or `binary`.
        what: &'static str,
        /// The name.
        name: String,
        /// The workspace.
        workspace: String,
        /// Those that there are.
        known: Vec<String>,
    },
}

impl Survey {
    /// Studies the workspace of a directory (absolute).
    pub(crate) fn of(
        files: &dyn Files,
        directory: &str,
        wanted: &Wanted,
    ) -> Result<Self, SurveyError> {
        study::study(files, directory, wanted)
    }
}
