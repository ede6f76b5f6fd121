//! Chooses the ref that stands for a detached commit.
//!
//! CI systems check commits out, not branches, so that somebody has to say which ref is meant. A tag
//! counts only where it points at the very commit. Among branches, those that end at the commit
//! come before those that only contain it.

use super::Ref;
use crate::release::ReleaseTag;

/// The ref that stands for a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `refs/heads/…`, `refs/tags/…`, `refs/pull/…`, or the ref of a remote that has no branches,
    /// such as `refs/remotes/git-svn`.
    pub name: String,
    /// Whether it points at the commit; else it is a branch that goes on after it.
    pub is_tip: bool,
}

impl Reference {
    /// A ref that points at the commit.
    pub(super) fn tip(name: String) -> Self {
        Self { name, is_tip: true }
    }
}

/// Chooses among the refs that point at a commit: a tag, a pull request that was fetched as if it
/// were a branch, a branch.
pub(super) fn at(id: &str, all: &[Ref<'_>]) -> Option<Reference> {
    let here = here(id, all);
    let pull_request = || pull_request(&here, "refs/remotes/");
    let name = tag(&here).or_else(pull_request).or_else(|| branch(&here, all))?;
    Some(Reference::tip(name))
}

/// Chooses where no branch has the commit: a pull request, as a mirror has it.
pub(super) fn elsewhere(id: &str, all: &[Ref<'_>]) -> Option<Reference> {
    pull_request(&here(id, all), "refs/").map(Reference::tip)
}

fn here<'a>(id: &str, all: &[Ref<'a>]) -> Vec<Ref<'a>> {
    all.iter().copied().filter(|it| it.id == id).collect()
}

/// Chooses among branches that contain a commit, of which the first was last worked on.
pub(super) fn over(branches: &[Ref<'_>]) -> Option<Reference> {
    let is_local = |it: &&Ref<'_>| it.name.starts_with("refs/heads/");
    let local = branches.iter().find(is_local).map(|it| it.name.to_owned());
    let remote = || branches.iter().find_map(|it| remote_branch(it, branches));
    local.or_else(remote).map(|name| Reference { name, is_tip: false })
}

/// The branch that a remote calls its default; that of `origin` if several do.
pub(super) fn default_branch(all: &[Ref<'_>]) -> Option<String> {
    fn default<'a>(it: &Ref<'a>) -> Option<(&'a str, &'a str)> {
        let remote = it.name.strip_suffix("/HEAD")?;
        remote.strip_prefix("refs/remotes/")?;
        Some((remote, it.symbolic.strip_prefix(remote)?.strip_prefix('/')?))
    }
    let mut defaults: Vec<_> = all.iter().filter_map(default).collect();
    defaults.sort_by_key(|(remote, _)| *remote != "refs/remotes/origin");
    defaults.first().map(|(_, branch)| (*branch).to_owned())
}

/// The highest release before other tags, and that of a whole repository before that of a package.
fn tag(here: &[Ref<'_>]) -> Option<String> {
    let tags = here.iter().filter_map(|it| it.name.strip_prefix("refs/tags/"));
    let chosen = tags.max_by_key(|name| {
        let release = ReleaseTag::parse(name);
        let is_plain = release.as_ref().is_some_and(|it| it.package.is_none());
        (is_plain, release.map(|it| it.version), *name)
    })?;
    Some(format!("refs/tags/{chosen}"))
}

/// `refs/pull/7/merge` of a ref that has this before `pull`.
fn pull_request(here: &[Ref<'_>], before: &str) -> Option<String> {
    // What the merge would be comes before the branch that is to be merged.
    let paths = here.iter().rev().filter_map(|it| it.name.strip_prefix(before));
    paths.into_iter().find(|it| is_pull_request(it)).map(|it| format!("refs/{it}"))
}

/// A branch of the repository before one of a remote.
fn branch(here: &[Ref<'_>], all: &[Ref<'_>]) -> Option<String> {
    let default = default_branch(all).map(|it| format!("refs/heads/{it}"));
    let remote: Vec<String> = here.iter().filter_map(|it| remote_branch(it, all)).collect();
    let local = here.iter().map(|it| it.name).filter(|it| it.starts_with("refs/heads/"));
    let best = |name: &&str| {
        let is_default = default.as_deref() == Some(*name);
        let is_branch = name.starts_with("refs/heads/");
        // Branches of a topic have slashes, those that last mostly don't.
        let is_topic = name.matches('/').count() > 2;
        (!is_default, !is_branch, is_topic)
    };
    let local = local.min_by_key(best).map(str::to_owned);
    local.or_else(|| remote.iter().map(String::as_str).min_by_key(best).map(str::to_owned))
}

/// Makes `refs/heads/main` of `refs/remotes/origin/main`.
///
/// A symbolic ref such as `origin/HEAD` is no branch. Where it says so, a remote's name may have
/// slashes.
fn remote_branch(it: &Ref<'_>, all: &[Ref<'_>]) -> Option<String> {
    let path = it.name.strip_prefix("refs/remotes/").filter(|_| it.symbolic.is_empty())?;
    let remotes = all.iter().filter(|it| !it.symbolic.is_empty());
    let mut named = remotes.filter_map(|it| it.name.strip_suffix("HEAD"));
    let known = named.find_map(|remote| it.name.strip_prefix(remote));
    match known.or_else(|| path.split_once('/').map(|(_, branch)| branch)) {
        Some(_) if is_pull_request(path) => None,
        Some(branch) => Some(format!("refs/heads/{branch}")),
        None => Some(it.name.to_owned()),
    }
}

/// A pull request that was fetched as if it were the branch of a remote is no branch.
fn is_pull_request(path: &str) -> bool {
    let state = path.strip_prefix("pull/").and_then(|it| it.split_once('/'));
    state.is_some_and(|(number, state)| {
        let is_number = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
        is_number && matches!(state, "head" | "merge")
    })
}
