//! A client of registries.

pub(crate) mod answer;
mod blobs;
pub(crate) mod document;
pub(crate) mod manifests;
pub(crate) mod retry;
mod tags;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub(crate) mod url;
pub(crate) mod work;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
};

use plimsoll_image::{Descriptor, Digest, Reference, Repository};

use crate::{
    Events, Options, RegistryError,
    transport::{Answer, Request, Transport},
    upload::chunks::Refused,
};

/// A client of any number of registries. Threads may share it, and clones share its connections.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    transport: Transport,
    pub(crate) options: Options,
    /// What hosts refused because of its size.
    pub(crate) refused: Mutex<BTreeMap<String, Refused>>,
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
        let transport = Transport::new(options.clone());
        Self { inner: Arc::new(Inner { transport, options, refused: Mutex::default() }) }
    }

    /// What a tag or digest names, by one `HEAD`; `None` where there is nothing.
    ///
    /// A registry that does not say there what it has is asked for the manifest itself.
    pub fn resolve(
        &self,
        reference: &Reference,
        events: &dyn Events,
    ) -> Result<Option<Descriptor>, RegistryError> {
        self.look(reference, false, events)
    }

    /// Reads the manifest or index that a tag or digest names (at most 4 MiB).
    ///
    /// # Errors
    /// [`RegistryError::Corrupt`] where the bytes have another digest than was asked for or announced;
    /// [`RegistryError::Protocol`] for schema 1, and for what could be taken for a manifest and an index.
    pub fn manifest(
        &self,
        reference: &Reference,
        events: &dyn Events,
    ) -> Result<Fetched, RegistryError> {
        Ok(self.read_manifest(reference, false, None, events)?.fetched)
    }

    /// Reads a small blob, such as a configuration, of at most `limit` bytes.
    pub fn small_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        limit: u64,
        events: &dyn Events,
    ) -> Result<Vec<u8>, RegistryError> {
        self.read_blob(repository, blob, limit, events)
    }

    /// Brings a blob to the file `to`, which is written aside, checked and renamed. A part of it that an
    /// earlier try left is not sent again.
    ///
    /// Where `to` is there already with the right size, nothing is done. Two at once, of this process or
    /// others, wait for each other.
    pub fn pull_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        to: &Path,
        events: &dyn Events,
    ) -> Result<(), RegistryError> {
        self.download(repository, blob, to, events)
    }

    /// The tags of a repository, sorted.
    pub fn tags(
        &self,
        repository: &Repository,
        events: &dyn Events,
    ) -> Result<Vec<String>, RegistryError> {
        self.list_tags(repository, events)
    }

    /// What refers to a manifest: from the referrers API, else from the tag that stands for it.
    pub fn referrers(
        &self,
        repository: &Repository,
        digest: &Digest,
        artifact_type: Option<&str>,
        events: &dyn Events,
    ) -> Result<Vec<Descriptor>, RegistryError> {
        self.list_referrers(repository, digest, artifact_type, events)
    }

    pub(crate) fn send(
        &self,
        request: &Request<'_>,
        events: &dyn Events,
    ) -> Result<Answer, RegistryError> {
        self.inner.transport.send(request, events)
    }
}
