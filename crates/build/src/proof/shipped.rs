//! The user's own files that lie over a base and may matter to a loader.

use std::{collections::BTreeMap, fs::File, path::Path};

use super::Shipped;
use crate::{
    elf::read_library,
    files::{self, EntryKind, FilesError},
    spec::FileSpec,
};

/// What the settings put into the image, by its path there without a leading `/`.
///
/// # Errors
/// Files that can't be taken.
pub fn shipped(
    project: &Path,
    specs: &[FileSpec],
) -> Result<BTreeMap<String, Shipped>, FilesError> {
    let mut shipped = BTreeMap::new();
    for (path, entry) in files::collect(project, specs)? {
        let what = match entry.kind {
            EntryKind::Directory => continue,
            EntryKind::Symlink(target) => Shipped::Link(target),
            EntryKind::File(source) => {
                let library = File::open(source).ok().and_then(|mut it| read_library(&mut it).ok());
                library.map_or(Shipped::Other, |it| Shipped::Library(Box::new(it)))
            }
        };
        shipped.insert(path, what);
    }
    Ok(shipped)
}
