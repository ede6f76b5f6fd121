//! Texts of workflows, and the names of images among them, as far as they are known.

use plimsoll_finding::Span;

/// A text and its place. What isn't known stands in it as it is written: expressions without their
/// blanks (`${{github.sha}}`), variables of shells (`$TAG`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// The parts of the name of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Image<'n> {
    /// Registry and path: `ghcr.io/a/b`.
    pub(crate) repository: &'n str,
    /// The tag.
    pub(crate) tag: Option<&'n str>,
    /// The digest.
    pub(crate) digest: Option<&'n str>,
}

/// Tags that are moved to ever new images.
const MOVING: &[&str] = &[
    "latest",
    "main",
    "master",
    "develop",
    "development",
    "dev",
    "devel",
    "edge",
    "nightly",
    "stable",
    "staging",
    "stage",
    "prod",
    "production",
    "test",
    "testing",
    "canary",
    "beta",
    "alpha",
    "next",
    "unstable",
    "snapshot",
    "release",
    "rolling",
    "trunk",
    "head",
    "local",
    "ci",
];

impl Text {
    /// Whether nothing in it is unknown.
    pub(crate) fn is_known(&self) -> bool {
        !self.text.contains('$')
    }

    /// The name of an image that it is.
    pub(crate) fn image(&self) -> Image<'_> {
        Image::of(&self.text)
    }

    /// As people should read it.
    pub(crate) fn shown(&self) -> String {
        shown(&self.text)
    }
}

impl<'n> Image<'n> {
    /// Splits a name.
    pub(crate) fn of(text: &'n str) -> Self {
        let (name, digest) = match split_last(text, '@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        let (repository, tag) = match split_last(name, ':') {
            // A colon before a slash is that of a port.
            Some((repository, tag)) if !outside(tag).contains('/') => (repository, Some(tag)),
            _ => (name, None),
        };
        Self { repository, tag, digest }
    }

    /// The registry; `None` where the name has none and means Docker Hub, and where it isn't known.
    pub(crate) fn registry(self) -> Option<&'n str> {
        let (first, _) = split_first(self.repository, '/')?;
        let is_host = first.contains(['.', ':']) || first == "localhost";
        is_host.then_some(first).filter(|it| !it.contains('$'))
    }

    /// Whether the name begins with something that isn't known, which may be a registry.
    pub(crate) fn may_have_registry(self) -> bool {
        match split_first(self.repository, '/') {
            Some((first, _)) => first.contains('$'),
            None => self.repository.contains('$'),
        }
    }

    /// Whether it goes to a registry that is thrown away with the job, or asks for nothing.
    pub(crate) fn is_temporary(self) -> bool {
        let host = self.registry().unwrap_or_default();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "registry" | "ttl.sh")
            || matches!(host.rsplit_once('.'), Some((_, "local" | "localhost")))
    }

    /// The last part of its path.
    pub(crate) fn name(self) -> &'n str {
        split_last(self.repository, '/').map_or(self.repository, |(_, name)| name)
    }

    /// Whether its tag is known to be one that is moved.
    pub(crate) fn is_moving(self) -> bool {
        if self.digest.is_some() {
            return false;
        }
        let tag = self.tag.unwrap_or("latest");
        let moving = |it: &str| MOVING.contains(&it.to_ascii_lowercase().as_str());
        // `main-amd64`, `latest-alpine`
        moving(tag)
            || tag.split_once('-').is_some_and(|(first, rest)| {
                moving(first) && !rest.bytes().any(|it| it.is_ascii_digit() || it == b'$')
                    || moving(first) && matches!(rest, "amd64" | "arm64" | "armv7")
            })
    }
}

/// A name as people should read it.
pub(crate) fn shown(text: &str) -> String {
    text.replace("${{", "${{ ").replace("}}", " }}")
}

/// Splits at the last of a character that isn't in an expression.
fn split_last(text: &str, at: char) -> Option<(&str, &str)> {
    let place = places(text, at).last()?;
    Some((&text[..place], &text[place + at.len_utf8()..]))
}

/// Splits at the first of a character that isn't in an expression.
fn split_first(text: &str, at: char) -> Option<(&str, &str)> {
    let place = places(text, at).next()?;
    Some((&text[..place], &text[place + at.len_utf8()..]))
}

/// Where a character stands that isn't in an expression or in the braces of a variable.
fn places(text: &str, wanted: char) -> impl Iterator<Item = usize> {
    let mut open = 0_usize;
    text.char_indices().filter_map(move |(place, it)| {
        match it {
            '{' => open += 1,
            '}' => open = open.saturating_sub(1),
            _ => {}
        }
        (it == wanted && open == 0).then_some(place)
    })
}

/// The part of a text before its first expression.
fn outside(text: &str) -> &str {
    text.split("${").next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_around_expressions() {
        let parts = |text| {
            let image = Image::of(text);
            (image.repository, image.tag, image.digest)
        };
        assert_eq!(parts("ghcr.io/a/b:1"), ("ghcr.io/a/b", Some("1"), None));
        assert_eq!(parts("localhost:5000/a"), ("localhost:5000/a", None, None));
        assert_eq!(
            parts("${{env.R||'a:b/c'}}/x:${{github.sha}}"),
            ("${{env.R||'a:b/c'}}/x", Some("${{github.sha}}"), None)
        );
        assert_eq!(
            parts("a/b@${{steps.b.outputs.digest}}"),
            ("a/b", None, Some("${{steps.b.outputs.digest}}"))
        );
        assert_eq!(parts("a:${V:-x}"), ("a", Some("${V:-x}"), None));
        assert_eq!(Image::of("localhost:5000/a").registry(), Some("localhost:5000"));
        assert!(Image::of("localhost:5000/a").is_temporary());
        assert_eq!(Image::of("a/b").registry(), None);
        assert!(Image::of("${{env.R}}/b").may_have_registry());
        assert_eq!(Image::of("ghcr.io/${{github.repository}}").registry(), Some("ghcr.io"));
    }

    #[test]
    fn moving_tags_are_known() {
        for (text, moving) in [
            ("a", true),
            ("a:latest", true),
            ("a:main-alpine", true),
            ("a:1", false),
            ("a:${{github.sha}}", false),
            ("a:main-${{github.sha}}", false),
            ("a:latest@sha256:1", false),
            ("a:latest-arm64", true),
        ] {
            assert_eq!(Image::of(text).is_moving(), moving, "{text}");
        }
    }
}
