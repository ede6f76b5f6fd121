//! Paths inside of images, as texts: nothing here looks at a disk.
//!
//! A directory that is not known, such as the one that an unknown base image starts in, is written
//! `?`, so that two paths below it can still be compared. Variables without a value stay in paths.

/// The directory that is not known.
pub(crate) const UNKNOWN: &str = "?";

/// A path seen from a directory, without `.`, `..`, doubled or trailing slashes.
pub(crate) fn join(directory: &str, path: &str) -> String {
    // A variable at the start nearly always holds an absolute path.
    let absolute = path.starts_with(['/', '$', '?']);
    let head = if absolute { "" } else { directory };
    let mut joined = String::with_capacity(head.len() + path.len() + 1);
    for part in head.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                let last = joined.rfind('/');
                if !is_root(&joined[last.map_or(0, |it| it + 1)..]) {
                    joined.truncate(last.unwrap_or(0));
                }
            }
            part => {
                if !(joined.is_empty() && is_root(part)) {
                    joined.push('/');
                }
                joined.push_str(part);
            }
        }
    }
    if joined.is_empty() { "/".to_owned() } else { joined }
}

fn is_root(part: &str) -> bool {
    part == UNKNOWN || part.starts_with('$')
}

/// Whether a path is a directory or lies somewhere below it.
pub(crate) fn is_in(path: &str, directory: &str) -> bool {
    match path.strip_prefix(directory) {
        Some(rest) => rest.is_empty() || rest.starts_with('/') || directory == "/",
        None => false,
    }
}

/// The directory that a path lies in.
pub(crate) fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) => "/",
        Some(at) => &path[..at],
        None => path,
    }
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_as_a_shell_would_go() {
        for (directory, path, joined) in [
            ("/app", "target", "/app/target"),
            ("/app/", "./target//release/", "/app/target/release"),
            ("/app/cli", "../target", "/app/target"),
            ("/app", "/src", "/src"),
            ("/", ".", "/"),
            ("/", "../..", "/"),
            ("?", "src/..", "?"),
            ("?", "..", "?"),
            ("?/a", "b", "?/a/b"),
            ("/app", "${HOME}/x", "${HOME}/x"),
        ] {
            assert_eq!(join(directory, path), joined, "{directory} {path}");
        }
    }

    #[test]
    fn a_directory_is_no_prefix_of_a_longer_name() {
        assert!(is_in("/app/target/release", "/app/target") && is_in("/app", "/app"));
        assert!(!is_in("/app/target2", "/app/target") && !is_in("/app", "/app/target"));
        assert!(is_in("/app", "/"));
        assert!(!is_in("?/app", "/") && is_in("?/app", "?"));
    }

    #[test]
    fn names_and_parents() {
        assert_eq!((parent("/a/b"), parent("/a"), parent("?")), ("/a", "/", "?"));
        assert_eq!((file_name("/a/b/"), file_name("a"), file_name("/")), ("b", "a", ""));
    }
}
