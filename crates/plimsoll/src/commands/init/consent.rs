//! Asks before anything is written.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::failure::Failure;

/// Whether there is somebody to ask.
pub(super) fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks whether so many files may be written. Whoever says nothing means no.
///
/// # Errors
/// Nobody is there to be asked.
pub(super) fn ask(count: usize, root: &str) -> Result<bool, Failure> {
    if !is_possible() {
        return Err(Failure::new("nothing was written: there is no terminal to ask on")
            .hint("pass --yes to write, --dry-run or --diff to look"));
    }
    let files = if count == 1 { "this file".to_owned() } else { format!("these {count} files") };
    let question = format!("Write {files} to {root}? [y/N] ");
    io::stderr().write_all(question.as_bytes())?;
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if !answer.ends_with('\n') {
        // The end of input leaves the cursor behind the question.
        io::stderr().write_all(b"\n")?;
    }
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
