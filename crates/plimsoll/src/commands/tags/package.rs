//! Which package is meant, which releases are its own, and whether they name its version.

use std::{collections::BTreeSet, path::Path};

use plimsoll_project::{
    manifest::{self, ManifestError, ManifestPackage},
    release::ReleaseTag,
};
use semver::Version;

use crate::failure::Failure;

/// Finds the package: the one that is named, or the only one that can be meant.
pub(crate) fn find(
    directory: &Path,
    name: Option<&str>,
) -> Result<Option<ManifestPackage>, Failure> {
    let found = match name {
        Some(name) => manifest::find_named(directory, name),
        None => manifest::find_package(directory, None),
    };
    match found {
        Ok(package) => Ok(Some(package)),
        // Tags are for repositories without Rust, too, and for whole workspaces.
        Err(
            ManifestError::NoManifest { .. }
            | ManifestError::NoPackage { .. }
            | ManifestError::SeveralPackages { .. }
            | ManifestError::NoSuchBinary { .. },
        ) if name.is_none() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Chooses those of a commit's releases that are the package's: its own, else those of the whole
/// repository. Of a workspace's, only one package's can be meant.
pub(crate) fn releases(
    here: &[ReleaseTag],
    package: Option<&ManifestPackage>,
) -> Result<Vec<ReleaseTag>, Failure> {
    let plain = || here.iter().filter(|it| it.package.is_none()).cloned().collect::<Vec<_>>();
    if let Some(package) = package {
        let name = package.facts.name.as_str();
        let own: Vec<_> = here.iter().filter(|it| it.is_of(name)).cloned().collect();
        return Ok(if own.is_empty() { plain() } else { own });
    }
    let plain = plain();
    let packages: BTreeSet<&str> = here.iter().filter_map(|it| it.package.as_deref()).collect();
    match (plain.is_empty(), packages.len()) {
        (true, 0 | 1) => Ok(here.to_vec()),
        (false, _) => Ok(plain),
        (true, _) => {
            let names: Vec<String> = here.iter().map(|it| format!("`{it}`")).collect();
            Err(Failure::new(format!(
                "the commit is a release of several packages: {}",
                names.join(", ")
            ))
            .hint("say which one the image is of: --package NAME"))
        }
    }
}

/// Holds the version in Cargo.toml against the release's. Build metadata may be the tag's alone.
pub(crate) fn check_version(
    releases: &[ReleaseTag],
    package: &ManifestPackage,
) -> Result<(), Failure> {
    let number = |it: &Version| (it.major, it.minor, it.patch, it.pre.clone());
    let own = &package.facts.version;
    if releases.is_empty() || releases.iter().any(|it| number(&it.version) == number(own)) {
        return Ok(());
    }
    let tags: Vec<String> = releases.iter().map(|it| format!("`{it}`")).collect();
    let words = if tags.len() == 1 { "the tag is" } else { "the tags are" };
    Err(Failure::new(format!(
        "{words} {}, but `{}` has the version {own} in {}",
        tags.join(", "),
        package.facts.name,
        package.manifest_path.display()
    ))
    .hint("set the version in Cargo.toml before you tag, or pass --allow-version-mismatch"))
}
