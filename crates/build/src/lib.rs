//! From a Cargo workspace to an image, with no daemon.
//!
//! [`cargo`] compiles for a [`target`], [`elf`] proves what came out, [`audit`] lists the crates in
//! it, and [`pack`] makes layers and an image of it, with the help of a [`cache`].

pub mod audit;
pub mod base;
pub mod c_code;
pub mod cache;
pub mod cargo;
pub mod elf;
pub mod engines;
pub mod files;
pub mod labels;
pub mod pack;
pub mod pid1;
pub mod proof;
pub mod remap;
pub mod spec;
pub mod system;
pub mod target;
