//! Paths as Go cleans them.

/// The shortest path that means the same: no empty parts, no `.`, no `..` but at the start. An empty
/// path is `.`.
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(".."),
            },
            _ => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// The directory that holds a path.
pub(super) fn parent(path: &str) -> String {
    clean(path.rfind('/').map_or("", |at| &path[..=at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned() {
        for (path, expected) in [
            ("", "."),
            ("./", "."),
            ("a//b/./c/", "a/b/c"),
            ("a/../b", "b"),
            ("a/../../b", "../b"),
            ("/../a", "/a"),
            ("/", "/"),
            ("../..", "../.."),
        ] {
            assert_eq!(clean(path), expected, "{path}");
        }
    }

    #[test]
    fn parents_are_cleaned_too() {
        assert_eq!((parent("a").as_str(), parent("/a").as_str()), (".", "/"));
        assert_eq!((parent("a/b").as_str(), parent("a/b/").as_str()), ("a", "a/b"));
    }
}
