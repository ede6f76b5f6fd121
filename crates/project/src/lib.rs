//! Facts about a project: its Cargo workspace, its git history, its toolchain.
//!
//! Nothing here decides anything about images. Each module answers one question about a directory:
//! [`workspace`] what Cargo knows of it, [`select`] which of its binaries is meant, [`manifest`] what
//! its `Cargo.toml` says where Cargo must not run, [`git`] which commit it is at, [`cargo_config`]
//! which flags the compiler will get, [`toolchain`] which compiler
//! that is, and [`tags`] what its image is called. [`cargo_files`] reads
//! all of a workspace's files without running anything, for whoever checks what is beside them;
//! [`files`] is how it gets at them.
//!
//! [`tag_mutability`] tells by the name of an image's tag whether it may ever move.
//!
//! Environment variables come in as an [`Environment`]; programs come in as paths.

pub mod cargo_config;
pub mod cargo_files;
pub mod ci;
mod environment;
pub mod files;
pub mod git;
pub mod manifest;
mod package;
pub mod release;
pub mod select;
pub mod tag_mutability;
pub mod tags;
pub mod toolchain;
mod upwards;
pub mod workspace;

pub use environment::Environment;
pub use package::PackageFacts;
