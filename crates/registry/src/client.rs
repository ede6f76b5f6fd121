//! A client of registries.

use std::path::Path;

use plimsoll_image::{Descriptor, Digest, Reference, Repository};

use crate::{
    Events, Options, RegistryError,
    transport::{Transport, unfinished},
};

/// A client of any number of registries. Threads may share it.
#[derive(Debug)]
pub struct Client {
    #[expect(dead_code, reason = "the methods do not work yet")]
    transport: Transport,
}

/// A manifest or index as it is stored, checked against its digest.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Media type, digest and size.
    pub descriptor: Descriptor,
    /// The very bytes.
    pub bytes: Vec<u8>,
}

impl Client {
    /// A client; nothing is asked of anybody yet.
    pub fn new(options: Options) -> Self {
        Self { transport: Transport::new(options) }
    }

    /// What a tag or digest names, by one `HEAD`; `None` where there is nothing.
    pub fn resolve(
        &self,
        reference: &Reference,
        _events: &dyn Events,
    ) -> Result<Option<Descriptor>, RegistryError> {
        Err(unfinished(&reference.repository, "resolve"))
    }

    /// Reads the manifest or index that a tag or digest names (at most 4 MiB).
    pub fn manifest(
        &self,
        reference: &Reference,
        _events: &dyn Events,
    ) -> Result<Fetched, RegistryError> {
        Err(unfinished(&reference.repository, "read a manifest"))
    }

    /// Reads a small blob, such as a configuration, of at most `limit` bytes.
    pub fn small_blob(
        &self,
        repository: &Repository,
        _blob: &Descriptor,
        _limit: u64,
        _events: &dyn Events,
    ) -> Result<Vec<u8>, RegistryError> {
        Err(unfinished(repository, "read a blob"))
    }

    /// Brings a blob to the file `to`, which is written aside, checked and renamed. A part of it that an
    /// earlier try left is not sent again.
    pub fn pull_blob(
        &self,
        repository: &Repository,
        _blob: &Descriptor,
        _to: &Path,
        _events: &dyn Events,
    ) -> Result<(), RegistryError> {
        Err(unfinished(repository, "bring a blob"))
    }

    /// The tags of a repository, sorted.
    pub fn tags(
        &self,
        repository: &Repository,
        _events: &dyn Events,
    ) -> Result<Vec<String>, RegistryError> {
        Err(unfinished(repository, "list tags"))
    }

    /// What refers to a manifest: from the referrers API, else from the tag that stands for it.
    pub fn referrers(
        &self,
        repository: &Repository,
        _digest: &Digest,
        _artifact_type: Option<&str>,
        _events: &dyn Events,
    ) -> Result<Vec<Descriptor>, RegistryError> {
        Err(unfinished(repository, "list referrers"))
    }
}
