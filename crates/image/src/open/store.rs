//! Where an OCI layout keeps its files: in a directory or in a tar file.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{OpenError, document, error};
use crate::{Blob, BlobContent, BlobSet, Descriptor, Digest};

/// Files by their names in a layout.
pub(super) trait Store {
    /// Where it is, for messages.
    fn path(&self) -> &Path;

    /// Finds a file: where its bytes are, and how many they are.
    fn find(&self, name: &str) -> Result<Option<(BlobContent, u64)>, OpenError>;

    /// Reads a document of a name.
    fn named(&self, name: &str) -> Result<Vec<u8>, OpenError> {
        let Some((content, size)) = self.find(name)? else {
            return Err(OpenError::Missing { path: self.path().to_owned(), what: name.to_owned() });
        };
        // The digest is not asked for.
        let blob = Blob { digest: Digest::of(b""), size, content };
        document(self.open(&blob)?, size, || name.to_owned(), self.path())
    }

    /// Finds a blob; its size is right, its bytes are not looked at. `None` where it is missing.
    fn blob(&self, descriptor: &Descriptor) -> Result<Option<Blob>, OpenError> {
        let Some((content, size)) = self.find(&descriptor.digest.blob_path())? else {
            return Ok(None);
        };
        if size != descriptor.size {
            return Err(OpenError::WrongSize {
                path: self.path().to_owned(),
                what: descriptor.digest.blob_path(),
                expected: descriptor.size,
                found: size,
            });
        }
        Ok(Some(Blob { digest: descriptor.digest, size, content }))
    }

    /// Reads a small blob and checks it.
    fn small(&self, descriptor: &Descriptor) -> Result<Option<Vec<u8>>, OpenError> {
        let what = || descriptor.digest.to_string();
        let Some(blob) = self.blob(descriptor)? else { return Ok(None) };
        let bytes = document(self.open(&blob)?, blob.size, what, self.path())?;
        let found = Digest::of(&bytes);
        if found != descriptor.digest {
            return Err(OpenError::Corrupt {
                path: self.path().to_owned(),
                what: descriptor.digest.blob_path(),
                expected: descriptor.digest,
                found,
            });
        }
        Ok(Some(bytes))
    }

    /// Opens a blob.
    fn open<'a>(&self, blob: &'a Blob) -> Result<Box<dyn Read + Send + 'a>, OpenError> {
        blob.open().map_err(error::io("read", self.path()))
    }
}

/// Blobs that were brought from somewhere.
impl Store for BlobSet {
    fn path(&self) -> &Path {
        Path::new("the image")
    }

    fn find(&self, name: &str) -> Result<Option<(BlobContent, u64)>, OpenError> {
        let hex = name.rsplit('/').next().unwrap_or(name);
        let digest = format!("sha256:{hex}").parse().ok();
        let blob = digest.and_then(|digest| self.get(&digest));
        Ok(blob.map(|blob| (blob.content.clone(), blob.size)))
    }
}

/// A layout in a directory.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    /// The same without links, where it has been asked for.
    real: PathBuf,
}

impl Directory {
    /// A directory that has an `index.json`.
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let real = path.canonicalize().map_err(error::io("open", path))?;
        let directory = Self { path: path.to_owned(), real };
        if directory.find("index.json")?.is_some() {
            return Ok(directory);
        }
        let found = "a directory without index.json, so no OCI layout";
        Err(OpenError::NoImage { path: path.to_owned(), found })
    }
}

impl Store for Directory {
    fn path(&self) -> &Path {
        &self.path
    }

    fn find(&self, name: &str) -> Result<Option<(BlobContent, u64)>, OpenError> {
        let full = self.path.join(name);
        // All links on the way are followed, and must not lead out.
        let real = match full.canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error::io("open", &full)(error)),
        };
        if !real.starts_with(&self.real) {
            let what = name.to_owned();
            return Err(OpenError::LeadsOut { path: self.path.clone(), what });
        }
        let metadata = fs::metadata(&real).map_err(error::io("open", &full))?;
        if !metadata.is_file() {
            return Err(OpenError::Missing { path: self.path.clone(), what: name.to_owned() });
        }
        // Who may not read it should hear of it before anything is sent.
        File::open(&real).map_err(error::io("open", &full))?;
        Ok(Some((BlobContent::File(real), metadata.len())))
    }
}
