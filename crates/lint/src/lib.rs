//! Rules over Dockerfiles: what breaks the container standard, and how to fix it.
//!
//! [`check()`] reads a text and gives findings, [`fix()`] gives a text without those that can be
//! fixed, [`select()`] says which rules people mean, and [`RULES`] lists every rule with its
//! documentation. The crate is pure: files, clocks and settings are for its callers.
#![warn(clippy::disallowed_methods)]

pub mod bases;
mod check;
mod context;
mod facts;
mod fixing;
pub mod libraries;
mod options;
pub mod pages;
mod placing;
mod platform;
mod rule;
mod rule_set;
mod rules;
pub mod secrets;
mod select;
mod spelling;
mod suppress;

pub use check::{Checked, Suppressed, check, check_file};
pub use context::{Context, Report};
pub use facts::{Facts, RunCommand};
pub use fixing::{AppliedFix, DroppedFix, Fixed, Rejection, fix};
pub use options::Options;
pub use rule::{FixAvailability, Rule, Scope};
pub use rule_set::RuleSet;
pub use rules::{RULES, rule};
pub use select::{UnknownSelector, resolve, select};
