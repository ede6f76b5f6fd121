//! The releases that a repository has already, by their git tags.

use semver::Version;

use super::npm_semver;

/// The version at the end of a git tag, and what stands before it: `api-v1.2.3` is `api-` and
/// `1.2.3`. Tags with the same beginning are about the same thing.
pub(super) fn split(tag: &str) -> Option<(&str, Version)> {
    for (at, it) in tag.char_indices().filter(|(_, it)| it.is_ascii_digit()) {
        let before = tag.get(..at)?;
        let prefix = before.strip_suffix(['v', 'V']).unwrap_or(before);
        if prefix.ends_with(|it: char| it.is_alphanumeric()) {
            continue;
        }
        debug_assert!(it.is_ascii_digit());
        let version = npm_semver::Version::parse(tag.get(at..)?);
        if let Some(version) = version.and_then(|it| it.comparable()) {
            return Some((prefix, version));
        }
    }
    None
}

/// The git tag of the highest release beyond this one, among those that matter. Prereleases are none.
pub(super) fn newer<'t>(
    released: &'t [String],
    prefix: &str,
    version: &Version,
    matters: impl Fn(&Version) -> bool,
) -> Option<&'t str> {
    let releases = released.iter().filter_map(|tag| Some((tag, split(tag)?)));
    let beyond = releases.filter(|(_, (its_prefix, its_version))| {
        *its_prefix == prefix
            && its_version.pre.is_empty()
            && its_version > version
            && matters(its_version)
    });
    beyond.max_by(|left, right| left.1.1.cmp(&right.1.1)).map(|(tag, _)| tag.as_str())
}

/// Whether this is how a release, or what moves with releases, is called: `latest`, `1.2.3`, `v1.2`,
/// `1`.
pub(super) fn is_name_of_release(name: &str) -> bool {
    let plain = name.strip_prefix('v').unwrap_or(name);
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let is_short = plain.split('.').count() <= 3 && plain.split('.').all(is_number);
    name == "latest" || is_short || npm_semver::Version::parse(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::{is_name_of_release, newer, split};

    #[test]
    fn versions_are_found_at_the_end_of_tags() {
        let split = |tag| split(tag).map(|(prefix, version)| (prefix, version.to_string()));
        for (tag, prefix, version) in [
            ("v1.2.3", "", "1.2.3"),
            ("1.2.3-rc.1", "", "1.2.3-rc.1"),
            ("api-v1.2.3", "api-", "1.2.3"),
            ("crates/api2/v1.2.3", "crates/api2/", "1.2.3"),
            ("my-crate@0.1.0+x", "my-crate@", "0.1.0"),
        ] {
            assert_eq!(split(tag), Some((prefix, version.to_owned())), "{tag}");
        }
        for tag in ["", "v1", "rev1.2.3", "1.2", "é1.2.3", "nightly"] {
            assert_eq!(split(tag), None, "{tag}");
        }
    }

    #[test]
    fn the_highest_release_of_the_same_thing_is_newer() {
        let released = ["v1.0.0", "v2.0.0-rc.1", "v1.10.0", "v1.9.0", "api-v9.0.0"];
        let released = released.map(str::to_owned);
        let newer =
            |version: &str| newer(&released, "", &version.parse().unwrap(), |it| it.major == 1);
        assert_eq!(newer("1.0.1"), Some("v1.10.0"));
        assert_eq!(newer("1.10.0"), None);
    }

    #[test]
    fn names_of_releases_are_known() {
        for name in ["latest", "1.2.3", "v1.2.3", "1.2", "v1", "0", "1.2.3-rc.1"] {
            assert!(is_name_of_release(name), "{name}");
        }
        for name in ["main", "release-1.2.3", "1.x", "1.2.3.4", "v", "", "edge"] {
            assert!(!is_name_of_release(name), "{name}");
        }
    }
}
