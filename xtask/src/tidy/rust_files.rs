//! How Rust files begin, how long they are, what they are called, and what must not be in them.

use super::{Problem, Tree};

/// Files aim at 150 lines.
const MOST_LINES: usize = 500;
/// How many lines may pass before a longer file says why.
const HEADER_LINES: usize = 15;
/// What the reason begins with.
const REASON: &str = "longer than 500 lines";

/// Code that must not stay, in two parts so that this file does not have it.
const UNFINISHED: &[(&str, &str, &str)] = &[
    ("to", "do!", "a panic that waits for somebody"),
    ("unimplem", "ented!", "a panic that waits for somebody"),
    ("#[ign", "ore", "a test that nobody runs: say in the test when it can't be run, and why"),
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.texts_of("rs").flat_map(|(path, text)| file(path, text)).collect()
}

fn file(path: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !text.starts_with("//!") {
        problems.push(Problem::new(path, 1, "does not begin with `//!` and what it is for"));
    }
    let lines = text.lines().count();
    let says_why =
        text.lines().take(HEADER_LINES).any(|it| it.starts_with("//") && it.contains(REASON));
    if lines > MOST_LINES && !says_why {
        let what = format!("has {lines} lines: split it, or say in its header why it is {REASON}");
        problems.push(Problem::new(path, MOST_LINES + 1, what));
    }
    if path.rsplit('/').next() == Some("mod.rs") {
        let what = "is called mod.rs: a module has the file that bears its name";
        problems.push(Problem::new(path, 1, what));
    }
    for (number, line) in (1..).zip(text.lines()) {
        for (start, end, why) in UNFINISHED {
            let code = format!("{start}{end}");
            if line.contains(&code) {
                problems.push(Problem::new(path, number, format!("`{code}`: {why}")));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::problems;

    #[test]
    fn a_file_begins_with_what_it_is_for() {
        let files = [("a.rs", "//! A.\n"), ("b.rs", "\n//! B.\n"), ("c.rs", ""), ("d.md", "")];
        let expected = ["b.rs", "c.rs"]
            .map(|path| format!("{path}:1: does not begin with `//!` and what it is for"));
        assert_eq!(problems(check, &files), expected);
    }

    #[test]
    fn a_long_file_says_why() {
        let long = format!("//! A.\n{}", "//\n".repeat(MOST_LINES));
        let expected =
            "has 501 lines: split it, or say in its header why it is longer than 500 lines";
        assert_eq!(file("a.rs", &long), [Problem::new("a.rs", 501, expected)]);
        assert_eq!(file("a.rs", long.strip_suffix("//\n").unwrap()), []);
        assert_eq!(file("a.rs", &long.replacen("A.", "A table, longer than 500 lines.", 1)), []);
        let too_late = format!("//! A.\n{}//! {REASON}\n{long}", "//\n".repeat(HEADER_LINES));
        assert_eq!(file("a.rs", &too_late).len(), 1);
    }

    #[test]
    fn modules_bear_their_names() {
        assert_eq!(file("a/mod.rs", "//! A.\n").len(), 1);
        assert_eq!(file("a/command.rs", "//! A.\n"), []);
    }

    #[test]
    fn unfinished_code_is_found() {
        for (start, end, _) in UNFINISHED {
            let found = file("a.rs", &format!("//! A.\n    {start}{end}"));
            assert_eq!(found.iter().map(|it| it.line).collect::<Vec<_>>(), [2]);
        }
    }
}
