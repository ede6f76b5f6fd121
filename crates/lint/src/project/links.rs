//! Finds the builds that files describe.

pub(crate) mod compose;

use std::sync::Arc;

use plimsoll_project::files::Files;

use super::{ImageBuild, Project};
use crate::FileType;

impl Project {
    /// Reads the files that describe builds. `paths` are those to read, absolute; the others are
    /// skipped, and so is what can't be read.
    pub fn read<'p>(files: Arc<dyn Files>, paths: impl IntoIterator<Item = &'p str>) -> Self {
        let mut builds: Vec<ImageBuild> = Vec::new();
        for path in paths {
            let Some(text) = files.text(path) else { continue };
            if FileType::of(path) == Some(FileType::Compose) {
                compose::read(&*files, path, &text, &mut builds);
            }
        }
        Self::with_builds(files, builds)
    }
}
