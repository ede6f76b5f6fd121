//! The answer, and the forms that it is given out in.

/// The tags, labels and annotations of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The image's version: the name of the first tag. `None` if no entry applies.
    pub version: Option<String>,
    /// The names of the other tags, without [`Metadata::version`] and `latest`.
    pub partial: Vec<String>,
    /// Whether there is a `latest` beside them.
    pub latest: bool,
    /// Every name of a tag in order, `latest` included, and where each comes from.
    pub planned: Vec<PlannedTag>,
    /// The names of the images, as they were enabled, in lower case.
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

/// What was asked for and could not be done, though that is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The pattern does not match the value.
    NoMatch {
        /// A regular expression.
        pattern: String,
        /// What it was held against.
        value: String,
    },
}
