//! Why Cargo's configuration could not be read.

use std::{io, path::PathBuf};

use super::Origin;

/// Why Cargo's configuration could not be read. Cargo itself stops at each of these too.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A file could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file is not TOML.
    #[error("{} is not valid TOML", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line.
        source: Box<toml::de::Error>,
    },
    /// A file includes itself, perhaps by way of others.
    #[error("{} includes itself", path.display())]
    IncludeCycle {
        /// The file.
        path: PathBuf,
    },
    /// A value is of the wrong type.
    #[error("`{key}` at {origin} should be {expected}")]
    Type {
        /// The key, dotted.
        key: String,
        /// Where the value stands.
        origin: Origin,
        /// What Cargo takes.
        expected: &'static str,
    },
    /// Two files give one key values of types that can't be joined.
    #[error("`{key}` is one type at {higher} and another at {lower}")]
    Mixed {
        /// The key, dotted.
        key: String,
        /// Where the value that goes first stands.
        higher: Origin,
        /// Where the other stands.
        lower: Origin,
    },
    /// Several `cfg` tables name a linker for the same target.
    #[error("both `{first}` and `{second}` name a linker for this target")]
    SeveralLinkers {
        /// The key of one.
        first: String,
        /// The key of another.
        second: String,
    },
}
