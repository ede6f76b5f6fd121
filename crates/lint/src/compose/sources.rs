//! Whether a path that a Compose file names should be there.
//!
//! A checkout does not hold everything that a build uses: submodules may be empty, other repositories
//! are cloned beside it, and some files are made before the build. A missing path is only reported
//! where nothing of the kind can explain it.

use std::sync::Arc;

use plimsoll_project::files;

use crate::Place;

/// What tells whether a path should be there.
#[derive(Debug)]
pub(crate) struct Sources<'p> {
    place: &'p Place,
    /// The root of the repository, or else the directory of the file.
    root: String,
    modules: Option<Arc<str>>,
    ignored: Vec<(String, Arc<str>)>,
}

impl<'p> Sources<'p> {
    /// Reads what the repository says of itself.
    pub(crate) fn of(place: &'p Place) -> Self {
        let files = place.files();
        let own = place.directory();
        let mut directories = Vec::new();
        let mut root = None;
        for directory in std::iter::once(own).chain(files::ancestors(own)) {
            directories.push(directory);
            if files.kind(&files::join(directory, ".git")).is_some() {
                root = Some(directory.to_owned());
                break;
            }
        }
        let ignored = directories.iter().filter_map(|directory| {
            Some(((*directory).to_owned(), files.text(&files::join(directory, ".gitignore"))?))
        });
        let ignored = ignored.collect();
        let root = root.unwrap_or_else(|| own.to_owned());
        let modules = files.text(&files::join(&root, ".gitmodules"));
        Self { place, root, modules, ignored }
    }

    /// Whether a path of the host should be there and is not.
    pub(crate) fn may_be_missing(&self, path: &str) -> bool {
        files::below(&self.root, path).is_some()
            && self.place.files().kind(path).is_none()
            && !self.is_from_elsewhere(path)
    }

    /// Whether a path, or a directory above it, comes from another repository or is kept out of this
    /// one.
    pub(crate) fn is_from_elsewhere(&self, path: &str) -> bool {
        let files = self.place.files();
        let chain = || std::iter::once(path).chain(files::ancestors(path));
        let within = || {
            chain().take_while(|it| files::below(&self.root, it).is_some_and(|it| !it.is_empty()))
        };
        within().any(|it| {
            let is_module = self.modules.as_ref().is_some_and(|text| {
                let relative = files::below(&self.root, it).unwrap_or_default();
                text.lines().any(|line| {
                    line.split_once('=').is_some_and(|(key, value)| {
                        key.trim() == "path" && value.trim() == relative
                    })
                })
            });
            // A submodule that was not checked out is an empty directory.
            let is_empty = files.is_directory(it) && files.list(it).is_empty();
            is_module || is_empty || self.is_ignored(it)
        })
    }

    /// Whether a line of a `.gitignore` names a path. Patterns with wildcards in the middle are not
    /// read, but for what they end with.
    fn is_ignored(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or_default();
        self.ignored.iter().any(|(directory, text)| {
            let Some(relative) = files::below(directory, path) else { return false };
            text.lines().map(str::trim).filter(|it| !it.starts_with(['#', '!'])).any(|line| {
                let line = line.trim_end_matches('/');
                let line = line.strip_prefix("**/").unwrap_or(line);
                let anchored = line.trim_start_matches('/');
                let by_end = line.strip_prefix('*').is_some_and(|it| {
                    !it.is_empty() && !it.contains(['*', '/']) && name.ends_with(it)
                });
                !line.is_empty() && (anchored == relative || line == name || by_end || line == "*")
            })
        })
    }

    /// Whether a path is there as it is seen from a directory above: the file may be meant for
    /// `--project-directory`, or to be read after one that lies there. With a second path, that one is
    /// seen from the first.
    pub(crate) fn is_elsewhere(&self, path: &str, below: Option<&str>) -> bool {
        let files = self.place.files();
        files::ancestors(self.place.directory())
            .take_while(|it| {
                files::below(&self.root, it).is_some() || self.root == self.place.directory()
            })
            .take(8)
            .any(|directory| {
                let path = files::join(directory, path);
                let path = below.map_or_else(|| path.clone(), |it| files::join(&path, it));
                files.kind(&path).is_some()
            })
    }
}

/// Whether a text is what it says: no variable is in it.
pub(crate) fn is_literal(text: &str) -> bool {
    !text.is_empty() && !text.contains('$')
}
