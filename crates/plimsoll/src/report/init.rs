//! `plimsoll/init/v1`: what was found out, what was decided, and what becomes of each file.

mod human;
mod program;

use serde::Serialize;

use self::program::ProgramReport;
use crate::{
    args::init::{Base, CiSystem, FileKind},
    failure::Failure,
    init::{
        images::PinnedImage,
        plan::{Linking, Plan},
        write::{Action, Change},
    },
};

/// The report.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Report {
    /// Which form this is: `plimsoll/init/v1`.
    schema: &'static str,
    /// Whether files were written.
    written: bool,
    /// The files, by their paths.
    files: Vec<FileReport>,
    project: ProjectReport,
    /// The programs, each a target of the Dockerfile; the default one first.
    programs: Vec<ProgramReport>,
    base: BaseReport,
    /// The images that the files name, the builder first.
    images: Vec<ImageReport>,
    /// The platforms that CI builds for.
    platforms: Vec<String>,
    /// Where CI pushes to, without a tag.
    repository: String,
    ci: CiSystem,
    /// What nobody but the user can decide.
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FileReport {
    /// Its path below the root of the workspace.
    path: String,
    /// What it is; none for plimsoll.lock.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<FileKind>,
    action: Action,
    /// Why, where the action alone does not say it.
    #[serde(skip_serializing_if = "String::is_empty")]
    reason: String,
    /// What would change, with `--diff`.
    #[serde(skip_serializing_if = "String::is_empty")]
    diff: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ProjectReport {
    /// What it is called, fit for image names.
    name: String,
    /// Where the workspace lies below the build context; empty where it is the context.
    below_context: String,
    members: Vec<String>,
    /// The Rust to build with, and why.
    rust: String,
    rust_reason: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct BaseReport {
    name: Base,
    /// Why.
    reason: String,
    /// How programs are linked: `static`, `debian` or `alpine`.
    linking: &'static str,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ImageReport {
    /// What for: `builder`, `base`, or a service by its name.
    purpose: String,
    /// Its name with its tag.
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    /// Why it has no digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
}

impl Report {
    pub(crate) fn new(plan: &Plan, changes: &[Change]) -> Self {
        let survey = &plan.survey;
        let file = |it: &Change| FileReport {
            path: it.path.clone(),
            kind: it.kind,
            action: it.action,
            reason: it.reason.clone(),
            diff: String::new(),
        };
        Self {
            schema: "plimsoll/init/v1",
            written: false,
            files: changes.iter().map(file).collect(),
            project: ProjectReport {
                name: survey.name.clone(),
                below_context: survey.below_context.clone(),
                members: survey.members.clone(),
                rust: survey.rust.version.clone(),
                rust_reason: survey.rust.reason.clone(),
            },
            programs: plan.targets.iter().map(ProgramReport::new).collect(),
            base: BaseReport {
                name: plan.base,
                reason: plan.base_reason.clone(),
                linking: match plan.linking {
                    Linking::Static => "static",
                    Linking::Debian => "debian",
                    Linking::Alpine => "alpine",
                },
            },
            images: images(plan),
            platforms: plan.platforms.clone(),
            repository: plan.repository.clone(),
            ci: plan.ci,
            notes: survey.notes.iter().chain(&plan.notes).cloned().collect(),
        }
    }

    /// Says whether files were written.
    pub(crate) fn written(mut self, written: bool) -> Self {
        self.written = written;
        self
    }

    /// Shows in each file what would change, as a patch whose names begin with the prefix.
    pub(crate) fn with_diffs(mut self, changes: &[Change], prefix: &str) -> Self {
        for (file, change) in self.files.iter_mut().zip(changes) {
            file.diff = change.diff(prefix);
        }
        self
    }

    /// As JSON.
    pub(crate) fn json(&self) -> Result<String, Failure> {
        super::json(self)
    }

    /// The paths of the files that are written, one on each line.
    pub(crate) fn paths(&self) -> String {
        let written = |it: &&FileReport| matches!(it.action, Action::Create | Action::Update);
        self.files.iter().filter(written).flat_map(|it| [&*it.path, "\n"]).collect()
    }
}

fn images(plan: &Plan) -> Vec<ImageReport> {
    let images = &plan.images;
    let report = |purpose: &str, image: &PinnedImage| ImageReport {
        purpose: purpose.to_owned(),
        name: image.name.clone(),
        digest: image.digest.clone(),
        why_not: image.why_not.clone(),
    };
    let builder = Some(report("builder", &images.builder));
    let base = images.base.as_ref().map(|it| report("base", it));
    let services = images.services.iter().map(|(name, image)| report(name, image));
    builder.into_iter().chain(base).chain(services).collect()
}
