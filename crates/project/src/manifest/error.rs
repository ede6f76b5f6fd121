//! Why a manifest gives no facts.

use std::{io, path::PathBuf};

/// Why a manifest gives no facts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// Neither the directory nor one above it has a manifest.
    #[error("no Cargo.toml in {} or any directory above it", directory.display())]
    NoManifest {
        /// Where the search began.
        directory: PathBuf,
    },
    /// A file or directory could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A manifest is not TOML, or a field is of the wrong type.
    #[error("{} is not a valid manifest", path.display())]
    Syntax {
        /// The manifest.
        path: PathBuf,
        /// What is wrong, with the line.
        source: Box<toml::de::Error>,
    },
    /// A manifest that should have a package has none.
    #[error("{} has no `[package]`", path.display())]
    NoPackage {
        /// The manifest.
        path: PathBuf,
    },
    /// A version is not one.
    #[error("`version = \"{version}\"` in {} is not a version", path.display())]
    Version {
        /// The manifest.
        path: PathBuf,
        /// What stands there.
        version: String,
        /// What is wrong with it.
        source: semver::Error,
    },
    /// A field is to be inherited, and there is nothing to inherit from.
    #[error("{} inherits `{field}`, but {}", path.display(), Root(root.as_ref()))]
    NotInherited {
        /// The manifest.
        path: PathBuf,
        /// The field of `[package]`.
        field: &'static str,
        /// The workspace's root manifest, if one was found.
        root: Option<PathBuf>,
    },
    /// No package has this binary; or none has any, where no name was given.
    #[error("{}: no package has {}", path.display(), Binary(binary.as_deref()))]
    NoSuchBinary {
        /// The manifest where the search began.
        path: PathBuf,
        /// The name that was looked for.
        binary: Option<String>,
        /// The names that there are, sorted.
        candidates: Vec<String>,
    },
    /// No package has this name.
    #[error("{}: there is no package `{package}`", path.display())]
    NoSuchPackage {
        /// The manifest where the search began.
        path: PathBuf,
        /// The name that was looked for.
        package: String,
        /// The names that there are, sorted.
        candidates: Vec<String>,
    },
    /// Several packages have this binary; or binaries at all, where no name was given.
    #[error("both {} and {} have {}", first.display(), second.display(), Binary(binary.as_deref()))]
    SeveralPackages {
        /// The name that was looked for.
        binary: Option<String>,
        /// The manifest of one.
        first: PathBuf,
        /// The manifest of another.
        second: PathBuf,
    },
}

struct Root<'a>(Option<&'a PathBuf>);

impl std::fmt::Display for Root<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(root) => write!(f, "`[workspace.package]` of {} does not give it", root.display()),
            None => f.write_str("there is no workspace to inherit from"),
        }
    }
}

struct Binary<'a>(Option<&'a str>);

impl std::fmt::Display for Binary<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(binary) => write!(f, "a binary `{binary}`"),
            None => f.write_str("a binary"),
        }
    }
}
