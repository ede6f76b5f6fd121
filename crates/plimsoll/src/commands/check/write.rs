//! Writes a fixed text in place of the old one.

use std::{fs, io, path::Path};

use plimsoll_image::atomic;

use crate::owner;

/// Why a fixed text was not written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}")]
pub(crate) struct NotFixed {
    path: String,
    pub(crate) source: io::Error,
}

/// Puts `new` in place of `old` in one step. What a link leads to is written, with the permissions
/// that it has.
///
/// # Errors
/// Nothing is changed where the file can't be written to, or no longer holds `old`.
pub(super) fn replace(path: &Path, name: &str, old: &str, new: &str) -> Result<(), NotFixed> {
    in_place(path, old, new).map_err(|source| NotFixed { path: name.to_owned(), source })
}

fn in_place(path: &Path, old: &str, new: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    // A rename would replace a file that may not be written to.
    let found = fs::OpenOptions::new().write(true).open(&path)?.metadata()?;
    atomic::write(&path, |file| {
        file.write_all(new.as_bytes())?;
        let aside = atomic::aside(&path);
        owner::keep(&aside, &found);
        fs::set_permissions(aside, found.permissions())?;
        if fs::read(&path)? == old.as_bytes() {
            Ok(())
        } else {
            Err(io::Error::other("it was changed while it was checked"))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_changed_meanwhile_stays_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Dockerfile");
        fs::write(&path, "FROM b\n").unwrap();
        let error = replace(&path, "Dockerfile", "FROM a\n", "FROM c\n").unwrap_err();
        assert!(error.source.to_string().contains("changed"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "FROM b\n");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_of_somebody_else_stays_theirs() {
        use std::os::unix::fs::{MetadataExt as _, chown};

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Dockerfile");
        fs::write(&path, "old").unwrap();
        // Only root can give it away; for others it stays what it is.
        chown(&path, Some(12_345), Some(12_346)).ok();
        let owner = |it: &Path| fs::metadata(it).map(|it| (it.uid(), it.gid())).unwrap();
        let before = owner(&path);
        replace(&path, "Dockerfile", "old", "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(owner(&path), before);
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_links_and_files_keep_their_mode() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("recipe"), directory.path().join("Dockerfile"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o751)).unwrap();
        symlink("recipe", &link).unwrap();
        replace(&link, "Dockerfile", "old", "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o751);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
