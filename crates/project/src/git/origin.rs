//! Reads the URL of `origin` from a repository's configuration file.
//!
//! The syntax is that of git-config(1). Files that it includes are not read: a clone writes its
//! remotes into this file.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

/// Far above any real configuration file.
const SIZE_LIMIT: u64 = 1024 * 1024;

/// Returns the URL that `origin` is fetched from, as it is written.
pub(super) fn url(directory: &Path) -> Option<String> {
    let directory = directory.canonicalize().ok()?;
    let git = directory.ancestors().map(|it| it.join(".git")).find(|it| it.exists())?;
    parse(&read(&common_directory(git)?.join("config"))?)
}

/// Follows the files by which a worktree and a submodule name their repository.
fn common_directory(git: PathBuf) -> Option<PathBuf> {
    let git = if git.is_dir() {
        git
    } else {
        let named = read(&git)?;
        git.parent()?.join(named.strip_prefix("gitdir: ")?.trim_end_matches(['\r', '\n']))
    };
    match read(&git.join("commondir")) {
        Some(named) => Some(git.join(named.trim_end_matches(['\r', '\n']))),
        None => Some(git),
    }
}

fn read(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(SIZE_LIMIT).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns the first `url` of the section `[remote "origin"]`.
fn parse(text: &str) -> Option<String> {
    let mut in_origin = false;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let mut line = line.trim_start();
        if let Some(section) = line.strip_prefix('[') {
            let (name, rest) = section.split_once(']')?;
            in_origin = is_origin(name);
            // A variable may stand on the line of its section.
            line = rest.trim_start();
        }
        if !in_origin {
            continue;
        }
        if let Some((name, written)) = line.split_once('=')
            && name.trim_end().eq_ignore_ascii_case("url")
        {
            return value(written, &mut lines);
        }
    }
    None
}

/// Section names ignore case, subsection names don't.
fn is_origin(section: &str) -> bool {
    section.trim().split_once(char::is_whitespace).is_some_and(|(name, sub)| {
        name.eq_ignore_ascii_case("remote") && sub.trim() == "\"origin\""
    })
}

/// Reads a value: quotes, escapes, comments, and lines that go on after a backslash.
fn value<'a>(first: &'a str, rest: &mut impl Iterator<Item = &'a str>) -> Option<String> {
    let (mut value, mut quoted) = (String::new(), false);
    // White space at the end does not belong to the value unless it is quoted.
    let mut kept = 0;
    let mut line = first.trim_start();
    loop {
        let mut characters = line.chars();
        let mut goes_on = false;
        while let Some(character) = characters.next() {
            match character {
                '"' => {
                    quoted = !quoted;
                    kept = value.len();
                }
                '\\' => match characters.next() {
                    None => goes_on = true,
                    Some(escaped) => {
                        value.push(match escaped {
                            'n' => '\n',
                            't' => '\t',
                            'b' => '\u{8}',
                            other => other,
                        });
                        kept = value.len();
                    }
                },
                '#' | ';' if !quoted => break,
                other => {
                    value.push(other);
                    if quoted || !other.is_whitespace() {
                        kept = value.len();
                    }
                }
            }
        }
        if !goes_on {
            value.truncate(kept);
            return Some(value);
        }
        line = rest.next()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_origin_is_found_among_others() {
        let text = "[core]\n\tbare = false\n[remote \"fork\"]\n\turl = https://example.com/fork\n\
                    [remote \"origin\"]\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n\
                    \turl = https://example.com/first\n\turl = https://example.com/second\n";
        assert_eq!(parse(text).as_deref(), Some("https://example.com/first"));
    }

    #[test]
    fn the_syntax_of_values_is_read() {
        for (line, expected) in [
            ("url=a", "a"),
            ("URL =  a b  ", "a b"),
            ("url = a ; comment", "a"),
            ("url = \"a;b#c \"  # comment", "a;b#c "),
            ("url = a\\\\b\\\"c", "a\\b\"c"),
            ("url = a\\\nb", "ab"),
        ] {
            let text = format!("[remote \"origin\"]\n{line}\n");
            assert_eq!(parse(&text).as_deref(), Some(expected), "{line}");
        }
        assert_eq!(parse("[Remote \"origin\"] url = a\n").as_deref(), Some("a"));
    }

    #[test]
    fn other_sections_are_passed_over() {
        for text in [
            "",
            "url = a\n",
            "[remote]\nurl = a\n",
            "[remote \"Origin\"]\nurl = a\n",
            "[remote \"origin\"]\n[branch \"main\"]\nurl = a\n",
            "[remote \"origin\"]\npushurl = a\n",
            "[remote \"origin\nurl = a\n",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
