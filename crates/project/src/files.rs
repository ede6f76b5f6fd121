//! Files as they lie in directories, wherever they come from: a disk, or a test.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a name in a directory stands for, links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A socket, a device, a pipe, or a link that leads nowhere.
    Other,
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// The name alone.
    pub name: String,
    /// What it stands for.
    pub kind: FileKind,
    /// Whether it is a link. Walks that go down directories don't follow it: a build context has the
    /// link alone, and it may lead anywhere, even to a directory above.
    pub is_link: bool,
}

/// Files as they lie in directories.
///
/// Paths are absolute, their parts parted by `/`, without `.` and `..` (see [`join`]). What can't be
/// read is as if it were not there: whoever needs to say so looks at the disk itself.
pub trait Files: Send + Sync + std::fmt::Debug {
    /// The text of a regular file; `None` where there is none, where it is too large to be written by
    /// hand, or not UTF-8.
    fn text(&self, path: &str) -> Option<Arc<str>>;

    /// What a path stands for; `None` where there is nothing.
    fn kind(&self, path: &str) -> Option<FileKind>;

    /// What is in a directory, by name; empty where it is no directory.
    fn list(&self, directory: &str) -> Arc<[FileEntry]>;

    /// The size of a file in bytes.
    fn size(&self, path: &str) -> u64;

    /// What findings call a path.
    fn name(&self, path: &str) -> String;

    /// Whether a directory lies above everything that was asked about. Outside of any repository,
    /// what is there belongs to somebody else.
    fn is_beyond(&self, directory: &str) -> bool {
        directory == "/"
    }

    /// Whether a path is a regular file.
    fn is_file(&self, path: &str) -> bool {
        self.kind(path) == Some(FileKind::File)
    }

    /// Whether a path is a directory.
    fn is_directory(&self, path: &str) -> bool {
        self.kind(path) == Some(FileKind::Directory)
    }
}

/// The directory that a path is in; `None` for the root.
pub fn parent(path: &str) -> Option<&str> {
    match path.rfind('/')? {
        0 if path.len() > 1 => Some("/"),
        0 => None,
        at => Some(&path[..at]),
    }
}

/// The directories of a path, the nearest first: `/a/b`, `/a`, `/` for `/a/b/c`.
pub fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(path), |it| parent(it))
}

/// A path seen from a directory, with its `.` and `..` worked out as text; an absolute one is itself.
pub fn join(directory: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let base = if path.starts_with('/') { "" } else { directory };
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// A path as it is seen from a directory above it: `b/c` for `/a/b/c` from `/a`, and the empty text
/// for the directory itself. `None` for what is not below it.
pub fn below<'p>(directory: &str, path: &'p str) -> Option<&'p str> {
    if directory == "/" {
        return path.strip_prefix('/');
    }
    let rest = path.strip_prefix(directory)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
}

/// Files that lie nowhere but in memory. Directories are there for being in the path of a file.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    root: String,
    files: BTreeMap<String, Arc<str>>,
}

impl MemoryFiles {
    /// Files by their absolute paths.
    pub fn new<P: Into<String>, T: Into<Arc<str>>>(
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Self {
        let files = files.into_iter().map(|(path, text)| (path.into(), text.into())).collect();
        Self { root: "/".to_owned(), files }
    }

    /// Files by their paths below a directory, which findings leave out of their names.
    pub fn below<P: AsRef<str>, T: Into<Arc<str>>>(
        root: &str,
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Self {
        let files = files.into_iter().map(|(path, text)| (join(root, path.as_ref()), text));
        Self { root: root.to_owned(), ..Self::new(files) }
    }

    /// Puts a file in place of one that may be there.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) {
        self.files.insert(path.into(), text.into());
    }

    /// Takes a file out; whether it was there.
    pub fn remove(&mut self, path: &str) -> bool {
        self.files.remove(path).is_some()
    }

    /// The paths of all files, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    fn in_directory(&self, directory: &str) -> impl Iterator<Item = &str> {
        let from = if directory == "/" { "/".to_owned() } else { format!("{directory}/") };
        let length = from.len();
        self.files
            .range(from.clone()..)
            .map(|(path, _)| path)
            .take_while(move |path| path.starts_with(&from))
            .map(move |path| &path[length..])
    }
}

impl Files for MemoryFiles {
    fn text(&self, path: &str) -> Option<Arc<str>> {
        self.files.get(path).cloned()
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        if self.files.contains_key(path) {
            return Some(FileKind::File);
        }
        let is_directory = path == "/" || self.in_directory(path).next().is_some();
        is_directory.then_some(FileKind::Directory)
    }

    fn list(&self, directory: &str) -> Arc<[FileEntry]> {
        let mut seen = BTreeSet::new();
        let entries = self.in_directory(directory).filter_map(|rest| {
            let (name, kind) = match rest.split_once('/') {
                Some((name, _)) => (name, FileKind::Directory),
                None => (rest, FileKind::File),
            };
            seen.insert(name).then(|| FileEntry { name: name.to_owned(), kind, is_link: false })
        });
        let mut entries: Vec<_> = entries.collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        entries.into()
    }

    fn size(&self, path: &str) -> u64 {
        self.files.get(path).map_or(0, |it| it.len() as u64)
    }

    fn name(&self, path: &str) -> String {
        below(&self.root, path).unwrap_or(path).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_worked_out_as_text() {
        assert_eq!(join("/a/b", "../c/./d"), "/a/c/d");
        assert_eq!(join("/a", "/b/"), "/b");
        assert_eq!(join("/", "../.."), "/");
        assert_eq!(below("/a", "/a/b/c"), Some("b/c"));
        assert_eq!(below("/a", "/ab"), None);
        assert_eq!(below("/", "/a"), Some("a"));
        assert_eq!(below("/a", "/a"), Some(""));
        assert_eq!(ancestors("/a/b/c").collect::<Vec<_>>(), ["/a/b", "/a", "/"]);
    }

    #[test]
    fn directories_are_there_for_being_in_a_path() {
        let files = MemoryFiles::new([("/a/b/c", "x"), ("/a/d", "yy"), ("/a.b/e", "")]);
        assert_eq!(files.kind("/a"), Some(FileKind::Directory));
        assert_eq!(files.kind("/a/b/c"), Some(FileKind::File));
        assert_eq!(files.kind("/a/x"), None);
        let names = |directory: &str| {
            files.list(directory).iter().map(|it| it.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names("/"), ["a", "a.b"]);
        assert_eq!(names("/a"), ["b", "d"]);
        assert_eq!(files.size("/a/d"), 2);
    }
}
