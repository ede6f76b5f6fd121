//! What building on a base has to know of its files: what lies where, who there is, which certificate
//! authorities are trusted.

use std::io::{self, Read};

use plimsoll_image::{
    Blob,
    files::{self, FileTree, FilesError, Kind, LayerInput, Limits, Notes},
    layer::Layer,
};

/// Where distributions keep certificate authorities in one file.
const CERTIFICATES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
const PASSWD: &str = "etc/passwd";
const GROUP: &str = "etc/group";
/// Larger files of accounts are not read to their end.
const MOST_ACCOUNTS: u64 = 1 << 20;

/// The files of a base.
#[derive(Clone, Debug)]
pub struct Contents {
    tree: FileTree<String>,
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

/// Keeps the files of accounts.
struct Accounts;

impl Notes for Accounts {
    type Note = String;

    fn look(
        &mut self,
        path: &[u8],
        _size: u64,
        content: &mut dyn Read,
    ) -> io::Result<Option<String>> {
        if path != PASSWD.as_bytes() && path != GROUP.as_bytes() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        content.take(MOST_ACCOUNTS).read_to_end(&mut bytes)?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
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
        let tree = files::read(inputs, Limits::default(), &mut Accounts)?;
        Ok(Self { tree })
    }

    /// What lies at a path, links followed.
    pub fn lies(&self, path: &str) -> Lies {
        match self.tree.resolve(path) {
            None => Lies::Nothing,
            Some((_, file)) => match file.kind {
                Kind::Directory => Lies::Directory,
                Kind::File { .. } | Kind::Special | Kind::Symlink(_) => {
                    Lies::File { executable: file.mode & 0o111 != 0 }
                }
            },
        }
    }

    /// Where a path leads when the links above its last name are followed, which itself need not be there:
    /// `bin/x` is `usr/bin/x` where `bin` is a link. `None` where there is no way to it.
    pub fn place(&self, path: &str) -> Option<String> {
        let Some((parent, name)) = path.rsplit_once('/') else { return Some(path.to_owned()) };
        if let Some((real, file)) = self.tree.resolve(parent) {
            let real = String::from_utf8(real).ok()?;
            let is_directory = *file.kind == Kind::Directory;
            return is_directory
                .then(|| if real.is_empty() { name.to_owned() } else { format!("{real}/{name}") });
        }
        // A link that leads nowhere, which nothing can be below.
        if self.tree.get(parent).is_some() {
            return None;
        }
        self.place(parent).map(|parent| format!("{parent}/{name}"))
    }

    /// The path of a directory without links.
    pub fn directory(&self, path: &str) -> Option<String> {
        let (real, file) = self.tree.resolve(path)?;
        if *file.kind == Kind::Directory { String::from_utf8(real).ok() } else { None }
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
        let text = self.tree.resolve(path).and_then(|(_, file)| file.note);
        text.into_iter().flat_map(|it| it.lines()).map(|line| line.split(':').collect())
    }
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
        let base =
            contents(&["usr/", "usr/bin/", "bin->usr/bin", "lost->nowhere", "file=x", "up->/"]);
        for (path, place) in [
            ("bin/x", Some("usr/bin/x")),
            ("bin/deep/x", Some("usr/bin/deep/x")),
            ("new/deep/x", Some("new/deep/x")),
            ("bin", Some("bin")),
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
