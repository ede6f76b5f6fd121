//! `plimsoll build`: from a Cargo workspace to an image.

use std::{
    num::NonZero,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use plimsoll_build::{
    base::BaseName,
    cache::Cache,
    labels,
    pack::{self, Packed, Programs},
    spec::ImageSpec,
};
use plimsoll_image::{Compression, Platform};
use plimsoll_project::{
    Environment, PackageFacts,
    git::{self, Commit, GitState},
};

use crate::{
    args::{BuildArgs, Format},
    environment,
    failure::Failure,
    report,
    settings::{self, Settings},
    ui::Ui,
};

mod base;
mod deliver;
mod dry_run;
mod engine;
mod from_binary;
mod from_cargo;
mod native_cpu;
pub(crate) mod output;
mod prove;
mod push;

use from_cargo::Plan;
use output::Output;

pub(crate) use deliver::{Delivered, NotWritten};
pub(crate) use prove::BinaryFacts;

/// The year 10000, in seconds since 1970.
const LAST_TIME: u64 = 253_402_300_800;

/// What the rest of the command looks at.
#[derive(Debug)]
struct Context<'a> {
    args: &'a BuildArgs,
    ui: &'a Ui,
    settings: Settings,
    environment: Environment,
    /// The project directory, absolute.
    directory: PathBuf,
}

/// A cache, and the directory that goes with it where the project's own can't be written to.
#[derive(Debug)]
struct OpenCache {
    cache: Cache,
    _temporary: Option<tempfile::TempDir>,
}

impl OpenCache {
    fn open(place: &Path, ui: &Ui) -> Result<Self, Failure> {
        use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};

        let wait = || ui.note("another build of this project is packing: waiting for it");
        match Cache::open(place, wait) {
            Ok(cache) => Ok(Self { cache, _temporary: None }),
            // A project that is mounted read-only, as in CI, can be packed all the same.
            Err(error) if matches!(error.source.kind(), PermissionDenied | ReadOnlyFilesystem) => {
                ui.note(format!(
                    "nothing is kept for the next build, as {} can't be written to",
                    place.display()
                ));
                let temporary = tempfile::tempdir()?;
                let cache = Cache::open(temporary.path(), || ())?;
                Ok(Self { cache, _temporary: Some(temporary) })
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Programs that are ready to be packed, however they came to be.
#[derive(Debug)]
struct Ready {
    /// What the image is called: the name of the first binary.
    title: String,
    /// What the package says of itself, where there is one.
    package: Option<PackageFacts>,
    /// The programs for each platform.
    programs: Vec<Programs>,
    /// What was found in them.
    binaries: Vec<BinaryFacts>,
    /// Where things are kept.
    target_directory: PathBuf,
    /// How long Cargo took.
    cargo: Duration,
}

impl Ready {
    /// What the image is called. Its tag is the program's version, as that never moves.
    fn called(&self) -> deliver::Called {
        let version = self.package.as_ref().map(|it| it.version.to_string());
        deliver::Called {
            title: self.title.clone(),
            tag: version.map_or_else(|| "unversioned".to_owned(), |it| output::tag_of(&it)),
            target_directory: self.target_directory.clone(),
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &BuildArgs, ui: &Ui) -> Result<(), Failure> {
    let directory = args.directory.canonicalize().map_err(|source| {
        Failure::new(format!("cannot open the directory {}: {source}", args.directory.display()))
    })?;
    if !directory.is_dir() {
        return Err(Failure::new(format!("{} is not a directory", args.directory.display()))
            .hint("name the directory of a project; a program is packed with --binary FILE"));
    }
    // It answers while Cargo works.
    let git = git::start(Path::new("git"), &directory);
    let context = Context {
        settings: settings::load(&directory)?,
        environment: std::env::vars_os().collect(),
        directory,
        args,
        ui,
    };
    if let Some(kind) = engine::chosen(&context)? {
        return engine::run(&context, kind, git);
    }
    let spec = context.spec()?;
    // What the command line alone tells is better told before a compiler is asked.
    let base = base::name(&context)?;
    if args.push {
        push::names(&context)?;
    }
    let plan = match &args.binary {
        Some(_) => None,
        None => Some(from_cargo::plan(&context)?),
    };
    // What can't be packed is better not built.
    pack::check(&spec, context.settings_directory(), base == BaseName::Scratch)?;
    let commit = commit(&context, git.join());
    let time = context.time(commit.as_ref())?;
    if args.dry_run {
        return dry_run::run(&context, &spec, &base, plan.as_ref(), commit.as_ref(), time);
    }
    // What can't be delivered is better not built.
    let delivery = deliver::prepare(&context, context.outputs())?;
    let bases = base::find(&context, &base)?;
    let found = match &args.binary {
        Some(binary) => Some(from_binary::ready(&context, binary, &spec, &bases)?),
        None => None,
    };
    let package = match &found {
        Some(ready) => ready.package.as_ref(),
        None => plan.as_ref().and_then(Plan::package),
    };
    let version = package.map(|it| it.version.to_string());
    let revision = push::revision(&spec.labels, commit.as_ref());
    let pushing =
        push::prepare(&context, version.as_deref(), revision.as_deref(), commit.as_ref())?;
    let ready = match (found, &plan) {
        (Some(ready), _) => ready,
        (None, Some(plan)) => from_cargo::ready(&context, plan, &spec, &bases, time)?,
        (None, None) => return Err(Failure::new("there is nothing to build")),
    };

    let begun = Instant::now();
    // Held until the image is delivered: another build must not tidy its layers away.
    let cache = OpenCache::open(&ready.target_directory.join("plimsoll/cache"), ui)?;
    let packed = context.pack(&spec, &ready, &cache.cache, commit.as_ref(), time)?;
    bases.note_what_is_left_out(&context);
    let tidying = packed.made_layers.then(|| thread::spawn(cache.cache.tidying()));
    let delivered = delivery.deliver(&ready.called(), &packed.bundle);
    // Last: what is in a registry is there for everybody.
    let pushed = match (&delivered, &pushing) {
        (Ok(_), Some(pushing)) => pushing.send(&packed.bundle, &packed.mounts),
        _ => Ok(Vec::new()),
    };
    // The cache stays locked until nothing touches it any more.
    tidying.map(thread::JoinHandle::join);
    drop(cache);
    bases.tidy();
    let (delivered, pushed) = (delivered?, pushed?);
    let packing = begun.elapsed();

    let facts = ready.report(packing, &packed);
    context.report(&report::build::Report::new(&facts, &packed.bundle, &delivered, pushed))
}

impl Ready {
    fn report(&self, packing: Duration, packed: &Packed) -> report::build::Facts<'_> {
        report::build::Facts {
            title: &self.title,
            version: self.package.as_ref().map(|it| it.version.to_string()),
            engine: report::build::EngineReport::native(),
            binaries: &self.binaries,
            steps: packed.steps.iter().copied().collect(),
            building: report::build::Building::Cargo(self.cargo),
            packing,
        }
    }
}

impl Context<'_> {
    /// Says what was built.
    fn report(&self, report: &report::build::Report) -> Result<(), Failure> {
        if let (true, Some(path)) = (self.args.push, environment::github_output()) {
            report::github::write(&path, &report.outputs())?;
        }
        self.ui.result(&match (self.args.quiet, self.args.format) {
            (true, _) => format!("{}\n", report.reference()),
            (false, Some(Format::Json)) => report.json()?,
            (false, _) => report.table(),
        })
    }

    /// What the image is to be.
    fn spec(&self) -> Result<ImageSpec, Failure> {
        Ok(self.settings.file.image.spec(self.settings_directory())?)
    }

    /// The directory to which paths in settings are relative.
    fn settings_directory(&self) -> &Path {
        self.settings.path.as_deref().and_then(Path::parent).unwrap_or(&self.directory)
    }

    fn compression(&self) -> Compression {
        self.args.compression.or(self.settings.file.build.compression).unwrap_or_default()
    }

    /// The platforms that were asked for, each once; none stands for this machine's.
    fn platforms(&self) -> Vec<Platform> {
        let (args, settings) = (&self.args.platform, &self.settings.file.build.platforms);
        let mut platforms = Vec::new();
        for platform in if args.is_empty() { settings } else { args } {
            if !platforms.contains(platform) {
                platforms.push(platform.clone());
            }
        }
        platforms
    }

    /// The outputs that were asked for; none stands for the default one.
    fn outputs(&self) -> &[Output] {
        &self.args.output
    }

    fn pack(
        &self,
        spec: &ImageSpec,
        ready: &Ready,
        cache: &Cache,
        commit: Option<&Commit>,
        time: u64,
    ) -> Result<Packed, Failure> {
        let request = pack::Request {
            spec,
            project: self.settings_directory(),
            platforms: ready.programs.clone(),
            labels: labels::labels(&ready.title, ready.package.as_ref(), commit, time),
            time,
            compression: self.compression(),
            threads: thread::available_parallelism().map_or(1, NonZero::get),
        };
        let bytes = ready.binaries.iter().map(|it| it.size).sum();
        let progress = self.ui.progress("Packing", bytes);
        Ok(pack::pack(&request, cache, &|count| progress.add(count))?)
    }

    /// The time of everything in the image: `SOURCE_DATE_EPOCH`, else the last commit, else 0.
    fn time(&self, commit: Option<&Commit>) -> Result<u64, Failure> {
        match self.environment.get(environment::SOURCE_DATE_EPOCH) {
            Some(text) if !text.is_empty() => {
                // Later times have no place in a date of four digits, nor in most readers of tar.
                let time = text.parse().ok().filter(|it| *it < LAST_TIME);
                time.ok_or_else(|| {
                    Failure::new(format!("SOURCE_DATE_EPOCH is `{text}`, not a number of seconds"))
                        .hint("set it to the time of the last commit: `git log -1 --format=%ct`")
                })
            }
            _ => Ok(commit.and_then(|it| u64::try_from(it.time).ok()).unwrap_or(0)),
        }
    }
}

/// The commit, if git knows one; else the user hears why there is no revision in the image.
fn commit(context: &Context<'_>, state: GitState) -> Option<Commit> {
    let reason = match state {
        GitState::Commit(commit) => return Some(commit),
        GitState::NoCommit { .. } | GitState::NotARepository | GitState::NotInstalled => {
            return None;
        }
        GitState::DubiousOwnership => {
            "git does not trust the repository, as it belongs to another user \
             (`git config --global --add safe.directory DIR`)"
                .to_owned()
        }
        GitState::TimedOut => "git did not answer in time".to_owned(),
        GitState::Failed { reason } => format!("git failed: {reason}"),
    };
    context.ui.warning(format!("the image names no revision: {reason}"));
    None
}
