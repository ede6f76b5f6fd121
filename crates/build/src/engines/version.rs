//! Versions of programs, as they print them.

use std::fmt;

/// A version, as far as it tells what a program can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second.
    pub minor: u32,
    /// The third.
    pub patch: u32,
}

impl Version {
    /// A version of two numbers.
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor, patch: 0 }
    }

    /// The first word of a text that begins like a version: `v0.12.1-desktop.4`, `20.10.24+dfsg1,`.
    pub fn find(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(|word| {
            let word = word.strip_prefix('v').unwrap_or(word);
            let mut numbers = word.split(['.', '-', '+', ',', '~', '_']);
            let mut number = || numbers.next().and_then(|it| it.parse().ok());
            let (major, minor) = (number()?, number()?);
            // A word of two numbers is a version, too.
            Some(Self { major, minor, patch: number().unwrap_or(0) })
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        for (text, version) in [
            ("Docker version 20.10.24+dfsg1, build 297e128", "20.10.24"),
            ("Docker version 28.2.2, build e6534b4", "28.2.2"),
            ("github.com/docker/buildx v0.12.1-desktop.4 30feaa1", "0.12.1"),
            ("buildah version 1.28.2 (image-spec 1.1.0-rc2, runtime-spec 1.0.2-dev)", "1.28.2"),
            ("buildah version 1.41", "1.41.0"),
        ] {
            assert_eq!(Version::find(text).unwrap().to_string(), version);
        }
        assert_eq!(Version::find("unknown"), None);
    }
}
