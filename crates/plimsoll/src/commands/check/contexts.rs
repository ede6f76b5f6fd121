//! The `.dockerignore` of the context that a Dockerfile is likely built in.
//!
//! Which directory becomes the context is decided by whoever builds. Here it is the nearest one, from
//! the Dockerfile's own upwards, that has a `.dockerignore`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// More than any list of patterns.
const MOST_BYTES: u64 = 1024 * 1024;

/// Finds the `.dockerignore` of Dockerfiles. Each directory is looked at once.
#[derive(Debug, Default)]
pub(super) struct Contexts {
    /// By directory as it is written: the text that holds for Dockerfiles in it, if there is one.
    known: Mutex<BTreeMap<PathBuf, Option<Arc<str>>>>,
}

impl Contexts {
    /// The text of the `.dockerignore` for a Dockerfile: of its own (`NAME.dockerignore`), or of the
    /// nearest directory that has one, up to the root of the repository or, outside of any, up to
    /// `directory`. One that can't be read counts as empty.
    pub(super) fn dockerignore(&self, path: &Path, directory: &Path) -> Option<Arc<str>> {
        let mut own = path.file_name().unwrap_or_default().to_owned();
        own.push(".dockerignore");
        if let Some(text) = read(&path.with_file_name(own)) {
            return Some(text);
        }
        let start = path.parent()?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = known.get(start) {
            return text.clone();
        }
        let text = nearest(crate::paths::absolute(path).ok()?.parent()?, directory);
        known.insert(start.to_owned(), text.clone());
        text
    }
}

fn nearest(start: &Path, directory: &Path) -> Option<Arc<str>> {
    let in_repository = start.ancestors().any(|it| it.join(".git").exists());
    for place in start.ancestors() {
        if let Some(text) = read(&place.join(".dockerignore")) {
            return Some(text);
        }
        let ends = if in_repository {
            place.join(".git").exists()
        } else {
            !place.starts_with(directory) || place == directory
        };
        if ends {
            break;
        }
    }
    None
}

/// The text of a file, or `None` where there is no such file.
fn read(path: &Path) -> Option<Arc<str>> {
    let found = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let text = if found.len() > MOST_BYTES { None } else { fs::read(path).ok() };
    let text = text.map(|it| String::from_utf8_lossy(&it).into_owned());
    Some(text.unwrap_or_default().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dockerignore_is_looked_for_up_to_the_root_of_the_repository() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("r/a/b")).unwrap();
        fs::write(root.path().join(".dockerignore"), "target\n").unwrap();
        let has = |path: &str| {
            Contexts::default().dockerignore(&root.path().join(path), root.path()).is_some()
        };
        assert!(has("r/a/b/Dockerfile"));
        fs::create_dir(root.path().join("r/.git")).unwrap();
        assert!(!has("r/a/b/Dockerfile"));
        fs::write(root.path().join("r/a/Dockerfile.x.dockerignore"), "").unwrap();
        assert!(has("r/a/Dockerfile.x") && !has("r/a/b/Dockerfile"));
        fs::write(root.path().join("r/.dockerignore"), "").unwrap();
        assert!(has("r/a/b/Dockerfile"));
    }

    #[test]
    fn a_file_of_the_dockerfiles_own_comes_first() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join(".dockerignore"), "all\n").unwrap();
        fs::write(root.path().join("b.dockerignore"), "own\n").unwrap();
        let contexts = Contexts::default();
        let text = |name: &str| contexts.dockerignore(&root.path().join(name), root.path());
        assert_eq!(text("a").as_deref(), Some("all\n"));
        assert_eq!(text("b").as_deref(), Some("own\n"));
        assert_eq!(text("c").as_deref(), Some("all\n"));
    }
}
