//! Versions as npm's `semver` reads them where it is strict.
//!
//! Against Semantic Versioning 2.0.0 it allows a `v` in front and white space around, and knows
//! limits: 256 characters, numbers up to 2^53 - 1.

use super::javascript::trim;

const LENGTH: usize = 256;
const SAFE: u64 = (1 << 53) - 1;

/// A version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// The text that it was read from.
    pub(super) raw: String,
    pub(super) major: u64,
    pub(super) minor: u64,
    pub(super) patch: u64,
    /// What stands between `-` and `+`, apart.
    pub(super) prerelease: Vec<String>,
    /// What stands after `+`, apart.
    pub(super) build: Vec<String>,
}

impl Version {
    /// Reads a version; `None` if it is none.
    pub(super) fn parse(raw: &str) -> Option<Self> {
        if raw.encode_utf16().count() > LENGTH {
            return None;
        }
        let text = trim(raw);
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, build) = match text.split_once('+') {
            Some((text, build)) => (text, identifiers(build, false)?),
            None => (text, Vec::new()),
        };
        let (numbers, prerelease) = match text.split_once('-') {
            Some((text, prerelease)) => (text, identifiers(prerelease, true)?),
            None => (text, Vec::new()),
        };
        let mut numbers = numbers.split('.').map(number);
        let (major, minor, patch) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let version = Self { raw: raw.to_owned(), major, minor, patch, prerelease, build };
        numbers.next().is_none().then_some(version)
    }

    /// The version without `v` and build.
    pub(super) fn text(&self) -> String {
        let numbers = format!("{}.{}.{}", self.major, self.minor, self.patch);
        if self.prerelease.is_empty() {
            return numbers;
        }
        format!("{numbers}-{}", self.prerelease.join("."))
    }

    /// The version in the form that compares.
    pub(super) fn comparable(&self) -> Option<semver::Version> {
        self.text().parse().ok()
    }
}

fn number(text: &str) -> Option<u64> {
    let has_zero = text.len() > 1 && text.starts_with('0');
    let is_number = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit()) && !has_zero;
    text.parse().ok().filter(|it| is_number && *it <= SAFE)
}

fn identifiers(text: &str, is_prerelease: bool) -> Option<Vec<String>> {
    let is_identifier = |part: &str| {
        let is_number = part.bytes().all(|it| it.is_ascii_digit());
        let has_zero = is_number && part.len() > 1 && part.starts_with('0');
        !part.is_empty()
            && part.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
            && !(is_prerelease && has_zero)
    };
    text.split('.').map(|part| is_identifier(part).then(|| part.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_read() {
        for (raw, text) in [
            ("1.2.3", "1.2.3"),
            ("v1.2.3", "1.2.3"),
            (" v1.2.3\n", "1.2.3"),
            ("1.2.3-rc.1+build.5", "1.2.3-rc.1"),
            ("1.2.3--a.0a-", "1.2.3--a.0a-"),
            ("0.0.0+001", "0.0.0"),
            ("9007199254740991.0.0", "9007199254740991.0.0"),
        ] {
            assert_eq!(Version::parse(raw).map(|it| it.text()).as_deref(), Some(text), "{raw}");
        }
        let version = Version::parse("v1.2.3-rc.1+b.2").unwrap();
        assert_eq!(version.prerelease, ["rc", "1"]);
        assert_eq!(version.build, ["b", "2"]);
        assert_eq!(version.raw, "v1.2.3-rc.1+b.2");
    }

    #[test]
    fn what_is_no_version_is_none() {
        let long = format!("1.2.3-{}", "a".repeat(256));
        for raw in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "V1.2.3",
            "=1.2.3",
            "v 1.2.3",
            "vv1.2.3",
            "01.2.3",
            "1.2.3-",
            "1.2.3-01",
            "1.2.3+",
            "1.2.3-a..b",
            "1.2.3-é",
            "9007199254740992.0.0",
            "1.2.x",
            &long,
            "1.2.3rc1",
            "-1.2.3",
            "1.2.3+a+b",
        ] {
            assert_eq!(Version::parse(raw), None, "{raw}");
        }
    }
}
