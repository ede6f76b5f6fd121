//! What a CI system says of the run that we are in, put into the words of GitHub's workflows.

mod github;
mod gitlab;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::Value;

use crate::{Environment, tags::RepositoryFacts};

/// A system that runs us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// GitHub Actions, or what behaves like it.
    GitHub,
    /// GitLab CI.
    GitLab,
}

/// What a system says of a run. Everything is empty that it does not say.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Who says so.
    pub system: System,
    /// `push`, `pull_request`, `schedule`, `workflow_dispatch`, …
    pub event_name: String,
    /// The full ref: `refs/heads/main`, `refs/tags/v1.2.3`, `refs/pull/15/merge`.
    pub git_ref: String,
    /// The full id of the commit.
    pub sha: String,
    /// When it was committed.
    pub commit_time: Option<Timestamp>,
    /// What is known of the event, as GitHub has it.
    pub payload: Value,
    /// What is known of the repository.
    pub repository: RepositoryFacts,
    /// The name that images of the repository have in the system's own registry.
    pub image: Option<String>,
    /// Whether a pull request comes from a fork, whose runs are mostly not trusted with secrets.
    pub is_fork: bool,
}

/// Why a run can't be understood.
#[derive(Debug, thiserror::Error)]
pub enum CiError {
    /// A variable that every run has is not there.
    #[error("{system} says that it runs this, but {variable} is not set")]
    Missing {
        /// The system's name.
        system: &'static str,
        /// The variable's.
        variable: &'static str,
    },
    /// The file with the event can't be read.
    #[error("cannot read the event in {} ($GITHUB_EVENT_PATH)", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is larger than an event can be.
    #[error("the event in {} ($GITHUB_EVENT_PATH) is larger than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// How large it may be.
        limit: u64,
    },
    /// The file is no JSON.
    #[error("the event in {} ($GITHUB_EVENT_PATH) is no JSON", path.display())]
    NotJson {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: serde_json::Error,
    },
}

/// Says which run this is, if it is one of a system that we know.
///
/// # Errors
/// When a system says that it runs us, but not what.
pub fn run(environment: &Environment) -> Result<Option<Run>, CiError> {
    let is = |name| environment.get(name).is_some_and(|it| it.eq_ignore_ascii_case("true"));
    if is("GITHUB_ACTIONS") {
        let payload = environment.get("GITHUB_EVENT_PATH").filter(|it| !it.is_empty());
        let payload = payload.map(|it| github::payload(Path::new(it))).transpose()?;
        github::run(environment, payload.unwrap_or_default()).map(Some)
    } else if is("GITLAB_CI") {
        gitlab::run(environment).map(Some)
    } else {
        Ok(None)
    }
}

/// The variables that say which run this is, for whoever hands in an [`Environment`].
pub const VARIABLES: &[&str] = &[
    "CI_COMMIT_BRANCH",
    "CI_COMMIT_REF_NAME",
    "CI_COMMIT_SHA",
    "CI_COMMIT_TAG",
    "CI_COMMIT_TIMESTAMP",
    "CI_DEFAULT_BRANCH",
    "CI_MERGE_REQUEST_IID",
    "CI_MERGE_REQUEST_PROJECT_ID",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "CI_PIPELINE_SOURCE",
    "CI_PROJECT_DESCRIPTION",
    "CI_PROJECT_NAME",
    "CI_PROJECT_URL",
    "CI_REGISTRY_IMAGE",
    "GITHUB_ACTIONS",
    "GITHUB_BASE_REF",
    "GITHUB_EVENT_NAME",
    "GITHUB_EVENT_PATH",
    "GITHUB_HEAD_REF",
    "GITHUB_REF",
    "GITHUB_REPOSITORY",
    "GITHUB_SERVER_URL",
    "GITHUB_SHA",
    "GITLAB_CI",
];

/// The value of a variable that every run of a system has.
fn needed(
    environment: &Environment,
    system: &'static str,
    variable: &'static str,
) -> Result<String, CiError> {
    let value = given(environment, variable);
    value.ok_or(CiError::Missing { system, variable })
}

/// The value of a variable; an empty one counts as not set.
fn given(environment: &Environment, variable: &str) -> Option<String> {
    environment.get(variable).filter(|it| !it.is_empty()).map(str::to_owned)
}
