//! Files that must be there, and sources that git must not ignore.

use super::{Problem, Tree};

const LICENCES: &[&str] = &["LICENSE-APACHE", "LICENSE-MIT"];
const CHANGELOG: &str = "CHANGELOG.md";

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let missing = LICENCES.iter().chain([&CHANGELOG]).filter(|path| tree.text(path).is_none());
    let mut problems: Vec<_> = missing.map(|path| Problem::new(path, 1, "is missing")).collect();
    if let Some(changes) = tree.text(CHANGELOG)
        && !changes.lines().any(|line| line == "## [Unreleased]")
    {
        problems.push(Problem::new(CHANGELOG, 1, "has no section `## [Unreleased]`"));
    }
    let ignored = "is ignored by git, so that a clone does not have it";
    problems.extend(tree.ignored.iter().map(|path| Problem::new(path, 1, ignored)));
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::problems;

    #[test]
    fn licences_and_changes_are_there() {
        let files = [("LICENSE-APACHE", "x"), ("CHANGELOG.md", "# Changelog\n\n## [0.1.0]\n")];
        let expected =
            ["CHANGELOG.md:1: has no section `## [Unreleased]`", "LICENSE-MIT:1: is missing"];
        assert_eq!(problems(check, &files), expected);
        let files = [
            ("LICENSE-APACHE", "x"),
            ("LICENSE-MIT", "x"),
            ("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n"),
        ];
        assert_eq!(problems(check, &files), [""; 0]);
    }

    #[test]
    fn an_ignored_source_is_named() {
        let mut tree = Tree::default();
        tree.ignored.push("crates/x/src/target/y.rs".to_owned());
        let found = check(&tree);
        assert!(found.iter().any(|it| it.path == "crates/x/src/target/y.rs"), "{found:?}");
    }
}
