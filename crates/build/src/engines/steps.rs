//! Where a local cache of steps is, and where its next state is made.

use std::path::{Path, PathBuf};

/// What the new steps are written to, within the directory: so both are on the same disk, wherever that is
/// mounted, and nothing beside the directory is touched.
const NEW: &str = ".plimsoll-new";

/// A directory with steps that were built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalSteps {
    /// The directory.
    pub directory: PathBuf,
    /// A new one in it for the steps of this build. BuildKit only ever adds to a directory, so that one that is
    /// always the same has no end to its old steps.
    pub new: PathBuf,
}

impl LocalSteps {
    pub(super) fn of(place: Option<&Path>, context: &Path) -> Self {
        let directory = match place {
            // Without a `/` at its end.
            Some(place) => place.components().collect(),
            None => context.join("target/plimsoll/steps"),
        };
        Self { new: directory.join(NEW), directory }
    }
}
