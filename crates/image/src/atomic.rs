//! Files that are there whole or not at all.
//!
//! What is written lies aside under a fixed name until it is complete and synced, then it takes
//! its place by a rename. The fixed name has a use: what a killed process left behind is written
//! over by the next one, so that nothing piles up. A lock keeps two processes from sharing it.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// How much is gathered before it goes to the file.
const WRITE_SIZE: usize = 256 * 1024;

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

/// Writes `path` by `write`, replacing what was there in one step.
///
/// # Errors
/// Whatever `write` or the file system says; `path` is then what it was before.
pub fn write<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
    let aside = aside(path);
    let file = open_locked(&aside)?;
    let result = (|| {
        file.set_len(0)?;
        let mut writer = BufWriter::with_capacity(WRITE_SIZE, &file);
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

/// Opens a file and locks it, waiting for whoever has it.
fn open_locked(path: &Path) -> io::Result<File> {
    loop {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        file.lock()?;
        // While we waited, the other process may have renamed the file that we opened.
        if same_file(&file, path)? {
            return Ok(file);
        }
    }
}

/// Whether `path` still names the open file.
#[cfg(unix)]
pub(crate) fn same_file(file: &File, path: &Path) -> io::Result<bool> {
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
pub(crate) fn same_file(_: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
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
}
