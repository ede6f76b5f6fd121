//! `--cache local`: the directory that keeps the steps of builds, and how it takes up new ones.
//!
//! Nothing is ever deleted in it but steps that BuildKit wrote: a directory of anything else is refused before
//! the build. It is changed in place, as it may be a mount: first come the blobs, then the index in one step,
//! and only then go the blobs that no index names any more. A kill at any moment leaves a cache that is whole.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read as _},
    path::{Path, PathBuf},
};

use plimsoll_build::engines::LocalSteps;
use serde_json::Value;

use super::Context;
use crate::failure::Failure;

/// What stands in a cache of BuildKit.
const CONTENT: [&str; 5] = ["blobs", "index.json", "index.json.lock", "ingest", "oci-layout"];
/// How every cache of BuildKit says that it is one.
const CONFIG: &str = "application/vnd.buildkit.cacheconfig";
/// How much of an index or manifest is read: far more than they ever have.
const LIMIT: u64 = 64 << 20;

/// The directory, ours alone until the build is done.
#[derive(Debug)]
pub(super) struct Steps<'a> {
    place: &'a LocalSteps,
    /// Unlocked when it is closed.
    _lock: File,
}

impl<'a> Steps<'a> {
    /// Makes the directory where there is none, and refuses one with other content.
    pub(super) fn open(context: &Context<'_>, place: &'a LocalSteps) -> Result<Self, Failure> {
        let shown = place.directory.display();
        let failed = |error: io::Error| {
            Failure::new(format!("--cache: cannot keep steps in {shown}: {error}"))
                .hint("name a directory that is there or can be made: --cache local:DIR")
        };
        let is_new_or_cache = is_cache(&place.directory).map_err(failed)?;
        if !is_new_or_cache {
            let message = format!("--cache: {shown} is a directory with other content");
            return Err(Failure::new(message).hint("name one that is empty, or not there yet"));
        }
        fs::create_dir_all(&place.directory).map_err(failed)?;
        let lock = File::open(&place.directory).map_err(failed)?;
        if lock.try_lock().is_err() {
            context.ui.note(format!("waiting for another build, which keeps its steps in {shown}"));
            // Where there are no locks, two builds at once may lose steps, and nothing else.
            lock.lock().ok();
        }
        // What a build that was killed has left.
        remove(&place.new).map_err(failed)?;
        Ok(Self { place, _lock: lock })
    }

    /// Takes up the steps of the build, if it wrote any.
    pub(super) fn keep(&self) -> io::Result<()> {
        let LocalSteps { directory, new } = self.place;
        if new.join("index.json").is_file() {
            let kept = blobs(new)?;
            for blob in &kept {
                let to = directory.join(blob);
                if let Some(parent) = to.parent() {
                    fs::create_dir_all(parent)?;
                }
                fs::rename(new.join(blob), to)?;
            }
            fs::rename(new.join("index.json"), directory.join("index.json"))?;
            for old in blobs(directory)? {
                if kept.binary_search(&old).is_err() {
                    fs::remove_file(directory.join(old))?;
                }
            }
        }
        remove(new)
    }
}

/// Whether a directory is not there, empty, or a cache of BuildKit.
fn is_cache(directory: &Path) -> io::Result<bool> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name());
    }
    // A build that was killed, and what the roots of disks have.
    names.retain(|it| it != ".plimsoll-new" && it != "lost+found");
    if names.is_empty() {
        return Ok(true);
    }
    let is_content = |it: &std::ffi::OsString| it.to_str().is_some_and(|it| CONTENT.contains(&it));
    Ok(names.iter().all(is_content) && index_is_cache(directory))
}

/// Whether an index names caches alone: an image may be in the same form.
fn index_is_cache(directory: &Path) -> bool {
    let index = read(&directory.join("index.json"));
    let index: Option<Value> = index.and_then(|it| serde_json::from_str(&it).ok());
    let manifests = index.as_ref().and_then(|it| it.get("manifests")?.as_array());
    manifests.is_some_and(|it| {
        it.iter().all(|manifest| {
            let digest = manifest.get("digest").and_then(Value::as_str).unwrap_or_default();
            let hex = digest.strip_prefix("sha256:").unwrap_or_default();
            let is_hex = hex.len() == 64 && hex.bytes().all(|it| it.is_ascii_hexdigit());
            is_hex
                && read(&directory.join("blobs/sha256").join(hex))
                    .is_some_and(|it| it.contains(CONFIG))
        })
    })
}

fn read(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(LIMIT).read_to_string(&mut text).ok()?;
    Some(text)
}

/// The blobs of a directory in order, relative to it.
fn blobs(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for algorithm in list(&directory.join("blobs"))? {
        for blob in list(&directory.join("blobs").join(&algorithm))? {
            found.push(Path::new("blobs").join(&algorithm).join(blob));
        }
    }
    found.sort();
    Ok(found)
}

fn list(directory: &Path) -> io::Result<Vec<std::ffi::OsString>> {
    match fs::read_dir(directory) {
        Ok(entries) => entries.map(|it| Ok(it?.file_name())).collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn remove(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
