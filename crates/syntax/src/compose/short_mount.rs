//! The short form of mounts, read as the loader reads it.

use std::ops::Range;

use super::volumes::is_path;

/// `[SOURCE:]TARGET[:OPTIONS]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ShortMount<'t> {
    /// Empty for a volume without a name.
    pub(super) source: &'t str,
    pub(super) target: &'t str,
    pub(super) options: &'t str,
}

impl<'t> ShortMount<'t> {
    pub(super) fn parse(text: &'t str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("it is empty");
        }
        if text.len() <= 2 {
            return Ok(Self { source: "", target: text, options: "" });
        }
        let parts = sections(text);
        if parts.iter().any(Range::is_empty) {
            return Err("nothing stands between two colons");
        }
        let part = |at: usize| parts.get(at).map_or("", |it| &text[it.clone()]);
        match parts.len() {
            1 => Ok(Self { source: "", target: part(0), options: "" }),
            2 | 3 => Ok(Self { source: part(0), target: part(1), options: part(2) }),
            _ => Err("it has too many colons"),
        }
    }

    /// Whether the source is a path of the host.
    pub(super) fn is_bind(&self) -> bool {
        is_path(self.source)
    }
}

/// The sections between colons; one after a single letter belongs to a drive.
fn sections(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::with_capacity(3);
    let mut start = 0;
    for (at, _) in text.match_indices(':') {
        let mut before = text[start..at].chars();
        let is_drive = before.next().is_some_and(char::is_alphabetic) && before.next().is_none();
        if !is_drive {
            parts.push(start..at);
            start = at + 1;
        }
    }
    parts.push(start..text.len());
    parts
}

/// A path without `.`, `..` and doubled slashes.
pub(super) fn clean(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    let is_rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if is_rooted => {}
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    match (is_rooted, parts.join("/")) {
        (true, joined) => format!("/{joined}"),
        (false, joined) if joined.is_empty() => ".".to_owned(),
        (false, joined) => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_have_one_to_three_sections() {
        let parts = |text| {
            ShortMount::parse(text).map(|it| (it.source, it.target, it.options, it.is_bind()))
        };
        assert_eq!(parts("/a"), Ok(("", "/a", "", false)));
        assert_eq!(parts("ab:/b:ro,z"), Ok(("ab", "/b", "ro,z", false)));
        assert_eq!(parts("./a:/b"), Ok(("./a", "/b", "", true)));
        assert_eq!(parts("C:\\a:D:\\b:ro"), Ok(("C:\\a", "D:\\b", "ro", true)));
        assert_eq!(parts("\\\\.\\pipe\\a:/b"), Ok(("\\\\.\\pipe\\a", "/b", "", true)));
        for text in ["", "ab::b", ":/b", "abc:", "a/b:/c:ro:rw"] {
            assert!(parts(text).is_err(), "{text}");
        }
    }

    #[test]
    fn paths_are_cleaned() {
        for (path, expected) in
            [("/a//b/./../c/", "/a/c"), ("/..", "/"), ("a/..", "."), ("../a", "../a"), ("", "")]
        {
            assert_eq!(clean(path), expected, "{path}");
        }
    }
}
