//! The merged view: nodes with names below them, and ways through symbolic links.

use std::collections::BTreeMap;

use crate::files::limits::{MAX_DEPTH, MAX_LINKS, MAX_PATH, MAX_STEPS};

/// The files of an image: all layers, one over the other.
///
/// `T` is what a reader noted of files while their content came by.
#[derive(Clone, Debug)]
pub struct FileTree<T> {
    pub(super) nodes: Vec<Node>,
    pub(super) notes: Vec<T>,
    /// How many bytes all layers unpacked to.
    pub(super) unpacked: u64,
}

/// Something in the image that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File<'a, T> {
    /// What it is.
    pub kind: &'a Kind,
    /// Permission bits, with those for set-user-ID, set-group-ID and sticky.
    pub mode: u32,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
    /// Seconds since 1970.
    pub mtime: u64,
    /// The layer that it comes from; the lowest is 0.
    pub layer: usize,
    /// What was noted of its content.
    pub note: Option<&'a T>,
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file; a second name of it is one more.
    File {
        /// Its size in bytes.
        size: u64,
    },
    /// A directory.
    Directory,
    /// A symbolic link to the target, as it is written in the link.
    Symlink(Vec<u8>),
    /// A device, a pipe or what else there may be.
    Special,
}

/// The number of the root's node.
pub(super) const ROOT: u32 = 0;

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) mode: u32,
    pub(super) uid: u64,
    pub(super) gid: u64,
    pub(super) mtime: u64,
    pub(super) layer: usize,
    pub(super) note: Option<u32>,
    pub(super) children: BTreeMap<Box<[u8]>, u32>,
    /// The layer that has cleared away what those below had put here.
    pub(super) cleared: Option<usize>,
}

impl Node {
    pub(super) fn directory(layer: usize) -> Self {
        Self {
            kind: Kind::Directory,
            mode: 0o755,
            uid: 0,
            gid: 0,
            mtime: 0,
            layer,
            note: None,
            children: BTreeMap::new(),
            cleared: None,
        }
    }
}

impl<T> FileTree<T> {
    /// An image without files.
    pub fn empty() -> Self {
        Self { nodes: vec![Node::directory(0)], notes: Vec::new(), unpacked: 0 }
    }

    /// How many bytes all layers unpack to.
    pub fn unpacked_size(&self) -> u64 {
        self.unpacked
    }

    /// The file at a path, with or without a leading `/`. Links on the way are followed within the image; a link at the end
    /// is given as itself.
    pub fn get(&self, path: impl AsRef<[u8]>) -> Option<File<'_, T>> {
        self.file(self.find(path.as_ref(), false)?.0)
    }

    /// The file at a path, and its own path without links and without a leading `/`. Links are followed as the system does for
    /// a process in the image: never out of it, and not more than 40.
    pub fn resolve(&self, path: impl AsRef<[u8]>) -> Option<(Vec<u8>, File<'_, T>)> {
        let (id, path) = self.find(path.as_ref(), true)?;
        Some((path, self.file(id)?))
    }

    /// What is in a directory, by name; nothing where there is none.
    pub fn list(&self, path: impl AsRef<[u8]>) -> impl Iterator<Item = (&[u8], File<'_, T>)> {
        let directory = self.find(path.as_ref(), true).and_then(|(id, _)| self.node(id));
        directory
            .into_iter()
            .flat_map(|it| &it.children)
            .filter_map(|(name, id)| Some((&**name, self.file(*id)?)))
    }

    /// Everything but the root, with its path without a leading `/`; a directory stands before what is in it.
    pub fn iter(&self) -> impl Iterator<Item = (Vec<u8>, File<'_, T>)> {
        let mut path = Vec::new();
        let mut stack: Vec<_> =
            self.node(ROOT).map(|it| (0, it.children.iter())).into_iter().collect();
        std::iter::from_fn(move || {
            loop {
                let (length, children) = stack.last_mut()?;
                let Some((name, id)) = children.next() else {
                    stack.pop();
                    continue;
                };
                path.truncate(*length);
                push(&mut path, name);
                let (Some(node), Some(file)) = (self.node(*id), self.file(*id)) else { continue };
                if !node.children.is_empty() {
                    stack.push((path.len(), node.children.iter()));
                }
                return Some((path.clone(), file));
            }
        })
    }

    pub(super) fn node(&self, id: u32) -> Option<&Node> {
        self.nodes.get(usize::try_from(id).ok()?)
    }

    pub(super) fn node_mut(&mut self, id: u32) -> Option<&mut Node> {
        self.nodes.get_mut(usize::try_from(id).ok()?)
    }

    fn file(&self, id: u32) -> Option<File<'_, T>> {
        let Node { kind, mode, uid, gid, mtime, layer, note, .. } = self.node(id)?;
        let note = note.and_then(|it| self.notes.get(usize::try_from(it).ok()?));
        let (mode, uid, gid, mtime, layer) = (*mode, *uid, *gid, *mtime, *layer);
        Some(File { kind, mode, uid, gid, mtime, layer, note })
    }

    /// Walks a path; `last` says whether a link at its end is followed.
    pub(super) fn find(&self, path: &[u8], last: bool) -> Option<(u32, Vec<u8>)> {
        // What is still to be walked, the next name last.
        let mut names: Vec<&[u8]> = path.split(|it| *it == b'/').rev().collect();
        let mut way: Vec<(u32, &[u8])> = Vec::new();
        let (mut links, mut steps) = (0, 0);
        while let Some(name) = names.pop() {
            steps += 1;
            if steps > MAX_STEPS {
                return None;
            }
            let here = way.last().map_or(ROOT, |(id, _)| *id);
            let node = self.node(here)?;
            // Even `.` is only in a directory.
            if node.kind != Kind::Directory {
                return None;
            }
            match name {
                b"" | b"." => continue,
                b".." => {
                    way.pop();
                    continue;
                }
                _ => {}
            }
            let id = *node.children.get(name)?;
            match &self.node(id)?.kind {
                Kind::Symlink(target) if last || !names.is_empty() => {
                    links += 1;
                    if links > MAX_LINKS || target.len() > MAX_PATH || target.is_empty() {
                        return None;
                    }
                    if target.starts_with(b"/") {
                        way.clear();
                    }
                    names.extend(target.split(|it| *it == b'/').rev());
                }
                _ => {
                    way.push((id, name));
                    if way.len() > MAX_DEPTH {
                        return None;
                    }
                }
            }
        }
        let id = way.last().map_or(ROOT, |(id, _)| *id);
        let mut path = Vec::new();
        for (_, name) in way {
            push(&mut path, name);
        }
        Some((id, path))
    }
}

pub(super) fn push(path: &mut Vec<u8>, name: &[u8]) {
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
}
