//! Runs the compiler.

use std::{
    io,
    path::Path,
    process::{Child, Command, Stdio},
};

use super::ToolchainError;

/// A compiler that was asked and has not answered yet.
pub(super) struct Running<'a> {
    child: Child,
    rustc: &'a Path,
    directory: &'a Path,
    arguments: String,
}

impl<'a> Running<'a> {
    pub(super) fn start(
        rustc: &'a Path,
        directory: &'a Path,
        arguments: &[&str],
    ) -> Result<Self, ToolchainError> {
        let child = Command::new(rustc)
            .current_dir(directory)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        match child {
            Ok(child) => Ok(Self { child, rustc, directory, arguments: arguments.join(" ") }),
            // A directory that can't be entered gives the same error as a missing program.
            Err(error) if error.kind() == io::ErrorKind::NotFound && directory.is_dir() => {
                Err(ToolchainError::NotFound { rustc: rustc.to_owned() })
            }
            Err(source) => Err(not_run(rustc, directory, source)),
        }
    }

    pub(super) fn finish(self) -> Result<String, ToolchainError> {
        let Self { child, rustc, directory, arguments } = self;
        let output =
            child.wait_with_output().map_err(|source| not_run(rustc, directory, source))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(ToolchainError::Failed {
            rustc: rustc.to_owned(),
            arguments,
            directory: directory.to_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }
}

fn not_run(rustc: &Path, directory: &Path, source: io::Error) -> ToolchainError {
    ToolchainError::NotRun { rustc: rustc.to_owned(), directory: directory.to_owned(), source }
}
