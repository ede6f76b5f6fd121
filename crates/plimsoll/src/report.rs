//! Results in the forms that people and programs read.
//!
//! JSON is a type of its own for each command, with a version in its `schema`: fields are added
//! within a version, never changed or removed.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod engine_plan;
pub(crate) mod explain;
pub(crate) mod failed_build;
pub(crate) mod github;
pub(crate) mod init;
pub(crate) mod plan;
pub(crate) mod push;
#[cfg(test)]
mod schemas;
pub(crate) mod table;
pub(crate) mod tags;

use serde::Serialize;

use crate::failure::Failure;

/// JSON with a line break at its end.
fn json(value: &impl Serialize) -> Result<String, Failure> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
