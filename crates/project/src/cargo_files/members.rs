//! Which packages are members of a workspace.
//!
//! Follows "Workspaces" in the Cargo reference: those that `members` lists, by name or pattern, less
//! those that `exclude` takes out, and every path dependency of a member that lies below the root.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Range,
};

use super::{
    dependencies::DependencyKind,
    member::{self, Member, Root},
    place::SourceText,
    tree::{self, Table},
};
use crate::{
    files::{FileKind, Files, below, join},
    manifest::glob,
};

/// No workspace has more members; a limit for hostile patterns.
const MEMBERS_LIMIT: usize = 2_000;
/// No workspace is nested deeper; a limit for `**`.
const DEPTH_LIMIT: usize = 12;

/// What a workspace's manifest lists that has no manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingMember {
    /// The directory, absolute.
    pub directory: String,
    /// Where it is listed.
    pub span: Range<usize>,
}

/// The members, sorted by directory, and what is listed but not there.
pub(super) fn read(
    files: &dyn Files,
    root: Root<'_, '_>,
    directory: &str,
) -> (Vec<Member>, Vec<MissingMember>) {
    let mut found: BTreeMap<String, Member> = BTreeMap::new();
    let mut missing = Vec::new();
    let mut open: VecDeque<(String, Option<Range<usize>>)> =
        VecDeque::from([(directory.to_owned(), None)]);
    if let Some(workspace) = tree::table_at(root.table, &["workspace"]) {
        for (pattern, span) in tree::placed_texts(workspace, "members") {
            let is_pattern = glob::is_pattern(&pattern);
            for place in expand(files, directory, &pattern) {
                let has_manifest = files.is_file(&join(&place, "Cargo.toml"));
                if has_manifest && !(is_pattern && is_excluded(workspace, directory, &place)) {
                    open.push_back((place, Some(span.clone())));
                } else if !is_pattern && !has_manifest {
                    missing.push(MissingMember { directory: place, span: span.clone() });
                }
            }
        }
    }
    // What is listed comes before what is a member for being depended on, to know where it stands.
    while let Some((place, listed)) = open.pop_front() {
        if found.contains_key(&place) || found.len() >= MEMBERS_LIMIT {
            continue;
        }
        let Some(source) = SourceText::read(files, join(&place, "Cargo.toml")) else { continue };
        if place != directory && is_other_root(&source) {
            continue;
        }
        let Some(member) = member::read(files, source, listed, root) else { continue };
        let paths = member.dependencies.iter().filter_map(|it| it.path());
        let implied = paths.filter(|it| is_implied(root.table, directory, it));
        open.extend(implied.map(|it| (it.to_owned(), None)));
        found.insert(place, member);
    }
    (found.into_values().collect(), missing)
}

/// Whether the root's manifest makes a workspace at all.
pub(super) fn is_workspace(table: &Table<'_>) -> bool {
    table.get("workspace").is_some_and(|it| tree::as_table(it).is_some())
}

fn is_other_root(source: &SourceText) -> bool {
    // Parsing a manifest twice is for the few that have the word.
    source.text.contains("workspace]") && is_workspace(&tree::parse(&source.text).0)
}

fn is_implied(root: &Table<'_>, directory: &str, path: &str) -> bool {
    below(directory, path).is_some_and(|it| !it.is_empty())
        && tree::table_at(root, &["workspace"]).is_some_and(|it| !is_excluded(it, directory, path))
}

/// Tells whether a directory is excluded from a workspace, and not listed by its name either.
pub(super) fn is_excluded(workspace: &Table<'_>, root: &str, directory: &str) -> bool {
    let lists = |key: &str| {
        let mut all = tree::list(workspace, key).filter_map(tree::as_text);
        all.any(|it| below(&join(root, it), directory).is_some())
    };
    lists("exclude") && !lists("members")
}

/// The directories that a pattern means, sorted. A plain path is itself, whether it is there or not.
pub(super) fn expand(files: &dyn Files, root: &str, pattern: &str) -> Vec<String> {
    if !glob::is_pattern(pattern) {
        return vec![join(root, pattern)];
    }
    let mut places = vec![root.to_owned()];
    for part in pattern.split('/').filter(|it| !matches!(*it, "" | ".")) {
        places = match part {
            "**" => places.iter().flat_map(|it| tree_below(files, it, DEPTH_LIMIT)).collect(),
            part if glob::is_pattern(part) => places
                .iter()
                .flat_map(|place| {
                    let entries = files.list(place);
                    let fitting = entries.iter().filter(|it| {
                        it.kind == FileKind::Directory && glob::matches_name(part, &it.name)
                    });
                    fitting.map(|it| join(place, &it.name)).collect::<Vec<_>>()
                })
                .collect(),
            part => places.iter().map(|it| join(it, part)).collect(),
        };
        places.truncate(MEMBERS_LIMIT);
    }
    places.retain(|it| files.is_directory(it));
    places
}

fn tree_below(files: &dyn Files, directory: &str, depth: usize) -> Vec<String> {
    let mut found = vec![directory.to_owned()];
    let mut level = vec![directory.to_owned()];
    for _ in 0..depth {
        let next = level.iter().flat_map(|place| {
            let entries = files.list(place);
            let inner = entries.iter().filter(|it| {
                // Results and repositories are large, and no place for members.
                it.kind == FileKind::Directory
                    && !it.is_link
                    && !matches!(&*it.name, "target" | ".git")
            });
            inner.map(|it| join(place, &it.name)).collect::<Vec<_>>()
        });
        level = next.take(MEMBERS_LIMIT).collect();
        found.extend(level.iter().cloned());
    }
    found.truncate(MEMBERS_LIMIT);
    found
}

/// The members that commands mean where they name none, by index.
pub(super) fn defaults(
    files: &dyn Files,
    root: &Table<'_>,
    directory: &str,
    members: &[Member],
) -> Vec<usize> {
    let listed =
        tree::table_at(root, &["workspace"]).filter(|it| it.get("default-members").is_some());
    if let Some(workspace) = listed {
        let patterns = tree::texts(workspace, "default-members");
        let places: Vec<_> = patterns.iter().flat_map(|it| expand(files, directory, it)).collect();
        return indices(members, |it| places.contains(&it.directory));
    }
    let own = indices(members, |it| it.directory == directory);
    if own.is_empty() { indices(members, |_| true) } else { own }
}

fn indices(members: &[Member], test: impl Fn(&Member) -> bool) -> Vec<usize> {
    members.iter().enumerate().filter(|(_, it)| test(it)).map(|it| it.0).collect()
}

/// Path dependencies that are no members: whoever builds the workspace needs them all the same.
pub(super) fn outside(members: &[Member]) -> Vec<String> {
    let kinds = |it: &DependencyKind| *it != DependencyKind::Dev;
    let all = members.iter().flat_map(|it| &it.dependencies);
    let mut paths: Vec<String> = all
        .filter(|it| kinds(&it.kind))
        .filter_map(|it| it.path().map(str::to_owned))
        .filter(|path| !members.iter().any(|it| it.directory == *path))
        .collect();
    paths.sort();
    paths.dedup();
    paths
}
