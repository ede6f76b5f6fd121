//! What building on a base has to know of its files: what lies where, who there is, which certificate
//! authorities are trusted.

use std::{collections::BTreeMap, io};

use plimsoll_image::{
    Blob,
    files::{self, FileTree, FilesError, Kind, LayerInput, Limits},
    layer::Layer,
};
use serde::{Deserialize, Serialize};

use crate::proof::{BaseFacts, Collector, Note};

/// Where distributions keep certificate authorities in one file.
const CERTIFICATES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
const PASSWD: &str = "etc/passwd";
const GROUP: &str = "etc/group";
/// As many as Linux follows.
const MOST_LINKS: usize = 40;

/// The files of a base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// What is where, by the path without a leading `/`.
    files: BTreeMap<String, Node>,
    /// What programs need of it.
    facts: BaseFacts,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Node {
    #[serde(rename = "d")]
    Directory,
    /// A file that somebody may execute.
    #[serde(rename = "x")]
    Executable,
    #[serde(rename = "f")]
    File,
    #[serde(rename = "l")]
    Link(String),
}

/// What lies at a path, links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lies {
    /// Nothing, or a link that leads nowhere.
    Nothing,
    /// A directory.
    Directory,
    /// A file, and whether somebody may execute it.
    File {
        /// Whether somebody may.
        executable: bool,
    },
}

impl Contents {
    /// Reads layers, the lowest first; their digests are compared.
    pub(super) fn read(layers: &[(Layer, Blob)]) -> Result<Self, ReadError> {
        let mut inputs = Vec::new();
        for (layer, blob) in layers {
            inputs.push(LayerInput {
                content: blob.open().map_err(ReadError::Open)?,
                digest: Some(blob.digest),
                size: Some(blob.size),
                diff_id: Some(layer.diff_id),
            });
        }
        let tree = files::read(inputs, Limits::default(), &mut Collector::default())?;
        Ok(Self::of(&tree))
    }

    fn of(tree: &FileTree<Note>) -> Self {
        let node = |kind: &Kind, mode: u32| match kind {
            Kind::Directory => Node::Directory,
            Kind::Symlink(target) => Node::Link(String::from_utf8_lossy(target).into_owned()),
            Kind::File { .. } if mode & 0o111 != 0 => Node::Executable,
            Kind::File { .. } | Kind::Special => Node::File,
        };
        let files = tree.iter().filter_map(|(path, file)| {
            // Nobody can ask for a file by a name that is no text.
            Some((String::from_utf8(path).ok()?, node(file.kind, file.mode)))
        });
        Self { files: files.collect(), facts: BaseFacts::of(tree) }
    }

    /// Whether this program can read what was kept.
    pub(super) fn is_current(&self) -> bool {
        self.facts.shape == BaseFacts::SHAPE
    }

    /// What programs need of it.
    pub fn facts(&self) -> &BaseFacts {
        &self.facts
    }

    /// What lies at a path, links followed.
    pub fn lies(&self, path: &str) -> Lies {
        let Some(path) = self.resolve(path) else { return Lies::Nothing };
        match self.node(&path) {
            None | Some(Node::Link(_)) => Lies::Nothing,
            Some(Node::Directory) => Lies::Directory,
            Some(Node::Executable) => Lies::File { executable: true },
            Some(Node::File) => Lies::File { executable: false },
        }
    }

    /// Where a path leads when the links above its last name are followed, which itself need not be there:
    /// `bin/x` is `usr/bin/x` where `bin` is a link. `None` where there is no way to it.
    pub fn place(&self, path: &str) -> Option<String> {
        let path = path.trim_start_matches('/');
        let Some((parent, name)) = path.rsplit_once('/') else { return Some(path.to_owned()) };
        if let Some(real) = self.resolve(parent) {
            let is_directory = self.node(&real) == Some(&Node::Directory);
            return is_directory.then(|| join(&real, name));
        }
        let above = self.place(parent)?;
        // A link that leads nowhere, which nothing can be below.
        if self.files.contains_key(&above) {
            return None;
        }
        Some(join(&above, name))
    }

    /// The path of a directory without links.
    pub fn directory(&self, path: &str) -> Option<String> {
        let real = self.resolve(path)?;
        (self.node(&real) == Some(&Node::Directory)).then_some(real)
    }

    /// Where the certificate authorities are.
    pub fn certificates(&self) -> Option<&'static str> {
        let is_file = |path: &&str| matches!(self.lies(path), Lies::File { .. });
        CERTIFICATES.into_iter().find(is_file)
    }

    /// The number of a user and of the group that it belongs to.
    pub fn user(&self, name: &str) -> Option<(u32, u32)> {
        self.accounts(PASSWD).find_map(|fields| match *fields {
            [found, _, uid, gid, ..] if found == name => {
                Some((uid.parse().ok()?, gid.parse().ok()?))
            }
            _ => None,
        })
    }

    /// The group that a user belongs to, by its number.
    pub fn group_of(&self, user: u32) -> Option<u32> {
        self.accounts(PASSWD).find_map(|fields| match *fields {
            [_, _, uid, gid, ..] if uid.parse() == Ok(user) => gid.parse().ok(),
            _ => None,
        })
    }

    /// The number of a group.
    pub fn group(&self, name: &str) -> Option<u32> {
        self.accounts(GROUP).find_map(|fields| match *fields {
            [found, _, gid, ..] if found == name => gid.parse().ok(),
            _ => None,
        })
    }

    fn accounts(&self, path: &str) -> impl Iterator<Item = Vec<&str>> {
        let text = self.facts.texts.get(path);
        text.into_iter().flat_map(|it| it.lines()).map(|line| line.split(':').collect())
    }

    fn node(&self, path: &str) -> Option<&Node> {
        // The root is a directory whatever the layers say.
        if path.is_empty() { Some(&Node::Directory) } else { self.files.get(path) }
    }

    /// The path without links of what is there.
    fn resolve(&self, path: &str) -> Option<String> {
        let parts = |path: &str| -> Vec<String> {
            path.split('/')
                .rev()
                .filter(|it| !it.is_empty() && *it != ".")
                .map(str::to_owned)
                .collect()
        };
        let mut todo = parts(path);
        let mut real = String::new();
        let mut links = 0;
        while let Some(name) = todo.pop() {
            if name == ".." {
                real.truncate(real.rfind('/').unwrap_or_default());
                continue;
            }
            let next = join(&real, &name);
            match self.files.get(&next)? {
                Node::Link(target) => {
                    links += 1;
                    if links > MOST_LINKS {
                        return None;
                    }
                    if target.starts_with('/') {
                        real.clear();
                    }
                    todo.extend(parts(target));
                }
                Node::Directory => real = next,
                Node::File | Node::Executable => {
                    return todo.is_empty().then_some(next);
                }
            }
        }
        Some(real)
    }
}

fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

/// Why the layers of a base could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error(transparent)]
    Open(io::Error),
    #[error(transparent)]
    Files(#[from] FilesError),
}

#[cfg(test)]
pub(crate) mod tests {
    use plimsoll_image::{
        Compression,
        layer::{Attributes, LayerWriter},
    };

    use super::*;

    /// A layer of directories (`a/`), files (`a=content`) and links (`a->b`).
    pub(crate) fn layer(entries: &[&str]) -> (Layer, Blob) {
        let mut writer = LayerWriter::new(Vec::new(), Compression::Gzip, 1, 0);
        for entry in entries {
            let file = Attributes::root(0o755);
            if let Some((path, target)) = entry.split_once("->") {
                writer.symlink(path, target).unwrap();
            } else if let Some((path, content)) = entry.split_once('=') {
                writer.file(path, file, content.len() as u64, content.as_bytes()).unwrap();
            } else {
                writer.directory(entry.trim_end_matches('/'), file).unwrap();
            }
        }
        let (bytes, layer) = writer.finish().unwrap();
        (layer, Blob::of(bytes))
    }

    fn contents(entries: &[&str]) -> Contents {
        Contents::read(&[layer(entries)]).unwrap()
    }

    #[test]
    fn places_are_found_through_links() {
        let base = contents(&[
            "usr/",
            "usr/bin/",
            "bin->usr/bin",
            "lost->nowhere",
            "file=x",
            "up->/",
            "round->round",
            "back->usr/bin/..",
        ]);
        for (path, place) in [
            ("bin/x", Some("usr/bin/x")),
            ("bin/deep/x", Some("usr/bin/deep/x")),
            ("new/deep/x", Some("new/deep/x")),
            ("bin", Some("bin")),
            ("/bin/x", Some("usr/bin/x")),
            ("round/x", None),
            ("back/x", Some("usr/x")),
            ("up/x", Some("x")),
            ("lost/x", None),
            ("file/x", None),
            ("file/deep/x", None),
        ] {
            assert_eq!(base.place(path).as_deref(), place, "{path}");
        }
    }

    #[test]
    fn accounts_have_numbers() {
        let base = contents(&[
            "etc/",
            "etc/passwd=root:x:0:0::/:/bin/sh\nbroken\napp:x:100:101::/:/bin/sh\n",
            "etc/group=root:x:0:\napp:x:101:\nweb:x:82:app\n",
        ]);
        assert_eq!(base.user("app"), Some((100, 101)));
        assert_eq!(base.user("web"), None);
        assert_eq!(base.group("web"), Some(82));
        assert_eq!(base.group_of(100), Some(101));
        assert_eq!(base.group_of(7), None);
    }

    #[test]
    fn certificates_are_where_distributions_have_them() {
        assert_eq!(contents(&["etc/"]).certificates(), None);
        let fedora = contents(&[
            "etc/",
            "etc/pki/",
            "etc/pki/ca.pem=x",
            "etc/pki/tls/",
            "etc/pki/tls/certs/",
            "etc/pki/tls/certs/ca-bundle.crt->/etc/pki/ca.pem",
        ]);
        assert_eq!(fedora.certificates(), Some("/etc/pki/tls/certs/ca-bundle.crt"));
    }
}
