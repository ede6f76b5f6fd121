//! Syntax: text in, trees with spans out.
//!
//! Parsing never fails: it gives a tree and the errors found on the way, and the tree's parts cover
//! the text byte for byte. The crate is pure: files, clocks and settings are for its callers.
#![warn(clippy::disallowed_methods)]

pub mod dockerfile;
mod logical;
pub mod shell;

pub use logical::Logical;
