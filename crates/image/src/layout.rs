//! OCI image layouts: directories with `oci-layout`, `index.json` and `blobs/`.
//!
//! A layout changes in one step. A new one is made aside and renamed. In one that is there already,
//! blobs are added first; then a rename replaces `index.json`; last, blobs that it no longer names
//! are removed. Whoever is killed on the way leaves the old image or the new one.
//!
//! A directory that is there and empty is filled where it is, as it may be one that can't be
//! replaced, such as a mount point. `index.json` comes last then, and until it is there the name
//! aside of it says that the rest is ours to finish.

mod find;

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use self::find::{Found, find, is_blob_name};
use crate::{Blob, BlobSet, Bundle, atomic};

/// What the file `oci-layout` holds.
pub const OCI_LAYOUT: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;

/// Why a layout was not written. The layout is then what it was before.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// The path names something that is no directory.
    #[error("{} is not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// The directory has content that is no OCI layout.
    #[error("{} is a directory with other content (such as `{example}`), not an OCI layout", path.display())]
    OtherContent {
        /// The directory.
        path: PathBuf,
        /// A name in it.
        example: String,
    },
    /// The layout was made by another program.
    #[error("{} is an OCI layout that another program wrote or changed", .0.display())]
    ForeignLayout(PathBuf),
    /// The path is below another layout, which has no room for anything else.
    #[error("{} lies inside the OCI layout {}", path.display(), layout.display())]
    InsideLayout {
        /// Where a layout was to be.
        path: PathBuf,
        /// The layout that is around it.
        layout: PathBuf,
    },
    /// The file system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as in "write".
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

/// Whether writing changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The layout is new or has a new image.
    Changed,
    /// The layout held this very image already: nothing was written.
    Unchanged,
}

/// Says whether [`write`] would replace what is at `path`, without changing anything.
///
/// # Errors
/// As [`write`].
pub fn check(path: &Path) -> Result<(), LayoutError> {
    find(path).map(drop)
}

/// Makes the layout at `path` hold `bundle` alone, under the name `repository:tag`.
///
/// # Errors
/// When `path` is something else than a layout that this program wrote, or can't be written.
pub fn write(
    path: &Path,
    bundle: &Bundle,
    repository: &str,
    tag: &str,
) -> Result<Written, LayoutError> {
    let index = bundle.layout_index(repository, tag);
    let index = serde_json::to_vec(&index)
        .map_err(|error| failed("encode", path)(io::Error::other(error)))?;
    if find(path)? == Found::Nothing && create(path, bundle.blobs(), &index)? {
        return Ok(Written::Changed);
    }
    update(path, bundle.blobs(), &index)
}

/// Makes a layout aside and renames it. Gives `false` when another process was there first.
fn create(path: &Path, blobs: &BlobSet, index: &[u8]) -> Result<bool, LayoutError> {
    let absolute = std::path::absolute(path)
        .and_then(|absolute| atomic::follow(&absolute))
        .map_err(failed("find", path))?;
    let parent = absolute.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).map_err(failed("create", parent))?;
    let aside = atomic::aside(&absolute);
    let _lock = atomic::open_directory_locked(&aside).map_err(failed("create", &aside))?;
    let result = (|| {
        for entry in fs::read_dir(&aside)? {
            remove(&entry?.path())?;
        }
        let blob_directory = aside.join("blobs/sha256");
        fs::create_dir_all(&blob_directory)?;
        for blob in blobs.iter() {
            add(blob, &blob_directory)?;
        }
        for (name, content) in [("oci-layout", OCI_LAYOUT.as_bytes()), ("index.json", index)] {
            let mut file = File::create(aside.join(name))?;
            file.write_all(content)?;
            file.sync_all()?;
        }
        for directory in [&blob_directory, &aside] {
            atomic::sync_directory(directory)?;
        }
        Ok(())
    })();
    if let Err(source) = result {
        fs::remove_dir_all(&aside).ok();
        return Err(failed("write", path)(source));
    }
    match fs::rename(&aside, &absolute) {
        Ok(()) => {
            atomic::sync_directory(parent).map_err(failed("sync", parent))?;
            Ok(true)
        }
        Err(source) => {
            fs::remove_dir_all(&aside).ok();
            // Whatever it is that came there meanwhile, it is looked at as if it had been before.
            if absolute.exists() { Ok(false) } else { Err(failed("create", path)(source)) }
        }
    }
}

/// Changes a layout that is there, or makes one in a directory that is there.
fn update(path: &Path, blobs: &BlobSet, index: &[u8]) -> Result<Written, LayoutError> {
    let directory = File::open(path).map_err(failed("open", path))?;
    atomic::lock(&directory).map_err(failed("lock", path))?;
    // Another process may have changed what is here since we looked.
    let found = find(path)?;
    if found == Found::Nothing {
        return Err(LayoutError::ForeignLayout(path.to_owned()));
    }
    let blob_directory = path.join("blobs/sha256");
    let layout_path = path.join("oci-layout");
    let index_path = path.join("index.json");
    let missing: Vec<_> = blobs.iter().filter(|blob| !is_there(blob, &blob_directory)).collect();
    let has_layout = layout_path.exists();
    if missing.is_empty() && has_layout && fs::read(&index_path).is_ok_and(|old| old == index) {
        clear_away(path, blobs);
        return Ok(Written::Unchanged);
    }
    let written = (|| {
        if !has_layout {
            atomic::write_here(&layout_path, |file| file.write_all(OCI_LAYOUT.as_bytes()))?;
        }
        // Around all the rest, so that the name aside is there as long as blobs are that nothing
        // names.
        atomic::write_here(&index_path, |file| {
            atomic::sync_directory(path)?;
            fs::create_dir_all(&blob_directory)?;
            for blob in &missing {
                add(blob, &blob_directory)?;
            }
            atomic::sync_directory(&blob_directory)?;
            file.write_all(index)
        })
    })();
    if let Err(source) = written {
        // On a full disk, what was added for nothing would be in the way.
        for blob in missing {
            fs::remove_file(blob_directory.join(blob.digest.hex())).ok();
        }
        if found == Found::Unfinished {
            undo_filling(path);
        }
        return Err(failed("write", path)(source));
    }
    // From here on the index names the new blobs: whatever fails, they stay.
    atomic::sync_directory(path).map_err(failed("sync", path))?;
    clear_away(path, blobs);
    Ok(Written::Changed)
}

/// Makes a directory as empty as it was before it was filled.
fn undo_filling(path: &Path) {
    clear_away(path, &BlobSet::default());
    // These only go if they are empty.
    for name in ["blobs/sha256", "blobs"] {
        fs::remove_dir(path.join(name)).ok();
    }
    fs::remove_file(path.join("oci-layout")).ok();
}

/// Removes what the layout does not name: of an older image, or of a process that was killed.
/// What can't be removed now goes the next time; what has no name that we give stays.
fn clear_away(path: &Path, blobs: &BlobSet) {
    let remove_if = |directory: &Path, is_old: &dyn Fn(&str) -> bool| {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            // The type of the entry itself: a link is no file here.
            let is_file = entry.file_type().is_ok_and(|it| it.is_file());
            if is_file && entry.file_name().to_str().is_some_and(is_old) {
                fs::remove_file(entry.path()).ok();
            }
        }
    };
    remove_if(path, &atomic::is_aside);
    remove_if(&path.join("blobs/sha256"), &|name| {
        let used = || blobs.iter().any(|blob| blob.digest.hex() == name);
        atomic::is_aside(name) || (is_blob_name(name) && !used())
    });
}

fn is_there(blob: &Blob, directory: &Path) -> bool {
    let path = directory.join(blob.digest.hex());
    fs::symlink_metadata(path).is_ok_and(|it| it.is_file() && it.len() == blob.size)
}

/// Puts a blob into a directory: by a second name of the same file where that can be, else by copy.
fn add(blob: &Blob, directory: &Path) -> io::Result<()> {
    let target = directory.join(blob.digest.hex());
    if let Some(source) = blob.content.file()? {
        // A leftover of the wrong size would keep the link from being made.
        match fs::remove_file(&target) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if fs::hard_link(&source, &target).is_ok() {
            return Ok(());
        }
    }
    atomic::write_here(&target, |file| {
        let copied = io::copy(&mut blob.open()?, file)?;
        if copied == blob.size { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    })
}

fn remove(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LayoutError {
    move |source| LayoutError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests;
