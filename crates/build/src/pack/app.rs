//! The layer with the programs and the project's files.

use std::{io::Write, path::Path};

use plimsoll_image::{
    Blob, Digest,
    layer::{Layer, LayerWriter},
};
use serde::Serialize;

use super::{PackError, Programs, Reported, Request, open};
use crate::{
    cache::{Cache, stamp::Stamp},
    elf::{ElfError, Patched, plan_section},
    files::{Entry, EntryKind, Tree},
};

/// Changes when the same recipe makes other bytes than before; another release, with other
/// versions of the libraries that compress, may.
const RECIPE_VERSION: &str = concat!("1 ", env!("CARGO_PKG_VERSION"));

/// Everything that decides the bytes of the layer.
#[derive(Serialize)]
struct Recipe<'a> {
    version: &'static str,
    compression: String,
    time: u64,
    entries: Vec<Ingredient<'a>>,
}

#[derive(Serialize)]
struct Ingredient<'a> {
    path: &'a str,
    mode: u32,
    uid: u64,
    gid: u64,
    content: Content<'a>,
}

#[derive(Serialize)]
enum Content<'a> {
    Directory,
    Symlink(&'a str),
    File { stamp: Stamp, audit: Option<Digest> },
}

/// The layer, from the cache if nothing changed; then `false`.
pub(super) fn layer(
    request: &Request<'_>,
    programs: &Programs,
    tree: &Tree,
    cache: &Cache,
    progress: &dyn Fn(u64),
) -> Result<(Layer, Blob, bool), PackError> {
    // Taken first: what rests now and has another stamp later was changed in between.
    let now = cache.now()?;
    let (digest, stamps) = recipe(request, programs, tree)?;
    if let Some((layer, blob)) = cache.get(&digest) {
        return Ok((layer, blob, false));
    }
    let mut failure = None;
    let made = cache.make(|sink| {
        write(request, programs, tree, sink, progress).map_err(|error| match error {
            WriteError::Sink(error) => error,
            WriteError::Source(error) => {
                failure = Some(error);
                std::io::Error::other("a file could not be read")
            }
        })
    });
    if let Some(error) = failure {
        return Err(error);
    }
    let made = made?;
    // A file that changed while it was read, or just before, may have been another one: the layer
    // is what was read, but the next build must look again.
    let (after, _) = recipe(request, programs, tree)?;
    if after == digest && stamps.iter().all(|stamp| stamp.was_settled_at(&now)) {
        cache.remember(&digest, &made.layer)?;
    }
    Ok((made.layer, made.blob, true))
}

fn recipe(
    request: &Request<'_>,
    programs: &Programs,
    tree: &Tree,
) -> Result<(Digest, Vec<Stamp>), PackError> {
    let mut stamps = Vec::new();
    let mut entries = Vec::new();
    for (path, entry) in tree {
        let content = match &entry.kind {
            EntryKind::Directory => Content::Directory,
            EntryKind::Symlink(target) => Content::Symlink(target),
            EntryKind::File(source) => {
                let stamp = Stamp::of(&open(source)?.1);
                stamps.push(stamp);
                Content::File { stamp, audit: audit(programs, source).map(Digest::of) }
            }
        };
        let attributes = entry.attributes;
        let (mode, uid, gid) = (attributes.mode, attributes.uid, attributes.gid);
        entries.push(Ingredient { path, mode, uid, gid, content });
    }
    let compression = request.compression.recipe();
    let recipe = Recipe { version: RECIPE_VERSION, compression, time: request.time, entries };
    Ok((Digest::of(&serde_json::to_vec(&recipe)?), stamps))
}

/// Tells an error of what is read, which names its file, from one of what is written.
enum WriteError {
    Source(PackError),
    Sink(std::io::Error),
}

impl From<std::io::Error> for WriteError {
    fn from(error: std::io::Error) -> Self {
        Self::Sink(error)
    }
}

fn write(
    request: &Request<'_>,
    programs: &Programs,
    tree: &Tree,
    sink: &mut dyn Write,
    progress: &dyn Fn(u64),
) -> Result<Layer, WriteError> {
    let mut layer = LayerWriter::new(sink, request.compression, request.threads, request.time);
    for (path, Entry { kind, attributes }) in tree {
        match kind {
            EntryKind::Directory => layer.directory(path, *attributes)?,
            EntryKind::Symlink(target) => layer.symlink(path, target)?,
            EntryKind::File(source) => {
                let file = content(source, audit(programs, source)).map_err(WriteError::Source)?;
                let size = file.len();
                let mut file = Reported { inner: file, progress };
                layer.file(path, *attributes, size, &mut file)?;
            }
        }
    }
    Ok(layer.finish()?.1)
}

/// The dependency list that goes into the program at `source`.
fn audit<'a>(programs: &'a Programs, source: &Path) -> Option<&'a [u8]> {
    programs.programs.iter().find(|it| it.path == source)?.audit.as_deref()
}

fn content(source: &Path, audit: Option<&[u8]>) -> Result<Patched, PackError> {
    let (mut file, _) = open(source)?;
    let read = |error| PackError::Read { path: source.to_owned(), source: error };
    let Some(audit) = audit else { return Patched::whole(file).map_err(read) };
    match plan_section(&mut file, crate::audit::SECTION, audit.to_vec()) {
        Ok(pieces) => Ok(Patched::new(file, pieces)),
        // cargo-auditable was there first.
        Err(ElfError::SectionExists { .. }) => Patched::whole(file).map_err(read),
        Err(error) => Err(PackError::Audit { path: source.to_owned(), source: error }),
    }
}
