//! Tests over small projects that are written into temporary directories; nothing is downloaded.

#![expect(clippy::unwrap_used, clippy::panic, reason = "here a panic is a failed test")]

mod cargo_config;
mod fixture;
mod git;
mod manifest;
mod toolchain;
mod workspace;
