//! The line that parts what `init` wrote from what is the user's.
//!
//! The line ends with a checksum of the text above it, so that an edit there is seen, and taken for the
//! user's too. How lines end does not count: git may have changed that.

use plimsoll_image::Digest;

/// The line of a generated file below which everything is the user's, without the comment's sign and
/// without the checksum. It begins with another word than `plimsoll`, which suppressions begin with.
const MARKER: &str = "Your own lines go below this one; `plimsoll init` keeps them.";

/// So many digits tell whether somebody edited a text; nobody has a reason to forge one.
const DIGITS: usize = 12;

/// A text with its marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts<'t> {
    /// What `init` wrote, as it was or edited.
    pub(super) above: &'t str,
    /// Everything after the line of the marker.
    pub(super) below: &'t str,
    /// Whether what stands above is what was written.
    pub(super) untouched: bool,
}

/// What comments begin with in a file of this name.
fn comment_sign(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((_, "rs")) => "//",
        _ => "#",
    }
}

/// The whole of a generated text: with the marker at its end, which is where the user's part begins.
pub(super) fn marked(path: &str, text: &str) -> String {
    let mut whole = unix(text).trim_end_matches('\n').to_owned();
    whole.push_str("\n\n");
    let line = format!("{} {MARKER} [{}]\n", comment_sign(path), checksum(&whole));
    whole + &line
}

/// Finds the marker of a text. Of several, it is the first whose checksum is right: the text that
/// `init` writes may quote one, and so may the user.
pub(super) fn parts<'t>(path: &str, text: &'t str) -> Option<Parts<'t>> {
    let mut first = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        if let Some(stated) = stated(path, line) {
            let (above, below) = (text.get(..start)?, text.get(end..)?);
            let untouched = stated == checksum(above);
            let parts = Parts { above, below, untouched };
            if untouched {
                return Some(parts);
            }
            first = first.or(Some(parts));
        }
        start = end;
    }
    first
}

/// The checksum that a line states, if it is a marker; empty where somebody removed it.
fn stated<'t>(path: &str, line: &'t str) -> Option<&'t str> {
    let rest = line.trim().strip_prefix(comment_sign(path))?.trim_start().strip_prefix(MARKER)?;
    Some(rest.trim().trim_start_matches('[').trim_end_matches(']'))
}

fn checksum(text: &str) -> String {
    let mut digits = Digest::of(unix(text).as_bytes()).hex();
    digits.truncate(DIGITS);
    digits
}

/// A text with lines that end as on Unix.
pub(super) fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// A text with lines that end as those of another one do, by its first.
pub(super) fn ending_as(text: &str, other: &str) -> String {
    let first = other.split_inclusive('\n').next().unwrap_or_default();
    if first.ends_with("\r\n") { unix(text).replace('\n', "\r\n") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_known_again_and_edits_are_seen() {
        let text = marked("Dockerfile", "FROM a\n");
        assert!(text.starts_with("FROM a\n\n# Your own lines go below this one;"), "{text}");
        let found = parts("Dockerfile", &text).unwrap();
        assert!(found.untouched && found.below.is_empty());
        let edited = text.replace("FROM a", "FROM b");
        assert!(!parts("Dockerfile", &edited).unwrap().untouched);
        let windows = text.replace('\n', "\r\n") + "LABEL a=b";
        let found = parts("Dockerfile", &windows).unwrap();
        assert!(found.untouched);
        assert_eq!(found.below, "LABEL a=b");
        assert_eq!(parts("Dockerfile", "FROM a\n"), None);
    }

    #[test]
    fn a_marker_that_is_quoted_is_not_the_marker() {
        let quoted = format!("# {MARKER} [0123456789ab]\nFROM a\n");
        let text = marked("Dockerfile", &quoted) + &quoted;
        let found = parts("Dockerfile", &text).unwrap();
        assert!(found.untouched);
        assert_eq!(found.below, quoted);
    }

    #[test]
    fn the_sign_of_a_comment_is_that_of_the_file() {
        assert!(marked("docker/probe.rs", "fn main() {}").contains("\n// Your own"));
        assert!(marked("a/compose.yaml", "a: 1").contains("\n# Your own"));
    }
}
