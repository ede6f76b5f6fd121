//! The directory that a build may read, and what of it.

use std::sync::Arc;

use plimsoll_project::files::{self, FileEntry, FileKind, Files};
use plimsoll_syntax::dockerfile::Command;
use plimsoll_syntax::dockerignore::Dockerignore;

use crate::facts::sources::{is_remote, paths};
use crate::{Facts, ImageBuild, Place};

/// The directory that a build may read, and what of it.
#[derive(Clone, Debug)]
pub struct BuildContext {
    /// The directory.
    pub root: String,
    /// Whether some file says that it is this one, rather than that the sources of `COPY` lie there.
    pub told: bool,
    /// Whether it is certain enough to report that a file is not there: some file says so, or every
    /// source of `COPY` was found.
    pub certain: bool,
    /// What is kept out of it.
    pub ignore: Option<IgnoreFile>,
    files: Arc<dyn Files>,
}

/// A `.dockerignore`.
#[derive(Clone, Debug)]
pub struct IgnoreFile {
    /// Where it is.
    pub path: String,
    /// Its text.
    pub text: Arc<str>,
    /// Its patterns.
    pub patterns: Arc<Dockerignore>,
}

impl BuildContext {
    /// Finds the context of a Dockerfile: the one that its builds name; or else the nearest
    /// directory, from its own upwards to the root of the repository, that has what it copies.
    pub(crate) fn of(place: &Place, builds: &[ImageBuild], facts: &Facts<'_>) -> Self {
        let told = builds.iter().find_map(|it| it.context.clone());
        let sources = literal_sources(facts);
        let files = &place.project.files;
        let has_all = |root: &str| sources.iter().all(|it| has(&**files, root, it));
        let (root, is_told, certain) = match told {
            Some(root) => {
                let same = builds.iter().all(|it| it.context.as_ref() == Some(&root));
                (root, true, same)
            }
            None => match candidates(place).into_iter().find(|it| has_all(it)) {
                Some(root) => (root, false, !sources.is_empty()),
                None => (nearest(place), false, false),
            },
        };
        let ignore = ignore_file(&**files, &place.path, &root);
        Self { root, told: is_told, certain, ignore, files: Arc::clone(files) }
    }

    /// What a path of the context is, relative to its root, as the build sees it: `None` where there
    /// is nothing, or where it is kept out. A directory of which all is kept out is still there.
    pub fn kind(&self, path: &str) -> Option<FileKind> {
        if self.ignores(path) && !self.may_hold_exceptions(path) {
            return None;
        }
        self.files.kind(&files::join(&self.root, path))
    }

    /// Whether a path is kept out by the `.dockerignore`.
    pub fn ignores(&self, path: &str) -> bool {
        self.ignore.as_ref().is_some_and(|it| it.patterns.ignores(path))
    }

    /// Whether something below an ignored directory may be taken back.
    fn may_hold_exceptions(&self, path: &str) -> bool {
        self.ignore.as_ref().is_some_and(|it| it.patterns.has_exclusions())
            && self.files.is_directory(&files::join(&self.root, path))
    }

    /// The text of a file of the context, if the build sees it.
    pub fn text(&self, path: &str) -> Option<Arc<str>> {
        if self.ignores(path) {
            return None;
        }
        self.files.text(&files::join(&self.root, path))
    }

    /// What is in a directory of the context, as the build sees it, by name.
    pub fn list(&self, path: &str) -> Vec<FileEntry> {
        let entries = self.files.list(&files::join(&self.root, path));
        let is_seen = |it: &&FileEntry| {
            let path =
                if path.is_empty() { it.name.clone() } else { format!("{path}/{}", it.name) };
            self.kind(&path).is_some()
        };
        entries.iter().filter(is_seen).cloned().collect()
    }

    /// The absolute path of a path of the context.
    pub fn absolute(&self, path: &str) -> String {
        files::join(&self.root, path)
    }

    /// A path below the context, relative to its root.
    pub fn relative<'p>(&self, absolute: &'p str) -> Option<&'p str> {
        files::below(&self.root, absolute)
    }
}

/// The `.dockerignore` of a Dockerfile: its own (`NAME.dockerignore`), or that of the context.
fn ignore_file(files: &dyn Files, dockerfile: &str, root: &str) -> Option<IgnoreFile> {
    let own = format!("{dockerfile}.dockerignore");
    let general = files::join(root, ".dockerignore");
    [own, general].into_iter().find_map(|path| {
        let text = files.text(&path)?;
        let patterns = Arc::new(Dockerignore::parse(&text));
        Some(IgnoreFile { path, text, patterns })
    })
}

/// The directories that may be the context, the likeliest first.
fn candidates(place: &Place) -> Vec<String> {
    let own = place.directory();
    let mut found = Vec::new();
    for directory in std::iter::once(own).chain(files::ancestors(own)) {
        found.push(directory.to_owned());
        if place.files().kind(&files::join(directory, ".git")).is_some() || directory == "/" {
            break;
        }
    }
    found
}

/// The nearest directory that looks like the root of a project; else the Dockerfile's own.
fn nearest(place: &Place) -> String {
    let marks = [".dockerignore", "Cargo.lock", "Cargo.toml", ".git"];
    let is_root = |directory: &&String| {
        marks.iter().any(|it| place.files().kind(&files::join(directory, it)).is_some())
    };
    let candidates = candidates(place);
    candidates.iter().find(is_root).cloned().unwrap_or_else(|| place.directory().to_owned())
}

/// The sources of `COPY` and `ADD` that lie in the context and are written without variables.
fn literal_sources(facts: &Facts<'_>) -> Vec<String> {
    let mut sources = Vec::new();
    for instruction in &facts.file.instructions {
        let (Command::Copy(copy) | Command::Add(copy)) = &instruction.command else { continue };
        if copy.from.is_some() {
            continue;
        }
        for word in paths(copy) {
            let text = word.as_str();
            let is_plain =
                !text.contains(['$', '*', '?', '[', '\\', '"', '\'']) && !is_remote(text);
            if is_plain && !matches!(text.trim_matches('/'), "" | ".") {
                sources.push(text.to_owned());
            }
        }
    }
    sources
}

/// Whether a source lies in a directory.
fn has(files: &dyn Files, root: &str, source: &str) -> bool {
    let path = files::join(root, source.trim_start_matches('/'));
    files::below(root, &path).is_some() && files.kind(&path).is_some()
}
