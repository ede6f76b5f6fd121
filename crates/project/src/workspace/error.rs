//! Why a workspace could not be loaded.

use std::{io, path::PathBuf};

/// Why a workspace could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkspaceError {
    /// The directory cannot be entered.
    #[error("cannot open the directory {}", directory.display())]
    Directory {
        /// What was asked about.
        directory: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Neither the directory nor one above it has a manifest.
    #[error("no Cargo.toml in {} or any directory above it", directory.display())]
    NoManifest {
        /// Where the search began.
        directory: PathBuf,
    },
    /// There is no such program as `cargo`.
    #[error("cannot find the program `{}`", cargo.display())]
    CargoNotFound {
        /// What was to be run.
        cargo: PathBuf,
    },
    /// `cargo` could not be run.
    #[error("cannot run `{}`", cargo.display())]
    CargoNotRun {
        /// What was to be run.
        cargo: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// `--locked` was asked for, and there is no `Cargo.lock`.
    #[error("there is no {}, and the versions to build are to be locked", lock_file.display())]
    NoLockFile {
        /// Where it should be.
        lock_file: PathBuf,
    },
    /// `--locked` was asked for, and `Cargo.lock` does not fit the manifests.
    #[error("{} does not fit the manifests any more, and it is to be left as it is", lock_file.display())]
    LockFileOutdated {
        /// The lock file.
        lock_file: PathBuf,
        /// What Cargo wrote to stderr.
        stderr: String,
    },
    /// `cargo metadata` failed for a reason that only its own words tell.
    #[error("`cargo metadata` failed in {}:\n{stderr}", directory.display())]
    Metadata {
        /// Where it ran.
        directory: PathBuf,
        /// What Cargo wrote to stderr, without white space around it.
        stderr: String,
    },
    /// `cargo metadata` answered what we don't understand.
    #[error("`cargo metadata` in {} gave an answer of an unknown form", directory.display())]
    Answer {
        /// Where it ran.
        directory: PathBuf,
        /// What is wrong with it.
        source: cargo_metadata::Error,
    },
}
