//! What is at the place of a file. Links are followed within the project, and never out of it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::read::{self, ReadProblem};

/// A place in the project.
#[derive(Debug)]
pub(super) struct Place {
    /// The file itself, links followed.
    pub(super) target: PathBuf,
    pub(super) found: Found,
}

/// What is there.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    Text(String),
    /// Something that can't be replaced; what, as a sentence without its full stop.
    Other(String),
}

/// Looks at a path below a root, which is a path without links.
pub(super) fn look(root: &Path, path: &str) -> Place {
    let mut here = root.to_owned();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        if matches!(part, "" | "." | "..") {
            return other(here, "it is no path of the project");
        }
        here.push(part);
        let link = match fs::symlink_metadata(&here) {
            Ok(found) => found.is_symlink(),
            // Directories that are missing will be made.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                here.extend(parts);
                return Place { target: here, found: Found::Nothing };
            }
            Err(error) => return other(here, format!("it can't be looked at: {error}")),
        };
        let name = if is_last { "it".to_owned() } else { display(root, &here) };
        if link {
            match here.canonicalize() {
                Ok(real) if real.starts_with(root) => here = real,
                Ok(_) => {
                    return other(here, format!("{name} is a link that leads out of the project"));
                }
                Err(_) => return other(here, format!("{name} is a link that leads nowhere")),
            }
        }
        if is_last {
            break;
        }
        if !here.is_dir() {
            return other(here, format!("{name} is no directory"));
        }
    }
    let found = match read::file(&here, false) {
        Ok(text) => Found::Text(text),
        Err(ReadProblem::Io(error)) => Found::Other(format!("it can't be read: {error}")),
        Err(problem) => Found::Other(problem.to_string()),
    };
    Place { target: here, found }
}

fn other(target: PathBuf, what: impl Into<String>) -> Place {
    Place { target, found: Found::Other(what.into()) }
}

fn display(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(place: &Place) -> String {
        match &place.found {
            Found::Nothing => "nothing".to_owned(),
            Found::Text(text) => format!("text {text}"),
            Found::Other(what) => what.clone(),
        }
    }

    #[test]
    fn what_is_there_is_told() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::create_dir(root.join("docker")).unwrap();
        fs::write(root.join("Dockerfile"), "FROM a").unwrap();
        fs::write(root.join("binary"), b"\xff\xfe").unwrap();
        for (path, expected) in [
            ("Dockerfile", "text FROM a"),
            (".github/workflows/container.yml", "nothing"),
            ("docker", "it is a directory, not a file"),
            ("docker/a", "nothing"),
            ("Dockerfile/a", "Dockerfile is no directory"),
            ("../a", "it is no path of the project"),
        ] {
            assert_eq!(said(&look(&root, path)), expected, "{path}");
        }
        assert!(said(&look(&root, "binary")).starts_with("it is not UTF-8"));
        let place = look(&root, "a/b/c");
        assert_eq!(place.target, root.join("a/b/c"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_within_the_project_alone() {
        use std::os::unix::fs::symlink;

        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "x").unwrap();
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::create_dir(root.join("real")).unwrap();
        fs::write(root.join("real/file"), "y").unwrap();
        symlink("real/file", root.join("inside")).unwrap();
        symlink("real", root.join("directory")).unwrap();
        symlink(outside.path().join("secret"), root.join("outside")).unwrap();
        symlink(outside.path(), root.join(".github")).unwrap();
        symlink("nowhere", root.join("dangling")).unwrap();
        let place = look(&root, "inside");
        assert_eq!((said(&place), &place.target), ("text y".to_owned(), &root.join("real/file")));
        assert_eq!(look(&root, "directory/new").target, root.join("real/new"));
        assert_eq!(said(&look(&root, "outside")), "it is a link that leads out of the project");
        let expected = ".github is a link that leads out of the project";
        assert_eq!(said(&look(&root, ".github/workflows/a.yml")), expected);
        assert_eq!(said(&look(&root, "dangling")), "it is a link that leads nowhere");
    }
}
