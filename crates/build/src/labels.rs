//! Labels and annotations: the `org.opencontainers.image` keys of the OCI image specification,
//! from what Cargo.toml and git know.

use std::collections::BTreeMap;

use plimsoll_project::{PackageFacts, git::Commit};

/// The time of a build, in seconds since 1970, as `created` writes it (RFC 3339).
///
/// Times before 1970 or after the year 9999 become the nearest that can be written.
pub fn rfc3339(time: u64) -> String {
    // 9999-12-30T22:00:00Z is the last second that jiff knows.
    let seconds = i64::try_from(time).unwrap_or(i64::MAX).min(253_402_207_200);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| String::new(), |it| it.to_string())
}

/// The labels of an image with this package's program.
pub fn labels(
    title: &str,
    package: Option<&PackageFacts>,
    commit: Option<&Commit>,
    time: u64,
) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let mut add = |key: &str, value: Option<String>| {
        if let Some(value) = value.filter(|it| !it.is_empty()) {
            labels.insert(format!("org.opencontainers.image.{key}"), value);
        }
    };
    add("title", Some(title.to_owned()));
    add("created", Some(rfc3339(time)));
    if let Some(package) = package {
        let package = package.clone();
        add("version", Some(package.version.to_string()));
        add("description", package.description.map(|it| it.trim().to_owned()));
        add("licenses", package.license);
        add("source", package.repository.or_else(|| commit.and_then(|it| it.origin.clone())));
        add("url", package.homepage);
        add("documentation", package.documentation);
        add("authors", Some(package.authors.join(", ")));
    }
    if let Some(commit) = commit {
        // A revision alone would say that the image is what was committed.
        let suffix = if commit.dirty { "-dirty" } else { "" };
        add("revision", Some(format!("{}{suffix}", commit.id)));
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_rfc_3339_and_never_fail() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(1_700_000_000), "2023-11-14T22:13:20Z");
        assert!(rfc3339(u64::MAX).starts_with("9999-12-30"));
    }

    #[test]
    fn a_changed_tree_is_not_called_by_its_commit_alone() {
        let mut commit = Commit { id: "0123".to_owned(), time: 0, dirty: false, origin: None };
        let revision = |commit: &Commit| {
            labels("x", None, Some(commit), 0)["org.opencontainers.image.revision"].clone()
        };
        assert_eq!(revision(&commit), "0123");
        commit.dirty = true;
        assert_eq!(revision(&commit), "0123-dirty");
    }

    #[test]
    fn empty_facts_make_no_labels() {
        let keys: Vec<_> = labels("x", None, None, 0).into_keys().collect();
        assert_eq!(keys, ["org.opencontainers.image.created", "org.opencontainers.image.title"]);
    }
}
