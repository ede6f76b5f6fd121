//! Which files are checked.

mod walk;

pub(super) use self::walk::git_ignores;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    fs, io,
    path::{Component, Path, PathBuf},
};

use ignore::gitignore::Gitignore;

use super::kind::Kind;
use crate::{
    disk::{self, Root},
    read::ReadProblem,
};

/// A file to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What findings call it: relative to the current directory where it is below that, with `/`
    /// between its parts.
    pub(super) name: String,
    /// What is in it.
    pub(super) kind: Kind,
    /// Whether it was seen to be a regular file.
    pub(super) seen: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The files by the name that findings have, each once.
    pub(super) targets: BTreeMap<String, Target>,
    /// What was named and can't be checked.
    pub(super) problems: Vec<(String, ReadProblem)>,
    /// Directories that could not be looked into.
    pub(super) unseen: Vec<String>,
    /// Bake files, which are not checked, and say what builds there are; as `disk` names files.
    pub(super) bakes: Vec<String>,
    /// The directories that were named, or that named files are in.
    pub(super) roots: Vec<Root>,
    /// What the targets are without links, once that matters.
    known: Option<BTreeSet<PathBuf>>,
}

/// Finds what the paths stand for: a file for itself, a directory for what is below it and is
/// known by its name, but for those that git ignores or that the settings exclude.
pub(super) fn find(paths: &[PathBuf], directory: &Path, excluded: &Gitignore) -> Found {
    let mut found = Found::default();
    for (index, path) in paths.iter().enumerate() {
        if index > 0 {
            // It may lead to files that are there already, by another name.
            found.know_targets();
        }
        match fs::metadata(path) {
            Ok(kind) if kind.is_dir() => {
                found.root(path, directory);
                walk::walk(path, directory, excluded, &mut found);
            }
            Ok(kind) => {
                found.root(path.parent().unwrap_or(path), directory);
                found.add(path.clone(), directory, Kind::of(path), kind.is_file());
            }
            Err(error) => {
                found.problems.push((name(path, directory), not_there(path, error)));
            }
        }
    }
    found
}

/// A link that leads nowhere, or in a circle, is there but can't be read.
fn not_there(path: &Path, error: io::Error) -> ReadProblem {
    match fs::read_link(path) {
        Ok(to) if error.kind() == io::ErrorKind::NotFound => io::Error::new(
            io::ErrorKind::NotFound,
            format!("it is a link to {}, which is not there", to.display()),
        )
        .into(),
        _ => error.into(),
    }
}

impl Found {
    /// From now on, files that are there already are told by what they are, not by their names. To
    /// look that up for every file of a directory would be needless.
    fn know_targets(&mut self) {
        let targets = self.targets.values();
        let real = || targets.filter_map(|it| it.path.canonicalize().ok()).collect();
        self.known.get_or_insert_with(real);
    }

    fn root(&mut self, path: &Path, directory: &Path) {
        // The parent of a name alone has none.
        let here = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        if let Some(path) = disk::path_of(here) {
            let root = Root { path, name: name(here, directory) };
            if !self.roots.contains(&root) {
                self.roots.push(root);
            }
        }
    }

    fn add(&mut self, path: PathBuf, directory: &Path, kind: Kind, seen: bool) {
        let is_new =
            |known: &mut BTreeSet<PathBuf>| path.canonicalize().map_or(true, |it| known.insert(it));
        if !self.known.as_mut().is_none_or(is_new) {
            return;
        }
        let name = name(&path, directory);
        self.targets.insert(name.clone(), Target { path, name, kind, seen });
    }
}

/// What findings call a file.
pub(super) fn name(path: &Path, directory: &Path) -> String {
    let path = path.strip_prefix(directory).unwrap_or(path);
    let mut name = String::with_capacity(path.as_os_str().len());
    for part in path.components().filter(|it| *it != Component::CurDir) {
        // The root is a part of its own that ends in a slash.
        if !name.is_empty() && !name.ends_with('/') {
            name.push('/');
        }
        name.push_str(&text(part.as_os_str()));
    }
    name
}

/// A name as text. What is no text in it is told byte by byte, so that two names stay two.
fn text(name: &OsStr) -> Cow<'_, str> {
    if let Some(name) = name.to_str() {
        return Cow::Borrowed(name);
    }
    let mut text = String::new();
    for part in name.as_encoded_bytes().utf8_chunks() {
        text.push_str(part.valid());
        text.extend(part.invalid().iter().map(|it| format!("\\x{it:02x}")));
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_relative_to_where_one_stands() {
        let here = Path::new("/srv/project");
        for (path, expected) in [
            ("./Dockerfile", "Dockerfile"),
            ("a/./b/Dockerfile", "a/b/Dockerfile"),
            ("/srv/project/a/Dockerfile", "a/Dockerfile"),
            ("/srv/other/Dockerfile", "/srv/other/Dockerfile"),
            ("../other/Dockerfile", "../other/Dockerfile"),
        ] {
            assert_eq!(name(Path::new(path), here), expected);
        }
    }

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for name in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, if name.ends_with(".gitignore") { "ignored/\n" } else { "" }).unwrap();
        }
        root
    }

    fn names(root: &Path, paths: &[&str], excluded: &Gitignore) -> Vec<String> {
        let paths: Vec<_> = paths.iter().map(|it| root.join(it)).collect();
        let found = find(&paths, root, excluded);
        assert!(found.problems.is_empty() && found.unseen.is_empty(), "{found:?}");
        found.targets.into_keys().collect()
    }

    #[test]
    fn directories_are_walked_but_for_what_git_ignores() {
        let root = tree(&[
            "Dockerfile",
            "b/api.Dockerfile",
            "a/Dockerfile.dev",
            ".gitignore",
            "ignored/Dockerfile",
            ".hidden/Dockerfile",
            "README.md",
            "old/Dockerfile",
        ]);
        let all = ["Dockerfile", "a/Dockerfile.dev", "b/api.Dockerfile", "old/Dockerfile"];
        assert_eq!(names(root.path(), &["."], &Gitignore::empty()), all);
        // What is named itself is checked, and only once.
        let named = ["ignored/Dockerfile", "ignored", "README.md"];
        let expected = ["README.md", "ignored/Dockerfile"];
        assert_eq!(names(root.path(), &named, &Gitignore::empty()), expected);
    }

    #[test]
    fn a_file_is_checked_once_whatever_it_is_called() {
        let root = tree(&["a/Dockerfile", "b/Dockerfile"]);
        let named = ["a/Dockerfile", "b/../a/Dockerfile", "."];
        let expected = ["a/Dockerfile", "b/Dockerfile"];
        assert_eq!(names(root.path(), &named, &Gitignore::empty()), expected);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_are_no_text_stay_apart() {
        use std::os::unix::ffi::OsStrExt as _;

        let root = tempfile::tempdir().unwrap();
        for name in [b"\xfe.Dockerfile", b"\xff.Dockerfile"] {
            fs::write(root.path().join(OsStr::from_bytes(name)), "").unwrap();
        }
        let found = names(root.path(), &["."], &Gitignore::empty());
        assert_eq!(found, ["\\xfe.Dockerfile", "\\xff.Dockerfile"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_circle_end_and_links_to_what_is_checked_are_left_out() {
        use std::os::unix::fs::symlink;

        let root = tree(&["a/Dockerfile", "a/recipe"]);
        symlink("..", root.path().join("a/up")).unwrap();
        symlink("Dockerfile", root.path().join("a/Dockerfile.same")).unwrap();
        symlink("recipe", root.path().join("a/Dockerfile.other")).unwrap();
        let found = names(root.path(), &["."], &Gitignore::empty());
        assert_eq!(found, ["a/Dockerfile", "a/Dockerfile.other"]);
        symlink("nowhere", root.path().join("a/Dockerfile.dangling")).unwrap();
        let found = find(&[root.path().to_owned()], root.path(), &Gitignore::empty());
        assert_eq!(found.targets.len(), 2);
        assert_eq!(found.problems[0].0, "a/Dockerfile.dangling");
        symlink("loop", root.path().join("loop")).unwrap();
        let found = find(&[root.path().join("loop")], root.path(), &Gitignore::empty());
        assert_eq!(found.problems.len(), 1);
    }
}
