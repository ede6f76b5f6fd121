//! What was downloaded of bases, by digest, for all projects of a user.
//!
//! `sha256/HEX` holds manifests, configurations and layers as they came; `facts/HEX` what was learnt from
//! reading layers. Whoever uses the store holds a shared lock; only who is alone tidies. Anything in it
//! may be deleted at any time.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Mutex,
    time::{Duration, SystemTime},
};

use plimsoll_image::{Descriptor, Digest, atomic};
use serde::{Serialize, de::DeserializeOwned};

use super::BaseError;

/// How much the store holds unless told otherwise, in bytes.
pub const DEFAULT_LIMIT: u64 = 2 << 30;
/// What a broken download left is worth keeping for so long.
const MOST_AGE_OF_PARTS: Duration = Duration::from_secs(7 * 24 * 3600);
/// Facts of one base are far smaller.
const MOST_FACTS: u64 = 64 << 20;

/// The blobs of bases on this machine.
#[derive(Debug)]
pub struct Store {
    directory: PathBuf,
    limit: u64,
    lock: File,
    /// What this process uses, which stays whatever its age.
    used: Mutex<BTreeSet<Digest>>,
}

impl Store {
    /// Opens the store in `directory`, making it if need be. It is kept below `limit` bytes.
    pub fn open(directory: &Path, limit: u64) -> Result<Self, BaseError> {
        for directory in [directory.join("sha256"), directory.join("facts")] {
            fs::create_dir_all(&directory).map_err(failed("create", &directory))?;
        }
        let path = directory.join("lock");
        let lock = File::options().write(true).create(true).truncate(false).open(&path);
        let lock = lock.map_err(failed("open", &path))?;
        lock.lock_shared().map_err(failed("lock", &path))?;
        Ok(Self { directory: directory.to_owned(), limit, lock, used: Mutex::default() })
    }

    /// Where a blob lies, or would.
    pub fn path(&self, digest: &Digest) -> PathBuf {
        self.directory.join("sha256").join(digest.hex())
    }

    /// The file of a blob, if it is there and has its size.
    pub fn find(&self, blob: &Descriptor) -> Option<PathBuf> {
        let path = self.path(&blob.digest);
        let metadata = fs::symlink_metadata(&path).ok()?;
        if !metadata.is_file() || metadata.len() != blob.size {
            return None;
        }
        self.touch(&blob.digest);
        Some(path)
    }

    /// The bytes of a small blob, if it is there and is what its digest names.
    pub fn read(&self, digest: &Digest, limit: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = File::open(self.path(digest)).ok()?;
        file.take(limit + 1).read_to_end(&mut bytes).ok()?;
        if bytes.len() as u64 > limit || Digest::of(&bytes) != *digest {
            return None;
        }
        self.touch(digest);
        Some(bytes)
    }

    /// Keeps a small blob.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, BaseError> {
        let digest = Digest::of(bytes);
        let path = self.path(&digest);
        atomic::write(&path, |file| file.write_all(bytes)).map_err(failed("write", &path))?;
        self.touch(&digest);
        Ok(digest)
    }

    /// Forgets a blob that turned out to be damaged.
    pub fn forget(&self, digest: &Digest) {
        fs::remove_file(self.path(digest)).ok();
    }

    /// What was learnt before, by the digest of what it was learnt from.
    pub fn facts<T: DeserializeOwned>(&self, key: &Digest) -> Option<T> {
        let path = self.facts_path(key);
        let mut bytes = Vec::new();
        File::open(&path).ok()?.take(MOST_FACTS).read_to_end(&mut bytes).ok()?;
        touch(&path);
        serde_json::from_slice(&bytes).ok()
    }

    /// Remembers what was learnt.
    pub fn remember<T: Serialize>(&self, key: &Digest, facts: &T) -> Result<(), BaseError> {
        let path = self.facts_path(key);
        let bytes = serde_json::to_vec(facts).map_err(io::Error::other);
        bytes
            .and_then(|bytes| atomic::write(&path, |file| file.write_all(&bytes)))
            .map_err(failed("write", &path))
    }

    /// A blob that came to its place by other ways is in use.
    pub fn touch(&self, digest: &Digest) {
        touch(&self.path(digest));
        if let Ok(mut used) = self.used.lock() {
            used.insert(*digest);
        }
    }

    /// Removes what was not used for longest, until the rest is within the limit. What this process uses
    /// stays; where another one uses the store, nothing goes.
    pub fn tidy(&self) {
        // On Unix, a lock that is held is changed in one step or not at all.
        if self.lock.unlock().is_err() {
            return;
        }
        if self.lock.try_lock().is_ok() {
            self.remove_oldest();
            self.lock.unlock().ok();
        }
        self.lock.lock_shared().ok();
    }

    fn remove_oldest(&self) {
        let Ok(used) = self.used.lock() else { return };
        let mut files: Vec<(SystemTime, u64, PathBuf, bool)> = Vec::new();
        for directory in ["sha256", "facts"] {
            let entries = fs::read_dir(self.directory.join(directory)).into_iter().flatten();
            for entry in entries.flatten() {
                let Ok(metadata) = entry.metadata() else { continue };
                let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                let name = entry.file_name();
                let is_whole = name.len() == 64;
                if !metadata.is_file() {
                    continue;
                }
                let is_old = modified.elapsed().is_ok_and(|age| age > MOST_AGE_OF_PARTS);
                if !is_whole && is_old {
                    fs::remove_file(entry.path()).ok();
                    continue;
                }
                let in_use = used.iter().any(|it| *it.hex() == *name);
                files.push((modified, metadata.len(), entry.path(), in_use));
            }
        }
        files.sort();
        let mut sum: u64 = files.iter().map(|(_, size, ..)| size).sum();
        for (_, size, path, in_use) in files {
            if sum <= self.limit {
                break;
            }
            if !in_use && fs::remove_file(path).is_ok() {
                sum -= size;
            }
        }
    }

    fn facts_path(&self, key: &Digest) -> PathBuf {
        self.directory.join("facts").join(key.hex())
    }
}

/// Age is the time since the last use. Whoever can't say so may lose a blob, no more.
fn touch(path: &Path) {
    let file = File::options().write(true).open(path);
    file.and_then(|file| file.set_modified(SystemTime::now())).ok();
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BaseError {
    move |source| BaseError::Cache { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn age(store: &Store, digest: &Digest, seconds: u64) {
        let file = File::options().write(true).open(store.path(digest)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    }

    #[test]
    fn a_blob_of_another_size_or_content_is_not_there() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path(), DEFAULT_LIMIT).unwrap();
        let digest = store.put(b"text").unwrap();
        let descriptor = Descriptor::new("x", digest, 4);
        assert!(store.find(&descriptor).is_some());
        assert_eq!(store.read(&digest, 4).unwrap(), b"text");
        assert_eq!(store.read(&digest, 3), None);
        fs::write(store.path(&digest), "tex").unwrap();
        assert!(store.find(&descriptor).is_none());
        fs::write(store.path(&digest), "test").unwrap();
        assert_eq!(store.read(&digest, 4), None);
    }

    #[test]
    fn the_oldest_go_first_and_what_is_in_use_stays() {
        let directory = tempfile::tempdir().unwrap();
        let first = Store::open(directory.path(), 10).unwrap();
        let blobs = ["oldest", "middle", "newest"].map(|it| first.put(it.as_bytes()).unwrap());
        drop(first);
        let store = Store::open(directory.path(), 12).unwrap();
        for (number, digest) in blobs.iter().enumerate() {
            age(&store, digest, number as u64);
        }
        store.read(&blobs[0], 10).unwrap();
        // Another process may be about to use any of them.
        let other = Store::open(directory.path(), 10).unwrap();
        store.tidy();
        assert!(blobs.iter().all(|it| store.path(it).exists()));
        drop(other);
        store.tidy();
        assert_eq!(blobs.map(|it| store.path(&it).exists()), [true, false, true]);
    }

    #[test]
    fn facts_come_back() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path(), DEFAULT_LIMIT).unwrap();
        let key = Digest::of(b"key");
        assert_eq!(store.facts::<Vec<String>>(&key), None);
        store.remember(&key, &vec!["a"]).unwrap();
        assert_eq!(store.facts::<Vec<String>>(&key), Some(vec!["a".to_owned()]));
    }
}
