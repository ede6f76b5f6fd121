//! What a user asks an engine for.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use plimsoll_image::{Platform, Reference};

use super::{Builder, Cache, Secret, Ssh};

/// An image to be built from a Dockerfile.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The Dockerfile.
    pub dockerfile: PathBuf,
    /// The build context, a directory.
    pub context: PathBuf,
    /// The stage; the last one unless given.
    pub target: Option<String>,
    /// The platforms; the engine's own where there are none.
    pub platforms: Vec<Platform>,
    /// Values of `ARG` in the Dockerfile; without one, it is that of the variable of that name.
    pub build_args: BTreeMap<String, Option<String>>,
    /// Labels, which win over those of the Dockerfile.
    pub labels: BTreeMap<String, String>,
    /// Where steps that were built before are found, and kept.
    pub caches: Vec<Cache>,
    /// What steps may read and no layer holds.
    pub secrets: Vec<Secret>,
    /// Agents and keys for steps that speak SSH.
    pub ssh: Vec<Ssh>,
    /// What the image will be called in registries.
    pub names: Vec<Reference>,
    /// Images that caches would be read from and that are not there. Docker 20.10 builds without them,
    /// and then gives no image.
    pub absent: BTreeSet<Reference>,
    /// Registries that speak plain HTTP, or whose certificate isn't checked.
    pub insecure: BTreeSet<String>,
    /// Where it is built, if not where the engine says itself.
    pub builder: Option<Builder>,
    /// A directory of our own for what is made on the way.
    pub scratch: PathBuf,
}

/// What options are held against before anything runs.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The value of an environment variable, if it has one that isn't empty.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Whether there is a file.
    pub is_file: &'a dyn Fn(&Path) -> bool,
}

impl std::fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}
