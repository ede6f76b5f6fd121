//! Where comments reach in files without stages: what begins on a line, or on the next.

use std::collections::BTreeMap;

use plimsoll_finding::Span;

use super::reach::{Around, Reach};

/// How far back the part around a comment is looked for.
const MOST_LOOKED_AT: usize = 10_000;

/// The parts of a file that a comment can mean: entries and items, or patterns.
#[derive(Debug)]
pub(super) struct Parts<'t> {
    text: &'t str,
    /// Where each line begins.
    lines: Vec<usize>,
    /// The parts, by their first bytes.
    all: Vec<Span>,
    /// All that begins on a line.
    begun: BTreeMap<usize, Span>,
    /// The innermost part that ends on a line.
    ended: BTreeMap<usize, Span>,
    /// The line with which the head ends: the last blank one before the first part, or the end of a
    /// file that has none.
    head: usize,
}

impl<'t> Parts<'t> {
    pub(super) fn new(text: &'t str, parts: impl IntoIterator<Item = Span>) -> Self {
        let newlines = text.bytes().enumerate().filter(|it| it.1 == b'\n').map(|it| it.0 + 1);
        let lines: Vec<usize> = std::iter::once(0).chain(newlines).collect();
        let mut parts: Vec<Span> = parts.into_iter().filter(|it| !it.is_empty()).collect();
        parts.sort();
        let (begun, ended) = (BTreeMap::new(), BTreeMap::new());
        let mut this = Self { text, lines, all: Vec::new(), begun, ended, head: 0 };
        for part in &parts {
            let begun = this.begun.entry(this.line_of(part.start())).or_insert(*part);
            *begun = begun.union(*part);
            // Of those that end there the last one is the innermost.
            let end = this.line_of(part.end().saturating_sub(1));
            this.ended.insert(end, *part);
        }
        this.all = parts;
        this.head = match this.begun.first_key_value() {
            Some((first, _)) => {
                (0..*first).rev().find(|it| this.line(*it).trim().is_empty()).unwrap_or_default()
            }
            None => this.lines.len(),
        };
        this
    }

    /// The line of a byte, counted from 0.
    pub(super) fn line_of(&self, at: usize) -> usize {
        self.lines.partition_point(|it| *it <= at).saturating_sub(1)
    }

    /// The text of a line.
    pub(super) fn line(&self, line: usize) -> &'t str {
        let text = self.span_of(line).slice(self.text).unwrap_or_default();
        text.trim_start_matches('\u{feff}')
    }

    /// The bytes of a line.
    pub(super) fn span_of(&self, line: usize) -> Span {
        let start = self.start_of(line);
        let next = self.lines.get(line + 1).map(|it| it - 1);
        Span::new(start, next.unwrap_or(self.text.len()).max(start))
    }

    /// Whether a line holds nothing but a comment.
    pub(super) fn is_comment(&self, line: usize) -> bool {
        self.line(line).trim_start().starts_with('#')
    }

    /// The innermost part around a byte.
    pub(super) fn around(&self, at: usize) -> Option<Reach> {
        let begun = self.all.partition_point(|it| it.start() <= at);
        let before = self.all.get(..begun)?.iter().rev().take(MOST_LOOKED_AT);
        before.copied().find(|it| it.end() >= at).map(Reach::Bytes)
    }
}

impl Around for Parts<'_> {
    /// What begins on the line of a comment, or ends there if nothing does; for one with a line of
    /// its own, what begins on the next line on which something does.
    fn part(&self, line: usize) -> Option<Reach> {
        let part = if self.is_comment(line) {
            self.begun.range(line..).next().map(|it| *it.1)
        } else {
            self.begun.get(&line).or_else(|| self.ended.get(&line)).copied()
        };
        Some(Reach::Bytes(part?.union(Span::empty(self.start_of(line)))))
    }

    fn stage(&self, _: usize) -> Option<Option<Reach>> {
        None
    }

    fn is_head(&self, line: usize) -> bool {
        line < self.head
    }

    fn start_of(&self, line: usize) -> usize {
        self.lines.get(line).copied().unwrap_or(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_ends_with_a_blank_line() {
        let is_head = |text: &str| {
            let at = text.find('x').unwrap();
            let parts = Parts::new(text, text.find("a: 1").map(|it| Span::new(it, it + 4)));
            parts.is_head(parts.line_of(at))
        };
        for text in ["# x\n\na: 1\n", "# x\n# y\n\n# z\na: 1", "# x\n", "# x\r\n\r\n---\r\na: 1"] {
            assert!(is_head(text), "{text:?}");
        }
        for text in ["# x\na: 1\n", "\n# x\na: 1\n", "a: 1\n# x\n\n", "a: 1\n\n# x\n\n"] {
            assert!(!is_head(text), "{text:?}");
        }
    }

    #[test]
    fn lines_are_found_by_their_bytes() {
        let parts = Parts::new("\u{feff}# a\n\nb", []);
        assert_eq!((parts.line_of(0), parts.line_of(6), parts.line_of(8)), (0, 0, 2));
        assert_eq!((parts.line(0), parts.line(2)), ("# a", "b"));
        assert!(parts.is_comment(0) && !parts.is_comment(2));
    }
}
