//! Files that must be there, leftovers that must not, and sources that git must not ignore.

use super::{Problem, Tree};

const LICENCES: &[&str] = &["LICENSE-APACHE", "LICENSE-MIT"];
const CHANGELOG: &str = "CHANGELOG.md";
/// How the names of files end that tools leave for somebody to decide upon.
const LEFTOVERS: &[&str] = &[".pending-snap", ".snap.new", ".orig", ".rej"];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let missing = LICENCES.iter().chain([&CHANGELOG]).filter(|path| tree.text(path).is_none());
    let mut problems: Vec<_> = missing.map(|path| Problem::new(path, 1, "is missing")).collect();
    if let Some(changes) = tree.text(CHANGELOG)
        && !changes.lines().any(|line| line == "## [Unreleased]")
    {
        problems.push(Problem::new(CHANGELOG, 1, "has no section `## [Unreleased]`"));
    }
    let is_left = |path: &&str| LEFTOVERS.iter().any(|end| path.ends_with(end));
    let left = "was left by a tool: decide upon it and remove it";
    problems.extend(tree.paths().filter(is_left).map(|path| Problem::new(path, 1, left)));
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
    fn leftovers_are_named() {
        let found = problems(check, &[("tests/.a.rs.pending-snap", "{}"), ("tests/a.snap", "")]);
        let left: Vec<_> = found.iter().filter(|it| it.starts_with("tests/")).collect();
        let expected =
            "tests/.a.rs.pending-snap:1: was left by a tool: decide upon it and remove it";
        assert_eq!(left, [expected]);
    }

    #[test]
    fn an_ignored_source_is_named() {
        let mut tree = Tree::default();
        tree.ignored.push("crates/x/src/target/y.rs".to_owned());
        let found = check(&tree);
        assert!(found.iter().any(|it| it.path == "crates/x/src/target/y.rs"), "{found:?}");
    }
}
