//! Where the build context is, and what in it builds read.

use std::collections::BTreeSet;

use plimsoll_project::{
    cargo_files::{CargoWorkspace, Member, TargetKind},
    files::{Files, below, join, parent},
};

/// The build context.
#[derive(Debug)]
pub(super) struct Place {
    /// The workspace's root, as seen from the context.
    pub(super) below: String,
    /// What builds read, as seen from the context.
    pub(super) sources: Vec<String>,
}

/// How many path dependencies outside of the workspace are followed.
const OUTSIDE_LIMIT: usize = 500;

/// Finds the build context: the root, or the directory that has all that builds read.
pub(super) fn of(files: &dyn Files, workspace: &CargoWorkspace, notes: &mut Vec<String>) -> Place {
    let root = &workspace.directory;
    let outside = outside(files, workspace);
    let mut read: BTreeSet<String> = BTreeSet::new();
    for member in &workspace.members {
        read.extend(parts(files, root, member));
    }
    for name in [".sqlx", "sqlx-data.json", "askama.toml", "rinja.toml"] {
        read.extend(Some(join(root, name)).filter(|it| files.kind(it).is_some()));
    }
    let vendored = workspace.configs.iter().flat_map(|it| &it.vendored).map(|it| it.0.clone());
    let patched = workspace.configs.iter().flat_map(|it| &it.patches).map(|it| it.1.clone());
    let patches = workspace.patches.iter().filter_map(|it| it.path().map(str::to_owned));
    read.extend(vendored.chain(patched).chain(patches).filter(|it| files.kind(it).is_some()));
    for (directory, member) in &outside {
        read.insert(directory.clone());
        read.extend(member.iter().flat_map(|it| inputs(files, it)));
    }
    let mut context = root.clone();
    for path in &read {
        let mut wider = context.clone();
        while below(&wider, path).is_none() {
            let Some(above) = parent(&wider) else { break };
            wider = above.to_string();
        }
        if wider == "/" || files.is_beyond(&wider) {
            let name = files.name(path);
            notes.push(format!(
                "builds read {name}, which no build context can have beside the rest"
            ));
        } else {
            context = wider;
        }
    }
    let mut sources: BTreeSet<String> = BTreeSet::new();
    for path in &read {
        // In the workspace, whole directories at its root; elsewhere what is needed alone.
        let shown = match below(root, path).filter(|it| !it.is_empty()) {
            Some(rest) => join(root, rest.split('/').next().unwrap_or(rest)),
            None => path.clone(),
        };
        sources.extend(below(&context, &shown).filter(|it| !it.is_empty()).map(str::to_owned));
    }
    Place {
        below: below(&context, root).unwrap_or_default().to_owned(),
        sources: sources.into_iter().collect(),
    }
}

/// What compiling a member reads: its directory, or of the root's package what is its own there.
fn parts(files: &dyn Files, root: &str, member: &Member) -> Vec<String> {
    let mut found = inputs(files, member);
    if member.directory != *root {
        found.push(member.directory.clone());
        return found;
    }
    found.extend(member.build_script.clone().filter(|it| files.is_file(it)));
    found.extend(Some(join(root, "src")).filter(|it| files.is_directory(it)));
    let targets = member.targets.iter().filter(|it| it.exists);
    // Cargo refuses a manifest that names a target whose source is missing.
    let read = targets.filter(|it| {
        matches!(it.kind, TargetKind::Library | TargetKind::Binary)
            || it.span.is_some() && !it.has_path
    });
    found.extend(read.map(|it| it.path.clone()));
    found
}

fn inputs(files: &dyn Files, member: &Member) -> Vec<String> {
    member.inputs(files).into_iter().map(|it| it.path).collect()
}

/// Directories that path dependencies outside of the workspace need, each with its package; of one in
/// a workspace of its own, that workspace's manifest is needed, too.
fn outside(files: &dyn Files, workspace: &CargoWorkspace) -> Vec<(String, Option<Member>)> {
    let mut open: Vec<String> = workspace.outside.clone();
    let patches = workspace.patches.iter().filter_map(|it| it.path().map(str::to_owned));
    open.extend(
        patches.filter(|it| !workspace.members.iter().any(|member| member.directory == *it)),
    );
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    while let Some(directory) = open.pop() {
        if seen.len() >= OUTSIDE_LIMIT || !seen.insert(directory.clone()) {
            continue;
        }
        let Some(other) = CargoWorkspace::find(files, &directory) else { continue };
        let Some(member) = other.members.iter().find(|it| it.directory == directory) else {
            continue;
        };
        open.extend(member.path_dependencies().map(|it| it.1.to_owned()));
        if other.directory != directory && other.directory != workspace.directory {
            found.push((other.manifest.path.clone(), None));
        }
        found.push((directory, Some(member.clone())));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

#[cfg(test)]
mod tests {
    use plimsoll_project::files::MemoryFiles;

    use super::*;

    fn place(files: &[(&str, &str)], directory: &str) -> (String, Vec<String>, usize) {
        let files = MemoryFiles::new(files.iter().copied());
        let workspace = CargoWorkspace::find(&files, directory).unwrap();
        let mut notes = Vec::new();
        let place = of(&files, &workspace, &mut notes);
        (place.below, place.sources, notes.len())
    }

    #[test]
    fn what_builds_read_is_listed() {
        let (below, sources, notes) = place(
            &[
                (
                    "/w/Cargo.toml",
                    "[package]\nname = \"a\"\n[workspace]\nmembers = [\"crates/*\"]\n[[bench]]\nname = \"speed\"\n",
                ),
                (
                    "/w/src/main.rs",
                    "static A: &str = include_str!(\"../assets/a.txt\"); fn f() { sqlx::migrate!(); sqlx::migrate!(\"./migrations\"); }",
                ),
                ("/w/assets/a.txt", ""),
                ("/w/migrations/1.sql", ""),
                (
                    "/w/build.rs",
                    "fn main() { prost_build::compile_protos(&[\"proto/a.proto\"], &[\"proto\"]); }",
                ),
                ("/w/proto/a.proto", ""),
                ("/w/benches/speed.rs", ""),
                ("/w/tests/a.rs", ""),
                ("/w/docs/a.md", ""),
                ("/w/.sqlx/query-1.json", ""),
                ("/w/crates/b/Cargo.toml", "[package]\nname = \"b\"\n"),
                ("/w/crates/b/src/lib.rs", ""),
            ],
            "/w",
        );
        assert_eq!((&*below, notes), ("", 0));
        assert_eq!(
            sources,
            [".sqlx", "assets", "benches", "build.rs", "crates", "migrations", "proto", "src"]
        );
    }

    #[test]
    fn the_context_grows_to_what_lies_beside_the_workspace() {
        let (below, sources, notes) = place(
            &[
                (
                    "/r/app/Cargo.toml",
                    "[package]\nname = \"a\"\n[dependencies]\nb = { path = \"../libs/b\" }\n",
                ),
                ("/r/app/src/main.rs", ""),
                ("/r/libs/Cargo.toml", "[workspace]\nmembers = [\"*\"]\n"),
                (
                    "/r/libs/b/Cargo.toml",
                    "[package]\nname = \"b\"\n[dependencies]\nc = { path = \"../c\" }\n",
                ),
                ("/r/libs/b/src/lib.rs", ""),
                ("/r/libs/c/Cargo.toml", "[package]\nname = \"c\"\n"),
                ("/r/libs/c/src/lib.rs", "static A: &str = include_str!(\"../../../data/x\");"),
                ("/r/data/x", ""),
            ],
            "/r/app",
        );
        assert_eq!((&*below, notes), ("app", 0));
        assert_eq!(sources, ["app/src", "data/x", "libs/Cargo.toml", "libs/b", "libs/c"]);
        let far = place(
            &[
                (
                    "/r/Cargo.toml",
                    "[package]\nname = \"a\"\n[dependencies]\nb = { path = \"/x/b\" }\n",
                ),
                ("/r/src/main.rs", ""),
                ("/x/b/Cargo.toml", "[package]\nname = \"b\"\n"),
            ],
            "/r",
        );
        assert_eq!((&*far.0, far.1, far.2), ("", vec!["src".to_owned()], 1));
    }
}
