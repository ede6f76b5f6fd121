//! What the documentation names must be there: files that it links to or speaks of, and tests.
//!
//! Only names that can't be taken for something else are looked for: paths in backticks that begin
//! in a directory of the repository, and, where the architecture is told, names in backticks of at
//! least four words, as tests have.

use std::collections::BTreeSet;

use super::{Problem, Tree};

/// A path that begins so is one of ours, from the root or from where the documentation stands.
const TOP: &[&str] =
    &["crates/", "docs/", "examples/", "fuzz/", "scripts/", "tests/workspaces/", "xtask/"];
/// Here tests are named as proofs; elsewhere a name may be an example.
const ARCHITECTURE: &str = "ARCHITECTURE.md";

pub(super) fn names_exist(tree: &Tree) -> Vec<Problem> {
    let functions = functions(tree);
    let mut problems = Vec::new();
    for (path, text) in tree.texts_of("md") {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        let mut in_code = false;
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim_start().starts_with("```") {
                in_code = !in_code;
            }
            if in_code {
                continue;
            }
            for link in links(line) {
                if resolve(directory, link).is_none_or(|target| !tree.holds(&target)) {
                    problems.push(Problem::new(path, number, format!("leads to nothing: {link}")));
                }
            }
            for word in line.split('`').skip(1).step_by(2) {
                let beside = resolve(directory, word).is_some_and(|it| tree.holds(&it));
                if is_path(word) && !beside && !tree.holds(word) {
                    problems.push(Problem::new(path, number, format!("there is no `{word}`")));
                }
                if path == ARCHITECTURE && is_test(word) && !functions.contains(word) {
                    problems.push(Problem::new(
                        path,
                        number,
                        format!("no test is called `{word}`"),
                    ));
                }
            }
        }
    }
    problems
}

/// The names of all functions in the tree.
fn functions(tree: &Tree) -> BTreeSet<&str> {
    tree.texts_of("rs")
        .flat_map(|(_, text)| text.split("fn ").skip(1))
        .map(|rest| {
            rest.split(|it: char| it != '_' && !it.is_alphanumeric()).next().unwrap_or(rest)
        })
        .collect()
}

/// The targets of a line's links that are files beside this one.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target.split('#').next().unwrap_or(target))
        .filter(|target| {
            !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:")
        })
}

/// The path from the root that a link leads to; none where it leads out of the repository.
fn resolve(directory: &str, link: &str) -> Option<String> {
    let mut names: Vec<&str> = directory.split('/').filter(|it| !it.is_empty()).collect();
    for name in link.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop()?;
            }
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

fn is_path(word: &str) -> bool {
    let plain = |it: char| it.is_alphanumeric() || "/._-".contains(it);
    // As in `scripts/NAME.sh`.
    let stands_for_another = |name: &str| {
        let stem = name.split('.').next().unwrap_or(name);
        !stem.is_empty() && stem.chars().all(|it| it.is_ascii_uppercase())
    };
    TOP.iter().any(|top| word.starts_with(top))
        && word.chars().all(plain)
        && !word.split('/').any(stands_for_another)
}

fn is_test(word: &str) -> bool {
    let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
    word.matches('_').count() >= 3 && word.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::problems;

    #[test]
    fn links_and_paths_that_lead_nowhere_are_named() {
        let text = "[a](b.md) [b](../LICENSE#x) [c](https://x.test/y) [d](c.md)\n\
                    `crates/a/src/lib.rs` and `crates/a` and `crates/<name>/src` and `crates/b` `crates/d` `crates/NAME.rs`\n\
                    [out](../../x)\n\
                    ```\n[e](nowhere.md) `crates/c`\n```\n\
                    [f](gone.md#y)\n";
        let files = [
            ("docs/a.md", text),
            ("docs/b.md", ""),
            ("LICENSE", ""),
            ("crates/a/src/lib.rs", ""),
            ("docs/crates/d/x", ""),
        ];
        let expected = [
            "docs/a.md:1: leads to nothing: c.md",
            "docs/a.md:2: there is no `crates/b`",
            "docs/a.md:3: leads to nothing: ../../x",
            "docs/a.md:7: leads to nothing: gone.md",
        ];
        assert_eq!(problems(names_exist, &files), expected);
    }

    #[test]
    fn tests_that_are_gone_are_named() {
        let files = [
            ("b.md", "`a_test_that_is_made_up`\n"),
            (
                "ARCHITECTURE.md",
                "`a_test_that_is_there`, `a_test_that_is_gone`, `not_a_test`, `PLIMSOLL_A_B_C`\n",
            ),
            ("a.rs", "    fn a_test_that_is_there() {}\n"),
        ];
        let expected = ["ARCHITECTURE.md:1: no test is called `a_test_that_is_gone`"];
        assert_eq!(problems(names_exist, &files), expected);
    }
}
