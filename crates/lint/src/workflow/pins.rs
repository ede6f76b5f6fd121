//! What is known about actions: their releases, and those that stood for malicious code.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use plimsoll_syntax::workflow::ActionName;

use crate::bases::rows;

static PINS: &str = include_str!("../../data/action-pins.tsv");
static COMPROMISED: &str = include_str!("../../data/compromised-actions.tsv");

/// A release of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its tag.
    pub tag: &'static str,
    /// Its commit.
    pub commit: &'static str,
    /// What runs it: `node20`, `docker`, …
    pub runtime: &'static str,
}

/// The newest known release of an action by its name, such as `docker/build-push-action`: what a workflow
/// that is written today should name.
#[must_use]
pub fn newest_action(name: &str) -> Option<Release> {
    let (owner, name) = name.split_once('/')?;
    newest(ActionName { owner, name, path: "", reference: "" })
}

/// A reference that stood for malicious code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Compromise {
    /// The advisory that tells about it.
    pub(crate) advisory: &'static str,
    /// The first release to use instead.
    pub(crate) safe: &'static str,
    /// Whether the reference is the malicious commit itself.
    pub(crate) is_commit: bool,
}

/// The known releases of an action, in ascending order of versions.
pub(crate) fn releases(action: ActionName<'_>) -> &'static [Release] {
    static TABLE: OnceLock<BTreeMap<&'static str, Vec<Release>>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table: BTreeMap<&str, Vec<Release>> = BTreeMap::new();
        for mut row in rows(PINS) {
            let columns = (row.next(), row.next(), row.next(), row.next(), row.next());
            let (Some(action), Some(tag), Some(commit), Some(_), Some(runtime)) = columns else {
                continue;
            };
            table.entry(action).or_default().push(Release { tag, commit, runtime });
        }
        table
    });
    table.get(&*name_of(action)).map_or(&[], Vec::as_slice)
}

/// The newest release of an action that is known.
pub(crate) fn newest(action: ActionName<'_>) -> Option<Release> {
    releases(action).last().copied()
}

/// The newest release that begins with the numbers of a version: `v4.3.0` for `[4]`.
pub(crate) fn newest_of(action: ActionName<'_>, version: &[u64]) -> Option<Release> {
    let begins = |it: &&Release| numbers(it.tag).is_some_and(|it| it.starts_with(version));
    releases(action).iter().rev().find(begins).copied()
}

/// The release that a reference is: by its tag, or by its commit.
pub(crate) fn release_of(action: ActionName<'_>) -> Option<Release> {
    let reference = action.reference;
    let version = numbers(reference);
    let same =
        |it: &&Release| it.commit == reference || version.is_some() && numbers(it.tag) == version;
    releases(action).iter().find(same).copied()
}

/// The numbers of a tag: `[4, 2, 0]` for `v4.2.0`.
pub(crate) fn numbers(tag: &str) -> Option<Vec<u64>> {
    tag.strip_prefix('v').unwrap_or(tag).split('.').map(|it| it.parse().ok()).collect()
}

/// Whether a reference stood for malicious code.
pub(crate) fn compromise(action: ActionName<'_>) -> Option<Compromise> {
    let name = name_of(action);
    for mut row in rows(COMPROMISED) {
        let columns = (row.next(), row.next(), row.next(), row.next());
        let (Some(named), Some(reference), Some(advisory), Some(safe)) = columns else { continue };
        if named != name {
            continue;
        }
        let is_commit = reference.eq_ignore_ascii_case(action.reference);
        if is_commit || reference.split_once("..").is_some_and(|it| lies_in(action.reference, it)) {
            return Some(Compromise { advisory, safe, is_commit });
        }
    }
    None
}

/// Whether a tag lies in a range of tags that are written alike. `v44` stands for the last of its
/// kind.
fn lies_in(tag: &str, (first, last): (&str, &str)) -> bool {
    if tag.starts_with('v') != first.starts_with('v') {
        return false;
    }
    let (Some(mut version), Some(first), Some(last)) =
        (numbers(tag), numbers(first), numbers(last))
    else {
        return false;
    };
    while version.len() < 3 {
        version.push(u64::MAX);
    }
    first <= version && version <= last
}

/// The key of the tables.
fn name_of(action: ActionName<'_>) -> String {
    format!("{}/{}", action.owner, action.name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action<'a>(owner: &'a str, name: &'a str, reference: &'a str) -> ActionName<'a> {
        ActionName { owner, name, path: "", reference }
    }

    #[test]
    fn tables_are_whole_and_sorted() {
        let mut last = ("", Vec::new());
        for row in rows(PINS) {
            let columns: Vec<_> = row.collect();
            let [name, tag, commit, date, runtime] = &*columns else { panic!("{columns:?}") };
            assert!(commit.len() == 40 && commit.bytes().all(|it| it.is_ascii_hexdigit()), "{tag}");
            assert!(date.len() == 10 && !runtime.is_empty(), "{tag}");
            let this = (*name, numbers(tag).unwrap());
            assert!(last < this, "{this:?} is out of order");
            last = this;
        }
        for row in rows(COMPROMISED) {
            let columns: Vec<_> = row.collect();
            let [name, reference, advisory, safe] = &*columns else { panic!("{columns:?}") };
            let (owner, name) = name.split_once('/').unwrap();
            assert!(advisory.starts_with("GHSA-") && numbers(safe).is_some(), "{columns:?}");
            assert!(compromise(action(owner, name, safe)).is_none(), "{columns:?}");
            let tag = reference.split("..").next().unwrap();
            assert!(compromise(action(owner, name, tag)).is_some(), "{columns:?}");
        }
    }

    #[test]
    fn releases_are_found_by_tag_commit_and_version() {
        let login = |reference| action("Docker", "login-action", reference);
        let release = release_of(login("v4.1.0")).unwrap();
        assert_eq!(release.commit, "4907a6ddec9925e35a0a9e82d7399ccc52663121");
        assert_eq!(release_of(login(release.commit)), Some(release));
        assert_eq!(newest_of(login("v4"), &[4]).unwrap().runtime, "node24");
        assert_eq!(newest_of(login("v9"), &[9]), None);
        assert!(newest(action("a", "b", "v1")).is_none());
    }

    #[test]
    fn the_newest_release_of_an_action_is_no_compromised_one() {
        let names: std::collections::BTreeSet<_> =
            rows(PINS).filter_map(|mut it| it.next()).collect();
        for name in names {
            let newest = newest_action(name).unwrap();
            let (owner, name) = name.split_once('/').unwrap();
            assert!(compromise(action(owner, name, newest.tag)).is_none(), "{name}");
            assert!(compromise(action(owner, name, newest.commit)).is_none(), "{name}");
        }
        assert_eq!(newest_action("actions/nothing"), None);
        assert_eq!(newest_action("checkout"), None);
    }

    #[test]
    fn only_the_tags_that_were_moved_are_compromised() {
        let trivy =
            |reference| compromise(action("aquasecurity", "trivy-action", reference)).is_some();
        assert!(trivy("0.28.0") && trivy("0.34.2") && trivy("0.0.1"));
        assert!(!trivy("0.35.0") && !trivy("v0.28.0") && !trivy("master") && !trivy("v0.36.0"));
        assert!(trivy("ddb9da4475c1cef7d5389062bdfdfbdbd1394648"));
        let files =
            |reference| compromise(action("tj-actions", "changed-files", reference)).is_some();
        assert!(files("v44") && files("v45.0.7") && !files("v45") && !files("v46.0.1"));
    }
}
