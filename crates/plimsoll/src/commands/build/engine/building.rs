//! Runs the engine and opens what it has built.

use std::{fs, num::NonZero, path::Path, thread};

use plimsoll_build::engines::{
    Invocation, Plan, Product, Request, Tool, buildx, docker, failure::explain, run, tail::Tail,
};
use plimsoll_image::open::{self, Opened, Options};

use super::{Context, Dockerfile, engine_name, steps::Steps, stop::Stop};
use crate::{failure::Failure, report::failed_build::FailedBuild};

/// A build that is under way.
#[derive(Debug)]
pub(super) struct Building<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) tool: &'a Tool,
    pub(super) dockerfile: &'a Dockerfile,
    pub(super) request: &'a Request,
}

impl Building<'_> {
    /// Builds: what came of it, and by which identifiers the engine's storage has it.
    pub(super) fn build(&self, plan: &Plan) -> Result<(Vec<Opened>, Vec<String>), Failure> {
        let steps = plan.steps.as_ref().map(|it| Steps::open(self.context, it)).transpose()?;
        let stop = Stop::watch()?;
        if let Some(create) = &plan.create {
            let name = create.arguments.iter().skip_while(|it| *it != "--name").nth(1);
            let name = name.and_then(|it| it.to_str()).unwrap_or_default();
            self.context
                .ui
                .note(format!("making the builder {name}; `docker buildx rm {name}` removes it"));
            self.step(create, &stop, "make the builder")?;
        }
        let (mut opened, mut ids) = (Vec::new(), Vec::new());
        for build in &plan.builds {
            let (success, log) = self.heard(&build.invocation, &stop)?;
            if !success {
                return Err(self.failed(&log));
            }
            let archive = match &build.product {
                Product::Archive(path) => path.clone(),
                Product::Id(path) => {
                    let id = self.id(path)?;
                    let archive = self.request.scratch.join(format!("image-{}.tar", ids.len()));
                    self.step(&self.tool.save(&id, &archive), &stop, "take the image out")?;
                    ids.push(id);
                    archive
                }
            };
            opened.push(self.open(&archive)?);
        }
        // The image is there, with or without the steps.
        if let Some(Err(error)) = steps.as_ref().map(Steps::keep) {
            let place = plan.steps.as_ref().map(|it| it.directory.display().to_string());
            let place = place.unwrap_or_default();
            self.context
                .ui
                .warning(format!("the steps of this build are not kept in {place}: {error}"));
        }
        Ok((opened, ids))
    }

    /// Runs the engine and passes on what it says.
    fn heard(&self, invocation: &Invocation, stop: &Stop) -> Result<(bool, String), Failure> {
        let mut tail = Tail::default();
        let log = self.context.ui.build_log();
        let status = stop.during(|told| {
            run::run(invocation, told, &mut |line| {
                tail.push(line);
                log.line(line);
            })
        })?;
        Ok((status.success(), tail.text()))
    }

    /// Runs what is said of only if it fails.
    fn step(&self, invocation: &Invocation, stop: &Stop, what: &str) -> Result<(), Failure> {
        let mut tail = Tail::default();
        let status = stop.during(|told| run::run(invocation, told, &mut |line| tail.push(line)))?;
        if status.success() {
            return Ok(());
        }
        let text = tail.text();
        let said =
            text.lines().rev().find(|it| !it.trim().is_empty()).unwrap_or("it does not say why");
        Err(Failure::new(format!("{} could not {what}: {said}", engine_name(self.tool))))
    }

    fn failed(&self, log: &str) -> Failure {
        let failed = FailedBuild {
            engine: engine_name(self.tool),
            explained: &explain(log),
            name: &self.dockerfile.name,
            text: &self.dockerfile.text,
            log_was_shown: self.context.ui.shows_build_logs(),
        };
        failed.failure()
    }

    /// The identifier that the engine has written down.
    fn id(&self, path: &Path) -> Result<String, Failure> {
        let id = fs::read_to_string(path).unwrap_or_default().trim().to_owned();
        let bare = id.strip_prefix("sha256:").unwrap_or(&id);
        if bare.len() == 64 && bare.bytes().all(|it| it.is_ascii_hexdigit()) {
            return Ok(known(path).unwrap_or(id));
        }
        let engine = engine_name(self.tool);
        Err(Failure::new(format!("{engine} built the image and does not say which it is"))
            .hint("is the current builder one of another machine? name one with --builder"))
    }

    fn open(&self, archive: &Path) -> Result<Opened, Failure> {
        let options = Options {
            choice: None,
            platform: None,
            scratch: &self.request.scratch,
            threads: thread::available_parallelism().map_or(1, NonZero::get),
        };
        Ok(open::open(archive, &options)?)
    }
}

/// By what the engine knows the image where it does not by the digest of its configuration: an engine that
/// keeps images as containerd does has them by the digest of their manifest.
fn known(id: &Path) -> Option<String> {
    let metadata = fs::read_to_string(buildx::metadata(id)).ok()?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).ok()?;
    let digest = metadata.get("containerimage.digest")?.as_str()?.to_owned();
    let knows = |id: &str| {
        let question = docker::knows(id);
        let arguments: Vec<_> = question.arguments.iter().filter_map(|it| it.to_str()).collect();
        run::ask(&question.program, &arguments).is_ok_and(|it| it.success)
    };
    let written = fs::read_to_string(id).ok()?;
    (!knows(written.trim()) && knows(&digest)).then_some(digest)
}
