//! What must not be copied from the action, and what is right instead.
//!
//! Cases that are marked as defects are run as `Manner::Ours`. Right is one of these:
//!
//! - An error that says which tag or name is impossible: one that no registry takes, one that has a
//!   tag already, a short commit id of no digits, a branch that would take a tag of releases.
//! - Tags that are all valid, each listed once, with the name of an image where images were asked for,
//!   and with nothing but these differences from what the action gives: a tag that no registry takes,
//!   that was listed already or that a warning names is left out (`0`, the `latest` of a prerelease, all
//!   of them where no image is enabled); `latest` is spelled out where the action leaves its
//!   expressions as they are; a whole version goes before its parts.
//!
//! Where the defect can't be seen from the inputs (an older release takes `latest`, though nobody says
//! what else is released; two branches have one tag), that is what the action gives.

use std::collections::BTreeSet;

use plimsoll_project::tags::{Manner, Metadata, TagKind, TagsError, Warning, is_tag, metadata};
use serde_json::Value;

use super::case::Case;

/// What is wrong with a case, if anything.
pub(super) fn judge(case: &Case, value: &Value) -> Option<String> {
    match metadata(&case.inputs, &case.context, Manner::Ours) {
        Ok(found) => compare(case, &found, &value["expect"]),
        Err(
            TagsError::InvalidTag { .. }
            | TagsError::InvalidImageName(..)
            | TagsError::ShaLengthZero(_)
            | TagsError::TagOfReleases { .. },
        ) => None,
        Err(error) if value["expect"]["error"].is_string() => {
            super::wrong_error(&error, value["expect"]["error"].as_str()?)
        }
        // The action takes what it can't read for nothing.
        Err(TagsError::UnknownTimeZone(_)) => None,
        Err(error) => Some(format!("is an error, {error}")),
    }
}

fn compare(case: &Case, found: &Metadata, expected: &Value) -> Option<String> {
    let names: BTreeSet<&str> = found.planned.iter().map(|it| it.name.as_str()).collect();
    let tags: BTreeSet<&str> = found.tags.iter().map(String::as_str).collect();
    if let Some(name) = names.iter().find(|it| !is_tag(it)) {
        return Some(format!("{name} can't be a tag"));
    }
    if tags.len() != found.tags.len() {
        return Some(format!("tags are listed twice: {}", found.tags.join(" ")));
    }
    let is_named = |tag: &str| found.images.iter().any(|it| tag.starts_with(&format!("{it}:")));
    if !case.inputs.images.is_empty() && !found.tags.iter().all(|it| is_named(it)) {
        return Some(format!("tags lack their image: {}", found.tags.join(" ")));
    }
    let expected = expected["tags"].as_array()?.iter().filter_map(Value::as_str);
    let expected: BTreeSet<&str> = expected.collect();
    let lost = expected.iter().find(|tag| !tags.contains(**tag) && !is_explained(found, tag));
    if let Some(tag) = lost {
        return Some(format!("{tag} is missing, and no warning says why"));
    }
    let latest = found.planned.iter().find(|it| it.kind == TagKind::Latest);
    let is_latest = |tag: &str| latest.is_some_and(|it| tag.ends_with(&it.name));
    let added = tags.iter().find(|tag| !expected.contains(**tag) && !is_latest(tag));
    added.map(|tag| format!("{tag} is not what was asked for"))
}

/// Whether there is a reason to leave a tag of the action's out.
fn is_explained(found: &Metadata, tag: &str) -> bool {
    let name = tag.rsplit_once(':').map_or(tag, |it| it.1);
    let has_unexpanded_latest = found.latest && name.contains("latest");
    let is_named = found.warnings.iter().any(|it| match it {
        Warning::MajorZero { name: left_out } | Warning::Older { name: left_out, .. } => {
            left_out == name
        }
        Warning::Prerelease { .. } => name.contains("latest"),
        Warning::NoImages => true,
        _ => false,
    });
    !is_tag(name) || has_unexpanded_latest || is_named
}
