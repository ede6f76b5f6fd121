//! `plimsoll.lock`: which digest each base was when it was first used, so that every build of a commit
//! stands on the same.
//!
//! `plimsoll init` keeps the images of generated files in it, too: by the name that stands there, so that
//! both agree about a base that both use. Entries of the other are kept.
//!
//! It is TOML, lies beside the settings, and belongs into version control.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use plimsoll_image::{Digest, Reference, atomic};
use serde::Deserialize;

use super::name::canonical;

/// The name of the file.
pub const FILE: &str = "plimsoll.lock";

const VERSION: i64 = 1;
/// No lock file that we write comes near.
const MOST_BYTES: u64 = 1 << 20;
const HEADER: &str = "\
# The digests of images that others stand on, written by `plimsoll build` and `plimsoll init`. Commit this file.
# `--update-base` of either moves those that it names.
";

/// What a lock file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    bases: BTreeMap<String, Locked>,
}

/// One base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// The image that its name stands for, with a tag.
    pub reference: Reference,
    /// The digest of its manifest, or of the index of several.
    pub digest: Digest,
}

/// Why a lock file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The file system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as in "read".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is of a later release.
    #[error("{} has version {version}, and this release of plimsoll knows version {VERSION} alone", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version in it.
        version: String,
    },
    /// It is not what we write.
    #[error("{} is not valid: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "version")]
    _version: i64,
    #[serde(default)]
    base: Vec<WrittenBase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenBase {
    name: String,
    reference: String,
    digest: Digest,
}

impl Lock {
    /// Reads a lock file; one that is not there locks nothing.
    pub fn read(path: &Path) -> Result<Self, LockError> {
        let failed = |source| LockError::Io { action: "read", path: path.to_owned(), source };
        let mut text = String::new();
        let read = fs::File::open(path).and_then(|file| {
            if !file.metadata()?.is_file() {
                return Err(io::Error::other("it is not a file"));
            }
            file.take(MOST_BYTES + 1).read_to_string(&mut text)
        });
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(failed(error)),
            Ok(length) if length as u64 > MOST_BYTES => {
                return Err(failed(io::Error::other("it is larger than 1 MiB")));
            }
            Ok(_) => {}
        }
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, LockError> {
        let invalid = |reason: String| LockError::Invalid { path: path.to_owned(), reason };
        let table: toml::Table = toml::from_str(text)
            .map_err(|error| invalid(error.to_string().trim_end().to_owned()))?;
        match table.get("version") {
            Some(toml::Value::Integer(VERSION)) => {}
            Some(other) => {
                let version = other.to_string();
                return Err(LockError::Version { path: path.to_owned(), version });
            }
            None => return Err(invalid("it does not say its version".to_owned())),
        }
        let written: Written = toml::from_str(text)
            .map_err(|error| invalid(error.to_string().trim_end().to_owned()))?;
        let mut bases = BTreeMap::new();
        for WrittenBase { name, reference, digest } in written.base {
            let reference: Reference = reference
                .parse()
                .map_err(|error| invalid(format!("the base `{name}`: {error}")))?;
            if reference.digest.is_some() {
                let reason = "its reference has a digest, which stands in `digest`";
                return Err(invalid(format!("the base `{name}`: {reason}")));
            }
            if bases.insert(name.clone(), Locked { reference, digest }).is_some() {
                return Err(invalid(format!("it has the base `{name}` twice")));
            }
        }
        Ok(Self { bases })
    }

    /// What a name was locked to.
    pub fn get(&self, name: &str) -> Option<&Locked> {
        self.bases.get(name)
    }

    /// Locks a name. Gives what it was locked to before.
    pub fn set(&mut self, name: &str, locked: Locked) -> Option<Locked> {
        self.bases.insert(name.to_owned(), locked)
    }

    /// Writes the file in one step.
    pub fn write(&self, path: &Path) -> Result<(), LockError> {
        let text = self.to_toml();
        atomic::write(path, |file| file.write_all(text.as_bytes()))
            .map_err(|source| LockError::Io { action: "write", path: path.to_owned(), source })
    }

    /// The text of the file.
    pub fn to_toml(&self) -> String {
        use std::fmt::Write as _;

        let mut text = format!("{HEADER}version = {VERSION}\n");
        for (name, locked) in &self.bases {
            let name = toml::Value::String(name.clone());
            let reference = toml::Value::String(canonical(&locked.reference));
            let digest = locked.digest;
            // Writing to a string can't fail.
            write!(
                text,
                "\n[[base]]\nname = {name}\nreference = {reference}\ndigest = \"{digest}\"\n"
            )
            .ok();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(reference: &str, content: &str) -> Locked {
        Locked { reference: reference.parse().unwrap(), digest: Digest::of(content.as_bytes()) }
    }

    #[test]
    fn what_is_written_is_read_again_and_sorted() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE);
        assert_eq!(Lock::read(&path).unwrap(), Lock::default());
        let mut lock = Lock::default();
        lock.set("ghcr.io/a/b", locked("ghcr.io/a/b", "b"));
        lock.set("alpine", locked("alpine:3.24", "a"));
        lock.write(&path).unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            format!(
                "{HEADER}version = 1\n\n[[base]]\nname = \"alpine\"\nreference = \"docker.io/library/alpine:3.24\"\n\
                 digest = \"{}\"\n\n[[base]]\nname = \"ghcr.io/a/b\"\nreference = \"ghcr.io/a/b:latest\"\ndigest = \"{}\"\n",
                Digest::of(b"a"),
                Digest::of(b"b")
            )
        );
        let read = Lock::read(&path).unwrap();
        assert_eq!(read.get("alpine"), lock.get("alpine"));
        assert_eq!(read.to_toml(), lock.to_toml());
        assert_eq!(lock.set("alpine", locked("alpine:3", "c")), Some(locked("alpine:3.24", "a")));
    }

    #[test]
    fn what_we_do_not_write_is_refused_in_words() {
        let digest = Digest::of(b"");
        let base = format!("[[base]]\nname = \"a\"\nreference = \"a\"\ndigest = \"{digest}\"\n");
        for (text, reason) in [
            ("version = 2\n[new]\n".to_owned(), "has version 2, and this release"),
            ("version = \"1\"\n".to_owned(), "has version \"1\""),
            (base.clone(), "does not say its version"),
            (format!("version = 1\n{base}{base}"), "has the base `a` twice"),
            (format!("version = 1\n{base}more = 1\n"), "unknown field `more`"),
            ("version = 1\n<<<<<<< HEAD\n".to_owned(), "line 2"),
            (format!("version = 1\n{}", base.replace("\"a\"\nd", "\"A B\"\nd")), "the base `a`"),
            (format!("version = 1\n{}", base.replace("sha256:", "sha1:")), "is not a digest"),
            (
                format!("version = 1\n{}", base.replace("\"a\"\nd", &format!("\"a@{digest}\"\nd"))),
                "its reference has a digest",
            ),
        ] {
            let error = Lock::parse(Path::new(FILE), &text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
