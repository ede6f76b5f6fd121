//! Blobs: bytes with their digest, in memory or in a file.

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{self, Read, Seek as _, SeekFrom},
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
    /// In a part of a file that nobody changes, as in an archive.
    Part {
        /// The file.
        path: PathBuf,
        /// Where in it the blob begins, in bytes.
        offset: u64,
    },
    /// Somewhere else, to be brought when it is needed.
    Elsewhere(Arc<dyn BlobSource>),
}

/// Brings the bytes of a blob that is not on this machine, or not yet.
pub trait BlobSource: fmt::Debug + Send + Sync {
    /// Brings the blob to a file that nobody changes, and checks size and digest.
    ///
    /// # Errors
    /// Why it can't be brought, in words that a user understands.
    fn fetch(&self) -> io::Result<PathBuf>;
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
            BlobContent::Part { path, offset } => {
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(*offset))?;
                Box::new(file.take(self.size))
            }
            BlobContent::Elsewhere(source) => Box::new(File::open(source.fetch()?)?),
        })
    }
}

impl BlobContent {
    /// The file that holds the blob and nothing else, if there is one; it may have to be brought.
    pub fn file(&self) -> io::Result<Option<PathBuf>> {
        match self {
            Self::Bytes(_) | Self::Part { .. } => Ok(None),
            Self::File(path) => Ok(Some(path.clone())),
            Self::Elsewhere(source) => source.fetch().map(Some),
        }
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
