//! The patterns of `members`: `*`, `?`, `[…]` within a name, and `**` for any number of directories.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

/// No workspace is nested deeper; a limit for `**`.
const DEPTH_LIMIT: usize = 32;

/// Tells whether a path is a pattern.
pub(crate) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// Returns the directories below `root` that a pattern matches, sorted. A path that is no pattern
/// is returned whether there is such a directory or not.
pub(super) fn expand(root: &Path, pattern: &str) -> BTreeSet<PathBuf> {
    let mut places = BTreeSet::from([root.to_owned()]);
    let mut after_pattern = false;
    for component in Path::new(pattern).components() {
        let Component::Normal(name) = component else {
            if component != Component::CurDir {
                places = places.into_iter().map(|it| it.join(component)).collect();
            }
            continue;
        };
        places = match name.to_str() {
            Some("**") => places.iter().flat_map(|it| below(it, DEPTH_LIMIT)).collect(),
            Some(pattern) if is_pattern(pattern) => {
                let pattern: Vec<char> = pattern.chars().collect();
                places
                    .iter()
                    .flat_map(|it| directories(it))
                    .filter(|it| file_name(it).is_some_and(|it| matches(&pattern, &it)))
                    .collect()
            }
            _ => {
                let joined = places.into_iter().map(|it| it.join(name));
                joined.filter(|it| !after_pattern || it.is_dir()).collect()
            }
        };
        after_pattern |= name.to_str().is_some_and(is_pattern);
    }
    places
}

fn directories(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|it| it.path()).filter(|it| it.is_dir()).collect()
}

/// Returns a directory and all below it. Symbolic links are not followed: they may lead back.
fn below(directory: &Path, depth: usize) -> Vec<PathBuf> {
    let mut found = vec![directory.to_owned()];
    if depth > 0 {
        for child in directories(directory).iter().filter(|it| !it.is_symlink()) {
            found.extend(below(child, depth - 1));
        }
    }
    found
}

fn file_name(path: &Path) -> Option<Vec<char>> {
    Some(path.file_name()?.to_str()?.chars().collect())
}

/// Tells whether a name fits a pattern without `/`.
pub fn matches_name(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    matches(&pattern, &name)
}

/// Matches one name. On a mismatch after a `*`, only the last `*` needs to take one more.
fn matches(pattern: &[char], name: &[char]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while from < name.len() {
        if pattern.get(at) == Some(&'*') {
            at += 1;
            retry = Some((at, from));
        } else if let Some(width) = pattern.get(at..).and_then(|it| one(it, name[from])) {
            at += width;
            from += 1;
        } else if let Some((after_star, taken)) = retry {
            at = after_star;
            from = taken + 1;
            retry = Some((after_star, from));
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|&it| it == '*')
}

/// Matches one character, and returns how much of the pattern that takes.
fn one(pattern: &[char], character: char) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['[', rest @ ..] => {
            let (negated, set) = match rest {
                ['!', set @ ..] => (true, set),
                set => (false, set),
            };
            // A `]` that comes first stands for itself.
            let end = 1 + set.iter().skip(1).position(|&it| it == ']')?;
            let is_in = contains(&set[..end], character);
            (is_in != negated).then(|| 1 + usize::from(negated) + end + 1)
        }
        [first, ..] => (*first == character).then_some(1),
        [] => None,
    }
}

fn contains(set: &[char], character: char) -> bool {
    match set {
        [low, '-', high, rest @ ..] => {
            (*low..=*high).contains(&character) || contains(rest, character)
        }
        [first, rest @ ..] => *first == character || contains(rest, character),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_matches(pattern: &str, name: &str) -> bool {
        let characters = |it: &str| it.chars().collect::<Vec<_>>();
        matches(&characters(pattern), &characters(name))
    }

    #[test]
    fn names_match_patterns() {
        for (pattern, name) in [
            ("*", "a"),
            ("a*", "a"),
            ("*-sys", "foo-sys"),
            ("a*b*c", "aXbYbZc"),
            ("a?c", "abc"),
            ("v[0-9]", "v7"),
            ("v[!0-9]", "vx"),
            ("v[]x]", "v]"),
            ("[ab][cd]*", "bd"),
        ] {
            assert!(name_matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("a", "b"),
            ("a*", "ba"),
            ("*-sys", "sys"),
            ("a?c", "ac"),
            ("v[0-9]", "vx"),
            ("[a", "a"),
        ] {
            assert!(!name_matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn directories_match_patterns() {
        let root = tempfile::tempdir().unwrap();
        for directory in ["crates/a/src", "crates/b", "tools/x/y"] {
            fs::create_dir_all(root.path().join(directory)).unwrap();
        }
        fs::write(root.path().join("crates/file"), "").unwrap();
        let check = |pattern: &str, expected: &[&str]| {
            let found: Vec<_> = expand(root.path(), pattern)
                .into_iter()
                .map(|it| it.strip_prefix(root.path()).unwrap().to_str().unwrap().to_owned())
                .collect();
            assert_eq!(found, expected, "{pattern}");
        };
        check("crates/*", &["crates/a", "crates/b"]);
        check("./crates/*", &["crates/a", "crates/b"]);
        check("*", &["crates", "tools"]);
        check("tools/**/y", &["tools/x/y"]);
        check("crates/missing", &["crates/missing"]);
        check("missing/*", &[]);
    }
}
