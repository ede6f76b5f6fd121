//! Blobs: bytes with their digest, in memory or in a file.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    path::PathBuf,
    sync::Arc,
};

use crate::{Descriptor, Digest};

/// Bytes that are named by their digest.
#[derive(Clone, Debug)]
pub struct Blob {
    /// The digest of the bytes.
    pub digest: Digest,
    /// Their number.
    pub size: u64,
    /// Where they are.
    pub content: BlobContent,
}

/// Where the bytes of a blob are.
#[derive(Clone, Debug)]
pub enum BlobContent {
    /// In memory.
    Bytes(Arc<[u8]>),
    /// In a file that nobody changes.
    File(PathBuf),
}

impl Blob {
    /// A blob of `bytes`.
    pub fn of(bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        Self {
            digest: Digest::of(&bytes),
            size: bytes.len() as u64,
            content: BlobContent::Bytes(bytes),
        }
    }

    /// The blob that a descriptor points at, lying in a file.
    pub fn in_file(descriptor: &Descriptor, path: PathBuf) -> Self {
        Self { digest: descriptor.digest, size: descriptor.size, content: BlobContent::File(path) }
    }

    /// Reads the blob from its start.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(match &self.content {
            BlobContent::Bytes(bytes) => Box::new(&**bytes),
            BlobContent::File(path) => Box::new(File::open(path)?),
        })
    }
}

/// Blobs by their digests.
#[derive(Clone, Debug, Default)]
pub struct BlobSet(BTreeMap<Digest, Blob>);

impl BlobSet {
    /// Adds a blob; the same one twice is kept once.
    pub fn add(&mut self, blob: Blob) {
        self.0.entry(blob.digest).or_insert(blob);
    }

    /// The blob with this digest.
    pub fn get(&self, digest: &Digest) -> Option<&Blob> {
        self.0.get(digest)
    }

    /// All blobs, by digest.
    pub fn iter(&self) -> impl Iterator<Item = &Blob> {
        self.0.values()
    }
}
