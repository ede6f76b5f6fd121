//! Files that are there whole or not at all.
//!
//! What is written lies aside under a fixed name until it is complete and synced, then it takes
//! its place by a rename. The fixed name has a use: what a killed process left behind is written
//! over by the next one, so that nothing piles up. A lock keeps two processes from sharing it.

mod early_sync;
mod lock;
mod partial;

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// How much is gathered before it goes to the file.
const WRITE_SIZE: usize = 256 * 1024;
/// How many links in a row are followed: as many as Linux does.
const MOST_LINKS: usize = 40;

use early_sync::EarlySync;
pub(crate) use lock::{lock, open_directory_locked};
pub use partial::Partial;

/// The name aside at which `path` is prepared, in the same directory.
pub fn aside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".plimsoll-new");
    path.with_file_name(name)
}

/// Whether `name` is one that [`aside`] makes.
pub fn is_aside(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".plimsoll-new")
}

/// Writes `path` by `write`, replacing what was there in one step. Directories above it that are
/// missing are made. Where `path` is a link, the file that it leads to is written.
///
/// # Errors
/// Whatever `write` or the file system says; `path` is then what it was before. It is not written
/// where something else than a file is there, or somebody else's at the name aside.
pub fn write<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
    let target = match fs::metadata(path) {
        Ok(found) if !found.is_file() => {
            let message = format!("{} is no regular file", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => follow(path)?,
    };
    fs::create_dir_all(directory_of(&target))?;
    write_here(&target, write)
}

/// As [`write`], in a directory that is there; a link at `path` is itself replaced.
pub(crate) fn write_here<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<T>,
) -> io::Result<T> {
    let aside = aside(path);
    let file = lock::open_locked(&aside)?;
    let result = (|| {
        file.set_len(0)?;
        let mut writer = BufWriter::with_capacity(WRITE_SIZE, EarlySync::new(&file));
        let value = write(&mut writer)?;
        writer.flush()?;
        drop(writer);
        file.sync_all()?;
        fs::rename(&aside, path)?;
        Ok(value)
    })();
    if result.is_err() {
        // The error that led here matters, not one of tidying up after it.
        fs::remove_file(&aside).ok();
    }
    result
}

/// Makes the names in a directory survive a loss of power.
pub fn sync_directory(directory: &Path) -> io::Result<()> {
    // Windows can't open directories, and keeps names safe by itself.
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

/// What `path` leads to, link by link. The last one may lead to nothing.
pub(crate) fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => {
                path = directory_of(&path).join(fs::read_link(&path)?);
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => return Ok(path),
        }
    }
    let message = format!("{} is a link in a long chain of links", path.display());
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

/// The directory that `path` is in.
fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_stays_aside() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        for text in ["a longer text", "short"] {
            write(&path, |file| file.write_all(text.as_bytes())).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_large_file_is_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let part = vec![7; 1_000_003];
        write(&path, |file| (0..12).try_for_each(|_| file.write_all(&part))).unwrap();
        assert!(fs::read(&path).unwrap() == part.repeat(12));
    }

    #[test]
    fn an_error_leaves_the_old_file_and_nothing_aside() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs::write(&path, "old").unwrap();
        let result = write(&path, |file| {
            file.write_all(b"half")?;
            Err::<(), _>(io::Error::from(io::ErrorKind::StorageFull))
        });
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_process_left_aside_is_written_over() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs::write(aside(&path), "a very long rest of something").unwrap();
        write(&path, |file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert!(!aside(&path).exists());
    }

    #[test]
    fn many_writers_at_once_each_write_a_whole_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        std::thread::scope(|scope| {
            for number in 0..8_u8 {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..20 {
                        write(path, |file| file.write_all(&[number; 10_000])).unwrap();
                    }
                });
            }
        });
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes.len(), 10_000);
        assert!(bytes.iter().all(|byte| *byte == bytes[0]));
    }

    #[test]
    fn missing_directories_are_made() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("some/where/a");
        write(&path, |file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_what_it_leads_to_is_written() {
        use std::os::unix::fs::symlink;

        let directory = tempfile::tempdir().unwrap();
        let (link, other) = (directory.path().join("a"), directory.path().join("b"));
        let target = directory.path().join("deep/target");
        symlink("b", &link).unwrap();
        symlink("deep/target", &other).unwrap();
        // First the last link leads to nothing, then to a file.
        for text in ["one", "two"] {
            write(&link, |file| file.write_all(text.as_bytes())).unwrap();
            assert!(link.is_symlink() && other.is_symlink());
            assert!(fs::symlink_metadata(&target).unwrap().is_file());
            assert_eq!(fs::read_to_string(&target).unwrap(), text);
        }
        assert_eq!(fs::read_dir(target.parent().unwrap()).unwrap().count(), 1);
        symlink("circle", directory.path().join("circle")).unwrap();
        write(&directory.path().join("circle"), |_| Ok(())).unwrap_err();
    }

    #[test]
    fn a_directory_is_never_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let error = write(directory.path(), |_| Ok(())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}
