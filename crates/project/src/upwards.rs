//! Looking for a file in a directory and above it.

use std::path::{Path, PathBuf};

/// Returns the nearest `name` in `directory` or one of its parents.
pub(crate) fn find_upwards(directory: &Path, name: &str) -> Option<PathBuf> {
    directory.ancestors().map(|it| it.join(name)).find(|it| it.is_file())
}
