//! The environment variables that Plimsoll knows, all in one place.
//!
//! A variable stands between the command line, which wins, and the settings file.

/// `--platform`.
pub(crate) const PLATFORM: &str = "PLIMSOLL_PLATFORM";
/// `--profile`.
pub(crate) const PROFILE: &str = "PLIMSOLL_PROFILE";
/// `--compression`.
pub(crate) const COMPRESSION: &str = "PLIMSOLL_COMPRESSION";
/// `--output`.
pub(crate) const OUTPUT: &str = "PLIMSOLL_OUTPUT";
/// `--format`.
pub(crate) const FORMAT: &str = "PLIMSOLL_FORMAT";
/// `--offline`; Cargo has the same.
pub(crate) const OFFLINE: &str = "PLIMSOLL_OFFLINE";

/// The time of reproducible builds, in seconds since 1970.
pub(crate) const SOURCE_DATE_EPOCH: &str = "SOURCE_DATE_EPOCH";
/// The program `cargo`; Cargo sets it for its subcommands.
pub(crate) const CARGO: &str = "CARGO";
/// The program `rustc`, as Cargo reads it.
pub(crate) const RUSTC: &str = "RUSTC";
/// Cargo's home.
pub(crate) const CARGO_HOME: &str = "CARGO_HOME";
