//! Which crates of a program compile C code.

use std::collections::BTreeSet;

use plimsoll_project::workspace::{DependencyKind, PackageId, Workspace};

/// Packages that build scripts use to compile or find native code.
const TOOLS: [&str; 4] = ["cc", "cmake", "autotools", "meson"];

/// The names of the packages in the programs of `roots` whose build scripts compile native code.
///
/// What only the compiler runs (procedural macros, build scripts) is left out: it is compiled for
/// this machine. A crate may need no C code with the features that are on, so this is a suspicion.
pub fn crates_with_c_code(workspace: &Workspace, roots: &[PackageId]) -> Vec<(PackageId, String)> {
    let mut seen: BTreeSet<&PackageId> = BTreeSet::new();
    let mut next: Vec<&PackageId> = roots.iter().collect();
    let mut found = BTreeSet::new();
    while let Some(id) = next.pop() {
        let Some(package) = workspace.packages.get(id) else { continue };
        if package.proc_macro || !seen.insert(id) {
            continue;
        }
        if TOOLS.iter().any(|tool| package.build_dependencies.contains(*tool)) {
            found.insert((package.name.clone(), id.clone()));
        }
        let edges = workspace.resolve.get(id).into_iter().flat_map(|node| &node.dependencies);
        next.extend(
            edges
                .filter(|edge| edge.kinds.contains(&DependencyKind::Normal))
                .map(|edge| &edge.package),
        );
    }
    found.into_iter().map(|(name, id)| (id, name)).collect()
}
