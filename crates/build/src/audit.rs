//! The list of the crates in a program, where scanners look for it.
//!
//! The format is that of cargo-auditable: JSON, compressed with zlib, in a section of its own. Only
//! crates that Cargo compiled for the target and that the program reaches are in it: a list from
//! the lock file alone would name crates of other systems and features too.

mod list;

pub use auditable_serde::VersionInfo as List;
pub use list::{AuditError, Graph, Package, Source, encode, list};

/// The name of the section in ELF files.
pub const SECTION: &str = ".dep-v0";
