//! A file that may take several tries to be written, such as a download over a bad line.
//!
//! It lies under the same name aside as others do, but what a try has written stays there for the
//! next one, also of another process. Whoever goes on with it must check the whole.

use std::{
    fs::{self, File},
    io::{self, Read, Seek as _, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{EarlySync, aside, directory_of, lock};

/// A file in the making, locked until it is dropped.
#[derive(Debug)]
pub struct Partial {
    file: File,
    aside: PathBuf,
    target: PathBuf,
    finished: bool,
}

impl Partial {
    /// Opens what is to become `target`, with what an earlier try left of it. Waits for another process
    /// or thread that is at work on the same file; it may have put the target into its place by then.
    /// Directories that are missing are made.
    pub fn open(target: &Path) -> io::Result<Self> {
        fs::create_dir_all(directory_of(target))?;
        let aside = aside(target);
        let file = lock::open_locked(&aside)?;
        Ok(Self { file, aside, target: target.to_owned(), finished: false })
    }

    /// How many bytes there are.
    pub fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Everything that was written, from the start. What is written next goes to its end.
    pub fn written(&mut self) -> io::Result<impl Read + '_> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok(&self.file)
    }

    /// Forgets what was written.
    pub fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0)).map(drop)
    }

    /// Writes after what there is. Long files begin to be synced on the way.
    pub fn append(&mut self) -> io::Result<impl Write + '_> {
        self.file.seek(SeekFrom::End(0))?;
        Ok(EarlySync::new(&self.file))
    }

    /// Syncs the file and gives it its name.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.aside, &self.target)?;
        self.finished = true;
        Ok(())
    }

    /// Removes what was written.
    pub fn discard(mut self) -> io::Result<()> {
        self.finished = true;
        fs::remove_file(&self.aside)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // A try that brought nothing leaves nothing. The lock is still ours here.
        if !self.finished && self.length().is_ok_and(|it| it == 0) {
            fs::remove_file(&self.aside).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_try_wrote_is_there_for_the_next() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("blobs/a");
        let mut first = Partial::open(&target).unwrap();
        first.append().unwrap().write_all(b"one ").unwrap();
        drop(first);
        let mut second = Partial::open(&target).unwrap();
        assert_eq!(second.length().unwrap(), 4);
        let mut text = String::new();
        second.written().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "one ");
        second.append().unwrap().write_all(b"two").unwrap();
        assert!(!target.exists());
        second.finish().unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "one two");
        assert_eq!(fs::read_dir(target.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn nothing_stays_of_what_was_discarded_or_never_begun() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("a");
        drop(Partial::open(&target).unwrap());
        let mut partial = Partial::open(&target).unwrap();
        partial.append().unwrap().write_all(b"wrong").unwrap();
        partial.clear().unwrap();
        partial.append().unwrap().write_all(b"x").unwrap();
        assert_eq!(partial.length().unwrap(), 1);
        partial.discard().unwrap();
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn two_at_once_wait_for_each_other() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("a");
        let mut first = Partial::open(&target).unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| {
                let second = Partial::open(&target).unwrap();
                (target.exists(), second.length().unwrap())
            });
            std::thread::sleep(std::time::Duration::from_millis(50));
            first.append().unwrap().write_all(b"whole").unwrap();
            first.finish().unwrap();
            assert_eq!(second.join().unwrap(), (true, 0), "the second did not wait");
        });
    }
}
