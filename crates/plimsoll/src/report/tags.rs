//! `plimsoll/tags/v1`: what an image is to be called.

pub(crate) mod bake;
pub(crate) mod flags;
pub(crate) mod outputs;

use std::collections::BTreeMap;

use plimsoll_project::tags::{Metadata, TagKind};
use serde::Serialize;

use crate::{commands::tags::Plan, failure::Failure};

/// The report.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Report {
    /// Which form this is: `plimsoll/tags/v1`.
    schema: &'static str,
    /// The image's version: the name of its most precise tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// Where the image goes; none if nobody said so.
    images: Vec<String>,
    /// The tags, the most precise one first.
    tags: Vec<TagReport>,
    /// Every tag of every image, as other programs want it: `ghcr.io/user/app:1.2.3`.
    references: Vec<String>,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    /// Where annotations go: `manifest`, `index`, …
    annotation_levels: Vec<String>,
    context: ContextReport,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct TagReport {
    name: String,
    /// What it stands for: `version`, `partial-version`, `commit`, `branch`, `git-tag`,
    /// `pull-request`, `match`, `edge`, `schedule`, `raw` or `latest`.
    kind: &'static str,
    /// Whether it must never name another image.
    immutable: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ContextReport {
    /// Who says so: `github`, `gitlab` or `git`.
    source: &'static str,
    /// What caused the run.
    #[serde(skip_serializing_if = "String::is_empty")]
    event: String,
    /// The full ref.
    #[serde(rename = "ref", skip_serializing_if = "String::is_empty")]
    git_ref: String,
    /// The commit.
    #[serde(skip_serializing_if = "String::is_empty")]
    sha: String,
    /// Whether a tracked file differs from the commit.
    dirty: bool,
    /// The package of a Cargo workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<String>,
    /// The tags of git that make the commit a release of it.
    releases: Vec<String>,
}

impl Report {
    pub(crate) fn new(plan: &Plan) -> Self {
        let (metadata, state) = (&plan.metadata, &plan.state);
        let map = |pairs: &[(String, String)]| pairs.iter().cloned().collect();
        let tags = metadata.planned.iter().map(|it| TagReport {
            name: it.name.clone(),
            kind: kind(it.kind),
            immutable: matches!(it.kind, TagKind::Version | TagKind::Commit),
        });
        Self {
            schema: "plimsoll/tags/v1",
            version: metadata.version.clone(),
            images: metadata.images.clone(),
            tags: tags.collect(),
            references: if metadata.images.is_empty() { Vec::new() } else { metadata.tags.clone() },
            labels: map(&metadata.labels),
            annotations: map(&metadata.annotations),
            annotation_levels: metadata.annotations_levels.clone(),
            context: ContextReport {
                source: state.source,
                event: state.event_name.clone(),
                git_ref: state.git_ref.clone(),
                sha: state.sha.clone(),
                dirty: state.is_dirty,
                package: plan.package.clone(),
                releases: plan.releases.iter().map(|it| it.name.clone()).collect(),
            },
        }
    }

    /// As JSON.
    pub(crate) fn json(&self) -> Result<String, Failure> {
        super::json(self)
    }
}

/// One tag on each line: whole references if the image's name is known.
pub(crate) fn lines(metadata: &Metadata) -> String {
    metadata.tags.iter().flat_map(|it| [it.as_str(), "\n"]).collect()
}

fn kind(kind: TagKind) -> &'static str {
    match kind {
        TagKind::Version => "version",
        TagKind::PartialVersion => "partial-version",
        TagKind::Commit => "commit",
        TagKind::Branch => "branch",
        TagKind::GitTag => "git-tag",
        TagKind::PullRequest => "pull-request",
        TagKind::Match => "match",
        TagKind::Edge => "edge",
        TagKind::Schedule => "schedule",
        TagKind::Raw => "raw",
        TagKind::Latest => "latest",
    }
}

/// A plan for tests of the forms.
#[cfg(test)]
fn example() -> Metadata {
    use plimsoll_project::tags::PlannedTag;
    let tag = |name: &str, kind| PlannedTag { name: name.to_owned(), kind, entry: String::new() };
    let pair = |key: &str, value: &str| (format!("org.example.{key}"), value.to_owned());
    Metadata {
        version: Some("1.2.3".to_owned()),
        partial: vec!["1.2".to_owned()],
        planned: vec![tag("1.2.3", TagKind::Version), tag("1.2", TagKind::PartialVersion)],
        images: vec!["ghcr.io/a/b".to_owned()],
        tags: vec!["ghcr.io/a/b:1.2.3".to_owned(), "ghcr.io/a/b:1.2".to_owned()],
        labels: vec![pair("title", "It's $HOME"), pair("text", "two\nlines ${x} %{y}")],
        annotations: vec![pair("title", "It's")],
        annotations_levels: vec!["manifest".to_owned(), "index".to_owned()],
        bake_target: "meta".to_owned(),
        ..Metadata::default()
    }
}
