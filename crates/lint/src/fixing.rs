//! Fixes: makes those that are proved not to break the file.
//!
//! Pass after pass, the fixes of all findings that do not get in each other's way are made together
//! and the result goes through the gate (see `gate`); where it does not pass, the offenders are
//! found by halving and dropped. It ends when a pass makes nothing, so that fixing the result again
//! changes nothing. A pass decides from its text alone, never from what came before.

mod edits;
mod gate;
mod outside_dockerfile;
mod outside_dockerignore;
mod outside_yaml;
mod pass;
mod shell_script;

use plimsoll_finding::{Applicability, Finding};

use crate::{FileType, Options, check_as};
use gate::Gate;

/// More passes than any file needs whose fixes come to an end: each needs a conflict between fixes
/// of its own.
const MOST_PASSES: usize = 100;

/// A text and what was done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The text, with its byte order mark, its line endings and its last newline or the lack of one.
    pub text: String,
    /// The fixes made, in the order in which they were made.
    pub applied: Vec<AppliedFix>,
    /// The fixes that did not pass the gate, in the order of reports.
    pub dropped: Vec<DroppedFix>,
    /// The findings of the new text.
    pub remaining: Vec<Finding>,
}

/// A fix that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedFix {
    /// The rule's name.
    pub rule: String,
    /// What the fix does.
    pub title: String,
}

/// A fix that did not pass the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DroppedFix {
    /// The rule's name.
    pub rule: String,
    /// What the fix would do.
    pub title: String,
    /// What would go wrong.
    pub why: Rejection,
}

/// Why a fix was dropped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The edits do not fit the text.
    #[error("its edits do not fit the text")]
    Edits(#[source] plimsoll_finding::ApplyError),
    /// The builder would refuse the result.
    #[error("the result has a syntax error that was not there before")]
    SyntaxError,
    /// Something that no edit touches is another after it.
    #[error("it would change `{0}`, which it does not touch")]
    ChangesOthers(String),
    /// A comment is gone.
    #[error("the comment `{0}` would be lost")]
    LosesComment(String),
    /// The byte order mark, the line endings or the end of the file would change.
    #[error("it would change the line endings, the last newline or the byte order mark")]
    Endings,
    /// A quotation mark or a command is missing in the shell script of a `RUN`.
    #[error("a shell script would have an open quotation or an operator without a command")]
    BreaksScript,
    /// The finding is still there.
    #[error("`{0}` would still be found")]
    StillFound(String),
    /// Another rule finds something new.
    #[error("`{0}` would be found, which was not there before")]
    NewFinding(String),
    /// Fixes follow from fixes without an end.
    #[error("the fixes of this file do not come to an end")]
    Unsettled,
}

/// Makes the fixes of all findings of a Dockerfile; see [`fix_as`].
pub fn fix(path: &str, text: &str, options: &Options, applicability: Applicability) -> Fixed {
    fix_as(FileType::Dockerfile, path, text, options, applicability)
}

/// Makes the fixes of all findings that are not suppressed: the safe ones, and with
/// [`Applicability::Unsafe`] the others too.
///
/// Each is made only when the result parses, equals the old tree outside of what was edited, keeps
/// every comment, and the finding is gone without another one taking its place.
pub fn fix_as(
    kind: FileType,
    path: &str,
    text: &str,
    options: &Options,
    applicability: Applicability,
) -> Fixed {
    let mut current = text.to_owned();
    let mut applied = Vec::new();
    let mut dropped = Vec::new();
    for _ in 0..MOST_PASSES {
        let outcome = pass::run(&Gate::new(kind, path, &current, options), applicability);
        dropped = outcome.dropped;
        let Some(next) = outcome.text else {
            let remaining = check_as(kind, path, &current, options).findings;
            return Fixed { text: current, applied, dropped, remaining };
        };
        applied.extend(outcome.applied);
        current = next;
    }
    let unsettled = applied.into_iter().map(|AppliedFix { rule, title }| DroppedFix {
        rule,
        title,
        why: Rejection::Unsettled,
    });
    dropped.extend(unsettled);
    let remaining = check_as(kind, path, text, options).findings;
    Fixed { text: text.to_owned(), applied: Vec::new(), dropped, remaining }
}

#[cfg(test)]
mod tests;
