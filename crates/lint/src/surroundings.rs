//! What lies around a Dockerfile: who builds it, and from which context.

mod build_context;
mod builder_rust;
mod cargo_builds;
mod delivered;
pub(crate) mod levels;
pub(crate) mod native;
pub(crate) mod results;
pub(crate) mod survey;
mod targets;

pub use build_context::{BuildContext, IgnoreFile};
pub(crate) use builder_rust::{Version, base_rust};
pub(crate) use cargo_builds::{CargoBuild, CargoBuilds};
pub(crate) use delivered::Presence;
pub use survey::{Depth, Survey};

use std::cell::OnceCell;
use std::sync::Arc;

use plimsoll_project::cargo_files::CargoWorkspace;
use plimsoll_project::files::{self, Files};

use crate::facts::taken::{Taken, taken};
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
    /// Found out when a rule first asks.
    taken: OnceCell<Vec<Taken>>,
    /// Found out when a rule first asks.
    workspace: OnceCell<Option<Arc<CargoWorkspace>>>,
    cargo_builds: OnceCell<CargoBuilds>,
}

impl Surroundings {
    pub(crate) fn of(place: &Place, facts: &Facts<'_>) -> Self {
        let builds: Vec<ImageBuild> = place.project.builds_of(&place.path).cloned().collect();
        let context = BuildContext::of(place, &builds, facts);
        Self {
            place: place.clone(),
            builds,
            context,
            taken: OnceCell::new(),
            workspace: OnceCell::new(),
            cargo_builds: OnceCell::new(),
        }
    }

    /// The Cargo workspace that the Dockerfile likely builds: that of the context's root, or else
    /// that of the directory which the Dockerfile is in, where the context has it.
    pub fn workspace(&self) -> Option<&CargoWorkspace> {
        let find = || {
            let project = &self.place.project;
            let at = |directory: &str| {
                let has = project.files.is_file(&files::join(directory, "Cargo.toml"));
                if has { project.workspace(directory) } else { None }
            };
            // A workspace that merely lies above need not be the one that is built.
            let root = if self.context.likely { at(&self.context.root) } else { None };
            root.or_else(|| at(self.place.directory()))
        };
        self.workspace.get_or_init(find).as_deref()
    }

    /// What the Dockerfile's cargo commands find where they run.
    pub(crate) fn cargo_builds(&self, facts: &Facts<'_>) -> &CargoBuilds {
        self.cargo_builds.get_or_init(|| {
            let likely = self.context.likely;
            if likely { CargoBuilds::of(self, facts) } else { CargoBuilds::default() }
        })
    }

    /// What the Dockerfile takes of the context, in order.
    pub(crate) fn taken(&self, facts: &Facts<'_>) -> &[Taken] {
        self.taken.get_or_init(|| taken(facts))
    }

    /// Whether a `.dockerignore` holds for the build, or may: where nobody says what the context is,
    /// one in any directory that may be it counts.
    pub fn may_have_ignore_file(&self) -> bool {
        let context = &self.context;
        let is_known = context.told && context.certain;
        context.ignore.is_some() || !is_known && build_context::has_ignore_file_near(&self.place)
    }

    /// The files of the project.
    pub fn files(&self) -> &dyn Files {
        self.place.files()
    }
}
