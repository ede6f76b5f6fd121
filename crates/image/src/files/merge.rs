//! Puts the entries of a layer over what the layers below have left.
//!
//! The OCI image specification 1.1 says how ("Applying Changesets"). Where it is silent, this does as engines with overlay
//! file systems do: they unpack a layer by itself, so that links of the same layer are followed on the way to a name, and
//! those of layers below are not, but are replaced by a directory.

use crate::files::{
    FileTree, Kind, LayerError,
    archive::{Entry, EntryKind},
    error::shown,
    limits::{MAX_DEPTH, MAX_LINKS, MAX_PATH, MAX_STEPS},
    tree::{Node, ROOT},
};

/// Deletes the name that follows it from the layers below.
const WHITEOUT: &[u8] = b".wh.";
/// Deletes all that the layers below have in its directory.
const OPAQUE: &[u8] = b".wh..wh..opq";
/// Other names that begin so are AUFS's own, and no files.
const AUFS: &[u8] = b".wh..wh.";

/// A directory and a name in it; the first of a walk has none.
type NameIn = Option<(u32, Box<[u8]>)>;

/// Where an entry of a layer went.
pub(super) enum Placed {
    /// A regular file, whose content may be noted.
    File(u32),
    /// Anything else, or nothing.
    Other,
}

impl<T> FileTree<T> {
    /// Puts an entry of layer `layer` into the tree. `limit` is the most entries that there may be.
    pub(super) fn place(
        &mut self,
        entry: &Entry,
        layer: usize,
        limit: u64,
    ) -> Result<Placed, LayerError> {
        let names = names(&entry.path)?;
        let Some((name, parents)) = names.split_last() else {
            // The root itself: `./`.
            if let (EntryKind::Directory, Some(root)) = (&entry.kind, self.node_mut(ROOT)) {
                let Entry { mode, uid, gid, mtime, .. } = *entry;
                (root.mode, root.uid, root.gid, root.mtime) = (mode, uid, gid, mtime);
                root.layer = layer;
            }
            return Ok(Placed::Other);
        };
        let parent = self.parent(parents, layer, limit, &entry.path)?;
        if *name == OPAQUE {
            self.clear(parent, layer);
            return Ok(Placed::Other);
        }
        if name.starts_with(AUFS) {
            return Ok(Placed::Other);
        }
        if let Some(name) = name.strip_prefix(WHITEOUT) {
            self.remove(parent, name, layer);
            return Ok(Placed::Other);
        }
        let node = self.node_of(entry, layer)?;
        let is_file = matches!(node.kind, Kind::File { .. });
        let id = self.put(parent, name, node, limit)?;
        Ok(if is_file { Placed::File(id) } else { Placed::Other })
    }

    /// Remembers what was noted of a file's content.
    pub(super) fn note(&mut self, id: u32, note: T) {
        let number = u32::try_from(self.notes.len()).ok();
        if let Some(node) = self.node_mut(id) {
            node.note = number;
        }
        self.notes.push(note);
    }

    fn node_of(&self, entry: &Entry, layer: usize) -> Result<Node, LayerError> {
        let Entry { path, mode, uid, gid, mtime, .. } = entry;
        let (mode, uid, gid, mtime) = (*mode, *uid, *gid, *mtime);
        let kind = match &entry.kind {
            EntryKind::File { size, .. } => Kind::File { size: *size },
            EntryKind::Directory => Kind::Directory,
            EntryKind::Symlink(target) if target.len() > MAX_PATH => {
                return Err(LayerError::Path(shown(target)));
            }
            EntryKind::Symlink(target) => Kind::Symlink(target.clone()),
            EntryKind::Special => Kind::Special,
            EntryKind::HardLink(target) => {
                // The target's last name is the link's own, links included: `link(2)` follows none.
                let whole = names(target)?.join(&b'/');
                let found = self.find(&whole, false).and_then(|(id, _)| self.node(id));
                let found = found.filter(|it| it.kind != Kind::Directory).ok_or_else(|| {
                    LayerError::HardLink { path: shown(path), target: shown(target) }
                })?;
                return Ok(Node { layer, ..found.clone() });
            }
        };
        Ok(Node { kind, mode, uid, gid, mtime, ..Node::directory(layer) })
    }

    /// The directory in which an entry goes, made where it is not there.
    fn parent(
        &mut self,
        names: &[&[u8]],
        layer: usize,
        limit: u64,
        whole: &[u8],
    ) -> Result<u32, LayerError> {
        let mut todo: Vec<Box<[u8]>> = names.iter().rev().map(|it| Box::from(*it)).collect();
        let mut way = vec![ROOT];
        let (mut links, mut steps) = (0, 0);
        while let Some(name) = todo.pop() {
            steps += 1;
            if steps > MAX_STEPS {
                return Err(LayerError::Path(shown(whole)));
            }
            if &*name == b".." {
                if way.len() > 1 {
                    way.pop();
                }
                continue;
            }
            let here = way.last().copied().unwrap_or(ROOT);
            let known = self.node(here).and_then(|it| it.children.get(&name)).copied();
            let next = match known.and_then(|id| Some((id, self.node(id)?))) {
                Some((id, Node { kind: Kind::Directory, .. })) => id,
                Some((_, Node { kind: Kind::Symlink(target), layer: from, .. }))
                    if *from == layer =>
                {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(LayerError::Path(shown(whole)));
                    }
                    if target.starts_with(b"/") {
                        way.truncate(1);
                    }
                    let parts = target.split(|it| *it == b'/').rev();
                    todo.extend(parts.filter(|it| !matches!(*it, b"" | b".")).map(Box::from));
                    continue;
                }
                // Nothing, or what no name can be below: a file, or a link of a layer below.
                _ => self.put(here, &name, Node::directory(layer), limit)?,
            };
            way.push(next);
            if way.len() > MAX_DEPTH {
                return Err(LayerError::Path(shown(whole)));
            }
        }
        Ok(way.last().copied().unwrap_or(ROOT))
    }

    /// Gives a name in a directory to a node. Two directories become one, all else is replaced.
    fn put(&mut self, parent: u32, name: &[u8], node: Node, limit: u64) -> Result<u32, LayerError> {
        let known = self.node(parent).and_then(|it| it.children.get(name)).copied();
        if let Some(id) = known
            && let Some(old) = self.node_mut(id)
            && old.kind == Kind::Directory
            && node.kind == Kind::Directory
        {
            let Node { mode, uid, gid, mtime, layer, .. } = node;
            (old.mode, old.uid, old.gid, old.mtime, old.layer) = (mode, uid, gid, mtime, layer);
            return Ok(id);
        }
        let id = u32::try_from(self.nodes.len())
            .ok()
            .filter(|id| u64::from(*id) <= limit)
            .ok_or(LayerError::TooManyEntries(limit))?;
        self.nodes.push(node);
        if let Some(parent) = self.node_mut(parent) {
            parent.children.insert(name.into(), id);
        }
        Ok(id)
    }

    /// Deletes a name of the layers below; what this layer has put below it stays.
    fn remove(&mut self, parent: u32, name: &[u8], layer: usize) {
        let Some(id) = self.node(parent).and_then(|it| it.children.get(name)).copied() else {
            return;
        };
        self.clear(id, layer);
        let stays = self.node(id).is_some_and(|it| it.layer == layer || !it.children.is_empty());
        if !stays && let Some(parent) = self.node_mut(parent) {
            parent.children.remove(name);
        }
    }

    /// Deletes all below a directory that does not come from `layer`.
    fn clear(&mut self, directory: u32, layer: usize) {
        // Parents first, so that the walk back finds children done before their parents.
        let mut order: Vec<(u32, NameIn)> = vec![(directory, None)];
        let mut next = 0;
        while let Some((id, _)) = order.get(next) {
            let id = *id;
            next += 1;
            // Once for each layer, or a layer that says it again and again would cost without end.
            let Some(node) = self.node_mut(id).filter(|it| it.cleared != Some(layer)) else {
                continue;
            };
            node.cleared = Some(layer);
            let children = node.children.iter();
            order.extend(children.map(|(name, child)| (*child, Some((id, name.clone())))));
        }
        for (id, parent) in order.into_iter().rev() {
            let goes = self.node(id).is_some_and(|it| it.layer != layer && it.children.is_empty());
            if let Some((parent, name)) = parent.filter(|_| goes)
                && let Some(parent) = self.node_mut(parent)
            {
                parent.children.remove(&name);
            }
        }
    }
}

/// The names of a path from the root, without `.` and `..`.
fn names(path: &[u8]) -> Result<Vec<&[u8]>, LayerError> {
    if path.len() > MAX_PATH || path.contains(&0) {
        return Err(LayerError::Path(shown(path)));
    }
    let mut names = Vec::new();
    for name in path.split(|it| *it == b'/') {
        match name {
            b"" | b"." => {}
            b".." => {
                names.pop().ok_or_else(|| LayerError::Outside(shown(path)))?;
            }
            _ => names.push(name),
        }
    }
    if names.len() > MAX_DEPTH {
        return Err(LayerError::Path(shown(path)));
    }
    Ok(names)
}
