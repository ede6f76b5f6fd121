//! Why a build of an engine failed: the instruction, what its programs said last, and the cause, where
//! it is one of those that builds of Rust programs often fail for.
//!
//! Read from the log alone, as BuildKit (`--progress=plain`), Docker's classic builder and buildah write
//! it. What an engine or a program says changes with releases, so nothing here is relied upon: a log that
//! is not understood gives its last lines.

mod cause;
mod output;
mod step;
mod steps;

pub use cause::{Cause, Missing};
pub use step::{Position, Step};

/// What could be found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The step that failed; `None` where nothing had begun, or where the log doesn't tell.
    pub step: Option<Step>,
    /// The line of the Dockerfile, from 1, where the engine names it.
    pub line: Option<usize>,
    /// The exit code of the step's program.
    pub exit_code: Option<i32>,
    /// What the engine itself says, a line.
    pub message: Option<String>,
    /// The last lines that the step's programs wrote, without times and colours.
    pub output: Vec<String>,
    /// Why, where that is known.
    pub cause: Option<Cause>,
}

/// Reads a log. `log` may be the end of a longer one.
pub fn explain(log: &str) -> Explained {
    let lines: Vec<String> = log.lines().map(output::plain).collect();
    let failed = steps::failed(&lines);
    let message = steps::message(&lines);
    // What the step wrote says more than what the engine makes of it.
    let cause = cause::of(&failed.output)
        .or_else(|| cause::of(message.as_slice()))
        .or_else(|| if failed.step.is_none() { cause::of(&lines) } else { None });
    let ends_in_engine = failed.step.is_none() && failed.output.is_empty();
    Explained {
        line: steps::line(&lines),
        exit_code: steps::exit_code(&lines),
        output: if ends_in_engine { output::last(&lines) } else { output::last(&failed.output) },
        step: failed.step,
        message,
        cause,
    }
}

#[cfg(test)]
mod tests;
