//! `plimsoll check` and `plimsoll explain` as a user meets them: the real program on small trees.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "check/explain.rs"]
mod explain;
#[path = "check/files.rs"]
mod files;
#[path = "check/fixes.rs"]
mod fixes;
#[path = "check/fixture.rs"]
mod fixture;
#[path = "check/reports.rs"]
mod reports;
#[path = "check/settings.rs"]
mod settings;
#[path = "check/together.rs"]
mod together;
