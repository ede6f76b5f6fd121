//! What the words of a tag say: `1.89-slim-bookworm`, `12.4.0-devel-ubuntu22.04`, `nonroot`.

use super::family::{Family, Form};
use super::releases;

/// What the words of a tag say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tag<'t> {
    text: Option<&'t str>,
}

/// A distribution that a tag names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Suite<'t> {
    pub(super) family: Family,
    /// Its release, where the tag names that too.
    pub(super) release: Option<&'t str>,
}

impl<'t> Tag<'t> {
    pub(super) fn new(text: Option<&'t str>) -> Self {
        Self { text }
    }

    pub(super) fn text(self) -> Option<&'t str> {
        self.text
    }

    /// The words between dashes and underscores.
    pub(super) fn words(self) -> impl Iterator<Item = &'t str> {
        self.text.unwrap_or_default().split(['-', '_']).filter(|it| !it.is_empty())
    }

    pub(super) fn has(self, word: &str) -> bool {
        self.words().any(|it| it == word)
    }

    /// Whether a variable without a value is left in it.
    pub(super) fn has_variable(self) -> bool {
        self.text.is_some_and(|it| it.contains('$'))
    }

    /// The part from the word after `word`: of a `cargo-chef` image, the tag of the Rust image
    /// below. Without the word nothing is left.
    pub(super) fn after(self, word: &str) -> Self {
        let mut rest = self.text.unwrap_or_default();
        while let Some((first, after)) = rest.split_once('-') {
            if first == word {
                return Self { text: Some(after) };
            }
            rest = after;
        }
        Self { text: None }
    }

    /// The version that the tag begins with: `1.89` of `1.89-slim`, `3.20` of `v3.20`.
    pub(super) fn version(self) -> Option<&'t str> {
        let first = self.words().next()?;
        let number = first.strip_prefix('v').unwrap_or(first);
        let is_version = number.starts_with(|it: char| it.is_ascii_digit())
            && number.bytes().all(|it| it.is_ascii_digit() || it == b'.');
        is_version.then_some(number)
    }

    /// The distribution that a word of the tag names.
    pub(super) fn suite(self) -> Option<Suite<'t>> {
        let mut words = self.words().peekable();
        while let Some(word) = words.next() {
            let found = suite_of(word).or_else(|| {
                // `ubuntu-22.04` and `debian-12` are one name in two words.
                let next = words.peek().filter(|it| it.starts_with(|c: char| c.is_ascii_digit()));
                let family = family_of(word)?;
                Some(Suite { family, release: next.copied() })
            });
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The form that the tag asks for among RPM-based images.
    pub(super) fn form(self) -> Option<Form> {
        if self.has("minimal") || self.has("slim") {
            Some(Form::Minimal)
        } else if self.has("micro") {
            Some(Form::Micro)
        } else {
            None
        }
    }
}

/// The distribution and release in one word: `bookworm`, `alpine3.20`, `ubi9`.
pub(super) fn suite_of(word: &str) -> Option<Suite<'_>> {
    if let Some((name, _)) = word.split_once('$') {
        return family_of(name).map(|family| Suite { family, release: None });
    }
    if let Some(release) = releases::by_codename(word) {
        return Some(Suite { family: release.distribution.family(), release: Some(release.name) });
    }
    if matches!(word, "windowsservercore" | "nanoserver" | "ltsc2019" | "ltsc2022" | "ltsc2025") {
        return Some(Suite { family: Family::Windows, release: None });
    }
    let digits = word.find(|it: char| it.is_ascii_digit())?;
    let (name, release) = word.split_at(digits);
    let family = match name {
        "fc" => Family::Fedora,
        "ol" => Family::Oracle(Form::Full),
        "amzn" | "al" => Family::Amazon,
        "el" | "ubi" => Family::RedHat(Form::Full),
        "deb" => Family::Debian,
        name => family_of(name)?,
    };
    Some(Suite { family, release: Some(release) })
}

/// The family that a word names by itself.
fn family_of(word: &str) -> Option<Family> {
    Some(match word {
        "alpine" => Family::Alpine,
        "debian" => Family::Debian,
        "ubuntu" => Family::Ubuntu,
        "fedora" => Family::Fedora,
        "centos" => Family::CentOs,
        "rocky" | "rockylinux" => Family::Rocky(Form::Full),
        "alma" | "almalinux" => Family::Alma(Form::Full),
        "oraclelinux" | "oracle" => Family::Oracle(Form::Full),
        "amazonlinux" => Family::Amazon,
        "opensuse" => Family::OpenSuse,
        "azurelinux" => Family::AzureLinux,
        "photon" => Family::Photon,
        "wolfi" => Family::Wolfi,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite(tag: &str) -> Option<(Family, Option<&str>)> {
        Tag::new(Some(tag)).suite().map(|it| (it.family, it.release))
    }

    #[test]
    fn distributions_are_found_among_the_words() {
        assert_eq!(suite("1.89-slim-bookworm"), Some((Family::Debian, Some("bookworm"))));
        assert_eq!(suite("1-alpine3.20"), Some((Family::Alpine, Some("3.20"))));
        assert_eq!(suite("lts-alpine"), Some((Family::Alpine, None)));
        assert_eq!(suite("12.4.0-devel-ubuntu22.04"), Some((Family::Ubuntu, Some("22.04"))));
        assert_eq!(suite("ubuntu-22.04"), Some((Family::Ubuntu, Some("22.04"))));
        assert_eq!(suite("17-jdk-jammy"), Some((Family::Ubuntu, Some("22.04"))));
        assert_eq!(suite("13.0.2-cudnn-devel-ubi9"), Some((Family::RedHat(Form::Full), Some("9"))));
        assert_eq!(suite("1-alpine${ALPINE_3}"), Some((Family::Alpine, None)));
        assert_eq!(suite("latest"), None);
        assert_eq!(suite("1.89"), None);
    }

    #[test]
    fn the_rust_tag_inside_of_a_longer_one() {
        let rust = |tag| Tag::new(Some(tag)).after("rust").text;
        assert_eq!(rust("latest-rust-1.80-bookworm"), Some("1.80-bookworm"));
        assert_eq!(rust("0.1.67-rust-alpine"), Some("alpine"));
        assert_eq!(rust("latest"), None);
    }

    #[test]
    fn versions() {
        assert_eq!(Tag::new(Some("1.89-slim")).version(), Some("1.89"));
        assert_eq!(Tag::new(Some("v3.20")).version(), Some("3.20"));
        assert_eq!(Tag::new(Some("slim-1.89")).version(), None);
        assert_eq!(Tag::new(Some("1.0rc1")).version(), None);
    }
}
