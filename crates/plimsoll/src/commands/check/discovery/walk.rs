//! What is below a directory.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use ignore::{DirEntry, WalkBuilder, gitignore::Gitignore};
use plimsoll_lint::FileType;

use super::{Found, name, not_there};
use crate::{
    commands::check::{kind::Kind, linking},
    disk, paths,
};

/// Hidden directories that hold what is checked.
const LOOKED_INTO: &[&str] = &[".devcontainer", ".forgejo", ".gitea", ".github"];
/// Hidden files that are checked.
const CHECKED: &[&str] = &[".containerignore", ".dockerignore"];
/// So many files are looked at to tell why there is nothing to check.
const MOST_ENTRIES: usize = 20_000;

/// Finds what is checked below a directory.
pub(super) fn walk(root: &Path, directory: &Path, excluded: &Gitignore, found: &mut Found) {
    let mut builder = builder(root);
    let excluded = excluded.clone();
    builder.filter_entry(move |entry| {
        is_seen(entry) && (excluded.is_empty() || !is_excluded(entry, &excluded))
    });
    let whole = disk::path_of(root);
    // What is found goes into a map: only the rest is put in order.
    let mut unseen = Vec::new();
    let mut links = Vec::new();
    for entry in builder.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                unseen.push(error.to_string());
                continue;
            }
        };
        let Some(file) = file_type(&entry, root, whole.as_deref()) else {
            if linking::is_bake(&entry.file_name().to_string_lossy()) {
                found.bakes.extend(disk::path_of(entry.path()));
            }
            continue;
        };
        match entry.file_type() {
            Some(kind) if kind.is_file() => {
                found.add(entry.into_path(), directory, Kind::File(file), true);
            }
            Some(kind) if kind.is_symlink() => links.push((entry.into_path(), file)),
            _ => {}
        }
    }
    unseen.sort();
    found.unseen.extend(unseen);
    links.sort();
    // A link is checked only where it leads to something that isn't checked already.
    if !links.is_empty() {
        found.know_targets();
    }
    for (link, file) in links {
        match fs::metadata(&link) {
            Ok(kind) if kind.is_file() => found.add(link, directory, Kind::File(file), true),
            Ok(_) => {}
            Err(error) => {
                found.problems.push((name(&link, directory), not_there(&link, error)));
            }
        }
    }
}

/// A file below a directory that would be checked if git did not ignore it.
pub(in crate::commands::check) fn git_ignores(root: &Path) -> Option<PathBuf> {
    let whole = disk::path_of(root);
    let mut builder = builder(root);
    builder.git_ignore(false).git_global(false).git_exclude(false).ignore(false).parents(false);
    builder.filter_entry(is_seen).sort_by_file_name(Ord::cmp);
    let mut entries = builder.build().take(MOST_ENTRIES).flatten();
    let found = entries.find(|it| {
        it.file_type().is_some_and(|it| it.is_file())
            && file_type(it, root, whole.as_deref()).is_some()
    });
    found.map(DirEntry::into_path)
}

fn builder(root: &Path) -> WalkBuilder {
    let mut builder = WalkBuilder::new(root);
    // What is ignored stays ignored in a copy without `.git`. Which hidden files count is ours to say.
    builder.require_git(false).hidden(false);
    builder
}

/// Whether an entry is looked at: hidden ones are left out, but for those that are meant for us.
fn is_seen(entry: &DirEntry) -> bool {
    if entry.depth() == 0 {
        return true;
    }
    let name = entry.file_name().as_encoded_bytes();
    if !name.starts_with(b".") {
        // Of what forges have, workflows alone.
        let parent = entry.path().parent().filter(|_| entry.depth() > 1);
        let parent = parent.and_then(Path::file_name).map(OsStr::as_encoded_bytes);
        return !matches!(parent, Some(b".github" | b".gitea" | b".forgejo"))
            || name == b"workflows";
    }
    let is_directory = entry.file_type().is_some_and(|it| it.is_dir());
    let shown = if is_directory { LOOKED_INTO } else { CHECKED };
    shown.iter().any(|it| it.as_bytes() == name)
}

fn is_excluded(entry: &DirEntry, excluded: &Gitignore) -> bool {
    let is_directory = entry.file_type().is_some_and(|it| it.is_dir());
    entry.depth() > 0
        && paths::absolute(entry.path()).is_ok_and(|path| {
            path.starts_with(excluded.path()) && excluded.matched(path, is_directory).is_ignore()
        })
}

/// What a file is taken for. Workflows are known by the directories above them, be those above
/// `root`, whose absolute path is `whole`.
fn file_type(entry: &DirEntry, root: &Path, whole: Option<&str>) -> Option<FileType> {
    let name = entry.file_name().to_string_lossy();
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    match (whole, entry.path().strip_prefix(root)) {
        (Some(whole), Ok(rest)) if is_yaml => {
            FileType::of(&format!("{whole}/{}", rest.to_string_lossy().replace('\\', "/")))
        }
        _ => FileType::of(&name),
    }
}
