//! Parser directives: `# escape=`, `# syntax=`, `# check=` in the first lines of a file.

use std::ops::Range;

/// The directives that BuildKit knows.
const KNOWN: [&str; 3] = ["escape", "syntax", "check"];

/// Reads directives until the first line that is none.
#[derive(Debug, Default)]
pub(super) struct DirectiveReader {
    closed: bool,
    seen: [bool; KNOWN.len()],
}

/// What a comment at the top says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Directives {
    /// No directive, or they are over.
    None,
    /// A directive; the value's range in the comment.
    Found {
        /// The name in lower case.
        name: &'static str,
        /// Where the value stands.
        value: Range<usize>,
    },
    /// A directive that was there before.
    Repeated(&'static str),
}

impl DirectiveReader {
    /// Notes a line that is no comment: no directive can follow.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// Reads a comment that begins with `#`.
    pub(super) fn read(&mut self, comment: &str) -> Directives {
        if self.closed {
            return Directives::None;
        }
        let Some((which, value)) = split(comment) else {
            self.closed = true;
            return Directives::None;
        };
        let name = KNOWN[which];
        if std::mem::replace(&mut self.seen[which], true) {
            return Directives::Repeated(name);
        }
        Directives::Found { name, value }
    }
}

/// Which directive a comment is, and where its value stands.
fn split(comment: &str) -> Option<(usize, Range<usize>)> {
    let rest = comment.strip_prefix('#')?.trim_start();
    let (name, value) = rest.split_once('=')?;
    let name = name.trim_end_matches(is_space);
    let which = KNOWN.iter().position(|it| it.eq_ignore_ascii_case(name))?;
    let value = value.trim_start_matches(is_space);
    let start = comment.len() - value.len();
    let value = value.trim_end_matches(is_space);
    (!value.is_empty()).then(|| (which, start..start + value.len()))
}

/// The white space of BuildKit's pattern.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_end_at_the_first_other_comment() {
        let mut reader = DirectiveReader::default();
        assert_eq!(
            reader.read("#  Syntax = docker/dockerfile:1  "),
            Directives::Found { name: "syntax", value: 12..31 }
        );
        assert_eq!(reader.read("# syntax=x"), Directives::Repeated("syntax"));
        assert_eq!(reader.read("# hello=x"), Directives::None);
        assert_eq!(reader.read("# escape=`"), Directives::None);
    }

    #[test]
    fn a_directive_needs_a_value() {
        assert_eq!(split("# escape= "), None);
        assert_eq!(split("# escape"), None);
        assert_eq!(split("#escape=`"), Some((0, 8..9)));
    }
}
