//! What the refs of a repository say of the commit that is checked out: branches, tags, and the one
//! ref that stands for it.
//!
//! Five short processes run at the same time, a sixth only for a detached commit that no ref names,
//! and one more in a clone that may lack tags. Bare repositories, worktrees, shallow clones, packed refs,
//! reftables and SHA-256 need no care of ours, as git itself is asked. Tags are peeled: an annotated tag counts as its commit.

mod reference;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use super::{
    GitState, PATIENCE, failure, origin, parse_head,
    process::{self, Running},
    public_url,
};
pub use reference::Reference;

/// Far above the refs of any real repository: some 200 000 of them.
const REFS_LIMIT: u64 = 16 * 1024 * 1024;

/// The refs of a repository, as far as they matter to the commit that is checked out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refs {
    /// The ref that `HEAD` is, such as `refs/heads/main`, also before its first commit; nothing if it
    /// is detached.
    pub head: Option<String>,
    /// The commit that `HEAD` names, its object id in lower-case hexadecimal; nothing before the
    /// first commit.
    pub id: Option<String>,
    /// When it was committed, in seconds since 1970 (UTC); 0 before the first commit.
    pub time: i64,
    /// The ref that stands for the commit, if any does.
    pub reference: Option<Reference>,
    /// The names of all tags that point at the commit, without `refs/tags/`, sorted.
    pub tags_here: Vec<String>,
    /// The names of all tags of the repository, without `refs/tags/`, sorted. A partial clone has
    /// only those that were fetched.
    pub tags: Vec<String>,
    /// The branch that the remote calls its default, as `refs/remotes/origin/HEAD` says.
    pub default_branch: Option<String>,
    /// Whether history is cut off, or only some branches are fetched, so that commits and tags may be
    /// missing.
    pub is_partial: bool,
    /// Whether a tag names a commit that no branch leads to. In a partial clone, only somebody who
    /// fetched tags for their own sake has such a one: the others come along with the branches.
    pub has_tags_beyond_branches: bool,
    /// The URL of the remote `origin` as anybody may see it; see [`public_url`].
    pub origin: Option<String>,
}

/// Asks git about `directory`, in the background. `git` is as in [`super::start`].
pub fn start(git: &Path, directory: &Path) -> Pending {
    let ask = |arguments: &[&str], limit| {
        Running::start_within(process::command(git, directory).args(arguments), limit)
    };
    Pending {
        head: ask(&["symbolic-ref", "--quiet", "HEAD"], 64 * 1024),
        commit: ask(&["rev-list", "--max-count=1", "--timestamp", "HEAD", "--"], 64 * 1024),
        shallow: ask(&["rev-parse", "--is-shallow-repository"], 64 * 1024),
        fetched: ask(&["config", "--get-all", "remote.origin.fetch"], 64 * 1024),
        refs: ask(
            &[
                "for-each-ref",
                "--format=%(refname) %(objectname) %(*objectname) %(symref)",
                "refs/heads",
                "refs/remotes",
                "refs/tags",
                "refs/pull",
            ],
            REFS_LIMIT,
        ),
        until: Instant::now() + PATIENCE,
        git: git.to_owned(),
        directory: directory.to_owned(),
    }
}

/// Git at work. Dropping it ends git.
#[derive(Debug)]
pub struct Pending {
    head: Running,
    commit: Running,
    shallow: Running,
    fetched: Running,
    refs: Running,
    until: Instant,
    git: PathBuf,
    directory: PathBuf,
}

impl Pending {
    /// Waits for git's answer, until 20 seconds after its start at most.
    ///
    /// # Errors
    /// The state that is no repository with refs: never [`GitState::Commit`] or
    /// [`GitState::NoCommit`].
    pub fn join(self) -> Result<Refs, GitState> {
        let Self { head, commit, shallow, fetched, refs, until, git, directory } = self;
        let shallow = shallow.join(until)?;
        // This answers in every repository, with or without commits.
        let is_cut = match shallow.stdout.trim() {
            "true" => true,
            "false" => false,
            _ => return Err(failure(&shallow)),
        };
        let is_partial = is_cut || fetches_single_branches(&fetched.join(until)?.stdout);
        let refs = refs.join(until)?;
        if refs.stdout.len() as u64 >= REFS_LIMIT {
            let reason = "its refs are more than 16 MiB".to_owned();
            return Err(GitState::Failed { reason });
        }
        if refs.stdout.is_empty() && !refs.stderr.is_empty() {
            return Err(failure(&refs));
        }
        let all: Vec<Ref<'_>> = refs.stdout.lines().filter_map(Ref::parse).collect();
        let head = Some(head.join(until)?.stdout.trim().to_owned()).filter(|it| !it.is_empty());
        let commit = commit.join(until)?;
        let (id, time) = match parse_head(&commit.stdout) {
            Some((id, time)) => (Some(id.to_owned()), time),
            // A branch without its first commit.
            None if head.is_some() => (None, 0),
            None => return Err(failure(&commit)),
        };
        let mut reference = match (&head, &id) {
            (Some(head), _) => Some(Reference::tip(head.clone())),
            (None, Some(id)) => reference::at(id, &all),
            (None, None) => None,
        };
        if reference.is_none() && head.is_none() {
            let over = containing(&git, &directory, until)?;
            reference = over.or_else(|| reference::elsewhere(id.as_deref()?, &all));
        }
        let tag = |it: &Ref<'_>| it.name.strip_prefix("refs/tags/").map(str::to_owned);
        let has_tags_beyond_branches =
            is_partial && id.is_some() && has_tags_beyond_branches(&git, &directory, until)?;
        Ok(Refs {
            head,
            time,
            reference,
            tags_here: all
                .iter()
                .filter(|it| Some(it.id) == id.as_deref())
                .filter_map(tag)
                .collect(),
            tags: all.iter().filter_map(tag).collect(),
            default_branch: reference::default_branch(&all),
            is_partial,
            has_tags_beyond_branches,
            origin: origin::url(&directory).and_then(|it| public_url(&it)),
            id,
        })
    }
}

/// Asks which branch has the commit that is checked out in its history.
fn containing(git: &Path, directory: &Path, until: Instant) -> Result<Option<Reference>, GitState> {
    let arguments = [
        "for-each-ref",
        "--contains=HEAD",
        // The branch that was last worked on comes first.
        "--sort=-committerdate",
        "--format=%(refname) %(objectname) %(*objectname) %(symref)",
        "refs/heads",
        "refs/remotes",
    ];
    let mut command = process::command(git, directory);
    let branches = Running::start_within(command.args(arguments), REFS_LIMIT).join(until)?;
    let branches: Vec<_> = branches.stdout.lines().filter_map(Ref::parse).collect();
    Ok(reference::over(&branches))
}

/// Whether the remote is asked for branches by name, as after `git clone --single-branch` or `--depth`:
/// the tags of other branches don't come along then. A repository without a remote is whole.
fn fetches_single_branches(refspecs: &str) -> bool {
    !refspecs.trim().is_empty() && !refspecs.lines().any(|it| it.contains('*'))
}

/// Asks whether tags lead to a commit that neither `HEAD` nor a branch leads to.
fn has_tags_beyond_branches(
    git: &Path,
    directory: &Path,
    until: Instant,
) -> Result<bool, GitState> {
    let arguments =
        ["rev-list", "--max-count=1", "--tags", "--not", "HEAD", "--branches", "--remotes"];
    let mut command = process::command(git, directory);
    let found = Running::start_within(command.args(arguments), 64 * 1024).join(until)?;
    Ok(!found.stdout.trim().is_empty())
}

/// A line of `git for-each-ref`.
#[derive(Clone, Copy, Debug)]
struct Ref<'a> {
    name: &'a str,
    /// The commit, or what else it names.
    id: &'a str,
    /// The ref that it is another name of; empty if it is none.
    symbolic: &'a str,
}

impl<'a> Ref<'a> {
    /// Reads `NAME ID PEELED SYMBOLIC`, where the last two may be empty.
    fn parse(line: &'a str) -> Option<Self> {
        let mut parts = line.split(' ');
        let (name, own, peeled) = (parts.next()?, parts.next()?, parts.next()?);
        let id = if peeled.is_empty() { own } else { peeled };
        // A name that is no UTF-8 can be asked for by nobody.
        let is_text = !name.contains('\u{fffd}');
        is_text.then_some(Self { name, id, symbolic: parts.next()? })
    }
}
