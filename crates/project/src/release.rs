//! Releases, as tags of git name them, and which of them are the highest.

mod line;
pub mod standard;

use std::fmt;

use semver::Version;

pub use line::Line;

/// Words before a version that name no package.
const NO_PACKAGES: &[&str] = &["release", "releases", "version", "versions"];

/// A tag of git that names a version: `v1.2.3`, `1.2.3`, or that of a package of a workspace,
/// `api-v1.2.3`, `api/v1.2.3`, `api@1.2.3`, `crates/api/v1.2.3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseTag {
    /// The tag's name, without `refs/tags/`.
    pub name: String,
    /// What stands before the version: `api`, `crates/api`; nothing if the tag is for a whole
    /// repository.
    pub package: Option<String>,
    /// The version, whole as semantic versioning has it.
    pub version: Version,
}

impl ReleaseTag {
    /// Reads a tag's name; returns nothing if it does not end in a whole version.
    pub fn parse(name: &str) -> Option<Self> {
        let (package, version) = match version(name) {
            Some(version) => (None, version),
            None => split(name)?,
        };
        let package = package.filter(|it| !NO_PACKAGES.contains(it));
        Some(Self { name: name.to_owned(), package: package.map(str::to_owned), version })
    }

    /// Whether it is for the package of this name, either by name or by a directory of that name.
    pub fn is_of(&self, package: &str) -> bool {
        self.package.as_deref().is_some_and(|it| {
            let directory = it.rsplit('/').next().unwrap_or(it);
            // Cargo takes `-` and `_` in names for the same.
            let same = |it: &str| it.replace('_', "-") == package.replace('_', "-");
            same(it) || same(directory)
        })
    }
}

impl fmt::Display for ReleaseTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Reads `1.2.3` and `v1.2.3`.
pub fn version(text: &str) -> Option<Version> {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    Version::parse(text).ok()
}

/// Takes a package from before a version. A prerelease may hold the same characters as what stands
/// between the two, so that the longest version is the right one.
fn split(name: &str) -> Option<(Option<&str>, Version)> {
    let ends = name.match_indices(['/', '-', '@', '_']);
    let mut parts = ends.map(|(at, end)| (name.get(..at), name.get(at + end.len()..)));
    parts.find_map(|(package, rest)| {
        let package = package.filter(|it| !it.is_empty())?;
        Some((Some(package), version(rest?)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_name_versions_of_repositories_and_of_packages() {
        for (name, package, version) in [
            ("v1.2.3", None, "1.2.3"),
            ("1.2.3", None, "1.2.3"),
            ("V1.2.3-rc.1+b.5", None, "1.2.3-rc.1+b.5"),
            ("release-1.2.3", None, "1.2.3"),
            ("releases/v1.2.3", None, "1.2.3"),
            ("api-v1.2.3", Some("api"), "1.2.3"),
            ("my-api-2-1.2.3-4.5.6", Some("my-api-2"), "1.2.3-4.5.6"),
            ("api/v1.2.3", Some("api"), "1.2.3"),
            ("api@1.2.3", Some("api"), "1.2.3"),
            ("crates/api/v1.2.3", Some("crates/api"), "1.2.3"),
        ] {
            let tag = ReleaseTag::parse(name).unwrap();
            assert_eq!(tag.package.as_deref(), package, "{name}");
            assert_eq!(tag.version.to_string(), version, "{name}");
        }
        for name in ["", "v1", "v1.2", "nightly", "1.2.3.4", "v01.2.3", "-1.2.3", "2020-01-02"] {
            assert_eq!(ReleaseTag::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_package_is_known_by_its_name_or_its_directory() {
        let is_of = |tag: &str, package| ReleaseTag::parse(tag).unwrap().is_of(package);
        assert!(is_of("api-v1.2.3", "api") && is_of("crates/api/v1.2.3", "api"));
        assert!(is_of("my_api-v1.2.3", "my-api"));
        assert!(!is_of("worker-v1.2.3", "api") && !is_of("v1.2.3", "api"));
        assert!(!is_of("api/worker/v1.2.3", "api"));
    }
}
