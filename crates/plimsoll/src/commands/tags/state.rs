//! Where we are: what the CI system says, what git says, and whether they agree.

use std::{path::Path, time::SystemTime};

use jiff::Timestamp;
use plimsoll_project::{
    Environment,
    ci::{self, System},
    git::{self, GitState, refs},
    release::ReleaseTag,
    tags::RepositoryFacts,
};
use serde_json::Value;

use crate::{args::tags::Source, environment, failure::Failure, ui::Ui};

/// What is known about the commit.
#[derive(Debug)]
pub(crate) struct State {
    /// Who says so: `github`, `gitlab` or `git`.
    pub(crate) source: &'static str,
    /// The system that runs us, whatever the source.
    pub(crate) system: Option<System>,
    /// What caused the run; empty outside of CI.
    pub(crate) event_name: String,
    /// The full ref; empty if there is none.
    pub(crate) git_ref: String,
    /// The commit; empty if there is none.
    pub(crate) sha: String,
    /// When it was committed.
    pub(crate) commit_time: Option<Timestamp>,
    /// The clock, or `SOURCE_DATE_EPOCH`.
    pub(crate) now: Timestamp,
    /// Whether that is `SOURCE_DATE_EPOCH`.
    pub(crate) is_now_given: bool,
    /// What is known of the event.
    pub(crate) payload: Value,
    /// What is known of the repository.
    pub(crate) repository: RepositoryFacts,
    /// Where images of the repository go if nobody says otherwise.
    pub(crate) image: Option<String>,
    /// Whether a tracked file differs from the commit.
    pub(crate) is_dirty: bool,
    /// Whether the ref ends at the commit.
    pub(crate) is_tip: bool,
    /// The branch that is checked out, where a tag is the ref.
    pub(crate) branch: Option<String>,
    /// Releases at the commit, of any package.
    pub(crate) here: Vec<ReleaseTag>,
    /// All releases that git knows, of any package.
    pub(crate) known: Vec<ReleaseTag>,
    /// Why git may not know all of them.
    pub(crate) unknown: Option<Unknown>,
}

/// Why git may not know all releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// History is cut off, and tags were not fetched for their own sake.
    Shallow,
    /// Git does not know the very tag that the run is about.
    NoTags,
    /// There is no repository, or no git.
    NoRepository,
}

/// Finds out.
pub(crate) fn state(
    directory: &Path,
    source: Source,
    environment: &Environment,
    ui: &Ui,
) -> Result<State, Failure> {
    let program = Path::new("git");
    let (asked_refs, asked_state) =
        (refs::start(program, directory), git::start(program, directory));
    let run = ci::run(environment)?;
    let system = run.as_ref().map(|it| it.system);
    let run = run.filter(|_| source == Source::Auto);
    let (now, is_now_given) = now(environment)?;
    let refs = match asked_refs.join() {
        Ok(refs) => Some(refs),
        Err(GitState::NotARepository | GitState::NotInstalled) => None,
        Err(state) => {
            ui.warning(format!("git says nothing of {}: {}", directory.display(), why(&state)));
            None
        }
    };
    let is_dirty = matches!(asked_state.join(), GitState::Commit(commit) if commit.dirty);
    let unknown = match &refs {
        None => Some(Unknown::NoRepository),
        Some(it) if it.is_partial && !it.has_tags_beyond_branches => Some(Unknown::Shallow),
        Some(_) => None,
    };
    let releases = |tags: &[String]| tags.iter().filter_map(|it| ReleaseTag::parse(it)).collect();
    let known: Vec<ReleaseTag> = refs.as_ref().map(|it| releases(&it.tags)).unwrap_or_default();
    let here: Vec<ReleaseTag> = refs.as_ref().map(|it| releases(&it.tags_here)).unwrap_or_default();
    let refs = refs.unwrap_or_default();
    let id = refs.id.unwrap_or_default();
    let committed = Timestamp::from_second(refs.time).ok().filter(|_| !id.is_empty());
    let origin = RepositoryFacts {
        name: refs
            .origin
            .as_deref()
            .and_then(|it| it.rsplit('/').next())
            .map(|it| it.strip_suffix(".git").unwrap_or(it).to_owned()),
        html_url: refs.origin.map(|it| it.strip_suffix(".git").unwrap_or(&it).to_owned()),
        default_branch: refs.default_branch,
        ..RepositoryFacts::default()
    };
    let Some(run) = run else {
        let reference = refs.reference;
        return Ok(State {
            source: "git",
            system,
            event_name: String::new(),
            is_tip: reference.as_ref().is_some_and(|it| it.is_tip),
            git_ref: reference.map(|it| it.name).unwrap_or_default(),
            sha: id,
            commit_time: committed,
            now,
            is_now_given,
            payload: Value::Null,
            repository: origin,
            image: None,
            is_dirty,
            branch: refs.head,
            here,
            known,
            unknown,
        });
    };
    let is_here = id == run.sha;
    if !is_here && !id.is_empty() && !is_head_of_pull_request(&run.payload, &id) {
        ui.warning(format!(
            "the run is about the commit {}, but {id} is checked out; --context git takes the latter",
            run.sha
        ));
    }
    if run.is_fork {
        ui.note("the pull request is from a fork, whose runs can mostly not push images");
    }
    let release = run.git_ref.strip_prefix("refs/tags/").and_then(ReleaseTag::parse);
    // A clone without tags looks like one without releases.
    let is_known = release.as_ref().is_none_or(|it| known.contains(it));
    let unknown = unknown.or_else(|| (!is_known).then_some(Unknown::NoTags));
    Ok(State {
        source: match run.system {
            System::GitHub => "github",
            System::GitLab => "gitlab",
        },
        system,
        event_name: run.event_name,
        git_ref: run.git_ref,
        commit_time: run.commit_time.or(committed.filter(|_| is_here)),
        sha: run.sha,
        now,
        is_now_given,
        payload: run.payload,
        repository: filled(run.repository, origin),
        image: run.image,
        is_dirty: is_dirty && is_here,
        is_tip: true,
        branch: None,
        // Other tags of the commit have runs of their own.
        here: release.into_iter().collect(),
        known,
        unknown,
    })
}

/// On a pull request, a workflow may check its head out instead of the merge.
fn is_head_of_pull_request(payload: &Value, id: &str) -> bool {
    payload.pointer("/pull_request/head/sha").and_then(Value::as_str) == Some(id)
}

/// The time of reproducible builds, else the clock's.
fn now(environment: &Environment) -> Result<(Timestamp, bool), Failure> {
    match environment.get(environment::SOURCE_DATE_EPOCH).filter(|it| !it.is_empty()) {
        Some(text) => {
            let time = text.parse().ok().and_then(|it| Timestamp::from_second(it).ok());
            let time = time.ok_or_else(|| {
                Failure::new(format!("SOURCE_DATE_EPOCH is `{text}`, not a number of seconds"))
                    .hint("set it to the time of the last commit: `git log -1 --format=%ct`")
            })?;
            Ok((time, true))
        }
        None => Ok((Timestamp::try_from(SystemTime::now())?, false)),
    }
}

fn why(state: &GitState) -> String {
    match state {
        GitState::DubiousOwnership => "it does not trust the repository, as it belongs to another \
                                       user (`git config --global --add safe.directory DIR`)"
            .to_owned(),
        GitState::TimedOut => "it did not answer in time".to_owned(),
        GitState::Failed { reason } => reason.clone(),
        other => format!("{other:?}"),
    }
}

/// What one says, and the other where that is silent.
pub(super) fn filled(one: RepositoryFacts, other: RepositoryFacts) -> RepositoryFacts {
    RepositoryFacts {
        name: one.name.or(other.name),
        description: one.description.or(other.description),
        html_url: one.html_url.or(other.html_url),
        default_branch: one.default_branch.or(other.default_branch),
        license: one.license.or(other.license),
    }
}
