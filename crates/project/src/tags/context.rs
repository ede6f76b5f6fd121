//! What the answer depends on beside the inputs.

use jiff::Timestamp;
use serde_json::Value;

/// The event, the ref, the commit, the clock and the repository.
///
/// The fields are as a workflow run on GitHub has them; other systems are put into these words by
/// whoever reads their environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// `push`, `pull_request`, `schedule`, ...; empty outside of a workflow.
    pub event_name: String,
    /// The full ref: `refs/heads/main`, `refs/tags/v1.2.3`, `refs/pull/15/merge`; empty if there is
    /// none. For `pull_request_target` it is that of the base branch, as GitHub gives it.
    pub git_ref: String,
    /// The full id of the commit; empty if there is none.
    pub sha: String,
    /// When the commit was made; `None` counts as [`Context::now`].
    pub commit_time: Option<Timestamp>,
    /// What counts as the present: the clock, or `SOURCE_DATE_EPOCH`.
    pub now: Timestamp,
    /// What GitHub says of the event (`$GITHUB_EVENT_PATH`); `Null` if nothing is known.
    pub payload: Value,
    /// What the label `created` says; `None` counts as [`Context::now`]. The commit's time makes
    /// labels that are the same in every build.
    pub created: Option<Timestamp>,
    /// What is known of the repository.
    pub repository: RepositoryFacts,
    /// What environment variables ask for.
    pub settings: Settings,
    /// The versions that are released already, as tags of git (`v1.2.3`, `api-v2.0.0`); `None` if
    /// that is not known, so that newer ones are assumed to exist. See [`Manner::Ours`].
    pub released: Option<Vec<String>>,
}

/// What the default labels say about a repository; what is unknown is left empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepositoryFacts {
    /// `Hello-World`.
    pub name: Option<String>,
    /// A sentence or so.
    pub description: Option<String>,
    /// Where people look at it.
    pub html_url: Option<String>,
    /// `main`; what `type=edge` means without `branch`.
    pub default_branch: Option<String>,
    /// An SPDX expression.
    pub license: Option<String>,
}

/// What the environment variables `DOCKER_METADATA_*` ask for, unparsed: a value that can't be
/// understood is an error only where it is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// `DOCKER_METADATA_SHORT_SHA_LENGTH`: digits of a short commit id, 7 if unset.
    pub short_sha_length: Option<String>,
    /// `DOCKER_METADATA_PR_HEAD_SHA`: whether a pull request is known by its head's commit instead
    /// of the merge commit.
    pub pr_head_sha: Option<String>,
    /// `DOCKER_METADATA_ANNOTATIONS_LEVELS`: `manifest` if unset; separated by commas.
    pub annotations_levels: Option<String>,
}

impl Context {
    /// The context as the inputs are about it: `pull_request_target` is about the request, and
    /// `DOCKER_METADATA_PR_HEAD_SHA` about its head.
    pub(super) fn resolved(&self) -> Self {
        let mut context = self.clone();
        if self.event_name.contains("pull_request_target") {
            let number = self.payload["number"].as_u64();
            context.git_ref = number.map_or_else(String::new, |it| format!("refs/pull/{it}/merge"));
        }
        let wants_head = self.settings.pr_head_sha.as_deref().unwrap_or_default();
        if wants_head.to_lowercase().contains("true") && self.event_name.contains("pull_request") {
            let head = self.payload["pull_request"]["head"]["sha"].as_str();
            context.sha = head.map_or(context.sha, str::to_owned);
        }
        context
    }

    /// The levels of annotations.
    pub(super) fn annotations_levels(&self) -> Vec<String> {
        let levels = self.settings.annotations_levels.as_deref().filter(|it| !it.is_empty());
        levels.unwrap_or("manifest").split(',').map(str::to_owned).collect()
    }
}

impl Settings {
    /// Reads the settings from environment variables, which come as a look-up.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let read = |name| variable(name).filter(|it| !it.is_empty());
        Self {
            short_sha_length: read("DOCKER_METADATA_SHORT_SHA_LENGTH"),
            pr_head_sha: read("DOCKER_METADATA_PR_HEAD_SHA"),
            annotations_levels: read("DOCKER_METADATA_ANNOTATIONS_LEVELS"),
        }
    }
}

/// How closely the action is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// Tag for tag what the action gives, less what can't be meant: for an action's `with:` block.
    Model,
    /// The same language with what people mean by it:
    ///
    /// - `latest=auto` gives `latest` only to the highest release ([`Context::released`]), never to
    ///   a prerelease;
    /// - a branch or a pull request never gets a tag that a release has (`latest`, `1.2.3`);
    /// - the version is the most precise tag of a release, whatever the order of the entries;
    /// - expressions are not escaped for HTML, and an unknown time zone is an error;
    /// - `1` and `1.2` don't move back to an older release ([`Context::released`]);
    /// - a default label that is set to nothing is left out;
    /// - the label `version` is that of the git tag where the first tag is only a commit.
    #[default]
    Ours,
}
