//! Locks on the names aside, and the refusal of what somebody else may have put there.
//!
//! Everybody can guess a name aside. In a directory that others may write to, one could wait there
//! with a link, or with a file that stays theirs. So links are never followed, and what is there
//! already is taken only if we made it.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io,
    path::Path,
};

/// How often another process may be first before that is an error. Each time it has made progress,
/// so this is never reached unless somebody wants it to be.
const MOST_TRIES: usize = 1000;

/// Opens a file of our own for reading and writing and locks it, waiting for whoever has it.
pub(super) fn open_locked(path: &Path) -> io::Result<File> {
    open_own(
        path,
        || OpenOptions::new().read(true).write(true).create_new(true).open(path),
        |found| {
            if !found.is_file() {
                return Err(refuse(path, "is no regular file"));
            }
            OpenOptions::new().read(true).write(true).open(path)
        },
    )
}

/// Makes a directory of our own and locks it, waiting for whoever has it.
pub(crate) fn open_directory_locked(path: &Path) -> io::Result<File> {
    open_own(
        path,
        || {
            fs::create_dir(path)?;
            File::open(path)
        },
        |found| {
            if !found.is_dir() {
                return Err(refuse(path, "is no directory"));
            }
            File::open(path)
        },
    )
}

/// Locks a file, waiting for whoever has it. Some network file systems have no locks; there, two
/// builds at once of the same image are the user's to avoid.
pub(crate) fn lock(file: &File) -> io::Result<()> {
    unless_unsupported(file.lock())
}

fn unless_unsupported(locked: io::Result<()>) -> io::Result<()> {
    match locked {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        other => other,
    }
}

/// Opens what is at `path`, or makes it where there is nothing. Neither way follows a link.
fn open_own(
    path: &Path,
    make: impl Fn() -> io::Result<File>,
    open: impl Fn(&Metadata) -> io::Result<File>,
) -> io::Result<File> {
    for _ in 0..MOST_TRIES {
        let opened = match fs::symlink_metadata(path) {
            Ok(found) => open(&found).and_then(|file| {
                check_owner(&file.metadata()?, path)?;
                Ok(file)
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => make(),
            Err(error) => Err(error),
        };
        let file = match opened {
            // Another process was first, or has just put into its place what we saw.
            Err(error) if first_lost(path, &error) => continue,
            other => other?,
        };
        lock(&file)?;
        // While we waited, the other process may have renamed what we opened. A link that came in
        // between is not the file that was opened through it either.
        if same_file(&file, path)? {
            check_only_name(&file.metadata()?, path)?;
            return Ok(file);
        }
    }
    Err(io::Error::new(
        io::ErrorKind::ResourceBusy,
        format!("{} is replaced by others all the time", path.display()),
    ))
}

fn first_lost(path: &Path, error: &io::Error) -> bool {
    match error.kind() {
        io::ErrorKind::AlreadyExists => true,
        // Where the directory itself is missing, trying again is no use.
        io::ErrorKind::NotFound => super::directory_of(path).is_dir(),
        _ => false,
    }
}

fn refuse(path: &Path, why: &str) -> io::Error {
    let message = format!("{} {why}; remove it first", path.display());
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

/// A file of another user would stay theirs under its new name, and they could change it.
#[cfg(unix)]
fn check_owner(found: &Metadata, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;

    if found.uid() == owner_of_new(path)? {
        Ok(())
    } else {
        Err(refuse(path, "belongs to another user"))
    }
}

#[cfg(not(unix))]
fn check_owner(_: &Metadata, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Writing into a file that has a second name would change somebody's document.
#[cfg(unix)]
fn check_only_name(found: &Metadata, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;

    if found.is_dir() || found.nlink() <= 1 { Ok(()) } else { Err(refuse(path, "has other names")) }
}

#[cfg(not(unix))]
fn check_only_name(_: &Metadata, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Whom a file would belong to that we make beside `path`. Only making one tells: a network file
/// system may give it to somebody else than the user of this process.
#[cfg(unix)]
fn owner_of_new(path: &Path) -> io::Result<u32> {
    use std::{
        os::unix::fs::MetadataExt as _,
        sync::atomic::{AtomicU32, Ordering},
    };

    static COUNT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..MOST_TRIES {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("owner-{}-{count}", std::process::id());
        let probe = super::aside(&path.with_file_name(name));
        match OpenOptions::new().write(true).create_new(true).open(&probe) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => {
                let owner = file.metadata().map(|it| it.uid());
                fs::remove_file(&probe).ok();
                return owner;
            }
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Whether `path` itself, not what it links to, still names the open file.
#[cfg(unix)]
fn same_file(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;

    let opened = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(named) => Ok((opened.dev(), opened.ino()) == (named.dev(), named.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Where files have no number, the lock alone must do.
#[cfg(not(unix))]
fn same_file(_: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::{chown, symlink};

    use super::*;

    fn assert_refused<T>(result: io::Result<T>, path: &Path) {
        let error = result.err().expect("what is at the name aside was taken");
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{error}");
        assert!(error.to_string().contains(&*path.to_string_lossy()), "{error}");
    }

    #[test]
    fn links_and_directories_are_refused_and_never_followed() {
        let directory = tempfile::tempdir().unwrap();
        let (victim, path) = (directory.path().join("victim"), directory.path().join("aside"));
        symlink(&victim, &path).unwrap();
        assert_refused(open_locked(&path), &path);
        assert!(!victim.exists(), "the target of a dangling link was made");
        fs::write(&victim, "text").unwrap();
        assert_refused(open_locked(&path), &path);
        assert_eq!(fs::read_to_string(&victim).unwrap(), "text");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_refused(open_locked(&path), &path);
    }

    #[test]
    fn a_link_to_a_directory_is_no_directory_of_ours() {
        let directory = tempfile::tempdir().unwrap();
        let (victim, path) = (directory.path().join("victim"), directory.path().join("aside"));
        symlink(&victim, &path).unwrap();
        assert_refused(open_directory_locked(&path), &path);
        fs::create_dir(&victim).unwrap();
        assert_refused(open_directory_locked(&path), &path);
        fs::remove_file(&path).unwrap();
        fs::write(&path, "").unwrap();
        assert_refused(open_directory_locked(&path), &path);
    }

    #[test]
    fn a_file_with_a_second_name_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let (victim, path) = (directory.path().join("victim"), directory.path().join("aside"));
        fs::write(&victim, "text").unwrap();
        fs::hard_link(&victim, &path).unwrap();
        assert_refused(open_locked(&path), &path);
    }

    #[test]
    fn what_belongs_to_another_user_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("aside");
        fs::write(&path, "").unwrap();
        // Only root can give files away; others take their own.
        if chown(&path, Some(12_345), None).is_ok() {
            assert_refused(open_locked(&path), &path);
        } else {
            open_locked(&path).unwrap();
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "a probe was left");
    }

    #[test]
    fn a_missing_directory_is_told_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let error = open_locked(&directory.path().join("no/aside")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_file_system_without_locks_is_no_error() {
        unless_unsupported(Err(io::ErrorKind::Unsupported.into())).unwrap();
        unless_unsupported(Err(io::ErrorKind::PermissionDenied.into())).unwrap_err();
    }
}
