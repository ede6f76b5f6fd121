//! Why a base can't be had, or can't be built on.

use std::{io, path::PathBuf};

use plimsoll_image::{Digest, Platform};
use plimsoll_registry::RegistryError;

/// Why a base can't be had, or can't be built on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaseError {
    /// The registry.
    #[error("cannot get the base {base}")]
    Registry {
        /// The base, as it was named.
        base: String,
        /// Why.
        source: Box<RegistryError>,
    },
    /// The registry does not have what the lock file names.
    #[error("{registry} has no {base}@{digest} any more, which plimsoll.lock names")]
    Gone {
        /// The host.
        registry: String,
        /// The image without its tag.
        base: String,
        /// The digest.
        digest: Digest,
        /// What the registry said.
        source: Box<RegistryError>,
    },
    /// Not in the cache, and the network may not be used.
    #[error(
        "{what} of the base {base} is not in the cache, and --offline keeps it from being downloaded"
    )]
    Offline {
        /// The base, as it was named.
        base: String,
        /// What is missing.
        what: String,
    },
    /// Nothing says which digest is meant, and the network may not be used.
    #[error(
        "plimsoll.lock has no digest for the base {base}, and --offline keeps it from being looked up"
    )]
    NotLocked {
        /// The base, as it was named.
        base: String,
    },
    /// The directory is no layout, or is incomplete.
    #[error("{} can't be used as a base: {reason}", path.display())]
    Layout {
        /// The directory.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The index has nothing for the platform.
    #[error("the base {base} is not there for {wanted}; it is there for {}", list(found))]
    NoPlatform {
        /// The base, as it was named.
        base: String,
        /// What is wanted.
        wanted: Platform,
        /// What there is.
        found: Vec<String>,
    },
    /// The image breaks the specification, or holds what can't be built on.
    #[error("the base {base} can't be built on: {reason}")]
    Unusable {
        /// The base, as it was named.
        base: String,
        /// What is wrong.
        reason: String,
    },
    /// Its layers can't be read.
    #[error("cannot read the files of the base {base}")]
    Files {
        /// The base, as it was named.
        base: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The cache.
    #[error("cannot {action} {} in the cache of bases", path.display())]
    Cache {
        /// What was tried, as in "write".
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn list(found: &[String]) -> String {
    if found.is_empty() { "no platform at all".to_owned() } else { found.join(", ") }
}
