//! White space, and words that have no place in the repository.

use super::{Problem, Tree};

/// What the files of others and of programs are, and so not ours to put in order.
const NOT_OURS: &[&str] = &["Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT"];

/// Words, in two parts so that this file does not have them, and what to do instead.
const WORDS: &[(&str, &str, &str)] = &[
    ("TO", "DO", "do it, or say in the documentation what is left"),
    ("FIX", "ME", "fix it, or say in the documentation what is wrong"),
    ("XX", "X", "finish it"),
    ("/wo", "rk/", "a path of some machine"),
    ("/tm", "p/w/", "a path of some machine"),
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let ours = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        // Snapshots are what a program said, to the byte.
        !NOT_OURS.contains(&name) && name.rsplit('.').next() != Some("snap")
    };
    tree.texts().filter(|(path, _)| ours(path)).flat_map(|(path, text)| file(path, text)).collect()
}

fn file(path: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, line) in (1..).zip(text.split('\n')) {
        if line.ends_with(char::is_whitespace) {
            problems.push(Problem::new(path, number, "white space at the end of the line"));
        }
        for (start, end, instead) in WORDS {
            let word = format!("{start}{end}");
            if has_word(line, &word) {
                problems.push(Problem::new(path, number, format!("`{word}`: {instead}")));
            }
        }
    }
    let lines = text.lines().count();
    if !text.is_empty() && !text.ends_with('\n') {
        problems.push(Problem::new(path, lines, "no newline at the end of the file"));
    }
    if text.ends_with("\n\n") {
        problems.push(Problem::new(path, lines, "an empty line at the end of the file"));
    }
    problems
}

/// Whether `word` stands in `line` by itself: not as a part of a longer word or path.
fn has_word(line: &str, word: &str) -> bool {
    let part_of_word = |it: char| it.is_alphanumeric() || "_-./~$}".contains(it);
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        let starts = !before.is_some_and(part_of_word);
        // A directory goes on after its slash.
        starts && (word.ends_with('/') || !after.is_some_and(char::is_alphanumeric))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::problems;

    #[test]
    fn white_space_at_the_end_of_lines_and_files_is_found() {
        let files = [
            ("a.md", "one \ntwo\n"),
            ("b.md", "one\n\ttwo\t"),
            ("c.md", "one\r\n"),
            ("d.md", "one\n\n"),
            ("empty", ""),
            ("fine.md", "one\n\ntwo\n"),
            ("x/Cargo.lock", "one "),
            ("x.snap", "one \n"),
            ("binary", "\0 "),
        ];
        let expected = [
            "a.md:1: white space at the end of the line",
            "b.md:2: no newline at the end of the file",
            "b.md:2: white space at the end of the line",
            "c.md:1: white space at the end of the line",
            "d.md:2: an empty line at the end of the file",
        ];
        assert_eq!(problems(check, &files), expected);
    }

    #[test]
    fn words_are_found_by_themselves_only() {
        for (start, end, _) in WORDS {
            let word = format!("{start}{end}");
            for line in [word.clone(), format!("// {word}: x"), format!("(`{word}`")] {
                assert_eq!(file("a", &format!("x\n{line}\n")).len(), 1, "{line}");
            }
            for line in [format!("a{word}"), format!("ssh:/{word}"), format!("${word}")] {
                assert_eq!(file("a", &format!("{line}\n")), [], "{line}");
            }
        }
        let template = "mktemp -d dir.X".to_owned() + &"X".repeat(5) + "\n";
        assert_eq!(file("a", &template), []);
    }
}
