//! Syntax: text in, trees with spans out.
//!
//! Parsing never fails: it gives a tree and the errors found on the way, and the tree's parts cover
//! the text byte for byte. The crate is pure: files, clocks and settings are for its callers.
#![warn(clippy::disallowed_methods)]

pub mod bake;
pub mod compose;
pub mod dockerfile;
pub mod dockerignore;
mod image_name;
mod logical;
pub mod markdown;
pub mod shell;
pub mod workflow;
pub mod yaml;

pub use image_name::{ImageName, ImageNameError};
pub use logical::Logical;
