//! `plimsoll build` as a user meets it: the real program on small workspaces, which have no
//! dependencies but each other, so that nothing is downloaded.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "build/bases.rs"]
mod bases;
#[path = "build/engines.rs"]
mod engines;
#[path = "build/errors.rs"]
mod errors;
#[path = "build/fixture.rs"]
mod fixture;
#[path = "build/images.rs"]
mod images;
#[path = "build/reading.rs"]
mod reading;
