//! Where the root of a package's workspace is.

use super::{
    members,
    tree::{self, parse},
};
use crate::files::{Files, ancestors, join, parent};

/// The manifest of a directory, or of the nearest above it that has one.
pub(super) fn nearest_manifest(files: &dyn Files, directory: &str) -> Option<String> {
    let mut places = std::iter::once(directory).chain(ancestors(directory));
    places.find_map(|it| Some(join(it, "Cargo.toml")).filter(|it| files.is_file(it)))
}

/// The manifest of the workspace that a manifest's package is in: its own if it has a
/// `[workspace]`, the one it names, or the nearest above that has one and doesn't exclude it.
pub(super) fn of(files: &dyn Files, manifest: &str) -> Option<String> {
    let text = files.text(manifest)?;
    let (table, _) = parse(&text);
    if members::is_workspace(&table) {
        return Some(manifest.to_owned());
    }
    let directory = parent(manifest)?;
    let named = tree::table_at(&table, &["package"]).and_then(|it| tree::text(it, "workspace"));
    if let Some(named) = named {
        return Some(join(directory, &format!("{named}/Cargo.toml")));
    }
    ancestors(directory).find_map(|above| {
        let candidate = join(above, "Cargo.toml");
        let text = files.text(&candidate)?;
        let (table, _) = parse(&text);
        let workspace = tree::table_at(&table, &["workspace"])?;
        (!members::is_excluded(workspace, above, directory)).then_some(candidate)
    })
}
