//! Why a layer could not be read.

use std::io;

use crate::Digest;

/// A layer that could not be read, and which one it is.
#[derive(Debug, thiserror::Error)]
#[error("cannot read layer {number} of the image")]
pub struct FilesError {
    /// The layer's number; the lowest is 1.
    pub number: usize,
    /// What is wrong with it.
    #[source]
    pub error: LayerError,
}

/// What is wrong with a layer.
///
/// Names from the layer are made valid UTF-8, shortened, and hold no control characters.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayerError {
    /// The stored bytes could not be read, or not be decompressed.
    #[error("its bytes can't be read")]
    Io(#[source] io::Error),
    /// A compression that layers don't have.
    #[error("it is compressed with {0}, which is not read: layers are gzip, zstd or plain tar")]
    Compression(&'static str),
    /// The stored bytes are not those that were asked for.
    #[error("its digest is {found}, not {wanted}")]
    Digest {
        /// The digest in the manifest.
        wanted: Digest,
        /// That of the bytes.
        found: Digest,
    },
    /// The stored bytes are more or fewer than the manifest says.
    #[error("it has {found} bytes{}, not {wanted}", if found > wanted { " or more" } else { "" })]
    Size {
        /// The size in the manifest.
        wanted: u64,
        /// That of the bytes, as far as they were read.
        found: u64,
    },
    /// The unpacked bytes are not those that the image's configuration names.
    #[error("its content has the digest {found}, not {wanted} as the image's configuration says")]
    DiffId {
        /// The entry in `rootfs.diff_ids`.
        wanted: Digest,
        /// The digest of the content.
        found: Digest,
    },
    /// It is no tar archive, or a damaged one.
    #[error("it is not a sound tar archive: {what} at byte {at}")]
    Tar {
        /// What is not as it should be.
        what: &'static str,
        /// Where in the unpacked bytes.
        at: u64,
    },
    /// A name that leads out of the image.
    #[error("it names `{0}`, which leads out of the image")]
    Outside(String),
    /// A name or target that is longer than any system takes, or nested deeper.
    #[error("it holds `{0}…`, which is longer or deeper than paths may be")]
    Path(String),
    /// A hard link to something that is not there, or that is a directory.
    #[error("its `{path}` is a second name of `{target}`, which is no file of the image")]
    HardLink {
        /// The second name.
        path: String,
        /// What it should be a name of.
        target: String,
    },
    /// More entries than are read.
    #[error("the image has more than {0} entries")]
    TooManyEntries(u64),
    /// More bytes than are read.
    #[error("the image unpacks to more than {} MiB", .0 >> 20)]
    TooLarge(u64),
    /// A small layer that unpacks to so much that it must be made to harm.
    #[error("it unpacks to more than {} MiB, {ratio} times its own size and more", .unpacked >> 20)]
    Bomb {
        /// What was unpacked so far.
        unpacked: u64,
        /// How many times its stored size that is, at least.
        ratio: u64,
    },
}

impl LayerError {
    /// The error itself where a reader in between had to wrap it.
    pub(super) fn unwrapped(error: io::Error) -> Self {
        error.downcast::<Self>().unwrap_or_else(Self::Io)
    }

    pub(super) fn wrapped(self) -> io::Error {
        io::Error::other(self)
    }
}

/// A name from a layer, for messages.
pub(super) fn shown(name: &[u8]) -> String {
    let clean = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    String::from_utf8_lossy(name.get(..name.len().min(400)).unwrap_or(name))
        .chars()
        .map(clean)
        .take(200)
        .collect()
}
