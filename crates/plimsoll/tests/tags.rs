//! `plimsoll tags` as a user meets it: the real program in real repositories.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "tags/action.rs"]
mod action;
#[path = "tags/ci.rs"]
mod ci;
#[path = "tags/fixture.rs"]
mod fixture;
#[path = "tags/forms.rs"]
mod forms;
#[path = "tags/git.rs"]
mod git;
