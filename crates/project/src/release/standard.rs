//! The standard's own set of tags: what an image is called if nobody says otherwise.
//!
//! | what is built | tags |
//! |---|---|
//! | a release | the version, and `1.2`, `1` and `latest` where it is the highest of them |
//! | a prerelease | the version |
//! | a pull request | `pr-15` |
//! | a schedule | `nightly` |
//! | a branch | its name, the commit's short id and its whole id |
//! | another tag of git | its name, the commit's short id and its whole id |
//! | a commit that nothing names | its short id and its whole id |
//!
//! It is said in the language of [`crate::tags`], which says what is a valid tag.

use thiserror::Error;

use super::{Line, ReleaseTag};

/// What the set depends on.
#[derive(Clone, Debug, Default)]
pub struct Situation<'a> {
    /// What caused the run, as GitHub calls it; empty outside of CI.
    pub event_name: &'a str,
    /// The full ref; empty if there is none.
    pub git_ref: &'a str,
    /// Whether the commit is a branch's last one; else the branch's tag would go back.
    pub is_tip: bool,
    /// The releases that this commit is; none if it isn't one.
    pub releases: &'a [ReleaseTag],
    /// All releases that are known.
    pub known: &'a [ReleaseTag],
    /// Whether there may be higher releases that are not known.
    pub is_incomplete: bool,
}

/// A set of tags, in the words of [`crate::tags::Inputs`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set {
    /// Entries of `tags`.
    pub tags: Vec<String>,
    /// Entries of `flavor`.
    pub flavor: Vec<String>,
    /// Moving tags that were left out because a higher release may exist.
    pub withheld: Vec<String>,
}

/// Why there is no set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StandardError {
    /// A branch or tag of git has the name that a tag of a release has.
    #[error("the {kind} `{name}` would overwrite the tag `{tag}`, which belongs to releases")]
    Reserved {
        /// `branch` or `tag`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The image's tag.
        tag: String,
    },
}

/// Says which tags an image gets.
///
/// # Errors
/// A branch has the name of a release.
pub fn set(situation: &Situation<'_>) -> Result<Set, StandardError> {
    let mut set = Set { flavor: vec!["latest=false".to_owned()], ..Set::default() };
    if !situation.releases.is_empty() {
        return Ok(releases(situation, set));
    }
    let ids = ["type=sha".to_owned(), "type=sha,format=long".to_owned()];
    if situation.event_name == "schedule" {
        set.tags.push("type=schedule,pattern=nightly".to_owned());
    } else if is_pull_request(situation) {
        set.tags.push("type=ref,event=pr".to_owned());
    } else if let Some(branch) = situation.git_ref.strip_prefix("refs/heads/") {
        if situation.is_tip {
            not_reserved("branch", branch)?;
            set.tags.push("type=ref,event=branch".to_owned());
        }
        set.tags.extend(ids);
    } else if let Some(tag) = situation.git_ref.strip_prefix("refs/tags/") {
        // The name of a release is a release, be it of another package.
        not_reserved("tag", tag)?;
        set.tags.push("type=ref,event=tag".to_owned());
        set.tags.extend(ids);
    } else {
        set.tags.extend(ids);
    }
    Ok(set)
}

fn is_pull_request(situation: &Situation<'_>) -> bool {
    situation.event_name.starts_with("pull_request") || situation.git_ref.starts_with("refs/pull/")
}

fn releases(situation: &Situation<'_>, mut set: Set) -> Set {
    let mut highest_first: Vec<&ReleaseTag> = situation.releases.iter().collect();
    highest_first.sort_by(|one, other| other.version.cmp(&one.version));
    let mut partial = Vec::new();
    let mut is_latest = false;
    for release in highest_first {
        let version = &release.version;
        let line = Line::of(release, situation.known);
        set.tags.push(whole(version));
        if line.has_minor(version) {
            let name = format!("{}.{}", version.major, version.minor);
            partial.push((name, "{{major}}.{{minor}}", version));
        }
        if line.has_major(version) {
            partial.push((version.major.to_string(), "{{major}}", version));
        }
        is_latest |= line.is_latest(version);
    }
    if situation.is_incomplete {
        set.withheld = partial.into_iter().map(|(name, ..)| name).collect();
        set.withheld.extend(is_latest.then(|| "latest".to_owned()));
    } else {
        let entries = partial.into_iter();
        set.tags.extend(
            entries.map(|(_, pattern, it)| format!("type=semver,pattern={pattern},value={it}")),
        );
        set.flavor = vec![format!("latest={is_latest}")];
    }
    set
}

/// The whole version. What no tag can have is `_`, as in the tags of `plimsoll build`.
fn whole(version: &semver::Version) -> String {
    if version.build.is_empty() {
        format!("type=semver,pattern={{{{version}}}},value={version}")
    } else {
        format!("type=raw,priority=901,value={}", version.to_string().replace('+', "_"))
    }
}

/// Refuses what would become `latest`, `1.2.3`, `v1.2.3`, `1.2` or `1`.
fn not_reserved(kind: &'static str, name: &str) -> Result<(), StandardError> {
    match reserved(name) {
        Some(tag) => Err(StandardError::Reserved { kind, name: name.to_owned(), tag }),
        None => Ok(()),
    }
}

/// The tag of releases that a branch or a tag of git would overwrite.
pub fn reserved(name: &str) -> Option<String> {
    let version = super::version(name).map(|it| it.to_string().replace('+', "_"));
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let is_partial = name.split('.').count() <= 2 && name.split('.').all(is_number);
    let is_moving = is_partial || name.eq_ignore_ascii_case("latest");
    version.or_else(|| is_moving.then(|| name.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(names: &[&str]) -> Vec<ReleaseTag> {
        names.iter().filter_map(|it| ReleaseTag::parse(it)).collect()
    }

    /// The whole versions, what moves, and `latest`.
    fn release(here: &[&str], known: &[&str]) -> Set {
        let (here, known) = (tags(here), tags(known));
        let situation = Situation { releases: &here, known: &known, ..Situation::default() };
        set(&situation).unwrap()
    }

    fn at(event_name: &str, git_ref: &str) -> Result<Vec<String>, StandardError> {
        let situation = Situation { event_name, git_ref, is_tip: true, ..Situation::default() };
        set(&situation).map(|it| it.tags)
    }

    const MINOR: &str = "type=semver,pattern={{major}}.{{minor}},value=1.2.3";
    const MAJOR: &str = "type=semver,pattern={{major}},value=1.2.3";

    #[test]
    fn a_release_has_its_version_and_what_moves_with_it() {
        let set = release(&["v1.2.3"], &["v1.2.3", "v1.1.0"]);
        let version = "type=semver,pattern={{version}},value=1.2.3";
        assert_eq!(set.tags, [version, MINOR, MAJOR]);
        assert_eq!(set.flavor, ["latest=true"]);
    }

    #[test]
    fn a_back_port_moves_only_what_it_is_the_highest_of() {
        let set = release(&["v1.2.9"], &["v1.2.9", "v1.3.0", "v2.0.0"]);
        assert_eq!(set.tags[1..], [MINOR.replace("1.2.3", "1.2.9")]);
        assert_eq!(set.flavor, ["latest=false"]);
    }

    #[test]
    fn a_prerelease_moves_nothing() {
        let set = release(&["v2.0.0-rc.1"], &["v2.0.0-rc.1", "v1.0.0"]);
        assert_eq!(set.tags, ["type=semver,pattern={{version}},value=2.0.0-rc.1"]);
        assert_eq!(set.flavor, ["latest=false"]);
    }

    #[test]
    fn all_releases_of_a_commit_are_seen() {
        let both = ["v1.2.3-rc.2", "v1.2.3"];
        let set = release(&both, &both);
        assert!(set.tags[0].ends_with("=1.2.3") && set.tags[1].ends_with("=1.2.3-rc.2"));
        assert_eq!(set.tags[2..], [MINOR, MAJOR]);
    }

    #[test]
    fn build_metadata_is_written_as_tags_allow() {
        assert_eq!(release(&["v1.2.3+b.1"], &[]).tags[0], "type=raw,priority=901,value=1.2.3_b.1");
    }

    #[test]
    fn where_a_higher_release_may_exist_nothing_moves() {
        let here = tags(&["v1.2.3"]);
        let situation = Situation {
            releases: &here,
            known: &here,
            is_incomplete: true,
            ..Situation::default()
        };
        let set = set(&situation).unwrap();
        assert_eq!(set.tags.len(), 1);
        assert_eq!(set.withheld, ["1.2", "1", "latest"]);
        assert_eq!(set.flavor, ["latest=false"]);
    }

    #[test]
    fn all_else_is_named_for_what_it_is() {
        let ids = ["type=sha", "type=sha,format=long"];
        assert_eq!(at("push", "refs/heads/main").unwrap()[1..], ids);
        assert_eq!(at("push", "refs/tags/stable").unwrap()[0], "type=ref,event=tag");
        assert_eq!(at("", "").unwrap(), ids);
        let schedule = at("schedule", "refs/heads/main").unwrap();
        assert_eq!(schedule, ["type=schedule,pattern=nightly"]);
        for event in ["pull_request", "pull_request_target", ""] {
            assert_eq!(at(event, "refs/pull/15/merge").unwrap(), ["type=ref,event=pr"]);
        }
    }

    #[test]
    fn a_branch_that_goes_on_is_not_moved_back() {
        let situation = Situation { git_ref: "refs/heads/main", ..Situation::default() };
        assert_eq!(set(&situation).unwrap().tags, ["type=sha", "type=sha,format=long"]);
    }

    #[test]
    fn a_branch_named_like_a_release_is_refused() {
        for name in ["1.2.3", "v1.2.3", "latest", "1.2", "1", "Latest", "1.2.3-rc.1"] {
            let error = at("push", &format!("refs/heads/{name}")).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
        for name in ["main", "v1", "1.x", "release/1.2.3", "latest-2", "1.2.3.4", "2024-01"] {
            assert!(at("push", &format!("refs/heads/{name}")).is_ok(), "{name}");
        }
        assert!(at("push", "refs/tags/latest").is_err());
    }
}
