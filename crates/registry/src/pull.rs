//! Brings images.

use std::path::Path;

use plimsoll_image::{BlobSet, Descriptor, Platform, Reference};

use crate::{Client, Events, RegistryError, transport::unfinished};

/// How deep indexes may nest.
pub(crate) const MOST_NESTING: usize = 4;

impl Client {
    /// Brings an image, for one platform or all of them, and everything that it leads to into a directory:
    /// each blob a file by its digest (`sha256/HEX`). What is there already is checked by its size and not brought again.
    pub fn pull(
        &self,
        reference: &Reference,
        _platform: Option<&Platform>,
        _directory: &Path,
        _events: &dyn Events,
    ) -> Result<(Descriptor, BlobSet), RegistryError> {
        let _ = MOST_NESTING;
        Err(unfinished(&reference.repository, "pull"))
    }
}
