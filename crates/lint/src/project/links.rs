//! Finds the builds that files describe.

mod bake;
mod base_directory;
pub(crate) mod compose;
mod workflow;

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
            let describes =
                matches!(FileType::of(path), Some(FileType::Compose | FileType::Workflow));
            let Some(text) = (describes || bake::is_bake(path)).then(|| files.text(path)).flatten()
            else {
                continue;
            };
            match FileType::of(path) {
                Some(FileType::Compose) => compose::read(&*files, path, &text, &mut builds),
                Some(FileType::Workflow) => workflow::read(&*files, path, &text, &mut builds),
                _ if bake::is_bake(path) => bake::read(&*files, path, &text, &mut builds),
                _ => {}
            }
        }
        Self::with_builds(files, builds)
    }
}
