//! The members that a workspace lists.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::{
    glob,
    raw::{RawManifest, RawWorkspace},
};

/// Returns the manifests of the members, sorted; the root's own is one if it has a package.
///
/// A pattern may match directories without a manifest; a plain path may not.
pub(super) fn manifests(root: &Path, manifest: &RawManifest) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let (Some(directory), Some(workspace)) = (root.parent(), &manifest.workspace) else {
        return found;
    };
    if manifest.package.is_some() {
        found.insert(root.to_owned());
    }
    for member in &workspace.members {
        let is_pattern = glob::is_pattern(member);
        for place in glob::expand(directory, member) {
            let path = place.join("Cargo.toml");
            // A directory that is listed by its name is a member even below an excluded one.
            if !is_pattern || (path.is_file() && !is_excluded(directory, workspace, &place)) {
                found.insert(path);
            }
        }
    }
    found
}

/// Tells whether a directory is excluded from a workspace, and not listed by its name either.
pub(super) fn is_excluded(root: &Path, workspace: &RawWorkspace, directory: &Path) -> bool {
    let below = |listed: &String| directory.starts_with(root.join(listed));
    workspace.exclude.iter().any(below) && !workspace.members.iter().any(below)
}
