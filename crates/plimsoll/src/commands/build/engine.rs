//! `--engine`: an image from a Dockerfile, built by BuildKit, Docker or buildah.
//!
//! The engine builds, and everything after that is Plimsoll's own: the result is opened, written to the
//! outputs, pushed and reported as what `--engine native` makes.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use plimsoll_build::engines::{Cache, Kind, Request, Tool, docker, plan, run as runs, tool};
use plimsoll_image::{Bundle, Reference, open::Opened};
use plimsoll_project::git;
use plimsoll_registry::Mounts;

use super::{Context, deliver, output::Output, push};
use crate::{args::engine::EngineName, failure::Failure, registry, report};

mod building;
mod called;
mod dockerfile;
mod dry_run;
mod options;
mod steps;
mod stop;

use building::Building;
use dockerfile::Dockerfile;

/// The engine that was chosen: nothing for Plimsoll's own.
///
/// # Errors
/// An option was typed that it does not take.
pub(super) fn chosen(context: &Context<'_>) -> Result<Option<Kind>, Failure> {
    let args = &context.args.engine;
    let name = args.engine.or(context.settings.file.build.engine).unwrap_or_default();
    let kind = match name {
        EngineName::Native => None,
        EngineName::Buildkit => Some(Kind::Buildkit),
        EngineName::Docker => Some(Kind::Docker),
        EngineName::Buildah => Some(Kind::Buildah),
    };
    match kind {
        None => match args.given().first() {
            Some(option) => Err(Failure::new(format!(
                "{option} is about a Dockerfile, which Plimsoll's own engine has no use for"
            ))
            .hint("add `--engine buildkit` (or docker, or buildah), or leave the option away")),
            None => Ok(None),
        },
        Some(_) => match context.args.typed.first() {
            Some(option) => Err(Failure::new(format!(
                "{option} is for `--engine native`: from a Dockerfile, the Dockerfile says that"
            ))
            .hint(options::instead_of(option))),
            None => Ok(kind),
        },
    }
}

/// Builds with an engine.
pub(super) fn run(context: &Context<'_>, kind: Kind, git: git::Pending) -> Result<(), Failure> {
    let args = context.args;
    if args.push {
        push::names(context)?;
    }
    let dockerfile = Dockerfile::find(context)?;
    let scratch = tempfile::tempdir()?;
    let mut request = options::request(context, &dockerfile, scratch.path())?;
    let commit = super::commit(context, git.join());
    let time = context.time(commit.as_ref())?;
    let project = called::project(context, request.target.as_deref())?;
    // As they are pushed: a cache is looked for in the image of that name.
    for name in &mut request.names {
        if name.tag.is_none() && name.digest.is_none() {
            *name = name.tagged(&project.called.tag);
        }
    }
    request.labels = project.labels(&dockerfile, commit.as_ref(), time);
    let tool = tool::find(kind, &request, &runs::ask)?;
    if let (Tool::Docker { .. }, false) = (&tool, args.dry_run) {
        request.absent = absent(context, &request);
    }
    let plan = options::with_world(context, |world| plan::plan(&request, &tool, world))?;
    let outputs = outputs(context, &tool);
    if args.dry_run {
        return dry_run::run(context, &request, &tool, &plan, &outputs, &project);
    }
    // What can't be delivered is better not built.
    let delivery = deliver::prepare(context, &outputs)?;
    let revision = push::revision(&request.labels, commit.as_ref());
    let version = project.version();
    let pushing = push::prepare(context, version.as_deref(), revision.as_deref(), commit.as_ref())?;

    let begun = Instant::now();
    let building = Building { context, tool: &tool, dockerfile: &dockerfile, request: &request };
    let (opened, ids) = building.build(&plan)?;
    let built = begun.elapsed();

    let begun = Instant::now();
    let bundle = Bundle::of_opened(&opened)?;
    let delivered = delivery.deliver(&project.called, &bundle)?;
    if matches!(tool, Tool::Buildx { .. } | Tool::Docker { .. }) {
        for id in &ids {
            take_out(id);
        }
    }
    // Last: what is in a registry is there for everybody.
    let pushed = match &pushing {
        Some(pushing) => pushing.send(&bundle, &Mounts::new())?,
        None => Vec::new(),
    };
    let facts = facts(&project, &tool, &opened, built, begun.elapsed());
    context.report(&report::build::Report::new(&facts, &bundle, &delivered, pushed))
}

/// The images that steps would be read from and that are not in their registry, or not for us: as before
/// the first build.
fn absent(context: &Context<'_>, request: &Request) -> BTreeSet<Reference> {
    let inline = request.caches.iter().filter(|it| matches!(it, Cache::Inline(_)));
    let mut names: Vec<Reference> =
        inline.flat_map(|it| docker::inline_names(request, it)).collect();
    let client =
        registry::client(&context.settings.file.registry, &context.args.registry.insecure, None);
    let transfers = context.ui.transfers("reading");
    names.retain(|name| {
        let missing = client.manifest(name, &transfers).err();
        if let Some(error) = &missing {
            context.ui.note(format!("no steps are taken from {name}: {error}"));
        }
        missing.is_some()
    });
    names.into_iter().collect()
}

/// Where the image goes: where one would look for it.
fn outputs(context: &Context<'_>, tool: &Tool) -> Vec<Output> {
    let given = context.outputs();
    let one_platform = context.platforms().len() < 2;
    let in_engine = match tool {
        Tool::Docker { .. } => true,
        // Another builder's images are not in the engine, and there may be no engine here.
        Tool::Buildx { driver, .. } => driver == "docker",
        Tool::Buildah { .. } => false,
    };
    if given.is_empty() && !context.args.push && in_engine && one_platform {
        return vec![Output::Docker(None)];
    }
    given.to_vec()
}

/// Takes an image out of the engine that nobody has named: it was only on its way.
fn take_out(id: &str) {
    let ask = |invocation: plimsoll_build::engines::Invocation| {
        let arguments: Vec<_> = invocation.arguments.iter().filter_map(|it| it.to_str()).collect();
        runs::ask(&invocation.program, &arguments)
    };
    // An image that stays takes room, and nothing else.
    let is_unnamed = |text: &str| matches!(text.trim(), "[]" | "null");
    if ask(docker::names(id)).is_ok_and(|it| it.success && is_unnamed(&it.text)) {
        ask(docker::remove(id)).ok();
    }
}

fn facts<'a>(
    project: &'a called::Project,
    tool: &Tool,
    opened: &[Opened],
    built: Duration,
    packing: Duration,
) -> report::build::Facts<'a> {
    let labelled = opened.iter().flat_map(|it| &it.images).find_map(|it| it.version.clone());
    report::build::Facts {
        title: &project.called.title,
        version: labelled.or_else(|| project.version()),
        engine: report::build::EngineReport::of(tool),
        binaries: &[],
        steps: std::collections::BTreeMap::new(),
        building: report::build::Building::Engine(built),
        packing,
    }
}

/// A path as it is shown: relative where it lies below the place where the user is.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let relative = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    let path = relative.filter(|it| !it.as_os_str().is_empty()).unwrap_or_else(|| path.to_owned());
    path.display().to_string()
}

/// What an engine is asked for, as far as messages name it.
fn engine_name(tool: &Tool) -> &'static str {
    match tool {
        Tool::Buildx { .. } => "docker buildx",
        Tool::Docker { .. } => "docker",
        Tool::Buildah { .. } => "buildah",
    }
}
