//! What `Cargo.toml` says, read without Cargo.
//!
//! For a binary that was built elsewhere there may be no Cargo, and no wish to run it. This reads
//! the package that the binary belongs to, with what it inherits from its workspace. Members that
//! Cargo adds for being path dependencies of others, without being listed, are not seen.

mod binaries;
mod error;
pub(crate) mod glob;
mod members;
mod raw;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

pub use error::ManifestError;
pub use glob::matches_name;
use raw::RawManifest;

use crate::{PackageFacts, upwards::find_upwards};

/// A package, as its manifest describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestPackage {
    /// What it says about itself, with what it inherits.
    pub facts: PackageFacts,
    /// Its `Cargo.toml`.
    pub manifest_path: PathBuf,
    /// The names of its binaries, sorted.
    pub binaries: Vec<String>,
}

/// Finds the package that a binary belongs to.
///
/// The search begins at the nearest `Cargo.toml` in `directory` or above it, and goes on in the
/// members of its workspace. Without `binary`, any package that has binaries will do, if it is the
/// only one; else the nearest package.
pub fn find_package(
    directory: &Path,
    binary: Option<&str>,
) -> Result<ManifestPackage, ManifestError> {
    let directory = directory
        .canonicalize()
        .map_err(|source| ManifestError::Read { path: directory.to_owned(), source })?;
    let path = find_upwards(&directory, "Cargo.toml")
        .ok_or_else(|| ManifestError::NoManifest { directory: directory.clone() })?;
    let nearest = raw::read(&path)?;
    let root = workspace_root(&path, &nearest)?;

    let fits = |it: &Found| match binary {
        Some(name) => it.binaries.iter().any(|it| it == name),
        None => !it.binaries.is_empty(),
    };

    let nearest = Found::new(path.clone(), nearest);
    let members = match &root {
        Some((root_path, root_manifest)) if !fits(&nearest) => {
            let manifests = members::manifests(root_path, root_manifest).into_iter();
            let read = |path: PathBuf| Ok(Found::new(path.clone(), raw::read(&path)?));
            manifests.map(read).collect::<Result<_, _>>()?
        }
        _ => Vec::new(),
    };
    let mut fitting = members.iter().chain([&nearest]).filter(|it| fits(it));
    match (fitting.next(), fitting.next()) {
        (Some(found), None) => found.resolve(root.as_ref()),
        (Some(first), Some(second)) => Err(ManifestError::SeveralPackages {
            binary: binary.map(str::to_owned),
            first: first.path.clone(),
            second: second.path.clone(),
        }),
        // Without a name to go by, the package that we stand in is the answer, binaries or not.
        (None, _) if binary.is_none() && nearest.manifest.package.is_some() => {
            nearest.resolve(root.as_ref())
        }
        (None, _) => {
            let names = members.iter().chain([&nearest]).flat_map(|it| it.binaries.clone());
            Err(ManifestError::NoSuchBinary {
                path,
                binary: binary.map(str::to_owned),
                candidates: names.collect::<BTreeSet<_>>().into_iter().collect(),
            })
        }
    }
}

/// Finds a package by its name: the nearest one, or one among the members of its workspace.
///
/// # Errors
/// As [`find_package`]; a name that no package has is [`ManifestError::NoSuchPackage`].
pub fn find_named(directory: &Path, name: &str) -> Result<ManifestPackage, ManifestError> {
    let directory = directory
        .canonicalize()
        .map_err(|source| ManifestError::Read { path: directory.to_owned(), source })?;
    let path = find_upwards(&directory, "Cargo.toml")
        .ok_or_else(|| ManifestError::NoManifest { directory: directory.clone() })?;
    let nearest = raw::read(&path)?;
    let root = workspace_root(&path, &nearest)?;
    let others = root.as_ref().map(|(path, manifest)| members::manifests(path, manifest));
    let roots = root.iter().map(|(path, _)| path.clone());
    let paths = [path.clone()].into_iter().chain(roots).chain(others.into_iter().flatten());
    let mut names = BTreeSet::new();
    for path in paths {
        let found = Found::new(path.clone(), raw::read(&path)?);
        match found.manifest.package.as_ref().map(|it| it.name.as_str()) {
            Some(own) if own == name => return found.resolve(root.as_ref()),
            Some(own) => names.extend([own.to_owned()]),
            None => {}
        }
    }
    let candidates = names.into_iter().collect();
    Err(ManifestError::NoSuchPackage { path, package: name.to_owned(), candidates })
}

/// A manifest that was read, and the binaries of its package.
struct Found {
    path: PathBuf,
    manifest: RawManifest,
    binaries: Vec<String>,
}

impl Found {
    fn new(path: PathBuf, manifest: RawManifest) -> Self {
        let package = manifest.package.as_ref();
        let binaries = package.map(|it| binaries::names(&path, &manifest, it));
        Self { binaries: binaries.unwrap_or_default(), path, manifest }
    }

    /// Gives the package's facts, with what it inherits.
    fn resolve(
        &self,
        root: Option<&(PathBuf, RawManifest)>,
    ) -> Result<ManifestPackage, ManifestError> {
        let Some(package) = &self.manifest.package else {
            return Err(ManifestError::NoPackage { path: self.path.clone() });
        };
        Ok(ManifestPackage {
            facts: package.facts(&self.path, root.map(|(path, it)| (path.as_path(), it)))?,
            manifest_path: self.path.clone(),
            binaries: self.binaries.clone(),
        })
    }
}

/// Finds the manifest that a package inherits from: the one it names, or the nearest above it that
/// has a `[workspace]`.
fn workspace_root(
    path: &Path,
    manifest: &RawManifest,
) -> Result<Option<(PathBuf, RawManifest)>, ManifestError> {
    if manifest.workspace.is_some() {
        return Ok(Some((path.to_owned(), manifest.clone())));
    }
    let Some(directory) = path.parent() else { return Ok(None) };
    if let Some(named) = manifest.package.as_ref().and_then(|it| it.workspace.as_ref()) {
        let root = directory.join(named).join("Cargo.toml");
        let manifest = raw::read(&root)?;
        return Ok(Some((root, manifest)));
    }
    for above in directory.ancestors().skip(1) {
        let candidate = above.join("Cargo.toml");
        if candidate.is_file() {
            let root = raw::read(&candidate)?;
            if let Some(workspace) = &root.workspace {
                let excluded = members::is_excluded(above, workspace, directory);
                return Ok((!excluded).then_some((candidate, root)));
            }
        }
    }
    Ok(None)
}
