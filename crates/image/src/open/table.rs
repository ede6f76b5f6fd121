//! What is in a tar file, and where.

use std::{
    collections::BTreeMap,
    fs::File,
    io::BufReader,
    path::{Component, Path, PathBuf},
};

use tar::EntryType;

use super::{OpenError, error, store::Store};
use crate::BlobContent;

/// How many entries an archive may have: an image has a handful of files for each layer.
const MOST_ENTRIES: usize = 100_000;
/// How many links may follow each other.
const MOST_LINKS: usize = 10;

/// An archive of an image, read from its headers alone.
#[derive(Debug)]
pub(super) struct Archive {
    /// Where the bytes are.
    file: PathBuf,
    /// What the user calls it.
    path: PathBuf,
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    File {
        offset: u64,
        size: u64,
    },
    /// To another name in the archive; `None` where it leads out.
    Link(Option<String>),
}

impl Archive {
    /// Reads the headers of the tar file at `path`, which is called `name` in messages.
    pub(super) fn read(path: &Path, name: &Path) -> Result<Self, OpenError> {
        let file = File::open(path).map_err(error::io("open", name))?;
        let length = file.metadata().map_err(error::io("open", name))?.len();
        let mut archive = tar::Archive::new(BufReader::new(file));
        let mut entries = BTreeMap::new();
        let damaged = |source: std::io::Error| OpenError::Invalid {
            path: name.to_owned(),
            what: "the tar header".to_owned(),
            reason: source.to_string(),
        };
        for (count, entry) in archive.entries_with_seek().map_err(damaged)?.enumerate() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(_) if count == 0 => {
                    let found = "neither an OCI layout nor a tar file";
                    return Err(OpenError::NoImage { path: name.to_owned(), found });
                }
                Err(error) => return Err(damaged(error)),
            };
            if count >= MOST_ENTRIES {
                return Err(OpenError::Limit {
                    path: name.to_owned(),
                    what: "the number of files".to_owned(),
                    limit: MOST_ENTRIES.to_string(),
                });
            }
            // Names that lead out, or are no text, are nobody's.
            let Some(own) = entry.path().ok().and_then(|it| normal("", &it)) else { continue };
            let target = || entry.link_name().ok().flatten();
            let found = match entry.header().entry_type() {
                EntryType::Regular | EntryType::Continuous => {
                    let (offset, size) = (entry.raw_file_position(), entry.size());
                    if offset.checked_add(size).is_none_or(|end| end > length) {
                        return Err(OpenError::Invalid {
                            path: name.to_owned(),
                            what: own,
                            reason: "the archive ends within it".to_owned(),
                        });
                    }
                    Entry::File { offset, size }
                }
                EntryType::Symlink => {
                    let parent = own.rsplit_once('/').map_or("", |(parent, _)| parent);
                    Entry::Link(target().and_then(|it| normal(parent, &it)))
                }
                EntryType::Link => Entry::Link(target().and_then(|it| normal("", &it))),
                _ => continue,
            };
            entries.insert(own, found);
        }
        Ok(Self { file: path.to_owned(), path: name.to_owned(), entries })
    }

    /// Whether there is something of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// Finds what a path in a document of the archive means.
    pub(super) fn meant(&self, text: &str) -> Result<(BlobContent, u64), OpenError> {
        let name = normal("", Path::new(text));
        let leads_out = || OpenError::LeadsOut { path: self.path.clone(), what: text.to_owned() };
        let missing = || OpenError::Missing { path: self.path.clone(), what: text.to_owned() };
        self.find(&name.ok_or_else(leads_out)?)?.ok_or_else(missing)
    }
}

impl Store for Archive {
    fn path(&self) -> &Path {
        &self.path
    }

    fn find(&self, name: &str) -> Result<Option<(BlobContent, u64)>, OpenError> {
        let what = || name.to_owned();
        let mut current = name;
        for _ in 0..=MOST_LINKS {
            match self.entries.get(current) {
                None => return Ok(None),
                Some(&Entry::File { offset, size }) => {
                    let content = BlobContent::Part { path: self.file.clone(), offset };
                    return Ok(Some((content, size)));
                }
                Some(Entry::Link(Some(target))) => current = target,
                Some(Entry::Link(None)) => {
                    return Err(OpenError::LeadsOut { path: self.path.clone(), what: what() });
                }
            }
        }
        Err(OpenError::Limit {
            path: self.path.clone(),
            what: format!("the number of links behind {name}"),
            limit: MOST_LINKS.to_string(),
        })
    }
}

/// A path relative to a directory of the archive as its one name there; `None` where it leads out.
fn normal(directory: &str, path: &Path) -> Option<String> {
    let mut parts: Vec<&str> = directory.split('/').filter(|it| !it.is_empty()).collect();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_form_and_never_lead_out() {
        let found = |directory, path: &str| normal(directory, Path::new(path));
        assert_eq!(found("", "./a/./b"), Some("a/b".to_owned()));
        assert_eq!(found("a/b", "../c/layer.tar"), Some("a/c/layer.tar".to_owned()));
        assert_eq!(found("a", "../../c"), None);
        assert_eq!(found("", "/etc/passwd"), None);
    }
}
