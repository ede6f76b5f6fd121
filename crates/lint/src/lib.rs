//! Rules over Dockerfiles, Compose files, workflows and `.dockerignore`: what breaks the container
//! standard, and how to fix it.
//!
//! [`check()`] reads a text and gives findings, [`fix()`] gives a text without those that can be
//! fixed, [`select()`] says which rules people mean, and [`RULES`] lists every rule with its
//! documentation. The crate is pure: files, clocks and settings are for its callers.
#![warn(clippy::disallowed_methods)]

pub mod bases;
mod check;
mod compose;
mod context;
mod dockerignore;
mod facts;
mod file_type;
mod fixing;
pub mod image_facts;
pub mod libraries;
mod options;
pub mod pages;
mod placing;
mod platform;
mod project;
mod rule;
mod rule_set;
mod rules;
pub mod secrets;
mod select;
mod spelling;
mod suppress;
mod surroundings;
mod workflow;
mod yaml_placing;

pub use check::{Checked, Suppressed, check, check_as, check_file};
pub use compose::{ComposeContext, ComposeFacts, ServiceImage};
pub use context::{Context, Report};
pub use dockerignore::DockerignoreContext;
pub use facts::{Facts, RunCommand};
pub use file_type::FileType;
pub use fixing::{AppliedFix, DroppedFix, Fixed, Rejection, fix, fix_as};
pub use options::Options;
pub use project::{ImageBuild, Origin, OriginKind, Place, Project};
pub use rule::{Check, FixAvailability, Rule, Scope};
pub use rule_set::RuleSet;
pub use rules::{RULES, rule};
pub use select::{UnknownSelector, named_by, resolve, select};
pub use surroundings::{BuildContext, Depth, IgnoreFile, Surroundings, Survey};
pub use workflow::pins::{Release as ActionRelease, newest_action};
pub use workflow::{WorkflowContext, WorkflowFacts};
pub use yaml_placing::YamlEdits;
