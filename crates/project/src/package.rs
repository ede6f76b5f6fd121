//! What a package says about itself.

use semver::Version;

/// The fields of a package's manifest that describe it to people.
///
/// [`crate::workspace`] and [`crate::manifest`] give the same facts for the same package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageFacts {
    /// The package's name.
    pub name: String,
    /// Its version; `0.0.0` where the manifest gives none.
    pub version: Version,
    /// What it is, in a sentence or so.
    pub description: Option<String>,
    /// An SPDX expression.
    pub license: Option<String>,
    /// Where its source is.
    pub repository: Option<String>,
    /// Its home page.
    pub homepage: Option<String>,
    /// Where its documentation is.
    pub documentation: Option<String>,
    /// `Name <address>`, in the manifest's order.
    pub authors: Vec<String>,
}
