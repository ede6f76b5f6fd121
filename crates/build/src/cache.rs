//! Finished layers, kept by what they were made from, below the project's target directory.
//!
//! `blobs/` holds layers by their digests, `layers/` one small record for each recipe. A recipe
//! names everything that decides a layer's bytes; files in it are named by their stamps, so that
//! an unchanged file need not be read. Blobs have other names in layouts (hard links): the cache
//! costs no space of its own. Anything in it may be deleted at any time.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use plimsoll_image::{Blob, Compression, Descriptor, Digest, atomic, layer::Layer};
use serde::{Deserialize, Serialize};

pub mod stamp;

use stamp::Stamp;

/// How many layers are kept beyond those in use: a few edits back and forth.
const MOST_LAYERS: usize = 24;

/// The layers that were made before.
#[derive(Debug)]
pub struct Cache {
    directory: PathBuf,
    /// What this build uses, which stays whatever its age.
    used: RefCell<BTreeSet<Digest>>,
    /// Held while the cache is open: two builds of one project take turns.
    _lock: File,
}

/// A layer that has just been made.
#[derive(Debug)]
pub struct Made {
    /// The layer.
    pub layer: Layer,
    /// Its bytes, in the cache.
    pub blob: Blob,
}

/// The cache could not be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", path.display())]
pub struct CacheError {
    /// What was tried, as in "write".
    pub action: &'static str,
    /// On which path.
    pub path: PathBuf,
    /// Why it failed.
    pub source: io::Error,
}

#[derive(Serialize, Deserialize)]
struct Record {
    digest: Digest,
    size: u64,
    diff_id: Digest,
    unpacked_size: Option<u64>,
    compression: Compression,
}

impl Cache {
    /// Opens the cache in `directory`, making it if need be.
    ///
    /// `on_wait` is called once if another process has it; then this one waits.
    pub fn open(directory: &Path, on_wait: impl FnOnce()) -> Result<Self, CacheError> {
        for directory in [directory.join("blobs"), directory.join("layers")] {
            fs::create_dir_all(&directory).map_err(failed("create", &directory))?;
        }
        let path = directory.join("lock");
        let lock = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed("open", &path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                on_wait();
                lock.lock().map_err(failed("lock", &path))?;
            }
            Err(fs::TryLockError::Error(source)) => return Err(failed("lock", &path)(source)),
        }
        Ok(Self { directory: directory.to_owned(), used: RefCell::default(), _lock: lock })
    }

    /// The layer that was made from this recipe, if it is still whole.
    pub fn get(&self, recipe: &Digest) -> Option<(Layer, Blob)> {
        let record_path = self.record_path(recipe);
        let record = fs::read(&record_path).ok()?;
        let record: Record = serde_json::from_slice(&record).ok()?;
        let descriptor =
            Descriptor::new(record.compression.layer_media_type(), record.digest, record.size);
        let path = self.blob_path(&record.digest);
        let metadata = fs::symlink_metadata(&path).ok()?;
        if !metadata.is_file() || metadata.len() != record.size {
            return None;
        }
        // Age is the time since the last use. Whoever can't say so may lose a layer, no more.
        let record_file = File::options().write(true).open(record_path);
        record_file.and_then(|file| file.set_modified(SystemTime::now())).ok();
        self.used.borrow_mut().insert(record.digest);
        let blob = Blob::in_file(&descriptor, path);
        let layer = Layer {
            descriptor,
            diff_id: record.diff_id,
            unpacked_size: record.unpacked_size,
            compression: record.compression,
        };
        Some((layer, blob))
    }

    /// Makes a layer and keeps its bytes.
    pub fn make(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<Layer>,
    ) -> Result<Made, CacheError> {
        let new = self.directory.join("blobs/new");
        let layer = atomic::write(&new, write).map_err(failed("write", &new))?;
        let path = self.blob_path(&layer.descriptor.digest);
        fs::rename(&new, &path).map_err(failed("write", &path))?;
        self.used.borrow_mut().insert(layer.descriptor.digest);
        let blob = Blob::in_file(&layer.descriptor, path);
        Ok(Made { layer, blob })
    }

    /// The time by the clock of the cache's file system, as a stamp of this very moment.
    pub fn now(&self) -> Result<Stamp, CacheError> {
        let path = self.directory.join("now");
        fs::write(&path, "")
            .and_then(|()| fs::metadata(&path))
            .map(|metadata| Stamp::of(&metadata))
            .map_err(failed("write", &path))
    }

    /// Remembers that this recipe makes this layer.
    pub fn remember(&self, recipe: &Digest, layer: &Layer) -> Result<(), CacheError> {
        let path = self.record_path(recipe);
        let record = Record {
            digest: layer.descriptor.digest,
            size: layer.descriptor.size,
            diff_id: layer.diff_id,
            unpacked_size: layer.unpacked_size,
            compression: layer.compression,
        };
        let bytes = serde_json::to_vec(&record).map_err(io::Error::other);
        bytes
            // Not synced: a record that a loss of power cut short is only a layer made again.
            .and_then(|bytes| {
                let aside = atomic::aside(&path);
                fs::write(&aside, bytes)?;
                fs::rename(&aside, &path)
            })
            .map_err(failed("write", &path))
    }

    /// What [`Cache::tidy`] has to do, as work for any thread while the cache is open: a file
    /// system takes its time to free large files.
    pub fn tidying(&self) -> impl FnOnce() + Send + 'static {
        let (directory, used) = (self.directory.clone(), self.used.borrow().clone());
        move || tidy(&directory, used)
    }

    /// Forgets the layers that were not used for longest, and removes what nothing names.
    pub fn tidy(&self) {
        self.tidying()();
    }

    fn record_path(&self, recipe: &Digest) -> PathBuf {
        self.directory.join("layers").join(recipe.hex())
    }

    fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.directory.join("blobs").join(digest.hex())
    }
}

fn tidy(directory: &Path, mut used: BTreeSet<Digest>) {
    let Ok(entries) = fs::read_dir(directory.join("layers")) else { return };
    let mut records: Vec<(SystemTime, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    records.sort();
    let old = records.len().saturating_sub(MOST_LAYERS);
    for (_, path) in records.drain(..old) {
        fs::remove_file(path).ok();
    }
    used.extend(records.iter().filter_map(|(_, path)| {
        let record: Record = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        Some(record.digest)
    }));
    for entry in fs::read_dir(directory.join("blobs")).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if !used.iter().any(|digest| *digest.hex() == *name) {
            fs::remove_file(entry.path()).ok();
        }
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CacheError {
    move |source| CacheError { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use plimsoll_image::layer::{Attributes, LayerWriter};

    use super::*;

    fn make(cache: &Cache, text: &str) -> Made {
        cache
            .make(|sink| {
                let mut writer = LayerWriter::new(sink, Compression::Gzip, 1, 0);
                let size = text.len() as u64;
                writer.file("a", Attributes::root(0o444), size, text.as_bytes())?;
                Ok(writer.finish()?.1)
            })
            .unwrap()
    }

    #[test]
    fn a_layer_is_found_by_its_recipe_until_its_blob_is_damaged() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::open(directory.path(), || ()).unwrap();
        let recipe = Digest::of(b"recipe");
        assert!(cache.get(&recipe).is_none());
        let made = make(&cache, "text");
        cache.remember(&recipe, &made.layer).unwrap();
        let (layer, blob) = cache.get(&recipe).unwrap();
        assert_eq!(layer, made.layer);
        let mut bytes = Vec::new();
        io::copy(&mut blob.open().unwrap(), &mut bytes).unwrap();
        assert_eq!(Digest::of(&bytes), layer.descriptor.digest);
        let path = cache.blob_path(&layer.descriptor.digest);
        fs::remove_file(&path).unwrap();
        fs::write(&path, "cut").unwrap();
        assert!(cache.get(&recipe).is_none());
    }

    #[test]
    fn the_oldest_layers_go_and_the_newest_stay() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::open(directory.path(), || ()).unwrap();
        let recipes: Vec<_> = (0..MOST_LAYERS + 3)
            .map(|number| {
                let recipe = Digest::of(number.to_string().as_bytes());
                let made = make(&cache, &number.to_string());
                cache.remember(&recipe, &made.layer).unwrap();
                let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(number as u64);
                let record = File::options().write(true).open(cache.record_path(&recipe)).unwrap();
                record.set_modified(time).unwrap();
                recipe
            })
            .collect();
        drop(cache);
        let cache = Cache::open(directory.path(), || ()).unwrap();
        // The oldest of all is in use again; a layer that nobody remembers is in use now.
        cache.get(&recipes[0]).unwrap();
        let unnamed = make(&cache, "unnamed").blob;
        cache.tidy();
        assert!(cache.get(&recipes[0]).is_some());
        assert!(cache.get(&recipes[1]).is_none());
        assert!(cache.get(recipes.last().unwrap()).is_some());
        assert!(unnamed.open().is_ok());
        let blobs = || fs::read_dir(directory.path().join("blobs")).unwrap().count();
        assert_eq!(blobs(), MOST_LAYERS + 1);
        drop(cache);
        Cache::open(directory.path(), || ()).unwrap().tidy();
        assert_eq!(blobs(), MOST_LAYERS);
    }

    #[test]
    fn a_second_process_waits_and_is_told_so() {
        let directory = tempfile::tempdir().unwrap();
        let first = Cache::open(directory.path(), || ()).unwrap();
        let (told, waits) = std::sync::mpsc::channel();
        let path = directory.path().to_owned();
        let second = std::thread::spawn(move || {
            Cache::open(&path, || told.send(()).unwrap()).map(drop).unwrap();
        });
        waits.recv().unwrap();
        drop(first);
        second.join().unwrap();
    }
}
