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
/// Some keep whole seconds, FAT two of them.
const COARSE_TICK: Duration = Duration::from_millis(2100);

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

    /// Whether the file had been at rest for longer than a tick of its file system at the time
    /// `now`, which must have been taken before this stamp: any change since then shows in the
    /// file's times.
    pub fn was_settled_at(&self, now: &Self) -> bool {
        let whole_seconds = |it: &Self| it.modified % 1_000_000_000 == 0;
        // Another file system may have another clock and another tick.
        let coarse = self.device != now.device || whole_seconds(self) || whole_seconds(now);
        let tick = if coarse { COARSE_TICK } else { TICK };
        let tick = i128::try_from(tick.as_nanos()).unwrap_or(i128::MAX);
        now.modified - self.modified.max(self.changed) > tick
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
        assert!(!first.was_settled_at(&second));
        std::thread::sleep(2 * TICK);
        let path = directory.path().join("c");
        fs::write(&path, "c").unwrap();
        assert!(first.was_settled_at(&Stamp::of(&fs::metadata(&path).unwrap())));
    }

    #[test]
    fn clocks_of_whole_seconds_and_of_other_file_systems_need_more_time() {
        let second = 1_000_000_000;
        let at = |modified| Stamp { device: 1, inode: 1, size: 1, modified, changed: modified };
        assert!(at(5 * second + 1).was_settled_at(&at(5 * second + 30_000_000)));
        assert!(!at(5 * second).was_settled_at(&at(7 * second)));
        assert!(at(5 * second).was_settled_at(&at(8 * second)));
        let other = Stamp { device: 2, ..at(6 * second + 1) };
        assert!(!at(5 * second + 1).was_settled_at(&other));
        // A time to come says nothing.
        assert!(!at(9 * second).was_settled_at(&at(8 * second)));
    }
}
