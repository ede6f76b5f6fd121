//! The files around those that are checked, and how they belong together.

pub(crate) mod links;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use plimsoll_finding::Span;
use plimsoll_project::cargo_files::CargoWorkspace;
use plimsoll_project::files::{self, Files};

use crate::image_facts::ImageFacts;
use crate::surroundings::levels::Level;
use crate::{BuildContext, Depth, Survey};

/// Where a file lies.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file: absolute, `/` between its parts, as [`Files`] names files.
    pub path: Arc<str>,
    /// What lies around it.
    pub project: Arc<Project>,
}

/// A Dockerfile, and the target of its build.
type ImageKey = (String, Option<String>);

/// The files around those that are checked.
#[derive(Debug)]
pub struct Project {
    /// Reads files. Each is read once, however many rules ask.
    pub files: Arc<dyn Files>,
    /// Every build of an image that a Compose file, a bake file or a workflow describes.
    pub builds: Vec<ImageBuild>,
    /// The builds of each Dockerfile, by its path: places in `builds`.
    by_dockerfile: BTreeMap<String, Vec<usize>>,
    /// The contexts that were looked at, by root, `.dockerignore` and thoroughness.
    surveys: Mutex<Surveys>,
    /// The directories that may be contexts, by the directory of a Dockerfile.
    levels: Mutex<BTreeMap<String, Arc<[Level]>>>,
    /// The workspaces that were asked for, by directory.
    workspaces: Mutex<BTreeMap<String, Option<Arc<CargoWorkspace>>>>,
    /// The images that were asked for, by Dockerfile and target.
    images: Mutex<BTreeMap<ImageKey, Option<Arc<ImageFacts>>>>,
}

type Surveys = BTreeMap<(String, Option<String>, Depth), Arc<Survey>>;

/// The build of an image, as a Compose file, a bake file or a workflow describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageBuild {
    /// What describes it.
    pub origin: Origin,
    /// The directory that is the build context; `None` where it is a URL or known at run time only.
    pub context: Option<String>,
    /// The Dockerfile; `None` where it is written inline or known at run time only.
    pub dockerfile: Option<String>,
    /// The stage that is built; `None` for the last one.
    pub target: Option<String>,
    /// Whether the target is known: not, where an expression gives it.
    pub target_known: bool,
    /// The build arguments, by name, with their values as far as those are known.
    pub args: Vec<(String, Option<String>)>,
}

/// What describes a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub path: String,
    /// The place in it.
    pub span: Span,
    /// What it is called there, such as "service `api`".
    pub name: String,
    /// What kind of file that is.
    pub kind: OriginKind,
}

/// What kind of file describes a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginKind {
    /// A Compose file; the name of the origin is that of the service.
    Compose,
    /// `docker-bake.hcl` or `docker-bake.json`.
    Bake,
    /// A GitHub workflow.
    Workflow,
}

impl Project {
    /// A project in which nothing describes any build.
    pub fn new(files: Arc<dyn Files>) -> Self {
        Self::with_builds(files, Vec::new())
    }

    /// A project with the builds that its files describe.
    pub fn with_builds(files: Arc<dyn Files>, builds: Vec<ImageBuild>) -> Self {
        let mut by_dockerfile: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, build) in builds.iter().enumerate() {
            if let Some(path) = &build.dockerfile {
                by_dockerfile.entry(path.clone()).or_default().push(place);
            }
        }
        Self {
            files,
            builds,
            by_dockerfile,
            surveys: Mutex::default(),
            levels: Mutex::default(),
            workspaces: Mutex::default(),
            images: Mutex::default(),
        }
    }

    /// What a Dockerfile makes of a stage, the last one where no target is given; `None` where there
    /// is no such file. It is read once.
    pub fn image(&self, dockerfile: &str, target: Option<&str>) -> Option<Arc<ImageFacts>> {
        let lock = || self.images.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (dockerfile.to_owned(), target.map(str::to_owned));
        if let Some(known) = lock().get(&key) {
            return known.clone();
        }
        let text = self.files.text(dockerfile);
        let name = || self.files.name(dockerfile);
        let read = text.map(|it| Arc::new(ImageFacts::read(dockerfile, name(), &it, target)));
        lock().entry(key).or_insert(read).clone()
    }

    /// What is in a build context. It is looked at once.
    pub fn survey(&self, context: &BuildContext, depth: Depth) -> Arc<Survey> {
        let lock = || self.surveys.lock().unwrap_or_else(PoisonError::into_inner);
        let ignore = context.ignore.as_ref().map(|it| it.path.clone());
        let key = (context.root.clone(), ignore, depth);
        if let Some(known) = lock().get(&key) {
            return Arc::clone(known);
        }
        let found = Arc::new(Survey::of(&*self.files, context, depth));
        lock().insert(key, Arc::clone(&found));
        found
    }

    /// The directories that may be the context of a Dockerfile in a directory, the nearest first.
    pub(crate) fn levels(&self, directory: &str) -> Arc<[Level]> {
        let lock = || self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(directory) {
            return Arc::clone(known);
        }
        let found: Arc<[Level]> = Level::above(&*self.files, directory).into();
        Arc::clone(lock().entry(directory.to_owned()).or_insert(found))
    }

    /// The Cargo workspace of a directory: the one that Cargo would work on there. It is read once.
    pub fn workspace(&self, directory: &str) -> Option<Arc<CargoWorkspace>> {
        let lock = || self.workspaces.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(directory) {
            return known.clone();
        }
        // Two threads may read the same one; the lock is not held while files are read.
        let found = CargoWorkspace::find(&*self.files, directory).map(Arc::new);
        lock().entry(directory.to_owned()).or_insert(found).clone()
    }

    /// The builds of a Dockerfile.
    pub fn builds_of(&self, dockerfile: &str) -> impl Iterator<Item = &ImageBuild> {
        let places = self.by_dockerfile.get(dockerfile).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|it| self.builds.get(*it))
    }
}

impl Place {
    /// The directory that the file is in.
    pub fn directory(&self) -> &str {
        files::parent(&self.path).unwrap_or("/")
    }

    /// A path as the file writes it, seen from the directory that the file is in.
    pub fn resolve(&self, path: &str) -> String {
        files::join(self.directory(), path)
    }

    /// The files of the project.
    pub fn files(&self) -> &dyn Files {
        &*self.project.files
    }
}
