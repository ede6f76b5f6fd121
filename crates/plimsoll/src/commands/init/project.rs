//! The workspace of a directory, and what is known around it without studying it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use plimsoll_build::base::lock::{self, Lock};
use plimsoll_engine::Environment as EngineEnvironment;
use plimsoll_project::{
    cargo_files::CargoWorkspace,
    files,
    git::{self, GitState},
    toolchain::Toolchain,
};

use super::choices;
use crate::{
    args::init::InitArgs,
    disk::{self, DiskFiles, Root},
    environment,
    failure::Failure,
    init::{
        images::Finder,
        survey::{SurveyError, Wanted},
    },
    settings::{self, InitSettings, Settings},
};

/// The workspace of a directory.
#[derive(Debug)]
pub(super) struct Project {
    /// The directory that was asked about, as `files` has it.
    pub(super) path: String,
    /// The root of the workspace, without links.
    pub(super) root: PathBuf,
    /// As messages name it.
    pub(super) name: String,
    /// What stands before a path of the project, seen from the current directory: `examples/app/`.
    /// Empty where the root is the current directory, or not below it.
    pub(super) prefix: String,
    /// The disk.
    pub(super) files: DiskFiles,
    /// What is locked so far.
    pub(super) lock: Lock,
    /// Whether the settings are in Cargo.toml.
    pub(super) settings_in_manifest: bool,
    settings: Settings,
    remote: Option<String>,
    rustc: Option<String>,
}

impl Project {
    /// Finds it.
    ///
    /// # Errors
    /// There is no workspace, or settings or lock file in it can't be read.
    pub(super) fn find(args: &InitArgs) -> Result<Self, Failure> {
        let shown = args.directory.display();
        let directory = fs::canonicalize(&args.directory)
            .map_err(|error| Failure::new(format!("cannot find {shown}: {error}")))?;
        let here = env::current_dir().and_then(fs::canonicalize);
        let here = here.ok().as_deref().and_then(disk::path_of);
        let no_text = || Failure::new(format!("the path of {shown} is not UTF-8"));
        let path = disk::path_of(&directory).ok_or_else(no_text)?;
        let roots = here.iter().map(|it| Root { path: it.clone(), name: String::new() });
        let files = DiskFiles::new(roots.collect());
        let workspace = CargoWorkspace::find(&files, &path)
            .ok_or_else(|| SurveyError::NoWorkspace(shown.to_string()))?;
        let git = git::start(Path::new("git"), &directory);
        // A toolchain file says which Rust it is, and rustup would download that one to answer.
        let rustc = workspace.toolchain().is_none().then(|| rustc(&directory)).flatten();
        let steps =
            files::ancestors(&path).count() - files::ancestors(&workspace.directory).count();
        let root = directory.ancestors().nth(steps).unwrap_or(&directory).to_owned();
        let below = here.as_deref().and_then(|it| files::below(it, &workspace.directory));
        let prefix = match below {
            None | Some("") => String::new(),
            Some(below) => format!("{below}/"),
        };
        let settings = settings::load(&root)?;
        let settings_in_manifest = settings.path.as_deref() == Some(&*root.join("Cargo.toml"));
        let remote = match git.join() {
            GitState::Commit(commit) => commit.origin,
            GitState::NoCommit { origin } => origin,
            _ => None,
        };
        Ok(Self {
            name: root.display().to_string(),
            lock: Lock::read(&root.join(lock::FILE))?,
            settings_in_manifest,
            prefix,
            settings,
            remote,
            rustc,
            files,
            root,
            path,
        })
    }

    /// What the survey is asked.
    pub(super) fn wanted(&self, args: &InitArgs) -> Wanted {
        Wanted {
            rustc: self.rustc.clone(),
            remote: self.remote.clone(),
            ..choices::wanted(args, self.choices())
        }
    }

    /// What `init` was asked for before.
    pub(super) const fn choices(&self) -> &InitSettings {
        &self.settings.file.init
    }

    /// The file that says so, if there is one.
    pub(super) fn settings_file(&self) -> Option<&Path> {
        self.settings.path.as_deref()
    }

    /// Who finds images, as far as the command line lets it.
    pub(super) fn finder(&self, args: &InitArgs) -> Finder {
        let variable = |name: &str| env::var(name).ok();
        let finder = Finder::new(self.lock.clone(), args.update_base)
            .with_engine(EngineEnvironment::from_vars(variable));
        if args.offline {
            return finder;
        }
        finder.with_registries(&self.settings.file.registry, &args.registry.insecure)
    }
}

/// The version of this machine's Rust, if it has one.
fn rustc(directory: &Path) -> Option<String> {
    let program = env::var_os(environment::RUSTC).filter(|it| !it.is_empty());
    let program = program.map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
    Some(Toolchain::query(&program, directory).ok()?.release.to_string())
}
