//! `plimsoll push`: takes an image to registries.

use std::{fs::File, io::BufWriter, num::NonZero, path::Path, thread};

use plimsoll_engine::{Endpoint, Engine, Environment as EngineEnvironment};
use plimsoll_image::{
    BlobSet, Descriptor,
    open::{self, Opened, Options},
};
use plimsoll_registry::{Client, Mounts, Push, Pushed};

use crate::{
    args::{Format, push::PushArgs},
    environment,
    failure::Failure,
    registry, report, settings,
    ui::Ui,
};

mod source;
mod targets;

use source::Source;
pub(crate) use targets::Naming;

/// Runs the command.
pub(crate) fn run(args: &PushArgs, ui: &Ui) -> Result<(), Failure> {
    let settings = settings::load(Path::new("."))?.file;
    let source = Source::parse(&args.image, Path::exists)?;
    let jobs = args.jobs.map(usize::from);
    let client = registry::client(&settings.registry, &args.registry.insecure, jobs);
    // What has to be unpacked, saved or brought lies here until it is sent.
    let scratch = tempfile::tempdir()?;
    let (opened, mounts) = opened(&source, args, &client, scratch.path(), ui)?;
    let image = opened.images.first();
    let naming = Naming {
        settings: &settings.push,
        allow_retag: args.registry.allow_retag,
        version: image.and_then(|it| it.version.as_deref()),
        commit: image.and_then(|it| it.revision.as_deref()),
    };
    let targets = naming.targets(&args.references, Some(&opened.root.digest))?;
    let push =
        Push { root: &opened.root, blobs: &opened.blobs, mounts: &mounts, targets: &targets };
    let pushed = {
        let transfers = ui.transfers("pushing");
        client.push(&push, &transfers)?
    };
    naming.warn_of_moved(&pushed, ui);
    let repositories = repositories(&pushed, &opened.root, &opened.blobs, &naming);
    let report = report::push::Report::new(&opened.root, &opened.images, repositories);
    if let Some(path) = environment::github_output() {
        report::github::write(&path, &report.outputs())?;
    }
    ui.result(&match (args.quiet, args.format) {
        (true, _) => report.names(),
        (false, Some(Format::Json)) => report.json()?,
        (false, _) => report.table(),
    })
}

/// Opens the image, wherever it is.
fn opened(
    source: &Source,
    args: &PushArgs,
    client: &Client,
    scratch: &Path,
    ui: &Ui,
) -> Result<(Opened, Mounts), Failure> {
    let options = Options {
        choice: None,
        platform: args.platform.as_ref(),
        scratch,
        threads: thread::available_parallelism().map_or(1, NonZero::get),
    };
    let opened = match source {
        Source::Path { path, choice } => {
            open::open(path, &Options { choice: choice.as_deref(), ..options })?
        }
        Source::Docker(name) => {
            let environment = EngineEnvironment::from_vars(|name| std::env::var(name).ok());
            let engine = Engine::connect(Endpoint::resolve(None, &environment)?)?;
            let path = scratch.join("saved.tar");
            let mut file = BufWriter::new(File::create(&path)?);
            engine.save(name, &mut file)?;
            drop(file);
            open::open(&path, &options)?
        }
        Source::Registry(reference) => {
            let transfers = ui.transfers("pulling");
            let opened = client.open(reference, args.platform.as_ref(), scratch, &transfers);
            let (root, blobs, mounts) =
                opened.map_err(|error| source::not_opened(&args.image, error.into()))?;
            let images = open::images(&root, &blobs)?;
            return Ok((Opened { root, blobs, images }, mounts));
        }
    };
    Ok((opened, Mounts::new()))
}

/// What each repository has now.
pub(crate) fn repositories(
    pushed: &[Pushed],
    root: &Descriptor,
    blobs: &BlobSet,
    naming: &Naming<'_>,
) -> Vec<report::push::RepositoryReport> {
    report::push::repositories(pushed, open::payload(root, blobs), |it| {
        naming.mutability(it).is_immutable()
    })
}
