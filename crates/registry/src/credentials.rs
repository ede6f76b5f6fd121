//! Credentials for registries.

mod secret;

pub(crate) use secret::Secret;
