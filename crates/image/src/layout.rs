//! OCI image layouts: directories with `oci-layout`, `index.json` and `blobs/`.
//!
//! A layout changes in one step. A new one is made aside and renamed. In one that is there already,
//! blobs are added first; then a rename replaces `index.json`; last, blobs that it no longer names
//! are removed. Whoever is killed on the way leaves the old image or the new one.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{Blob, BlobContent, BlobSet, Bundle, Index, atomic, bundle::WRITER};

/// What the file `oci-layout` holds.
pub const OCI_LAYOUT: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;
/// No index that we write comes near; a larger one is not ours.
const MOST_INDEX_BYTES: u64 = 4 << 20;

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

/// What is at a path where a layout is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    OurLayout,
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

fn find(path: &Path) -> Result<Found, LayoutError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(source) => return Err(failed("look at", path)(source)),
        Ok(metadata) if !metadata.is_dir() => {
            return Err(LayoutError::NotADirectory(path.to_owned()));
        }
        Ok(_) => {}
    }
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(path).map_err(failed("read", path))? {
        let entry = entry.map_err(failed("read", path))?;
        names.insert(entry.file_name().to_string_lossy().into_owned());
    }
    let expected = |name: &String| {
        matches!(&**name, "oci-layout" | "index.json" | "blobs") || atomic::is_aside(name)
    };
    if let Some(example) = names.iter().find(|name| !expected(name)) {
        return Err(LayoutError::OtherContent { path: path.to_owned(), example: example.clone() });
    }
    if names.is_empty() {
        return Ok(Found::Nothing);
    }
    match read_index(&path.join("index.json")) {
        Some(index) if index.annotations.contains_key(WRITER) => Ok(Found::OurLayout),
        _ => Err(LayoutError::ForeignLayout(path.to_owned())),
    }
}

fn read_index(path: &Path) -> Option<Index> {
    let metadata = fs::metadata(path).ok()?;
    if metadata.len() > MOST_INDEX_BYTES {
        return None;
    }
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Makes a layout aside and renames it. Gives `false` when another process was there first.
fn create(path: &Path, blobs: &BlobSet, index: &[u8]) -> Result<bool, LayoutError> {
    // `a/..` and `.` have no name to put aside; the directory is there then, and may be empty.
    let absolute = std::path::absolute(path).map_err(failed("find", path))?;
    let parent = absolute.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).map_err(failed("create", parent))?;
    let aside = atomic::aside(&absolute);
    let _lock = lock_directory(&aside)?;
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
            let theirs = matches!(
                source.kind(),
                io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists
            );
            if theirs { Ok(false) } else { Err(failed("create", path)(source)) }
        }
    }
}

/// Changes a layout that is there.
fn update(path: &Path, blobs: &BlobSet, index: &[u8]) -> Result<Written, LayoutError> {
    let directory = File::open(path).map_err(failed("open", path))?;
    directory.lock().map_err(failed("lock", path))?;
    // Another process may have changed what is here since we looked.
    if find(path)? == Found::Nothing {
        return Err(LayoutError::ForeignLayout(path.to_owned()));
    }
    let blob_directory = path.join("blobs/sha256");
    let missing: Vec<_> = blobs.iter().filter(|blob| !is_there(blob, &blob_directory)).collect();
    let index_path = path.join("index.json");
    if missing.is_empty() && fs::read(&index_path).is_ok_and(|old| old == index) {
        clear_away(path, blobs);
        return Ok(Written::Unchanged);
    }
    let written = (|| {
        fs::create_dir_all(&blob_directory)?;
        for blob in &missing {
            add(blob, &blob_directory)?;
        }
        atomic::sync_directory(&blob_directory)?;
        atomic::write(&index_path, |file| file.write_all(index))?;
        atomic::sync_directory(path)
    })();
    if let Err(source) = written {
        // On a full disk, what was added for nothing would be in the way.
        for blob in missing {
            fs::remove_file(blob_directory.join(blob.digest.hex())).ok();
        }
        return Err(failed("write", path)(source));
    }
    clear_away(path, blobs);
    Ok(Written::Changed)
}

/// Removes what the layout does not name: of an older image, or of a process that was killed.
/// What can't be removed now goes the next time.
fn clear_away(path: &Path, blobs: &BlobSet) {
    let remove_if = |directory: &Path, is_old: &dyn Fn(&str) -> bool| {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            if entry.file_name().to_str().is_none_or(is_old) {
                fs::remove_file(entry.path()).ok();
            }
        }
    };
    remove_if(path, &atomic::is_aside);
    remove_if(&path.join("blobs/sha256"), &|name| {
        !blobs.iter().any(|blob| blob.digest.hex() == name)
    });
}

fn is_there(blob: &Blob, directory: &Path) -> bool {
    let path = directory.join(blob.digest.hex());
    fs::symlink_metadata(path).is_ok_and(|it| it.is_file() && it.len() == blob.size)
}

/// Puts a blob into a directory: by a second name of the same file where that can be, else by copy.
fn add(blob: &Blob, directory: &Path) -> io::Result<()> {
    let target = directory.join(blob.digest.hex());
    if let BlobContent::File(source) = &blob.content {
        // A leftover of the wrong size would keep the link from being made.
        match fs::remove_file(&target) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if fs::hard_link(source, &target).is_ok() {
            return Ok(());
        }
    }
    atomic::write(&target, |file| {
        let copied = io::copy(&mut blob.open()?, file)?;
        if copied == blob.size { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    })
}

/// Makes a directory and locks it, waiting for whoever has it.
fn lock_directory(path: &Path) -> Result<File, LayoutError> {
    loop {
        match fs::create_dir(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(failed("create", path)(error));
            }
            _ => {}
        }
        let file = match File::open(path) {
            // The one who had it has just put it in its place.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            other => other.map_err(failed("open", path))?,
        };
        file.lock().map_err(failed("lock", path))?;
        if atomic::same_file(&file, path).map_err(failed("look at", path))? {
            return Ok(file);
        }
    }
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
mod tests {
    use super::*;
    use crate::bundle::tests::bundle;

    fn names(directory: &Path) -> BTreeSet<String> {
        fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect()
    }

    fn assert_holds(path: &Path, bundle: &Bundle) {
        let blobs = names(&path.join("blobs/sha256"));
        let expected = bundle.blobs().iter().map(|blob| blob.digest.hex()).collect();
        assert_eq!(blobs, expected);
        for blob in bundle.blobs().iter() {
            let bytes = fs::read(path.join(blob.digest.blob_path())).unwrap();
            assert_eq!(crate::Digest::of(&bytes), blob.digest);
        }
        assert_eq!(names(path), ["blobs", "index.json", "oci-layout"].map(str::to_owned).into());
        assert_eq!(names(path.parent().unwrap()).len(), 1, "something was left aside");
    }

    #[test]
    fn a_layout_is_made_replaced_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.oci");
        let (one, two) =
            (bundle(&["linux/amd64"], "one"), bundle(&["linux/amd64", "linux/arm64"], "two"));
        assert_eq!(write(&path, &one, "x", "1").unwrap(), Written::Changed);
        assert_holds(&path, &one);
        assert_eq!(write(&path, &one, "x", "1").unwrap(), Written::Unchanged);
        assert_eq!(write(&path, &two, "x", "1").unwrap(), Written::Changed);
        assert_holds(&path, &two);
        assert_eq!(write(&path, &two, "x", "2").unwrap(), Written::Changed);
        assert_holds(&path, &two);
    }

    #[test]
    fn what_killed_processes_left_is_cleared_away() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.oci");
        let aside = atomic::aside(&path);
        fs::create_dir_all(aside.join("blobs/old")).unwrap();
        let one = bundle(&["linux/amd64"], "one");
        write(&path, &one, "x", "1").unwrap();
        fs::write(path.join("blobs/sha256/.0.plimsoll-new"), "half").unwrap();
        fs::write(path.join(".index.json.plimsoll-new"), "half").unwrap();
        assert_eq!(write(&path, &one, "x", "1").unwrap(), Written::Unchanged);
        assert_holds(&path, &one);
    }

    #[test]
    fn a_damaged_blob_is_written_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.oci");
        let one = bundle(&["linux/amd64"], "one");
        write(&path, &one, "x", "1").unwrap();
        let layer = path.join(one.images()[0].layers[0].descriptor.digest.blob_path());
        fs::remove_file(&layer).unwrap();
        fs::write(&layer, "cut").unwrap();
        assert_eq!(write(&path, &one, "x", "1").unwrap(), Written::Changed);
        assert_holds(&path, &one);
    }

    #[test]
    fn an_empty_directory_becomes_a_layout() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.oci");
        fs::create_dir(&path).unwrap();
        let one = bundle(&["linux/amd64"], "one");
        write(&path, &one, "x", "1").unwrap();
        assert_holds(&path, &one);
    }

    #[test]
    fn what_is_no_layout_of_ours_is_never_touched() {
        let directory = tempfile::tempdir().unwrap();
        let one = bundle(&["linux/amd64"], "one");
        let file = directory.path().join("file");
        fs::write(&file, "text").unwrap();
        assert!(matches!(write(&file, &one, "x", "1"), Err(LayoutError::NotADirectory(_))));
        let source = directory.path().join("src");
        fs::create_dir(&source).unwrap();
        fs::write(source.join("main.rs"), "fn main() {}").unwrap();
        assert!(matches!(
            write(&source, &one, "x", "1"),
            Err(LayoutError::OtherContent { example, .. }) if example == "main.rs"
        ));
        let foreign = directory.path().join("foreign");
        fs::create_dir(&foreign).unwrap();
        fs::write(foreign.join("oci-layout"), OCI_LAYOUT).unwrap();
        fs::write(foreign.join("index.json"), r#"{"schemaVersion":2,"manifests":[]}"#).unwrap();
        assert!(matches!(write(&foreign, &one, "x", "1"), Err(LayoutError::ForeignLayout(_))));
        assert_eq!(names(&foreign).len(), 2);
        assert_eq!(fs::read_to_string(&file).unwrap(), "text");
    }

    #[test]
    fn many_writers_at_once_leave_one_whole_image() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.oci");
        let bundles = [bundle(&["linux/amd64"], "one"), bundle(&["linux/amd64"], "two")];
        std::thread::scope(|scope| {
            for bundle in &bundles {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..20 {
                        write(path, bundle, "x", "1").unwrap();
                    }
                });
            }
        });
        let index = read_index(&path.join("index.json")).unwrap();
        let winner = bundles
            .iter()
            .find(|bundle| bundle.root().digest == index.manifests[0].digest)
            .unwrap();
        assert_holds(&path, winner);
    }
}
