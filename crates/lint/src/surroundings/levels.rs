//! The directories that may be a build context, with what is in them.

use std::sync::Arc;

use plimsoll_project::files::{self, FileEntry, FileKind, Files};

/// A directory that may be the context of a Dockerfile.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    /// The directory.
    pub(crate) path: String,
    entries: Arc<[FileEntry]>,
}

impl Level {
    /// The directories from that of a Dockerfile to the root of the repository, or of what was asked
    /// about, the nearest first.
    pub(crate) fn above(files: &dyn Files, own: &str) -> Vec<Self> {
        let all: Vec<&str> = std::iter::once(own).chain(files::ancestors(own)).collect();
        let is_root = |it: &&str| files.kind(&files::join(it, ".git")).is_some();
        let count = match all.iter().position(is_root) {
            Some(root) => root + 1,
            // Outside of any repository nobody looks above what was asked about.
            None => all.iter().take_while(|it| !files.is_beyond(it)).count().max(1),
        };
        let at = |path: &str| Self { path: path.to_owned(), entries: files.list(path) };
        all.into_iter().take(count).map(at).collect()
    }

    /// Whether a name is in the directory.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// Whether a name in the directory is that of a file.
    pub(crate) fn has_file(&self, name: &str) -> bool {
        self.entry(name).is_some_and(|it| it.kind == FileKind::File)
    }

    /// Whether a path from the directory leads to something below it.
    pub(crate) fn leads_to(&self, files: &dyn Files, path: &str) -> bool {
        let path = path.trim_start_matches("./").trim_matches('/');
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        if matches!(first, "" | "." | "..") || rest.contains("..") {
            let path = files::join(&self.path, path);
            return files::below(&self.path, &path).is_some() && files.kind(&path).is_some();
        }
        self.has(first) && (rest.is_empty() || files.kind(&files::join(&self.path, path)).is_some())
    }

    fn entry(&self, name: &str) -> Option<&FileEntry> {
        let at = self.entries.binary_search_by(|it| it.name.as_str().cmp(name)).ok()?;
        self.entries.get(at)
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_project::files::MemoryFiles;

    use super::*;

    #[test]
    fn levels_end_with_the_repository() {
        let files = MemoryFiles::new([("/r/.git/x", ""), ("/r/a/b/c", ""), ("/r/a/d", "")]);
        let levels = Level::above(&files, "/r/a/b");
        let paths: Vec<&str> = levels.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(paths, ["/r/a/b", "/r/a", "/r"]);
        let [_, a, _] = &*levels else { panic!("there are three") };
        for there in ["d", "./d", "/d", "b/c", "b/", "b/../d"] {
            assert!(a.leads_to(&files, there), "{there}");
        }
        for missing in ["c", "b/x", "../a.git", "d/e"] {
            assert!(!a.leads_to(&files, missing), "{missing}");
        }
        assert!(a.has_file("d") && !a.has_file("b") && a.has("b"));
    }
}
