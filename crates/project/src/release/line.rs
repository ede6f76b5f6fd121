//! The releases of one package, in order, and which tags of an image each may have.

use std::collections::BTreeSet;

use semver::Version;

use super::ReleaseTag;

/// All known versions of one package, or of a repository that is released as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(BTreeSet<Version>);

impl Line {
    /// Gathers the versions that are told in the same way as `like`: by tags of the same package.
    pub fn of(like: &ReleaseTag, tags: &[ReleaseTag]) -> Self {
        let same = tags.iter().filter(|it| it.package == like.package);
        Self(same.map(|it| it.version.clone()).chain([like.version.clone()]).collect())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The highest version that is no prerelease, within those that fit.
    pub fn highest(&self, fits: impl Fn(&Version) -> bool) -> Option<&Version> {
        self.0.iter().rev().find(|it| it.pre.is_empty() && fits(it))
    }

    /// Whether `version` is `latest`: the highest one, and no prerelease.
    pub fn is_latest(&self, version: &Version) -> bool {
        self.highest(|_| true) == Some(version)
    }

    /// Whether `version` is what `MAJOR` stands for. No number stands for all of 0: there, every
    /// minor version may break what the one before did.
    pub fn has_major(&self, version: &Version) -> bool {
        version.major > 0 && self.highest(|it| it.major == version.major) == Some(version)
    }

    /// Whether `version` is what `MAJOR.MINOR` stands for; as for [`Line::has_major`], nothing
    /// stands for all of 0.0.
    pub fn has_minor(&self, version: &Version) -> bool {
        let number = |it: &Version| (it.major, it.minor);
        let own = number(version);
        own > (0, 0) && self.highest(|it| number(it) == own) == Some(version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(tags: &[&str]) -> Line {
        let tags: Vec<_> = tags.iter().filter_map(|it| ReleaseTag::parse(it)).collect();
        Line::of(&tags[0], &tags)
    }

    fn moving(line: &Line, version: &str) -> (bool, bool, bool) {
        let version = version.parse().unwrap();
        (line.is_latest(&version), line.has_major(&version), line.has_minor(&version))
    }

    #[test]
    fn a_back_port_moves_nothing_that_is_ahead_of_it() {
        let line = line(&["v1.2.9", "v1.3.0", "v2.0.0", "v1.2.10-rc.1", "v3.0.0-rc.1", "nightly"]);
        assert_eq!(moving(&line, "2.0.0"), (true, true, true));
        assert_eq!(moving(&line, "1.3.0"), (false, true, true));
        assert_eq!(moving(&line, "1.2.9"), (false, false, true));
        assert_eq!(moving(&line, "3.0.0-rc.1"), (false, false, false));
        assert_eq!(moving(&line, "1.2.10-rc.1"), (false, false, false));
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(moving(&line(&["1.10.0", "1.9.0"]), "1.10.0"), (true, true, true));
    }

    #[test]
    fn nothing_stands_for_all_of_zero() {
        assert_eq!(moving(&line(&["0.2.0", "0.1.0"]), "0.2.0"), (true, false, true));
        assert_eq!(moving(&line(&["0.0.1"]), "0.0.1"), (true, false, false));
    }

    #[test]
    fn packages_have_lines_of_their_own() {
        let line = line(&["api-v1.0.0", "worker-v9.0.0", "v5.0.0"]);
        assert_eq!(moving(&line, "1.0.0"), (true, true, true));
        assert_eq!(line.len(), 1);
        assert!(!line.is_empty());
    }
}
