//! The directory that the paths of a file are seen from.

use plimsoll_project::files::{self, Files};

/// How far above a file its paths may be seen from.
const MOST: usize = 8;

/// The directory that the paths of a file are seen from: its own, or one above it where only that one
/// has the Dockerfile. Files in directories of their own are often read from the root of the
/// repository (`--project-directory`, `docker buildx bake -f`, `include` of Compose).
pub(super) fn find<'p>(files: &dyn Files, path: &'p str, has: impl Fn(&str) -> bool) -> &'p str {
    let own = files::parent(path).unwrap_or("/");
    let mut at_root = false;
    let above = files::ancestors(path).take(MOST).take_while(|it| {
        let was_root = at_root;
        at_root = files.kind(&files::join(it, ".git")).is_some();
        !was_root
    });
    let mut found = above.filter(|it| has(it));
    found.next().unwrap_or(own)
}
