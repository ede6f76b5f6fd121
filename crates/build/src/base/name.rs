//! What users write for a base: `scratch`, a short name, any image of a registry, or `oci:DIR`.

use std::{fmt, path::PathBuf, str::FromStr};

use plimsoll_image::{Reference, reference::ParseReferenceError};

const SHORT_NAMES: &str = include_str!("short-names.tsv");

/// What an image stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BaseName {
    /// Nothing.
    #[default]
    Scratch,
    /// An image of a registry.
    Registry {
        /// The name as it was written.
        name: String,
        /// The image that is meant; a short name stands for a tag.
        reference: Reference,
    },
    /// An OCI layout in a directory of this machine.
    Layout(PathBuf),
}

/// A name that stands for an image of a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortName {
    /// Such as `alpine`.
    pub name: &'static str,
    /// Such as `docker.io/library/alpine:3.24`.
    pub reference: &'static str,
    /// Where the image has its certificate authorities, if it has any.
    pub certificates: Option<&'static str>,
}

/// Why a text names no base.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no base: expected scratch, {}, an image such as ghcr.io/team/base:1.2, or oci:DIR",
    short_names().map(|it| it.name).collect::<Vec<_>>().join(", ")
)]
pub struct ParseBaseError {
    text: String,
    #[source]
    reason: Option<ParseReferenceError>,
}

/// All short names, in the order of the table.
pub fn short_names() -> impl Iterator<Item = ShortName> {
    SHORT_NAMES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        let (name, reference) = (columns.next()?, columns.next()?);
        let certificates = columns.next().filter(|it| *it != "-");
        Some(ShortName { name, reference, certificates })
    })
}

impl BaseName {
    /// The same base with a relative directory taken from `directory`.
    #[must_use]
    pub fn relative_to(self, directory: &std::path::Path) -> Self {
        match self {
            // Components leave out what means nothing, as in `./base`.
            Self::Layout(path) => Self::Layout(directory.join(path).components().collect()),
            other => other,
        }
    }

    /// The short name that it is, if it is one.
    pub fn short(&self) -> Option<ShortName> {
        let Self::Registry { name, .. } = self else { return None };
        short_names().find(|it| it.name == name)
    }
}

impl fmt::Display for BaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scratch => f.write_str("scratch"),
            Self::Registry { name, .. } => f.write_str(name),
            Self::Layout(path) => write!(f, "oci:{}", path.display()),
        }
    }
}

impl FromStr for BaseName {
    type Err = ParseBaseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |reason| ParseBaseError { text: text.to_owned(), reason };
        if text == "scratch" {
            return Ok(Self::Scratch);
        }
        if let Some(path) = text.strip_prefix("oci:") {
            return if path.is_empty() { Err(wrong(None)) } else { Ok(Self::Layout(path.into())) };
        }
        // No image is named so, and a path must not be taken for one.
        if text.starts_with(['.', '/']) {
            return Ok(Self::Layout(text.into()));
        }
        let short = short_names().find(|it| it.name == text);
        let reference = short.map_or(text, |it| it.reference);
        let reference = reference.parse().map_err(|error| wrong(Some(error)))?;
        Ok(Self::Registry { name: text.to_owned(), reference })
    }
}

/// The whole name of an image, with everything that Docker leaves out: `docker.io/library/alpine:3.24`.
pub(crate) fn canonical(reference: &Reference) -> String {
    use fmt::Write as _;

    let mut text = format!("{}/{}", reference.repository.host, reference.repository.path);
    // Writing to a string can't fail.
    if let Some(tag) = reference.tag_or_latest() {
        write!(text, ":{tag}").ok();
    }
    if let Some(digest) = reference.digest {
        write!(text, "@{digest}").ok();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(text: &str) -> String {
        match text.parse().unwrap() {
            BaseName::Registry { reference, .. } => canonical(&reference),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn short_names_stand_for_whole_ones_with_a_tag_that_does_not_move_between_releases() {
        assert_eq!(reference("alpine"), "docker.io/library/alpine:3.24");
        assert!(short_names().count() >= 3);
        for short in short_names() {
            let parsed: Reference = short.reference.parse().unwrap();
            assert_eq!(canonical(&parsed), short.reference);
            assert!(parsed.tag.is_some_and(|it| it != "latest"), "{}", short.name);
            assert!(short.certificates.is_none_or(|it| it.starts_with('/')));
        }
    }

    #[test]
    fn whatever_else_is_named_is_that_image() {
        assert_eq!(reference("alpine:3"), "docker.io/library/alpine:3");
        assert_eq!(reference("debian"), "docker.io/library/debian:13-slim");
        assert_eq!(reference("debian:latest"), "docker.io/library/debian:latest");
        assert_eq!(reference("user/app"), "docker.io/user/app:latest");
        assert_eq!(reference("localhost:5000/a/b:c"), "localhost:5000/a/b:c");
        assert_eq!("scratch".parse(), Ok(BaseName::Scratch));
        for text in ["oci:base", "./base", "../base", "/base"] {
            assert!(matches!(text.parse(), Ok(BaseName::Layout(_))), "{text}");
        }
    }

    #[test]
    fn what_names_nothing_says_what_would() {
        for text in ["", "Alpine", "oci:", "a b", "alpine:", "alpine@sha256:0"] {
            let error = text.parse::<BaseName>().unwrap_err().to_string();
            assert!(error.contains("scratch, alpine"), "{error}");
        }
    }
}
