//! Rules over Dockerfiles: what breaks the container standard, and how to fix it.
//!
//! [`check`] reads a text and gives findings; [`RULES`] lists every rule with its documentation.
//! The crate is pure: files, clocks and settings are for its callers.
#![warn(clippy::disallowed_methods)]

pub mod bases;
mod context;
mod facts;
pub mod libraries;
mod options;
mod rule;
mod rules;
pub mod secrets;

pub use context::{Context, Report};
pub use facts::{Facts, RunCommand};
pub use options::Options;
pub use rule::{FixAvailability, Rule, Scope};
pub use rules::RULES;

use plimsoll_finding::Finding;
use plimsoll_syntax::dockerfile;

/// Checks one Dockerfile; `path` is what its findings say.
pub fn check(path: &str, text: &str, options: &Options) -> Vec<Finding> {
    let file = dockerfile::parse(text);
    let facts = Facts::new(&file);
    let mut findings = Vec::new();
    for rule in RULES.iter().copied().filter(|it| options.selects(it)) {
        let mut context = Context::new(rule, path, &facts, options, &mut findings);
        (rule.check)(&mut context);
    }
    findings
}
