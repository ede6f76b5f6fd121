//! Engines that build from a Dockerfile.

pub mod failure;
