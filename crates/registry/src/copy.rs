//! From registry to registry.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use plimsoll_image::{
    Blob, BlobContent, BlobSet, BlobSource, Descriptor, Platform, Reference, Repository,
};

use crate::{
    Client, Events, Mounts, Push, Pushed, RegistryError, Silent, Target, client::retry::in_words,
};

impl Client {
    /// Copies an image, for one platform or all of them, to other names. What lies on the same host is
    /// mounted; only what a target has not, and can't mount, goes through a file in `scratch`, which is
    /// removed in the end.
    ///
    /// # Errors
    /// As [`Client::pull`] and [`Client::push`].
    pub fn copy(
        &self,
        from: &Reference,
        platform: Option<&Platform>,
        scratch: &Path,
        targets: &[Target],
        events: &dyn Events,
    ) -> Result<Vec<Pushed>, RegistryError> {
        let (root, blobs, mounts) = self.open(from, platform, scratch, events)?;
        self.push(&Push { root: &root, blobs: &blobs, mounts: &mounts, targets }, events)
    }

    /// Opens an image, for one platform or all of them, to be pushed elsewhere: manifests and configurations are
    /// read, layers are brought to `scratch` when somebody wants their bytes.
    ///
    /// # Errors
    /// As [`Client::pull`].
    pub fn open(
        &self,
        from: &Reference,
        platform: Option<&Platform>,
        scratch: &Path,
        events: &dyn Events,
    ) -> Result<(Descriptor, BlobSet, Mounts), RegistryError> {
        let tree = self.read_tree(from, platform, events)?;
        let mut blobs = BlobSet::default();
        let mut mounts = Mounts::new();
        for manifest in tree.manifests {
            blobs.add(Blob::of(manifest.bytes));
        }
        for blob in tree.blobs {
            mounts.insert(blob.digest, vec![from.repository.clone()]);
            let (digest, size) = (blob.digest, blob.size);
            let content = match tree.read.get(&digest) {
                Some(bytes) => BlobContent::Bytes(bytes.clone().into()),
                None => BlobContent::Elsewhere(Arc::new(Remote {
                    client: self.clone(),
                    repository: from.repository.clone(),
                    path: scratch.join(digest.hex()),
                    blob,
                })),
            };
            blobs.add(Blob { digest, size, content });
        }
        Ok((tree.root, blobs, mounts))
    }
}

/// A blob of a registry, brought when it is needed.
#[derive(Debug)]
struct Remote {
    client: Client,
    repository: Repository,
    blob: Descriptor,
    path: PathBuf,
}

impl BlobSource for Remote {
    fn fetch(&self) -> io::Result<PathBuf> {
        self.client
            .pull_blob(&self.repository, &self.blob, &self.path, &Silent)
            .map_err(|error| io::Error::other(in_words(&error)))?;
        Ok(self.path.clone())
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        fs::remove_file(&self.path).ok();
    }
}
