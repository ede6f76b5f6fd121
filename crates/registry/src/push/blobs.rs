//! Brings all blobs of an image to a repository, several at once.

use plimsoll_image::{Digest, Repository};

use super::{Mounts, plan::Plan};
use crate::{
    Client, Events, RegistryError,
    client::work::parallel,
    upload::{Brought, Needed},
};

/// From where blobs can be mounted.
pub(super) struct Sources<'a> {
    pub(super) mounts: &'a Mounts,
    /// Repositories to which the same push has brought all blobs.
    pub(super) before: &'a [&'a Repository],
}

/// How many bytes went which way.
#[derive(Debug, Default)]
pub(super) struct Sum {
    pub(super) sent: u64,
    pub(super) mounted: u64,
}

impl Sources<'_> {
    /// Repositories of the same host that have a blob, or should.
    fn of(&self, repository: &Repository, digest: &Digest) -> Vec<&Repository> {
        let known = self.mounts.get(digest).map(Vec::as_slice).unwrap_or_default();
        let mut sources: Vec<&Repository> = Vec::new();
        for source in self.before.iter().copied().chain(known) {
            let is_other = source.host == repository.host && source.path != repository.path;
            if is_other && !sources.contains(&source) {
                sources.push(source);
            }
        }
        sources
    }
}

impl Client {
    /// Makes sure that a repository has all blobs of an image, and the manifests that are not at hand.
    /// Those of `missing` are sent even if the registry says that it has them: it said otherwise before.
    pub(super) fn send_blobs(
        &self,
        repository: &Repository,
        plan: &Plan<'_>,
        sources: &Sources<'_>,
        missing: &[Digest],
        events: &dyn Events,
    ) -> Result<Sum, RegistryError> {
        for manifest in &plan.absent {
            let reference = super::Reference {
                repository: repository.clone(),
                tag: None,
                digest: Some(manifest.digest),
            };
            if self.look(&reference, true, events)?.is_none() {
                return Err(RegistryError::NotFound {
                    host: repository.host.clone(),
                    what: format!("manifest {reference}, which the image leads to"),
                });
            }
        }
        let bring = |needed: &Needed<'_>| {
            let ask = needed.blob.is_none() || !missing.contains(&needed.digest);
            let sources = if ask { sources.of(repository, &needed.digest) } else { Vec::new() };
            self.ensure_blob(repository, needed, &sources, ask, events)
        };
        let brought = parallel(self.inner.options.connections, &plan.blobs, bring)?;
        let mut sum = Sum::default();
        for (needed, brought) in plan.blobs.iter().zip(brought) {
            match brought {
                Brought::Sent => sum.sent += needed.size,
                Brought::Mounted => sum.mounted += needed.size,
                Brought::Exists => {}
            }
        }
        Ok(sum)
    }
}
