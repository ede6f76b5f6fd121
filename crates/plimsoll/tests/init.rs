//! `plimsoll init` as a user meets it: the real program on real directories.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "init/errors.rs"]
mod errors;
#[path = "init/existing.rs"]
mod existing;
#[path = "init/fixture.rs"]
mod fixture;
#[path = "init/forms.rs"]
mod forms;
#[path = "init/kept.rs"]
mod kept;
#[cfg(unix)]
#[path = "init/manifests.rs"]
mod manifests;
#[path = "init/standard.rs"]
mod standard;
