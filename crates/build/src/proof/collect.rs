//! Gathers the facts of a base while its layers are read.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Cursor, Read},
};

use memchr::memmem;
use plimsoll_image::files::{self, FileTree, FilesError, Kind, LayerInput, Limits, Notes};

use super::{BaseFacts, BaseLibc, Loader, ld_cache};
use crate::elf::{Libc, Library, printable, read_library};

/// Chromium's library has 250 MB and is nobody's dependency; the largest of LLVM has 130.
const MAX_LIBRARY: u64 = 192 << 20;
const MAX_TEXT: u64 = 256 << 10;
const MAX_CACHE: u64 = 8 << 20;
/// apk's list of what is installed; 32 KB in Alpine's image.
const MAX_PACKAGES: u64 = 8 << 20;
const APK_INSTALLED: &str = "lib/apk/db/installed";

impl BaseFacts {
    /// Reads the layers of a base, the lowest first.
    ///
    /// # Errors
    /// A layer that can't be read or is not what it should be.
    pub fn collect<'a>(
        layers: impl IntoIterator<Item = LayerInput<'a>>,
    ) -> Result<Self, FilesError> {
        Ok(Self::of(&files::read(layers, Limits::default(), &mut Collector::default())?))
    }

    /// The facts of layers that a [`Collector`] has looked at.
    pub fn of(tree: &FileTree<Note>) -> Self {
        let mut facts = Self { shape: Self::SHAPE, ..Self::default() };
        let mut links = Vec::new();
        let mut libc_versions = BTreeMap::new();
        for (path, file) in tree.iter() {
            // Whoever asks for a file that is not named in UTF-8 does not find it, which is the safe side.
            let Ok(path) = String::from_utf8(path) else { continue };
            match (file.kind, file.note) {
                (Kind::Symlink(target), _) => {
                    if let Ok(target) = str::from_utf8(target) {
                        links.push((path, target.to_owned()));
                    }
                }
                (_, Some(Note(Kept::Library { library, version, loader }))) => {
                    if let Some(loader) = loader {
                        facts.loaders.insert(path.clone(), loader.clone());
                    }
                    if let Some(version) = version {
                        libc_versions.insert(path.clone(), version.clone());
                    }
                    facts.libraries.insert(path, library.clone());
                }
                (_, Some(Note(Kept::Text(text)))) => {
                    facts.texts.insert(path, text.clone());
                }
                (_, Some(Note(Kept::LoaderCache(paths)))) => facts.loader_cache.clone_from(paths),
                _ => {}
            }
        }
        for (path, target) in links {
            let Some((real, file)) = tree.resolve(&path) else { continue };
            let real = String::from_utf8(real).ok();
            let text = real.as_ref().and_then(|it| facts.texts.get(it)).cloned();
            if let Some(text) = text {
                // `etc/os-release` is a link to that below `usr/lib`.
                facts.texts.insert(path, text);
            } else if *file.kind == Kind::Directory
                || real.is_some_and(|it| facts.libraries.contains_key(&it))
            {
                facts.links.insert(path, target);
            }
        }
        facts.libc = libc(&mut facts.texts, &facts.libraries, &facts.loaders, &libc_versions);
        facts
    }
}

/// Which C library the base has: that of its loader.
fn libc(
    texts: &mut BTreeMap<String, String>,
    libraries: &BTreeMap<String, Library>,
    loaders: &BTreeMap<String, Loader>,
    versions: &BTreeMap<String, String>,
) -> Option<BaseLibc> {
    let packages = texts.remove(APK_INSTALLED);
    let kinds: BTreeSet<_> =
        loaders.keys().filter_map(|it| loader_kind(it, libraries.get(it)?)).collect();
    let kind = *kinds.first()?;
    let by_bytes = || {
        let of_kind = |path: &&String| {
            loaders.contains_key(*path) || path.rsplit('/').next() == Some("libc.so.6")
        };
        versions.iter().find(|(path, _)| of_kind(path)).map(|(_, version)| version.clone())
    };
    let by_package = || {
        let version = packages.as_deref()?.split("\n\n").find_map(|package| {
            let field = |key: &str| package.lines().find_map(|line| line.strip_prefix(key));
            (field("P:") == Some("musl")).then(|| field("V:"))?
        })?;
        Some(printable(version.split_once("-r").map_or(version, |it| it.0).as_bytes()))
    };
    let by_symbols = || {
        let all = libraries.values().filter(|it| it.soname.as_deref() == Some("libc.so.6"));
        let newest =
            crate::elf::newest(all.flat_map(|it| &it.defines).map(String::as_str), "GLIBC")?;
        Some(newest.trim_start_matches("GLIBC_").to_owned())
    };
    let version = match kind {
        Libc::Musl => by_package().or_else(by_bytes),
        _ => by_bytes().or_else(by_symbols),
    };
    Some(BaseLibc { kind, version })
}

/// Which C library a loader belongs to.
pub(super) fn loader_kind(path: &str, loader: &Library) -> Option<Libc> {
    let by_soname = loader.soname.as_deref().and_then(|it| {
        if it.starts_with("libc.musl-") || it == "libc.so" {
            Some(Libc::Musl)
        } else {
            Libc::of_loader(it)
        }
    });
    // gcompat's loader has glibc's name, but says nothing of itself.
    by_soname.or_else(|| Libc::of_loader(path).filter(|it| *it != Libc::Glibc))
}

/// What is kept of a file.
#[derive(Clone, Debug)]
pub struct Note(Kept);

#[derive(Clone, Debug)]
enum Kept {
    Library { library: Library, version: Option<String>, loader: Option<Loader> },
    LoaderCache(BTreeMap<String, Vec<String>>),
    Text(String),
}

impl Note {
    /// The content of one of the small files that are kept whole, such as `etc/passwd` and `etc/group`.
    pub fn text(&self) -> Option<&str> {
        if let Kept::Text(text) = &self.0 { Some(text) } else { None }
    }
}

/// Looks at the files of a base for [`BaseFacts::of`].
#[derive(Debug, Default)]
pub struct Collector {
    /// The file that is looked at, kept for the next one.
    buffer: Vec<u8>,
}

impl Notes for Collector {
    type Note = Note;

    fn look(&mut self, path: &[u8], size: u64, content: &mut dyn Read) -> io::Result<Option<Note>> {
        let name = path.rsplit(|it| *it == b'/').next().unwrap_or(path);
        let limit = match path {
            b"etc/ld.so.cache" => MAX_CACHE,
            b"lib/apk/db/installed" => MAX_PACKAGES,
            b"etc/os-release" | b"usr/lib/os-release" | b"etc/passwd" | b"etc/group" => MAX_TEXT,
            _ if is_musl_path(path) => MAX_TEXT,
            _ if memmem::find(name, b".so").is_some() => MAX_LIBRARY,
            _ => return Ok(None),
        };
        if size > limit {
            return Ok(None);
        }
        self.buffer.clear();
        if limit == MAX_LIBRARY {
            // Texts of the linker and other things have such names, too.
            content.take(4).read_to_end(&mut self.buffer)?;
            if self.buffer != *b"\x7fELF" {
                return Ok(None);
            }
        }
        content.read_to_end(&mut self.buffer)?;
        Ok(match path {
            b"etc/ld.so.cache" => Some(Note(Kept::LoaderCache(ld_cache::read(&self.buffer)))),
            _ if limit == MAX_LIBRARY => library(name, &self.buffer),
            _ => Some(Note(Kept::Text(String::from_utf8_lossy(&self.buffer).into_owned()))),
        })
    }
}

/// `etc/ld-musl-ARCH.path`, in which musl's loader looks for the directories of libraries.
pub(super) fn is_musl_path(path: &[u8]) -> bool {
    path.strip_prefix(b"etc/ld-musl-")
        .is_some_and(|it| it.ends_with(b".path") && !it.contains(&b'/'))
}

/// Damaged libraries are left out: the loader would not take them either.
fn library(name: &[u8], bytes: &[u8]) -> Option<Note> {
    let library = read_library(&mut Cursor::new(bytes)).ok()?;
    let soname = library.soname.as_deref().unwrap_or_default();
    let name = String::from_utf8_lossy(name);
    let is_loader = Libc::of_loader(soname).or_else(|| Libc::of_loader(&name)).is_some();
    let is_musl = soname.starts_with("libc.musl-") || soname == "libc.so";
    let version = if soname == "libc.so.6" {
        memmem::find(bytes, b" release version ").and_then(|at| version_at(bytes.get(at + 17..)?))
    } else if is_musl {
        strings(bytes).find_map(|it| version_at(it).filter(|version| version.len() == it.len()))
    } else {
        None
    };
    let loader = (is_loader || is_musl).then(|| {
        let mut directories = Vec::new();
        // musl's stand in one string, and are the same everywhere.
        for text in strings(bytes).filter(|it| !is_musl && is_directory(it)) {
            let text = printable(text);
            if !directories.contains(&text) && directories.len() < 16 {
                directories.push(text);
            }
        }
        Loader { directories }
    });
    Some(Note(Kept::Library { library, version, loader }))
}

/// The parts of a file between zeros.
fn strings(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    memchr::memchr_iter(0, bytes).filter_map(move |end| {
        let text = bytes.get(start..end);
        start = end + 1;
        text.filter(|it| !it.is_empty())
    })
}

/// The directories that are compiled into glibc's loader end in a slash.
fn is_directory(text: &[u8]) -> bool {
    text.len() < 200
        && text.len() > 2
        && text.starts_with(b"/")
        && text.ends_with(b"/")
        && text.iter().all(|it| it.is_ascii_graphic() && !matches!(it, b'%' | b'$'))
}

/// Numbers with points between, at the start of a text: `2.36`, `1.2.5`.
fn version_at(text: &[u8]) -> Option<String> {
    let digits = text.iter().take(20).take_while(|it| it.is_ascii_digit() || **it == b'.');
    let version: String = digits.map(|it| char::from(*it)).collect();
    let version = version.trim_end_matches('.');
    let parts: Vec<_> = version.split('.').collect();
    (parts.len() >= 2 && parts.iter().all(|it| !it.is_empty())).then(|| version.to_owned())
}
