//! What a workflow does with containers: the first question of every rule.

use plimsoll_syntax::workflow::{ActionName, Job, Step, Workflow};
use plimsoll_syntax::yaml::Yaml;

use super::acts::{Act, ActKind, acts_of};
use super::builds::Build;
use super::metadata::Metadata;
use super::scans::Scan;

/// A text without any of these says nothing about containers.
const WORDS: &[&str] = &[
    "docker",
    "trivy",
    "grype",
    "anchore/",
    "snyk",
    "buildah",
    "podman",
    "kaniko",
    "depot/",
    "build-push",
    "plimsoll push",
];

/// What a workflow does with containers, job by job.
#[derive(Debug)]
pub(crate) struct Containers<'y> {
    /// The workflow.
    pub(crate) workflow: Workflow<'y>,
    /// Every job, those that do nothing with containers too.
    pub(crate) jobs: Vec<JobActs<'y>>,
}

/// What a job does, in order.
#[derive(Debug)]
pub(crate) struct JobActs<'y> {
    /// The job.
    pub(crate) job: Job<'y>,
    /// What its steps do, those that nobody knows anything about too.
    pub(crate) acts: Vec<Act<'y>>,
}

impl<'y> Containers<'y> {
    /// What a workflow does; `None` where that is nothing with containers.
    pub(super) fn of(yaml: &'y Yaml<'y>, workflow: Workflow<'y>) -> Option<Self> {
        if !WORDS.iter().any(|it| yaml.text.contains(it)) || !workflow.is_workflow() {
            return None;
        }
        let jobs: Vec<_> = workflow.jobs().map(|job| JobActs { job, acts: acts_of(job) }).collect();
        let found = Self { workflow, jobs };
        found.jobs.iter().any(JobActs::is_about_containers).then_some(found)
    }

    /// The jobs that do something with containers.
    pub(crate) fn about_containers(&self) -> impl Iterator<Item = &JobActs<'y>> {
        self.jobs.iter().filter(|it| it.is_about_containers())
    }

    /// Every build, with its job.
    pub(crate) fn builds(&self) -> impl Iterator<Item = (&JobActs<'y>, &Act<'y>, &Build<'y>)> {
        self.jobs.iter().flat_map(|job| job.builds().map(move |(act, build)| (job, act, build)))
    }

    /// Every scan, with its job.
    pub(crate) fn scans(&self) -> impl Iterator<Item = (&JobActs<'y>, &Act<'y>, &Scan<'y>)> {
        self.jobs.iter().flat_map(|job| job.scans().map(move |(act, scan)| (job, act, scan)))
    }

    /// What a step of `docker/metadata-action` names, by the step's id.
    pub(crate) fn metadata(&self, id: &str) -> Option<&Metadata> {
        let mut acts = self.jobs.iter().flat_map(|it| &it.acts);
        acts.find_map(|it| match &it.kind {
            ActKind::Metadata(metadata) if metadata.id.as_deref() == Some(id) => Some(&**metadata),
            _ => None,
        })
    }

    /// Whether images go to a registry that is gone with the job, for all that is known.
    pub(crate) fn is_temporary(&self, job: &JobActs<'y>, act: &Act<'y>) -> bool {
        let is_registry = |it: &plimsoll_syntax::yaml::Entry<'_>| {
            let image = it.value.get("image").and_then(plimsoll_syntax::yaml::Value::as_str);
            image.is_some_and(|it| it.contains("registry"))
        };
        let names = match &act.kind {
            ActKind::Push(names) => names,
            ActKind::Build(build) => {
                let unknown = |id: &String| {
                    self.metadata(id)
                        .is_none_or(|it| it.images.iter().any(|it| it.image().is_temporary()))
                };
                if build.metadata.iter().any(unknown) {
                    return true;
                }
                &build.tags
            }
            _ => return false,
        };
        names.iter().any(|it| it.image().is_temporary())
            || job.job.services().iter().any(is_registry)
    }

    /// A job by its id.
    pub(crate) fn job(&self, id: &str) -> Option<&JobActs<'y>> {
        self.jobs.iter().find(|it| it.job.id() == id)
    }

    /// Whether a job runs after another one: it needs it, or a job that does.
    pub(crate) fn follows(&self, later: &JobActs<'y>, earlier: &JobActs<'y>) -> bool {
        let mut waiting = vec![later];
        let mut seen = Vec::new();
        while let Some(job) = waiting.pop() {
            for need in job.job.needs() {
                let Some(needed) = self.job(need.text()) else { continue };
                if needed.job.id() == earlier.job.id() {
                    return true;
                }
                if !seen.contains(&needed.job.id()) {
                    seen.push(needed.job.id());
                    waiting.push(needed);
                }
            }
        }
        false
    }
}

impl<'y> JobActs<'y> {
    /// Whether something that it does is about containers.
    pub(crate) fn is_about_containers(&self) -> bool {
        self.acts.iter().any(|it| it.kind.is_about_containers())
    }

    /// The builds, in order.
    pub(crate) fn builds(&self) -> impl Iterator<Item = (&Act<'y>, &Build<'y>)> {
        self.acts.iter().filter_map(|act| match &act.kind {
            ActKind::Build(build) => Some((act, &**build)),
            _ => None,
        })
    }

    /// The scans, in order.
    pub(crate) fn scans(&self) -> impl Iterator<Item = (&Act<'y>, &Scan<'y>)> {
        self.acts.iter().filter_map(|act| match &act.kind {
            ActKind::Scan(scan) => Some((act, &**scan)),
            _ => None,
        })
    }

    /// What comes before an act.
    pub(crate) fn before<'s>(&'s self, act: &Act<'y>) -> impl Iterator<Item = &'s Act<'y>> {
        let start = act.span.start();
        self.acts.iter().take_while(move |it| it.span.start() < start)
    }

    /// What comes after an act.
    pub(crate) fn after<'s>(&'s self, act: &Act<'y>) -> impl Iterator<Item = &'s Act<'y>> {
        let start = act.span.start();
        self.acts.iter().filter(move |it| it.span.start() > start)
    }

    /// The steps that use an action, with its name.
    pub(crate) fn actions(&self) -> impl Iterator<Item = (&Act<'y>, ActionName<'y>)> {
        self.acts.iter().filter_map(|act| Some((act, act.step.uses()?.action()?)))
    }
}

/// Whether the text of a step says one of some words, in lower case.
pub(crate) fn mentions(step: Step<'_>, words: &[&str]) -> bool {
    let text = step.span().slice(step.value.source()).unwrap_or_default().to_ascii_lowercase();
    words.iter().any(|it| text.contains(it))
}
