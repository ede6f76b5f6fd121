//! What `Cargo.toml` files owe each other.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::{Problem, Tree};

/// A dependency that no package takes from its workspace only makes readers wonder.
pub(super) fn dependencies_are_used(tree: &Tree) -> Vec<Problem> {
    let (manifests, mut problems) = manifests(tree);
    for root in manifests.iter().filter(|it| it.is_workspace()) {
        let shared = root.table["workspace"].get("dependencies").and_then(Value::as_table);
        let members = manifests.iter().filter(|it| it.workspace(&manifests) == Some(root.path));
        let used: BTreeSet<&str> = members.flat_map(|it| it.inherited()).collect();
        for key in shared.into_iter().flat_map(Table::keys) {
            if !used.contains(&**key) {
                let what = format!("no package of the workspace uses `{key}`");
                problems.push(Problem::new(root.path, root.line_of(key), what));
            }
        }
    }
    problems
}

/// Every package has the lints of its workspace.
pub(super) fn lints_are_shared(tree: &Tree) -> Vec<Problem> {
    let (manifests, _) = manifests(tree);
    manifests
        .iter()
        .filter(|it| it.table.contains_key("package") && it.workspace(&manifests).is_some())
        .filter(|it| {
            let lints = it.table.get("lints").and_then(|lints| lints.get("workspace"));
            lints.and_then(Value::as_bool) != Some(true)
        })
        .map(|it| Problem::new(it.path, 1, "lacks `[lints] workspace = true`"))
        .collect()
}

struct Manifest<'a> {
    path: &'a str,
    text: &'a str,
    table: Table,
}

impl<'a> Manifest<'a> {
    fn is_workspace(&self) -> bool {
        self.table.contains_key("workspace")
    }

    /// The directory, ending in `/` unless it is the root.
    fn directory(&self) -> &'a str {
        self.path.strip_suffix("Cargo.toml").unwrap_or_default()
    }

    /// Whether `[workspace]` keeps this directory out, in which that manifest lies.
    fn excludes(&self, path: &str) -> bool {
        let excluded = self.table.get("workspace").and_then(|it| it.get("exclude"));
        let below = path.strip_prefix(self.directory()).unwrap_or(path);
        excluded.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).any(
            |directory| below.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/')),
        )
    }

    /// The manifest of the workspace that this one belongs to: the nearest above it or itself.
    fn workspace<'b>(&self, all: &[Manifest<'b>]) -> Option<&'b str> {
        all.iter()
            .filter(|it| it.is_workspace() && self.path.starts_with(it.directory()))
            .filter(|it| !it.excludes(self.path))
            .max_by_key(|it| it.directory().len())
            .map(|it| it.path)
    }

    /// The keys of the dependencies that come from the workspace.
    fn inherited(&self) -> Vec<&str> {
        let targets = self.table.get("target").and_then(Value::as_table);
        let for_targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
        std::iter::once(&self.table)
            .chain(for_targets)
            .flat_map(|table| {
                ["dependencies", "dev-dependencies", "build-dependencies"]
                    .into_iter()
                    .filter_map(|kind| table.get(kind)?.as_table())
            })
            .flatten()
            .filter(|(_, it)| it.get("workspace").and_then(Value::as_bool) == Some(true))
            .map(|(key, _)| key.as_str())
            .collect()
    }

    /// The line on which a key first stands, or 1.
    fn line_of(&self, key: &str) -> usize {
        let stands = |line: &str| {
            let rest = line.trim_start().strip_prefix(key);
            rest.is_some_and(|rest| rest.trim_start().starts_with(['=', '.']))
        };
        self.text.lines().position(stands).map_or(1, |index| index + 1)
    }
}

/// All manifests that are TOML, and those that are not.
fn manifests(tree: &Tree) -> (Vec<Manifest<'_>>, Vec<Problem>) {
    let (mut manifests, mut problems) = (Vec::new(), Vec::new());
    let is_manifest = |path: &str| path == "Cargo.toml" || path.ends_with("/Cargo.toml");
    for (path, text) in tree.texts().filter(|(path, _)| is_manifest(path)) {
        match text.parse() {
            Ok(table) => manifests.push(Manifest { path, text, table }),
            Err(error) => problems.push(Problem::new(path, 1, format!("is no TOML: {error}"))),
        }
    }
    (manifests, problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::problems;

    #[test]
    fn a_dependency_that_nobody_uses_is_named_with_its_line() {
        let files = [
            (
                "Cargo.toml",
                "[workspace.dependencies]\nused = \"1\"\nfor-unix = \"1\"\nunused = \"1\"\n",
            ),
            (
                "crates/a/Cargo.toml",
                "[package]\n[dependencies]\nused.workspace = true\n[dev-dependencies]\nunused = \"1\"\n\
                 [target.'cfg(unix)'.dependencies]\nfor-unix = { workspace = true }\n",
            ),
            // What another workspace uses does not count.
            ("example/Cargo.toml", "[workspace.dependencies]\nother = \"1\"\n"),
            ("example/b/Cargo.toml", "[package]\n[dependencies]\nunused.workspace = true\n"),
        ];
        let expected = [
            "Cargo.toml:4: no package of the workspace uses `unused`",
            "example/Cargo.toml:2: no package of the workspace uses `other`",
        ];
        assert_eq!(problems(dependencies_are_used, &files), expected);
    }

    #[test]
    fn packages_without_the_shared_lints_are_named() {
        let files = [
            ("Cargo.toml", "[workspace]\nexclude = [\"examples\"]\n"),
            ("examples/a/Cargo.toml", "[package]\n"),
            ("examples-of-ours/Cargo.toml", "[package]\n"),
            ("crates/a/Cargo.toml", "[package]\n[lints]\nworkspace = true\n"),
            ("crates/b/Cargo.toml", "[package]\n"),
            ("crates/c/Cargo.toml", "[package]\n[lints]\nworkspace = false\n"),
        ];
        let expected = ["crates/b", "crates/c", "examples-of-ours"]
            .map(|path| format!("{path}/Cargo.toml:1: lacks `[lints] workspace = true`"));
        assert_eq!(problems(lints_are_shared, &files), expected);
    }

    #[test]
    fn a_manifest_that_is_no_toml_is_named() {
        let found = problems(dependencies_are_used, &[("Cargo.toml", "[workspace\n")]);
        assert!(found[0].starts_with("Cargo.toml:1: is no TOML"), "{found:?}");
    }
}
