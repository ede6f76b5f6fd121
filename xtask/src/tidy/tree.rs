//! The files that git tracks, and the sources that it should.

use std::{
    collections::BTreeMap,
    error::Error,
    fs, io,
    path::Path,
    process::{Command, Stdio},
};

/// Where a source that git ignores was forgotten; elsewhere, such files are made by builds.
const SOURCES: &[&str] = &[
    ":(glob)crates/*/src/**",
    ":(glob)crates/*/tests/**",
    ":(glob)xtask/src/**",
    ":(glob)examples/*/crates/*/src/**",
    ":(glob)examples/*/crates/*/tests/**",
    ":(glob)tests/workspaces/*/src/**",
    ":(glob)tests/workspaces/*/crates/*/src/**",
];

/// Files by their paths, with `/` between names.
#[derive(Debug, Default)]
pub(super) struct Tree {
    files: BTreeMap<String, Vec<u8>>,
    /// Sources that are there but that git ignores: they would be missing in a clone.
    pub(super) ignored: Vec<String>,
}

impl Tree {
    /// Reads what git tracks below `root`, as it stands in the work tree.
    pub(super) fn tracked(root: &Path) -> Result<Self, Box<dyn Error>> {
        let mut files = BTreeMap::new();
        for path in list(root, &["--cached"])? {
            // A link names a file that is checked by itself, or nothing of ours.
            match fs::symlink_metadata(root.join(&path)) {
                Ok(metadata) if metadata.is_file() => {}
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                // Deleted, and the deletion not yet committed.
                _ => continue,
            }
            let content = fs::read(root.join(&path))?;
            files.insert(path, content);
        }
        let mut ignored = vec!["--others", "--ignored", "--exclude-standard", "--"];
        ignored.extend(SOURCES);
        Ok(Self { files, ignored: list(root, &ignored)? })
    }

    /// A made-up tree.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
        Self { files: files.iter().map(file).collect(), ignored: Vec::new() }
    }

    /// The paths of all files.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The files that are text, with their paths.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.keys().filter_map(|path| Some((path.as_str(), self.text(path)?)))
    }

    /// The texts whose names end so, as in `rs`.
    pub(super) fn texts_of(&self, kind: &str) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(move |(path, _)| path.rsplit_once('.').is_some_and(|it| it.1 == kind))
    }

    /// The text of a file, if there is one and it is text.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        str::from_utf8(self.files.get(path)?).ok().filter(|text| !text.contains('\0'))
    }

    /// Whether this names a file, or a directory with one in it.
    pub(super) fn holds(&self, path: &str) -> bool {
        let directory = format!("{}/", path.trim_end_matches('/'));
        self.files.contains_key(path) || self.paths().any(|it| it.starts_with(&directory))
    }
}

fn list(root: &Path, arguments: &[&str]) -> Result<Vec<String>, Box<dyn Error>> {
    let output = Command::new("git")
        .current_dir(root)
        .args(["ls-files", "-z"])
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run git: {error}"))?;
    if !output.status.success() {
        return Err(format!("git ls-files failed in {}", root.display()).into());
    }
    let names = String::from_utf8(output.stdout)?;
    Ok(names.split_terminator('\0').map(str::to_owned).collect())
}
