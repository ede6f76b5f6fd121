//! Why the compiler could not be asked.

use std::{io, path::PathBuf};

/// Why the compiler could not be asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolchainError {
    /// There is no such program as `rustc`.
    #[error("cannot find the program `{}`", rustc.display())]
    NotFound {
        /// What was to be run.
        rustc: PathBuf,
    },
    /// `rustc` could not be run.
    #[error("cannot run `{}` in {}", rustc.display(), directory.display())]
    NotRun {
        /// What was to be run.
        rustc: PathBuf,
        /// Where.
        directory: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// `rustc` failed; under rustup this may mean that the toolchain is not installed.
    #[error("`{} {arguments}` failed in {}:\n{stderr}", rustc.display(), directory.display())]
    Failed {
        /// What was run.
        rustc: PathBuf,
        /// With which arguments.
        arguments: String,
        /// Where.
        directory: PathBuf,
        /// What it wrote to stderr, without white space around it.
        stderr: String,
    },
    /// `rustc` answered what we don't understand.
    #[error("`{} {arguments}` does not say {missing}", rustc.display())]
    Answer {
        /// What was run.
        rustc: PathBuf,
        /// With which arguments.
        arguments: String,
        /// What is missing in the answer.
        missing: String,
    },
}
