//! The answer, and the forms that it is given out in.

mod bake;
mod warning;

use serde_json::{Value, json};

pub use warning::Warning;

/// The tags, labels and annotations of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The image's version: the name of the first tag. `None` if no entry applies.
    pub version: Option<String>,
    /// The names of the other tags, without [`Metadata::version`] and the `latest` of the flavor.
    pub partial: Vec<String>,
    /// Whether there is a `latest` beside them.
    pub latest: bool,
    /// Every name of a tag in order, `latest` included, each once, and where it comes from.
    pub planned: Vec<PlannedTag>,
    /// The names of the images that are enabled, in lower case.
    pub images: Vec<String>,
    /// Every tag of every image, `ghcr.io/user/app:1.2.3`; bare names if no image was asked for.
    pub tags: Vec<String>,
    /// `(key, value)`, sorted by key.
    pub labels: Vec<(String, String)>,
    /// `(key, value)`, sorted by key, without levels.
    pub annotations: Vec<(String, String)>,
    /// The levels of annotations, `manifest` by default.
    pub annotations_levels: Vec<String>,
    /// The target in bake files.
    pub bake_target: String,
    /// What was asked for and could not be done, though that is no error.
    pub warnings: Vec<Warning>,
}

/// The name of a tag and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedTag {
    /// `1.2.3`.
    pub name: String,
    /// What it stands for.
    pub kind: TagKind,
    /// The entry that asks for it; empty for `latest` by flavor.
    pub entry: String,
}

/// What a tag stands for, which says whether it may ever move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TagKind {
    /// A whole version: `1.2.3`, `1.2.3-rc.1`.
    Version,
    /// Less than a whole version: `1.2`, `1`.
    PartialVersion,
    /// A commit.
    Commit,
    /// A branch.
    Branch,
    /// A tag of git, word for word.
    GitTag,
    /// A pull request.
    PullRequest,
    /// A part of a git tag that a pattern picked.
    Match,
    /// The tip of the default branch.
    Edge,
    /// A run on a schedule.
    Schedule,
    /// Whatever was asked for by name.
    Raw,
    /// `latest`, by `flavor`.
    Latest,
}

impl Metadata {
    /// The names of tags without images, in order.
    pub fn tag_names(&self) -> Vec<&str> {
        self.planned.iter().map(|it| it.name.as_str()).collect()
    }

    /// The labels as `key=value`.
    pub fn label_lines(&self) -> Vec<String> {
        lines(&self.labels)
    }

    /// The annotations as `key=value`, without levels.
    pub fn annotation_lines(&self) -> Vec<String> {
        lines(&self.annotations)
    }

    /// The annotations as `level:key=value`, once for each level.
    pub fn leveled_annotations(&self) -> Vec<String> {
        let lines = self.annotation_lines();
        let levels = self.annotations_levels.iter();
        levels.flat_map(|level| lines.iter().map(move |it| format!("{level}:{it}"))).collect()
    }

    /// The output `json`.
    pub fn json(&self) -> Value {
        json!({
            "tags": self.tags,
            "tag-names": self.tag_names(),
            "labels": self.label_map(),
            "annotations": self.leveled_annotations(),
        })
    }

    fn label_map(&self) -> Value {
        let value = |text: &String| Value::String(text.lines().next().unwrap_or_default().into());
        Value::Object(self.labels.iter().map(|(key, text)| (key.clone(), value(text))).collect())
    }
}

fn lines(pairs: &[(String, String)]) -> Vec<String> {
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect()
}
