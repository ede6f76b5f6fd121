//! A program that is timed.

use std::{
    fmt::Debug,
    fs, io,
    path::Path,
    process::{Command, Stdio},
};

use super::Outcome;

/// One way of making an image of one file.
pub(super) trait Tool: Debug {
    /// What results are found by, such as `docker build`.
    fn name(&self) -> String;

    /// What makes the image of `file`, in order.
    fn commands(&self, file: &Path) -> Vec<Command>;

    /// Takes away what the last run for `file` left, where the next one would trip over it. Not timed.
    fn clear(&self, file: &Path) -> Outcome<()>;
}

/// The first line that a program prints, or `None` where it can't be run.
pub(super) fn first_line(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?.lines().next()?.trim().to_owned();
    (output.status.success() && !line.is_empty()).then_some(line)
}

/// Runs a command that is not timed, showing what it says.
pub(super) fn must(command: &mut Command) -> Outcome<()> {
    let status = command
        .stdin(Stdio::null())
        // Standard output is for the figures.
        .stdout(io::stderr())
        .status()
        .map_err(|error| format!("cannot start {command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed ({status})").into()) }
}

/// Removes a directory that may not be there.
pub(super) fn remove_directory(path: &Path) -> Outcome<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", path.display()).into())
        }
        _ => Ok(()),
    }
}
