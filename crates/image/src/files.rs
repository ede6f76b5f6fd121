//! The files of an image: its layers read as streams and merged, without unpacking them to a disk.
//!
//! [`read`] takes the layers from the lowest to the highest, each read once and from start to end: compressed with gzip or zstd
//! or not at all (told by the first bytes, whatever the media type says), sizes and digests compared on the way. What comes
//! out is a [`FileTree`]: which paths there are, what they are and which layer they come from, with deleted files gone.
//!
//! The content of regular files comes by once. A [`Notes`] looks at it and keeps what it needs; the note goes with the file,
//! through hard links, and out of sight when a higher layer deletes it.
//!
//! Layers may be made to harm. Whatever a layer claims has a limit ([`Limits`]), memory does not depend on the size of
//! files, and no name leads out of the image.

mod archive;
mod error;
mod limits;
mod merge;
mod stream;
#[cfg(test)]
mod tests;
mod tree;

use std::io::{self, Read};

use archive::{Archive, EntryKind};
use merge::Placed;
use stream::Unpacked;

use crate::Digest;

pub use error::{FilesError, LayerError};
pub use limits::Limits;
pub use tree::{File, FileTree, Kind};

/// A layer as it is stored, and what is known of it beforehand.
pub struct LayerInput<'a> {
    /// The stored bytes.
    pub content: Box<dyn Read + Send + 'a>,
    /// Their digest, to be compared; `None` where somebody else has done so.
    pub digest: Option<Digest>,
    /// Their number, to be compared.
    pub size: Option<u64>,
    /// The digest of the unpacked bytes, from the image's configuration, to be compared.
    pub diff_id: Option<Digest>,
}

/// Looks at regular files while they come by.
pub trait Notes {
    /// What is kept of a file.
    type Note;

    /// Looks at a file of `size` bytes, as much of it as it wants to.
    ///
    /// `path` is that of the entry, without a leading `/`; links may lead elsewhere. A file may be replaced by one that comes
    /// later, in this layer or a higher one.
    ///
    /// # Errors
    /// Those of `content`; they end the reading.
    fn look(
        &mut self,
        path: &[u8],
        size: u64,
        content: &mut dyn Read,
    ) -> io::Result<Option<Self::Note>>;
}

/// Notes nothing.
impl Notes for () {
    type Note = ();

    fn look(&mut self, _: &[u8], _: u64, _: &mut dyn Read) -> io::Result<Option<()>> {
        Ok(None)
    }
}

/// Reads the layers of an image, the lowest first.
///
/// # Errors
/// The first layer that can't be read, is not what it should be, or is beyond the limits.
pub fn read<'a, N: Notes>(
    layers: impl IntoIterator<Item = LayerInput<'a>>,
    limits: Limits,
    notes: &mut N,
) -> Result<FileTree<N::Note>, FilesError> {
    let mut tree = FileTree::empty();
    for (index, layer) in layers.into_iter().enumerate() {
        add(&mut tree, layer, index, limits, notes)
            .map_err(|error| FilesError { number: index + 1, error })?;
    }
    Ok(tree)
}

fn add<N: Notes>(
    tree: &mut FileTree<N::Note>,
    layer: LayerInput<'_>,
    index: usize,
    limits: Limits,
    notes: &mut N,
) -> Result<(), LayerError> {
    let mut archive = Archive::new(Unpacked::new(layer, limits, tree.unpacked)?);
    let mut entries = 0;
    while let Some(entry) = archive.next()? {
        // Entries that leave nothing behind, such as deletions, cost time all the same.
        entries += 1;
        if entries > limits.entries {
            return Err(LayerError::TooManyEntries(limits.entries));
        }
        let placed = tree.place(&entry, index, limits.entries)?;
        if let (Placed::File(id), EntryKind::File { size, sparse: false }) = (placed, entry.kind) {
            let path = &*entry.path;
            let path = path.strip_prefix(b"./").or(path.strip_prefix(b"/")).unwrap_or(path);
            let note = notes.look(path, size, &mut archive).map_err(LayerError::unwrapped)?;
            if let Some(note) = note {
                tree.note(id, note);
            }
        }
    }
    tree.unpacked = tree.unpacked.saturating_add(archive.into_inner().finish()?);
    Ok(())
}
