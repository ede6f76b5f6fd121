//! The files of the disk, as rules and surveys see them.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use plimsoll_project::files::{self, FileEntry, FileKind, Files};

use crate::{paths, read};

/// So many parts of what is known can be asked for at a time.
const SHARDS: usize = 16;

/// The files of the disk. Each is looked at once, so that all rules see the same, whatever happens to
/// it meanwhile.
#[derive(Debug)]
pub(crate) struct DiskFiles {
    known: [Mutex<HashMap<Box<str>, Arc<Known>>>; SHARDS],
    /// The longest paths first.
    roots: Vec<Root>,
}

/// A directory with the name that findings have for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    /// As [`Files`] has it.
    pub(crate) path: String,
    /// Empty for the current directory.
    pub(crate) name: String,
}

/// What is known of a path, once somebody asked.
#[derive(Debug, Default)]
struct Known {
    status: OnceLock<Option<(FileKind, u64)>>,
    text: OnceLock<Option<Arc<str>>>,
    list: OnceLock<Arc<[FileEntry]>>,
}

impl DiskFiles {
    /// Files with names from these directories on; one of them is the current directory, whose name is
    /// empty.
    pub(crate) fn new(mut roots: Vec<Root>) -> Self {
        roots.sort_by_key(|it| std::cmp::Reverse(it.path.len()));
        Self { known: std::array::from_fn(|_| Mutex::default()), roots }
    }

    /// Takes a text for that of a file, whatever the disk has.
    pub(crate) fn put(&self, path: &str, text: Arc<str>) {
        let known = self.known(path);
        known.status.set(Some((FileKind::File, text.len() as u64))).ok();
        known.text.set(Some(text)).ok();
    }

    /// The name of what lies beside or above the current directory, so that it is the same wherever
    /// the project is; `None` for what has nothing in common with it but the root.
    fn upwards(&self, path: &str) -> Option<String> {
        let here = self.roots.iter().find(|it| it.name.is_empty())?;
        let steps = files::ancestors(&here.path).take_while(|it| *it != "/").zip(1..);
        let mut names = steps.filter_map(|(above, count)| {
            let rest = files::below(above, path)?;
            let name = format!("{}{rest}", "../".repeat(count));
            Some(name.trim_end_matches('/').to_owned())
        });
        names.next()
    }

    fn known(&self, path: &str) -> Arc<Known> {
        let shard = path.bytes().fold(0_usize, |sum, it| sum.wrapping_mul(31) + usize::from(it));
        let mut shard = self.known[shard % SHARDS].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = shard.get(path) {
            return Arc::clone(known);
        }
        Arc::clone(shard.entry(path.into()).or_default())
    }

    /// Whether the directory of a path was listed, and does not have it: nobody needs to ask the disk.
    fn is_not_listed(&self, path: &str) -> bool {
        let Some((directory, name)) = path.rsplit_once('/') else { return false };
        let directory = if directory.is_empty() { "/" } else { directory };
        let known = self.known(directory);
        let list = known.list.get();
        // An empty list may be that of a directory which can't be read.
        let list = list.filter(|it| !it.is_empty());
        list.is_some_and(|it| it.binary_search_by(|it| it.name.as_str().cmp(name)).is_err())
    }

    fn status(&self, path: &str) -> Option<(FileKind, u64)> {
        *self.known(path).status.get_or_init(|| {
            if self.is_not_listed(path) {
                return None;
            }
            let path = on_disk(path);
            let found = fs::symlink_metadata(&path).ok()?;
            if !found.is_symlink() {
                return Some((kind(found.file_type()), found.len()));
            }
            // A link that leads nowhere is there all the same.
            let found = fs::metadata(&path);
            Some(found.map_or((FileKind::Other, 0), |it| (kind(it.file_type()), it.len())))
        })
    }
}

impl Files for DiskFiles {
    fn text(&self, path: &str) -> Option<Arc<str>> {
        let read = || {
            if !self.is_file(path) {
                return None;
            }
            read::file(&on_disk(path), true).ok().map(Arc::from)
        };
        self.known(path).text.get_or_init(read).clone()
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        self.status(path).map(|(kind, _)| kind)
    }

    fn list(&self, directory: &str) -> Arc<[FileEntry]> {
        let read = || {
            let entries = fs::read_dir(on_disk(directory)).into_iter().flatten().flatten();
            let entries = entries.filter_map(|it| {
                // Nobody can ask for a name that is no text.
                let name = it.file_name().into_string().ok()?;
                let found = it.file_type().ok()?;
                let is_link = found.is_symlink();
                let kind = match found {
                    _ if is_link => self.kind(&files::join(directory, &name))?,
                    it => kind(it),
                };
                Some(FileEntry { name, kind, is_link })
            });
            let mut entries: Vec<_> = entries.collect();
            entries.sort_by(|a, b| a.name.cmp(&b.name));
            entries.into()
        };
        Arc::clone(self.known(directory).list.get_or_init(read))
    }

    fn size(&self, path: &str) -> u64 {
        self.status(path).map_or(0, |(_, size)| size)
    }

    fn name(&self, path: &str) -> String {
        for Root { path: root, name } in &self.roots {
            let Some(rest) = files::below(root, path) else { continue };
            return match (name.is_empty(), rest.is_empty()) {
                (true, true) => ".".to_owned(),
                (true, false) => rest.to_owned(),
                (false, true) => name.clone(),
                (false, false) => format!("{}/{rest}", name.trim_end_matches('/')),
            };
        }
        self.upwards(path).unwrap_or_else(|| path.to_owned())
    }

    fn is_beyond(&self, directory: &str) -> bool {
        self.roots.iter().all(|it| files::below(&it.path, directory).is_none())
    }
}

/// A path as [`Files`] has it; `None` for one that is no text.
pub(crate) fn path_of(path: &Path) -> Option<String> {
    let text = paths::absolute(path).ok()?.into_os_string().into_string().ok()?;
    if cfg!(windows) {
        let text = text.replace('\\', "/");
        let text = text.strip_prefix("//?/").unwrap_or(&text);
        return Some(files::join("/", text));
    }
    Some(files::join("/", &text))
}

/// The way back: on Windows, a disk's name stands where the root would.
fn on_disk(path: &str) -> PathBuf {
    match path.strip_prefix('/') {
        Some(rest) if cfg!(windows) && rest.contains(':') => PathBuf::from(rest),
        _ => PathBuf::from(path),
    }
}

fn kind(found: fs::FileType) -> FileKind {
    if found.is_file() {
        FileKind::File
    } else if found.is_dir() {
        FileKind::Directory
    } else {
        FileKind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_once() {
        let root = tempfile::tempdir().unwrap();
        let path = path_of(&root.path().join("a/b")).unwrap();
        fs::create_dir(root.path().join("a")).unwrap();
        fs::write(&path, "one").unwrap();
        let files = DiskFiles::new(Vec::new());
        assert_eq!(files.text(&path).as_deref(), Some("one"));
        assert_eq!((files.kind(&path), files.size(&path)), (Some(FileKind::File), 3));
        fs::write(&path, "two, and more").unwrap();
        assert_eq!(files.text(&path).as_deref(), Some("one"));
        assert_eq!(files.size(&path), 3);
        let other = DiskFiles::new(Vec::new());
        other.put(&path, "three".into());
        assert_eq!(other.text(&path).as_deref(), Some("three"));
        fs::write(&path, b"\xff").unwrap();
        assert_eq!(DiskFiles::new(Vec::new()).text(&path), None);
    }

    #[cfg(unix)]
    #[test]
    fn directories_are_listed_with_what_links_lead_to() {
        use std::os::unix::fs::symlink;

        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir(at("b")).unwrap();
        fs::write(at("a"), "").unwrap();
        symlink("b", at("d")).unwrap();
        symlink("nowhere", at("c")).unwrap();
        let files = DiskFiles::new(Vec::new());
        let directory = path_of(root.path()).unwrap();
        let found: Vec<_> = files
            .list(&directory)
            .iter()
            .map(|it| (it.name.clone(), it.kind, it.is_link))
            .collect();
        let expected = [
            ("a", FileKind::File, false),
            ("b", FileKind::Directory, false),
            ("c", FileKind::Other, true),
            ("d", FileKind::Directory, true),
        ];
        assert_eq!(found, expected.map(|(name, kind, is_link)| (name.to_owned(), kind, is_link)));
        assert!(files.list(&format!("{directory}/a")).is_empty());
        assert_eq!(files.kind(&format!("{directory}/x")), None);
    }

    #[test]
    fn names_begin_where_one_stands() {
        let root = |path: &str, name: &str| Root { path: path.to_owned(), name: name.to_owned() };
        let roots = vec![root("/srv/a", ""), root("/srv/b", "/srv/b")];
        let files = DiskFiles::new(roots);
        for (path, expected) in [
            ("/srv/a/x/y", "x/y"),
            ("/srv/a", "."),
            ("/srv/b/x", "/srv/b/x"),
            ("/srv/b", "/srv/b"),
            ("/srv/bc", "../bc"),
            ("/srv", ".."),
            ("/etc/passwd", "/etc/passwd"),
        ] {
            assert_eq!(files.name(path), expected);
        }
        let files = DiskFiles::new(vec![root("/srv/a", "")]);
        assert!(files.is_beyond("/srv") && !files.is_beyond("/srv/a/b"));
    }
}
