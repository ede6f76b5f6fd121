//! How a command ended, where it did not fail.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// The work is done, and nothing was found that matters.
    Done,
    /// There are findings at or above the threshold.
    Found,
    /// A part of the work could not be done; errors have said which.
    Incomplete,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Done => Self::SUCCESS,
            Status::Found => Self::from(1),
            Status::Incomplete => Self::from(crate::failure::COULD_NOT_WORK),
        }
    }
}
