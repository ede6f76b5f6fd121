//! The layer with the programs and the project's files.

use std::{
    io::{self, Read, Write},
    path::Path,
};

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
    spec::BINARY_DIRECTORY,
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
                io::Error::other("a file could not be read")
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
                Content::File { stamp, audit: audit(programs, path).map(Digest::of) }
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
    Sink(io::Error),
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
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
                let file = content(source, audit(programs, path)).map_err(WriteError::Source)?;
                let size = file.len();
                let inner = Watched { inner: file, failed: false };
                let mut file = Reported { inner, progress };
                layer.file(path, *attributes, size, &mut file).map_err(|error| {
                    // A sink has no data to find invalid: this is the file's size, which changed.
                    if file.inner.failed || error.kind() == io::ErrorKind::InvalidData {
                        let path = source.to_owned();
                        WriteError::Source(PackError::Read { path, source: error })
                    } else {
                        WriteError::Sink(error)
                    }
                })?;
            }
        }
    }
    Ok(layer.finish()?.1)
}

/// Knows whether it was reading that failed.
struct Watched<R> {
    inner: R,
    failed: bool,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let result = self.inner.read(buffer);
        // Whoever reads tries again after an interruption.
        self.failed = result.as_ref().is_err_and(|it| it.kind() != io::ErrorKind::Interrupted);
        result
    }
}

/// The dependency list that goes into the program at `path` in the image.
///
/// Settings may copy the same file elsewhere, where it is a file like any other.
fn audit<'a>(programs: &'a Programs, path: &str) -> Option<&'a [u8]> {
    let name = path.strip_prefix(BINARY_DIRECTORY)?.strip_prefix('/')?;
    let mut all = programs.programs.iter().chain(&programs.init);
    all.find(|it| it.name == name)?.audit.as_deref()
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

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs};

    use plimsoll_image::{Compression, layer::Attributes};

    use super::*;
    use crate::{pack::Program, spec::ImageSpec};

    /// A sink that takes nothing.
    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Writes a layer in which the file `source`, which is also the program `app`, is at `path`.
    fn write_file(
        source: &Path,
        path: &str,
        sink: &mut dyn Write,
        progress: &dyn Fn(u64),
    ) -> Result<Layer, WriteError> {
        let program =
            Program { name: "app".to_owned(), path: source.to_owned(), audit: Some(vec![1]) };
        let platform = "linux/amd64".parse().unwrap();
        let programs = Programs { platform, programs: vec![program], init: None, base: None };
        let request = Request {
            spec: &ImageSpec::default(),
            project: Path::new("."),
            platforms: Vec::new(),
            labels: BTreeMap::new(),
            time: 0,
            compression: Compression::None,
            threads: 1,
        };
        let kind = EntryKind::File(source.to_owned());
        let entry = Entry { kind, attributes: Attributes::root(0o555) };
        let tree = Tree::from([(path.to_owned(), entry)]);
        write(&request, &programs, &tree, sink, progress)
    }

    #[test]
    fn only_the_programs_own_place_gets_the_list_of_crates() {
        let directory = tempfile::tempdir().unwrap();
        let source = directory.path().join("app");
        fs::write(&source, "no ELF file, so no section can be added").unwrap();
        assert!(write_file(&source, "srv/app", &mut io::sink(), &|_| ()).is_ok());
        let result = write_file(&source, "usr/local/bin/app", &mut io::sink(), &|_| ());
        assert!(matches!(result, Err(WriteError::Source(PackError::Audit { .. }))));
    }

    #[test]
    fn a_file_that_shrinks_is_named_and_a_full_disk_is_not_taken_for_it() {
        let directory = tempfile::tempdir().unwrap();
        let source = directory.path().join("big");
        fs::write(&source, vec![0; 1 << 20]).unwrap();
        assert!(matches!(
            write_file(&source, "big", &mut Full, &|_| ()),
            Err(WriteError::Sink(error)) if error.kind() == io::ErrorKind::StorageFull
        ));
        let cut = |_| fs::File::options().write(true).open(&source).unwrap().set_len(9).unwrap();
        assert!(matches!(
            write_file(&source, "big", &mut io::sink(), &cut),
            Err(WriteError::Source(PackError::Read { path, .. })) if path == source
        ));
    }
}
