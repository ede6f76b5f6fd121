//! What lies around a Dockerfile: who builds it, and from which context.

mod build_context;

pub use build_context::{BuildContext, IgnoreFile};

use plimsoll_project::files::Files;

use crate::{Facts, ImageBuild, Place};

/// What lies around a Dockerfile.
#[derive(Debug)]
pub struct Surroundings {
    /// Where the Dockerfile lies, and the project.
    pub place: Place,
    /// What builds it, as Compose files, bake files and workflows say.
    pub builds: Vec<ImageBuild>,
    /// The build context.
    pub context: BuildContext,
}

impl Surroundings {
    pub(crate) fn of(place: &Place, facts: &Facts<'_>) -> Self {
        let builds: Vec<ImageBuild> = place.project.builds_of(&place.path).cloned().collect();
        let context = BuildContext::of(place, &builds, facts);
        Self { place: place.clone(), builds, context }
    }

    /// The files of the project.
    pub fn files(&self) -> &dyn Files {
        self.place.files()
    }
}
