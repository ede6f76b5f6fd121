//! What was asked for and could not be done, though that is no error.

use std::fmt;

/// What was asked for and could not be done, though that is no error.
///
/// Where the action has words for it, these are its words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A regular expression doesn't match.
    NoMatch {
        /// The expression.
        pattern: String,
        /// What it was held against.
        value: String,
    },
    /// A regular expression has no such group.
    NoGroup {
        /// The group.
        group: String,
        /// The expression.
        pattern: String,
    },
    /// `type=semver` is given something else.
    NotSemver(String),
    /// `type=pep440` is given something else.
    NotPep440(String),
    /// `0` was asked for, and would move with every release that breaks something.
    MajorZero {
        /// The tag that is left out.
        name: String,
    },
    /// A tag stays where it is, at a newer release.
    Older {
        /// The tag that is left out.
        name: String,
        /// The git tag of the newer release.
        newer: String,
    },
    /// A moving tag is left out: nobody knows whether there are newer releases.
    Unknown {
        /// The tag that is left out.
        name: String,
    },
    /// `latest` is left out: the git tag is no version.
    NoVersion {
        /// The git tag.
        tag: String,
    },
    /// `latest` is left out: the version is a prerelease.
    Prerelease {
        /// The version.
        version: String,
    },
    /// All images are disabled, so there are no tags.
    NoImages,
}

impl Warning {
    /// Whether the action says so too.
    pub fn is_of_model(&self) -> bool {
        matches!(
            self,
            Self::NoMatch { .. } | Self::NoGroup { .. } | Self::NotSemver(_) | Self::NotPep440(_)
        )
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMatch { pattern, value } => write!(f, "{pattern} does not match {value}."),
            Self::NoGroup { group, pattern } => {
                write!(f, "Group {group} does not exist for {pattern} pattern.")
            }
            Self::NotSemver(value) => {
                write!(f, "{value} is not a valid semver. More info: https://semver.org/")
            }
            Self::NotPep440(value) => write!(
                f,
                "{value} does not conform to PEP 440. \
                 More info: https://www.python.org/dev/peps/pep-0440"
            ),
            Self::MajorZero { name } => {
                write!(f, "The tag {name} is left out: releases of 0.x break what uses them.")
            }
            Self::Older { name, newer } => {
                write!(f, "The tag {name} stays at the newer release {newer}.")
            }
            Self::Unknown { name } => {
                write!(f, "The tag {name} is left out: there may be newer releases.")
            }
            Self::NoVersion { tag } => {
                write!(f, "The tag latest is left out: {tag} is not the version of a release.")
            }
            Self::Prerelease { version } => {
                write!(f, "The tag latest is left out: {version} is a prerelease.")
            }
            Self::NoImages => f.write_str("There are no tags: all images are disabled."),
        }
    }
}
