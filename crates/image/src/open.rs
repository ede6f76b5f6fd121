//! Opens images that are to be sent somewhere: OCI layouts in directories and in tar files, and the
//! archives of `docker save`.
//!
//! What it is, is told by its content. Nothing big is copied: a blob of an archive stays a part of that
//! file. Manifests and configurations are checked against their digests here; layers are by whoever
//! sends them, as they have to be read for that anyway. The archives of Docker before 25 hold layers as
//! plain tar streams and no manifest; they become an OCI image whose configuration is the very one in
//! the archive, and whose layers are compressed as our own are.

mod choose;
mod docker;
mod error;
mod oci;
mod packed;
mod store;
mod table;

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use crate::{BlobSet, Descriptor, Digest, Platform};

use self::store::Directory;
pub use error::OpenError;

/// The largest manifest, index or configuration that is read, in bytes.
pub const MOST_DOCUMENT: u64 = 4 << 20;
/// How deep indexes may nest.
pub const MOST_NESTING: usize = 4;
/// How many manifests an image may have: far more than there are platforms.
pub const MOST_MANIFESTS: usize = 1000;

/// What to open, and with what.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Which image, where there are several: a tag, a full name or a digest.
    pub choice: Option<&'a str>,
    /// Only the image for this platform, as a plain manifest.
    pub platform: Option<&'a Platform>,
    /// A directory for layers that have to be compressed. It has to last as long as what was opened,
    /// and whoever is here alone may be asked for the same image again: then they are found there.
    pub scratch: &'a Path,
    /// How many threads compress.
    pub threads: usize,
}

/// An image, ready to be sent.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Its manifest or index, without annotations.
    pub root: Descriptor,
    /// Everything that the root leads to, itself included.
    pub blobs: BlobSet,
    /// The images in it, in the order of the index. What is no image, such as an attestation, is not here.
    pub images: Vec<OpenedImage>,
}

/// What is known of one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedImage {
    /// What it runs on.
    pub platform: Platform,
    /// Its manifest.
    pub manifest: Digest,
    /// Its configuration, by which engines call it.
    pub config: Digest,
    /// The label `org.opencontainers.image.version`.
    pub version: Option<String>,
    /// The label `org.opencontainers.image.revision`.
    pub revision: Option<String>,
}

/// Opens the image at `path`.
///
/// # Errors
/// There is nothing, it is no image, it is damaged, or it holds several and none was chosen.
pub fn open(path: &Path, options: &Options<'_>) -> Result<Opened, OpenError> {
    let failed = error::io("open", path);
    let metadata = fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        let directory = Directory::open(path)?;
        return oci::open(&directory, path, options);
    }
    if !metadata.is_file() {
        // A pipe would be waited for, and can't be read twice.
        return Err(OpenError::NoImage { path: path.to_owned(), found: "no file or directory" });
    }
    match packed::unpacked(path, &head(path)?, options.scratch)? {
        Some(archive) => open_archive(&archive, path, options),
        None => open_archive(path, path, options),
    }
}

/// The images among blobs that are at hand already.
///
/// # Errors
/// Something is missing or can't be understood.
pub fn images(root: &Descriptor, blobs: &BlobSet) -> Result<Vec<OpenedImage>, OpenError> {
    oci::images(blobs, root)
}

/// How many bytes the blobs of an image have: configurations and layers, without manifests.
pub fn payload(root: &Descriptor, blobs: &BlobSet) -> u64 {
    let mut manifests = BTreeSet::from([root.digest]);
    oci::manifests(blobs, root, MOST_NESTING, &mut manifests);
    blobs.iter().filter(|blob| !manifests.contains(&blob.digest)).map(|blob| blob.size).sum()
}

/// Opens a tar file, which is called `name` in messages.
fn open_archive(path: &Path, name: &Path, options: &Options<'_>) -> Result<Opened, OpenError> {
    let archive = table::Archive::read(path, name)?;
    let is_docker = archive.has("manifest.json");
    if archive.has("index.json") && (archive.has("oci-layout") || !is_docker) {
        let opened = oci::open(&archive, name, options);
        if !is_docker || !opened.as_ref().is_ok_and(|it| docker::is_better(&archive, it)) {
            return opened;
        }
    }
    if is_docker {
        return docker::open(&archive, name, options);
    }
    let found = if archive.has("repositories") {
        "an archive of Docker before 1.10"
    } else {
        "a tar file without index.json and manifest.json"
    };
    Err(OpenError::NoImage { path: name.to_owned(), found })
}

/// The first bytes of a file, by which it is told what it is.
fn head(path: &Path) -> Result<Vec<u8>, OpenError> {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|it| it.take(512).read_to_end(&mut head));
    read.map(|_| head).map_err(error::io("read", path))
}

/// Reads what must not be larger than a document may be.
fn document(
    reader: impl io::Read,
    size: u64,
    what: impl FnOnce() -> String,
    path: &Path,
) -> Result<Vec<u8>, OpenError> {
    let mut bytes = Vec::new();
    if size <= MOST_DOCUMENT {
        reader.take(MOST_DOCUMENT + 1).read_to_end(&mut bytes).map_err(error::io("read", path))?;
    }
    if size > MOST_DOCUMENT || bytes.len() as u64 > MOST_DOCUMENT {
        return Err(OpenError::Limit {
            path: path.to_owned(),
            what: what(),
            limit: format!("{} MiB", MOST_DOCUMENT >> 20),
        });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
