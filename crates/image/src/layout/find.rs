//! Tells what is at a path where a layout is to be, so that nobody's work is replaced.

use std::{
    collections::BTreeSet,
    fs::{self, FileType},
    io,
    path::{Path, PathBuf},
};

use super::{LayoutError, OCI_LAYOUT, failed};
use crate::{Index, atomic, bundle::WRITER};

/// No index that we write comes near; a larger one is not ours.
const MOST_INDEX_BYTES: u64 = 4 << 20;

/// What is at a path where a layout is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No directory.
    Nothing,
    /// A directory that is empty, or that we were filling.
    Unfinished,
    /// A layout with an image of ours and no other.
    OurLayout,
}

/// Looks at `path` and at the directories above it.
pub(super) fn find(path: &Path) -> Result<Found, LayoutError> {
    if let Some(layout) = layout_around(path).map_err(failed("look at", path))? {
        return Err(LayoutError::InsideLayout { path: path.to_owned(), layout });
    }
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(source) => return Err(failed("look at", path)(source)),
        Ok(metadata) if !metadata.is_dir() => {
            return Err(LayoutError::NotADirectory(path.to_owned()));
        }
        Ok(_) => {}
    }
    let names = names(path).map_err(failed("read", path))?;
    let expected = |name: &String| {
        matches!(&**name, "oci-layout" | "index.json" | "blobs") || atomic::is_aside(name)
    };
    if let Some(example) = names.iter().find(|name| !expected(name)) {
        return Err(LayoutError::OtherContent { path: path.to_owned(), example: example.clone() });
    }
    let found = if !has_plain_types(path) {
        None
    } else if names.contains("index.json") {
        is_ours(path).then_some(Found::OurLayout)
    } else {
        is_unfinished(path, &names).then_some(Found::Unfinished)
    };
    found.ok_or_else(|| LayoutError::ForeignLayout(path.to_owned()))
}

/// Whether `name` is one that a blob of ours has.
pub(super) fn is_blob_name(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
}

pub(super) fn read_index(path: &Path) -> Option<Index> {
    let metadata = fs::metadata(path).ok()?;
    if metadata.len() > MOST_INDEX_BYTES {
        return None;
    }
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// The layout that `path` would be inside of. Links on the way count as what they lead to.
fn layout_around(path: &Path) -> io::Result<Option<PathBuf>> {
    let target = atomic::follow(&std::path::absolute(path)?)?;
    let (mut existing, mut itself) = (&*target, true);
    let real = loop {
        match fs::canonicalize(existing) {
            Ok(real) => break real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let Some(parent) = existing.parent() else { return Ok(None) };
                (existing, itself) = (parent, false);
            }
            Err(error) => return Err(error),
        }
    };
    let is_layout = |it: &&Path| it.join("oci-layout").is_file() && it.join("blobs").is_dir();
    Ok(real.ancestors().skip(usize::from(itself)).find(is_layout).map(Path::to_owned))
}

/// Whether what has a name of a layout's part is a file or a directory as it should be. A link may
/// lead to where nothing is ours.
fn has_plain_types(path: &Path) -> bool {
    let is_right =
        |name: &str, is_type: fn(&FileType) -> bool| match fs::symlink_metadata(path.join(name)) {
            Ok(metadata) => is_type(&metadata.file_type()),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
    is_right("oci-layout", FileType::is_file)
        && is_right("index.json", FileType::is_file)
        && is_right("blobs", FileType::is_dir)
        && is_right("blobs/sha256", FileType::is_dir)
}

/// Whether a layout with an index is as we wrote it. Who adds an image to it, or replaces ours,
/// does not change our annotation.
fn is_ours(path: &Path) -> bool {
    let Some(index) = read_index(&path.join("index.json")) else { return false };
    let [image] = &*index.manifests else { return false };
    let digest = image.digest.to_string();
    index.annotations.get(WRITER) == Some(&digest) && has_our_version(path)
}

/// Whether a directory without an index is ours to fill: nothing in it is worth anything, or the
/// index was being written aside.
fn is_unfinished(path: &Path, names: &BTreeSet<String>) -> bool {
    let aside = atomic::aside(&path.join("index.json"));
    let is_marked = fs::symlink_metadata(aside).is_ok_and(|it| it.is_file());
    let blobs = path.join("blobs");
    let has_only = |directory: &Path, is_expected: &dyn Fn(&str) -> bool| {
        !directory.exists()
            || self::names(directory).is_ok_and(|names| names.iter().all(|it| is_expected(it)))
    };
    has_our_version(path)
        && (!names.contains("blobs") || names.contains("oci-layout"))
        && has_only(&blobs, &|name| name == "sha256")
        && has_only(&blobs.join("sha256"), &|name| {
            is_marked && (is_blob_name(name) || atomic::is_aside(name))
        })
}

fn has_our_version(path: &Path) -> bool {
    match fs::metadata(path.join("oci-layout")) {
        Ok(metadata) if metadata.len() == OCI_LAYOUT.len() as u64 => {
            fs::read(path.join("oci-layout")).is_ok_and(|it| it == OCI_LAYOUT.as_bytes())
        }
        Ok(_) => false,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

fn names(directory: &Path) -> io::Result<BTreeSet<String>> {
    fs::read_dir(directory)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect()
}
