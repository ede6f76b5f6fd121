//! The parts of `Cargo.toml` that are read, as they stand there.

use std::{
    fs,
    path::{Path, PathBuf},
};

use semver::Version;
use serde::Deserialize;

use super::ManifestError;
use crate::PackageFacts;

/// A manifest. What is not named here is not looked at.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RawManifest {
    pub(super) package: Option<RawPackage>,
    pub(super) workspace: Option<RawWorkspace>,
    #[serde(default)]
    pub(super) bin: Vec<RawBinary>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RawPackage {
    pub(super) name: String,
    pub(super) version: Option<Inheritable<String>>,
    pub(super) description: Option<Inheritable<String>>,
    pub(super) license: Option<Inheritable<String>>,
    pub(super) repository: Option<Inheritable<String>>,
    pub(super) homepage: Option<Inheritable<String>>,
    pub(super) documentation: Option<Inheritable<String>>,
    pub(super) authors: Option<Inheritable<Vec<String>>>,
    pub(super) edition: Option<Inheritable<String>>,
    /// The directory of the workspace's root, where the package names it.
    pub(super) workspace: Option<PathBuf>,
    pub(super) autobins: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct RawWorkspace {
    #[serde(default)]
    pub(super) members: Vec<String>,
    #[serde(default)]
    pub(super) exclude: Vec<String>,
    #[serde(default)]
    package: Inherited,
}

/// `[workspace.package]`.
#[derive(Clone, Debug, Default, Deserialize)]
struct Inherited {
    version: Option<String>,
    description: Option<String>,
    license: Option<String>,
    repository: Option<String>,
    homepage: Option<String>,
    documentation: Option<String>,
    authors: Option<Vec<String>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct RawBinary {
    pub(super) name: Option<String>,
    pub(super) path: Option<PathBuf>,
}

/// A field that may read `field.workspace = true`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Inheritable<T> {
    Given(T),
    /// Cargo takes no other value than `true`.
    Inherited {
        #[serde(rename = "workspace")]
        _workspace: bool,
    },
}

/// Reads and parses a manifest.
pub(super) fn read(path: &Path) -> Result<RawManifest, ManifestError> {
    let text = fs::read_to_string(path)
        .map_err(|source| ManifestError::Read { path: path.to_owned(), source })?;
    toml::from_str(&text)
        .map_err(|source| ManifestError::Syntax { path: path.to_owned(), source: Box::new(source) })
}

impl RawPackage {
    /// Gives the facts, with what the package inherits from `root`.
    pub(super) fn facts(
        &self,
        path: &Path,
        root: Option<(&Path, &RawManifest)>,
    ) -> Result<PackageFacts, ManifestError> {
        let from = Inheritance { path, root };
        let version = from.field("version", self.version.as_ref(), |it| it.version.as_ref())?;
        let version = match version {
            None => Version::new(0, 0, 0),
            Some(version) => Version::parse(version.trim()).map_err(|source| {
                ManifestError::Version { path: path.to_owned(), version, source }
            })?,
        };
        Ok(PackageFacts {
            name: self.name.clone(),
            version,
            description: from
                .field("description", self.description.as_ref(), |it| it.description.as_ref())?,
            license: from.field("license", self.license.as_ref(), |it| it.license.as_ref())?,
            repository: from
                .field("repository", self.repository.as_ref(), |it| it.repository.as_ref())?,
            homepage: from.field("homepage", self.homepage.as_ref(), |it| it.homepage.as_ref())?,
            documentation: from.field("documentation", self.documentation.as_ref(), |it| {
                it.documentation.as_ref()
            })?,
            authors: from
                .field("authors", self.authors.as_ref(), |it| it.authors.as_ref())?
                .unwrap_or_default(),
        })
    }
}

/// Where a package's fields come from.
struct Inheritance<'a> {
    path: &'a Path,
    root: Option<(&'a Path, &'a RawManifest)>,
}

impl Inheritance<'_> {
    fn field<T: Clone>(
        &self,
        name: &'static str,
        own: Option<&Inheritable<T>>,
        inherited: impl Fn(&Inherited) -> Option<&T>,
    ) -> Result<Option<T>, ManifestError> {
        match own {
            None => Ok(None),
            Some(Inheritable::Given(value)) => Ok(Some(value.clone())),
            Some(Inheritable::Inherited { .. }) => self
                .root
                .and_then(|(_, it)| inherited(&it.workspace.as_ref()?.package))
                .map(|it| Some(it.clone()))
                .ok_or_else(|| ManifestError::NotInherited {
                    path: self.path.to_owned(),
                    field: name,
                    root: self.root.map(|(path, _)| path.to_owned()),
                }),
        }
    }
}
