//! Brings images.

mod choose;
mod download;
#[cfg(test)]
mod tests;
pub(crate) mod tree;

use std::path::Path;

use plimsoll_image::{Blob, BlobSet, Descriptor, Platform, Reference, atomic};

use crate::{
    Client, Events, RegistryError,
    client::{answer::local, work::parallel},
};

/// How deep indexes may nest.
pub(crate) const MOST_NESTING: usize = 4;
/// How many manifests and indexes an image may have.
pub(crate) const MOST_MANIFESTS: usize = 1000;

/// Something that becomes a file.
enum File<'a> {
    /// It was read already.
    Bytes(&'a Descriptor, &'a [u8]),
    Remote(&'a Descriptor),
}

impl Client {
    /// Brings an image, for one platform or all of them, and everything that it leads to into a directory:
    /// each blob a file by its digest (`sha256/HEX`). What is there already is checked by its size and not brought again.
    ///
    /// For one platform, what is returned is its manifest; attestations are left out. For all of them it
    /// is what the reference names, byte for byte, with all that is in it. Layers that must not be
    /// distributed are brought if the registry has them; their `urls` are never followed.
    ///
    /// # Errors
    /// [`RegistryError::NoPlatform`] where the image is not for the platform.
    pub fn pull(
        &self,
        reference: &Reference,
        platform: Option<&Platform>,
        directory: &Path,
        events: &dyn Events,
    ) -> Result<(Descriptor, BlobSet), RegistryError> {
        let tree = self.read_tree(reference, platform, events)?;
        let blobs = directory.join("sha256");
        let path = |it: &Descriptor| blobs.join(it.digest.hex());
        // The largest come first, as the others fit in beside them.
        let mut remote: Vec<&Descriptor> =
            tree.blobs.iter().filter(|it| !tree.read.contains_key(&it.digest)).collect();
        remote.sort_by_key(|it| (std::cmp::Reverse(it.size), it.digest));
        let manifests = tree.manifests.iter().map(|it| (&it.descriptor, &*it.bytes));
        let read = tree.blobs.iter().filter_map(|it| Some((it, &**tree.read.get(&it.digest)?)));
        let files: Vec<File<'_>> = (remote.into_iter().map(File::Remote))
            .chain(manifests.chain(read).map(|(it, bytes)| File::Bytes(it, bytes)))
            .collect();
        let found = parallel(self.inner.options.connections, &files, |file| match *file {
            File::Bytes(descriptor, bytes) => {
                let path = path(descriptor);
                if !download::is_whole(&path, descriptor.size) {
                    atomic::write(&path, |file| file.write_all(bytes))
                        .map_err(local(format!("write {}", path.display())))?;
                }
                Ok(Some(Blob::in_file(descriptor, path)))
            }
            File::Remote(descriptor) => {
                let path = path(descriptor);
                match self.download(&reference.repository, descriptor, &path, events) {
                    Ok(()) => Ok(Some(Blob::in_file(descriptor, path))),
                    Err(RegistryError::NotFound { .. }) if is_foreign(&descriptor.media_type) => {
                        Ok(None)
                    }
                    Err(error) => Err(error),
                }
            }
        })?;
        for directory in [&*blobs, directory] {
            atomic::sync_directory(directory)
                .map_err(local(format!("sync {}", directory.display())))?;
        }
        let mut set = BlobSet::default();
        found.into_iter().flatten().for_each(|it| set.add(it));
        Ok((tree.root, set))
    }
}

/// Whether a layer is one that registries need not have: Docker's foreign and OCI's former
/// non-distributable layers.
pub(crate) fn is_foreign(media_type: &str) -> bool {
    media_type.starts_with("application/vnd.docker.image.rootfs.foreign.")
        || media_type.starts_with("application/vnd.oci.image.layer.nondistributable.")
}
