//! What is known of a base.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::elf::{Libc, Library};

/// What is known of a base: enough to prove programs against it, and to know its users.
///
/// Paths have no leading `/` and no links in them, unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseFacts {
    /// The number of this shape. Facts of another shape ([`BaseFacts::SHAPE`]) must be collected anew.
    pub shape: u32,
    /// The C library that the base's loader belongs to, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub libc: Option<BaseLibc>,
    /// Shared libraries and loaders.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub libraries: BTreeMap<String, Library>,
    /// Symbolic links that lead to a directory or to one of the libraries, and what is written in them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, String>,
    /// What is known of those libraries that are loaders.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub loaders: BTreeMap<String, Loader>,
    /// What `/etc/ld.so.cache` says: by the name of a library, the absolute paths at which the loader tries it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub loader_cache: BTreeMap<String, Vec<String>>,
    /// Small files: `etc/os-release`, `etc/passwd`, `etc/group`, `etc/ld-musl-*.path`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, String>,
}

/// What is known of a loader by its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loader {
    /// The directories in which it looks last, as absolute paths ending in `/`; empty where it can't be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub directories: Vec<String>,
}

/// A base's C library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseLibc {
    /// Which.
    pub kind: Libc,
    /// Its version, such as `2.36`, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl fmt::Display for BaseLibc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        self.version.as_ref().map_or(Ok(()), |version| write!(f, " {version}"))
    }
}

impl BaseFacts {
    /// The number of the shape that this program reads and writes.
    pub const SHAPE: u32 = 1;

    /// The name of the base's system, such as `Debian GNU/Linux 12 (bookworm)`.
    pub fn system(&self) -> Option<&str> {
        let text =
            ["etc/os-release", "usr/lib/os-release"].iter().find_map(|it| self.texts.get(*it))?;
        ["PRETTY_NAME=", "NAME="].iter().find_map(|key| {
            let value = text.lines().find_map(|line| line.strip_prefix(key))?;
            Some(value.trim().trim_matches(['"', '\'']))
        })
    }

    /// Its C library and system in words: `glibc 2.36 (Debian GNU/Linux 12 (bookworm))`.
    pub fn describe(&self) -> String {
        let libc =
            self.libc.as_ref().map_or_else(|| "no C library".to_owned(), BaseLibc::to_string);
        match self.system() {
            Some(system) => format!("{libc} ({system})"),
            None => libc,
        }
    }
}
