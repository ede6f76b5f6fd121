//! Paths that patterns and searches upwards can work on.

use std::{
    io,
    path::{Component, Path, PathBuf},
};

/// The absolute path of what is there or will be. One without `..` is not looked up, and keeps its
/// links; in one with `..`, the parts before can't be told without following them, so that its
/// directory is looked up. The name itself stays what it is.
///
/// # Errors
/// The current directory is gone.
pub(crate) fn absolute(path: &Path) -> io::Result<PathBuf> {
    let whole = std::path::absolute(path)?;
    if !whole.components().any(|it| it == Component::ParentDir) {
        return Ok(whole);
    }
    let found = match (whole.parent(), whole.file_name()) {
        (Some(parent), Some(name)) => parent.canonicalize().map(|it| it.join(name)),
        _ => whole.canonicalize(),
    };
    // Where nothing is, nothing is found either.
    Ok(found.unwrap_or(whole))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_stands_above_is_looked_up() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::create_dir(root.join("c")).unwrap();
        for (path, expected) in
            [("a/../c", "c"), ("a/b/..", "a"), ("a/../c/new", "c/new"), ("a/./b", "a/b")]
        {
            assert_eq!(absolute(&root.join(path)).unwrap(), root.join(expected), "{path}");
        }
        let missing = root.join("no/../c/x");
        assert_eq!(absolute(&missing).unwrap(), missing);
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_where_there_is_nothing_to_look_up() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::create_dir(root.join("a")).unwrap();
        std::os::unix::fs::symlink("a", root.join("link")).unwrap();
        assert_eq!(absolute(&root.join("link")).unwrap(), root.join("link"));
        assert_eq!(absolute(&root.join("a/../link")).unwrap(), root.join("link"));
    }
}
