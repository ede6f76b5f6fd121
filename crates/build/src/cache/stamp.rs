//! Tells without reading it whether a file is what it was.

use std::{fs::Metadata, time::Duration};

use serde::{Deserialize, Serialize};

/// A file's identity and times, as `git` and `make` use them.
///
/// The time of change is among them, which no program can set back: content that changed without
/// it would need a clock that went back by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    /// Nanoseconds since 1970.
    modified: i128,
    changed: i128,
}

/// File systems keep times by the tick of the kernel, which is at most so long.
const TICK: Duration = Duration::from_millis(20);

impl Stamp {
    /// The stamp of a file.
    #[cfg(unix)]
    pub fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;

        let nanoseconds =
            |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// The stamp of a file, where files have no numbers.
    #[cfg(not(unix))]
    pub fn of(metadata: &Metadata) -> Self {
        let modified = metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
            .map_or(0, |it| i128::try_from(it.as_nanos()).unwrap_or(0));
        Self { device: 0, inode: 0, size: metadata.len(), modified, changed: modified }
    }

    /// Whether the file was at rest for longer than a tick when `later` was written, so that a
    /// change after `self` was taken must show in the file's times.
    pub fn is_settled_before(&self, later: &Self) -> bool {
        let tick = i128::try_from(TICK.as_nanos()).unwrap_or(i128::MAX);
        later.modified - self.modified.max(self.changed) > tick
    }

    /// The file's size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_change_of_content_with_the_old_time_put_back_is_seen() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs::write(&path, "one").unwrap();
        let before = fs::metadata(&path).unwrap();
        std::thread::sleep(2 * TICK);
        fs::write(&path, "two").unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(before.modified().unwrap()).unwrap();
        assert_ne!(Stamp::of(&before), Stamp::of(&fs::metadata(&path).unwrap()));
    }

    #[test]
    fn a_file_written_a_moment_ago_is_not_settled() {
        let directory = tempfile::tempdir().unwrap();
        let [first, second] = ["a", "b"].map(|name| {
            let path = directory.path().join(name);
            fs::write(&path, name).unwrap();
            Stamp::of(&fs::metadata(&path).unwrap())
        });
        assert!(!first.is_settled_before(&second));
        std::thread::sleep(2 * TICK);
        let path = directory.path().join("c");
        fs::write(&path, "c").unwrap();
        assert!(first.is_settled_before(&Stamp::of(&fs::metadata(&path).unwrap())));
    }
}
