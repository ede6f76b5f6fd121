//! The verdict on every file, and its build checks, against BuildKit's own.

use std::path::Path;

use plimsoll_syntax::dockerfile;
use serde_json::Value;

use super::{Outcome, Result, file};

/// Compares every verdict.
pub(super) fn run(directory: &Path, cases: &[Value]) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for case in cases {
        let (name, text) = file(directory, case)?;
        outcome.note(name, acceptance(case, &text));
    }
    Ok(outcome)
}

/// Whether we accept what BuildKit refuses, or the other way round.
fn acceptance(case: &Value, text: &str) -> Option<String> {
    let refused =
        ["parse", "instr"].iter().find_map(|it| case[it].as_str().filter(|it| *it != "ok"));
    let errors = dockerfile::parse(text).errors;
    match (refused, errors.first()) {
        (None, Some(error)) => {
            Some(format!("refused at byte {}: {}", error.span.start(), error.message))
        }
        (Some(why), None) => Some(format!("accepted, but BuildKit says: {why}")),
        _ => None,
    }
}
