//! Sends an image: only what is missing, blobs first, then manifests, tags last.

use std::collections::BTreeMap;

use plimsoll_image::{BlobSet, Descriptor, Digest, Reference, Repository};

use crate::{Client, Events, RegistryError, transport::unfinished};

/// Where blobs lie already, by their digests: repositories from which they can be mounted.
pub type Mounts = BTreeMap<Digest, Vec<Repository>>;

/// A tag to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The tag, with its repository; without a tag, the image is pushed by its digest alone.
    pub reference: Reference,
    /// The tag must not name anything else: an error before anything is sent, and again before it is written.
    pub immutable: bool,
}

/// An image to be sent.
#[derive(Debug)]
pub struct Push<'a> {
    /// Its manifest or index.
    pub root: &'a Descriptor,
    /// Everything that the root leads to, itself included.
    pub blobs: &'a BlobSet,
    /// Where blobs can be mounted from.
    pub mounts: &'a Mounts,
    /// The names that it gets, of one or several repositories.
    pub targets: &'a [Target],
}

/// What came of one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The tag.
    pub reference: Reference,
    /// What it names now.
    pub digest: Digest,
    /// What it named before, if that is another.
    pub replaced: Option<Digest>,
    /// Whether anything was written.
    pub changed: bool,
    /// How many bytes of blobs were sent to the repository.
    pub sent: u64,
    /// How many bytes of blobs were mounted from other repositories.
    pub mounted: u64,
}

impl Client {
    /// Looks whether immutable targets are free, or name `root` already. With no root, whether they are
    /// free: for before anything is built; what is found is returned by target.
    pub fn check_targets(
        &self,
        targets: &[Target],
        _root: Option<&Digest>,
        _events: &dyn Events,
    ) -> Result<Vec<Option<Digest>>, RegistryError> {
        match targets.first() {
            Some(target) => Err(unfinished(&target.reference.repository, "look at a tag")),
            None => Ok(Vec::new()),
        }
    }

    /// Sends an image.
    pub fn push(
        &self,
        push: &Push<'_>,
        _events: &dyn Events,
    ) -> Result<Vec<Pushed>, RegistryError> {
        match push.targets.first() {
            Some(target) => Err(unfinished(&target.reference.repository, "push")),
            None => Ok(Vec::new()),
        }
    }
}
