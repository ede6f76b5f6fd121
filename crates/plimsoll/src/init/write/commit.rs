//! Writes files together: all of them, or none as far as a file system allows that.
//!
//! Everything is written aside and synced first, so that whatever can fail has failed before anything is
//! changed. Then come the renames, one by one; a kill between them leaves each file old or new, and the
//! next run writes the rest. Where a rename fails, those before it are taken back.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use plimsoll_image::atomic::{self, Partial};

use super::{Change, private};
use crate::owner;

/// Why files were not written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}; nothing was changed")]
pub(crate) struct NotWritten {
    path: String,
    pub(crate) source: io::Error,
}

/// Writes what is to be written.
///
/// # Errors
/// When a file can't be written to, or no longer holds what was compared. Nothing is changed then.
pub(crate) fn commit(changes: &[Change]) -> Result<(), NotWritten> {
    let mut directories = Made::default();
    let prepared = prepare(changes, &mut directories);
    let done = prepared.and_then(|prepared| rename(prepared, |_| Ok(())));
    if done.is_err() {
        directories.remove();
    }
    done
}

/// A file that is written aside.
#[derive(Debug)]
struct Prepared<'c> {
    change: &'c Change,
    partial: Partial,
}

impl Change {
    fn failed(&self, source: io::Error) -> NotWritten {
        NotWritten { path: self.path.clone(), source }
    }
}

/// Writes all files aside.
fn prepare<'c>(
    changes: &'c [Change],
    directories: &mut Made,
) -> Result<Vec<Prepared<'c>>, NotWritten> {
    let mut prepared: Vec<Prepared<'c>> = Vec::new();
    for change in changes.iter().filter(|it| it.is_written()) {
        directories.note(&change.target);
        match aside(change) {
            Ok(partial) => prepared.push(Prepared { change, partial }),
            Err(source) => {
                discard(prepared);
                return Err(change.failed(source));
            }
        }
    }
    Ok(prepared)
}

fn aside(change: &Change) -> io::Result<Partial> {
    let target = &change.target;
    // A rename would replace a file that may not be written to.
    let found = match fs::OpenOptions::new().write(true).open(target) {
        Ok(file) => Some(file.metadata()?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let mut partial = Partial::open(target)?;
    let filled = (|| {
        partial.clear()?;
        let aside = atomic::aside(target);
        match &found {
            // Before there is anything in it to read.
            None if change.is_private => only_for_the_owner(&aside)?,
            None => {}
            Some(found) => {
                owner::keep(&aside, found);
                fs::set_permissions(&aside, found.permissions())?;
            }
        }
        let text = if change.is_private { private::filled(change)? } else { change.new.clone() };
        partial.append()?.write_all(text.as_bytes())?;
        fs::File::open(&aside)?.sync_all()
    })();
    match filled {
        Ok(()) => Ok(partial),
        Err(error) => {
            partial.discard().ok();
            Err(error)
        }
    }
}

/// Gives the files their names. `before` is asked before each, with its number.
fn rename(
    prepared: Vec<Prepared<'_>>,
    mut before: impl FnMut(usize) -> io::Result<()>,
) -> Result<(), NotWritten> {
    if let Some(it) = prepared.iter().find(|it| !is_as_compared(it.change)) {
        let error = it.change.failed(io::Error::other("it was changed meanwhile"));
        discard(prepared);
        return Err(error);
    }
    let mut done: Vec<&Change> = Vec::new();
    let mut left = prepared.into_iter();
    while let Some(Prepared { change, partial }) = left.next() {
        if let Err(source) = before(done.len()).and_then(|()| partial.finish()) {
            // What failed to take its place still lies aside.
            fs::remove_file(atomic::aside(&change.target)).ok();
            discard(left.collect());
            for it in done {
                take_back(it);
            }
            return Err(change.failed(source));
        }
        done.push(change);
    }
    // Names that a loss of power takes are written by the next run.
    let directories: BTreeSet<_> = done.iter().filter_map(|it| it.target.parent()).collect();
    for directory in directories {
        atomic::sync_directory(directory).ok();
    }
    Ok(())
}

/// Whether a file still holds what was compared.
fn is_as_compared(change: &Change) -> bool {
    match (&change.old, fs::read(&change.target)) {
        (Some(old), Ok(found)) => found == old.as_bytes(),
        (None, Err(error)) => error.kind() == io::ErrorKind::NotFound,
        _ => false,
    }
}

fn discard(prepared: Vec<Prepared<'_>>) {
    for it in prepared {
        // The error that led here matters, not one of tidying up after it.
        it.partial.discard().ok();
    }
}

fn take_back(change: &Change) {
    let Some(old) = &change.old else {
        fs::remove_file(&change.target).ok();
        return;
    };
    let permissions = fs::metadata(&change.target).map(|it| it.permissions());
    let written = atomic::write(&change.target, |file| {
        file.write_all(old.as_bytes())?;
        fs::set_permissions(atomic::aside(&change.target), permissions?)
    });
    written.ok();
}

#[cfg(unix)]
fn only_for_the_owner(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn only_for_the_owner(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Directories that were made on the way, the outermost first.
#[derive(Debug, Default)]
struct Made(Vec<PathBuf>);

impl Made {
    /// Notes which directories above a file will be made.
    fn note(&mut self, target: &Path) {
        let missing = target.ancestors().skip(1).take_while(|it| !it.exists());
        let mut missing: Vec<_> = missing.map(Path::to_owned).collect();
        missing.reverse();
        self.0.extend(missing);
    }

    /// Removes those that are empty.
    fn remove(self) {
        for directory in self.0.iter().rev() {
            fs::remove_dir(directory).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        args::init::FileKind,
        init::{env_file::PASSWORD, write::Action},
    };

    fn change(root: &Path, path: &str, old: Option<&str>, new: &str) -> Change {
        Change {
            kind: Some(FileKind::Dockerfile),
            path: path.to_owned(),
            action: if old.is_some() { Action::Update } else { Action::Create },
            reason: String::new(),
            old: old.map(str::to_owned),
            new: new.to_owned(),
            is_private: path == ".env",
            target: root.join(path),
        }
    }

    /// A directory with `a` and `c`, and what replaces them and adds two more.
    fn project() -> (tempfile::TempDir, Vec<Change>) {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a"), "old a").unwrap();
        fs::write(root.path().join("c"), "old c").unwrap();
        let changes = vec![
            change(root.path(), "a", Some("old a"), "new a"),
            change(root.path(), "b/x/y", None, "new b"),
            change(root.path(), "c", Some("old c"), "new c"),
            change(root.path(), "d", None, "new d"),
        ];
        (root, changes)
    }

    /// All files with their texts, and directories, by name.
    fn tree(root: &Path) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut left = vec![root.to_owned()];
        while let Some(directory) = left.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                if path.is_dir() {
                    found.push((name, String::new()));
                    left.push(path);
                } else {
                    found.push((name, fs::read_to_string(path).unwrap()));
                }
            }
        }
        found.sort();
        found
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    fn old() -> Vec<(String, String)> {
        pairs(&[("a", "old a"), ("c", "old c")])
    }

    fn new() -> Vec<(String, String)> {
        pairs(&[
            ("a", "new a"),
            ("b", ""),
            ("b/x", ""),
            ("b/x/y", "new b"),
            ("c", "new c"),
            ("d", "new d"),
        ])
    }

    #[test]
    fn all_files_are_written_and_nothing_stays_aside() {
        let (root, changes) = project();
        commit(&changes).unwrap();
        assert_eq!(tree(root.path()), new());
    }

    #[test]
    fn what_can_not_be_written_leaves_everything_as_it_was() {
        let (root, changes) = project();
        // Somebody else's, at the name aside of the last file.
        fs::create_dir(root.path().join(".d.plimsoll-new")).unwrap();
        let error = commit(&changes).unwrap_err();
        assert_eq!(error.to_string(), "cannot write d; nothing was changed");
        fs::remove_dir(root.path().join(".d.plimsoll-new")).unwrap();
        assert_eq!(tree(root.path()), old());
    }

    #[test]
    fn what_was_changed_since_it_was_compared_is_not_replaced() {
        let (root, changes) = project();
        fs::write(root.path().join("c"), "newer").unwrap();
        assert!(commit(&changes).unwrap_err().source.to_string().contains("meanwhile"));
        assert_eq!(tree(root.path()), pairs(&[("a", "old a"), ("c", "newer")]));
        let (root, changes) = project();
        fs::write(root.path().join("d"), "there").unwrap();
        commit(&changes).unwrap_err();
        assert_eq!(tree(root.path()), [old(), pairs(&[("d", "there")])].concat());
    }

    #[test]
    fn a_rename_that_fails_takes_those_before_it_back() {
        for failing in 0..4 {
            let (root, changes) = project();
            let mut made = Made::default();
            let prepared = prepare(&changes, &mut made).unwrap();
            let fail =
                |at| if at == failing { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) };
            rename(prepared, fail).unwrap_err();
            made.remove();
            assert_eq!(tree(root.path()), old(), "at {failing}");
        }
    }

    #[test]
    fn a_kill_between_renames_leaves_whole_files_and_the_next_run_the_rest() {
        for killed in 0..=4 {
            let (root, changes) = project();
            let mut prepared = prepare(&changes, &mut Made::default()).unwrap();
            let rest = prepared.split_off(killed);
            rename(prepared, |_| Ok(())).unwrap();
            // The locks of a process that is gone are gone, too; what it wrote aside stays.
            drop(rest);
            let left =
                tree(root.path()).into_iter().filter(|(name, _)| !name.contains("plimsoll-new"));
            for entry in left {
                assert!(old().contains(&entry) || new().contains(&entry), "{entry:?}");
            }
            let again: Vec<_> = changes.into_iter().skip(killed).collect();
            commit(&again).unwrap();
            assert_eq!(tree(root.path()), new(), "at {killed}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn modes_are_kept_and_secrets_are_for_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("run");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o751)).unwrap();
        let changes = [
            change(root.path(), ".env", None, &format!("PASSWORD={PASSWORD}")),
            change(root.path(), ".env.example", None, "PASSWORD="),
            change(root.path(), "run", Some("old"), "new"),
        ];
        commit(&changes).unwrap();
        let mode =
            |name: &str| fs::metadata(root.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(".env"), mode("run")), (0o600, 0o751));
        assert_ne!(mode(".env.example"), 0o600);
        let text = fs::read_to_string(root.path().join(".env")).unwrap();
        let password = text.strip_prefix("PASSWORD=").unwrap();
        assert!(
            password.len() == 32 && password.bytes().all(|it| it.is_ascii_hexdigit()),
            "{text}"
        );
    }
}
