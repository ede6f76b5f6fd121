//! From byte offsets to lines and columns, and back.

use crate::Span;

/// A place as people and editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in Unicode scalar values, from 1.
    pub column: usize,
}

/// The lines of one text.
///
/// Only `\n` ends a line, as in `BuildKit`: the `\r` of a `\r\n` is the last character of its line,
/// and a lone `\r` is a character like any other. A text that ends with `\n` has an empty line after
/// it, so the position after the last byte exists too.
#[derive(Clone, Debug)]
pub struct LineIndex<'a> {
    text: &'a str,
    /// The offset of every line's first byte; never empty, ascending.
    starts: Vec<usize>,
    /// How many characters begin before each [`STEP`] of bytes, so that a column far into a long line
    /// needs no count from its start. Empty where no line is that long.
    counts: Vec<usize>,
}

/// Bytes that are counted at once without anybody noticing.
const STEP: usize = 4096;

impl<'a> LineIndex<'a> {
    /// Finds the lines of `text`.
    pub fn new(text: &'a str) -> Self {
        // Lines of a Dockerfile have some thirty bytes.
        let mut starts = Vec::with_capacity(text.len() / 24 + 1);
        starts.push(0);
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        let is_long = starts.iter().zip(ends).any(|(start, end)| end - start > STEP);
        let counts = if is_long { counts(text) } else { Vec::new() };
        Self { text, starts, counts }
    }

    /// How many characters begin before a byte.
    fn characters(&self, offset: usize) -> usize {
        let step = offset / STEP;
        let before = self.counts.get(step).copied().unwrap_or_default();
        before + begun(self.text.as_bytes().get(step * STEP..offset).unwrap_or_default())
    }

    /// The text itself.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The number of lines: one more than there are `\n`.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The position of the character that holds the byte at `offset`. An offset past the end gives
    /// the position after the last character.
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor_char_boundary(self.text, offset);
        let line = self.line_at(offset);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let before = if self.counts.is_empty() {
            self.text.get(start..offset).map_or(0, |it| it.chars().count())
        } else {
            self.characters(offset) - self.characters(start)
        };
        Position { line, column: before + 1 }
    }

    /// The byte offset of a position. A line past the last gives the end of the text, a column past
    /// the line's end gives that end (before its `\n`); zeros count as ones.
    pub fn offset(&self, position: Position) -> usize {
        let Some(start) = self.starts.get(position.line.saturating_sub(1)).copied() else {
            return self.text.len();
        };
        let rest = self.text.get(start..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        let column = position.column.saturating_sub(1);
        start + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
    }

    /// The bytes of a line, counted from 1, without its `\n` or `\r\n`.
    pub fn line_span(&self, line: usize) -> Option<Span> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let Some(next) = self.starts.get(line) else {
            return Some(Span::new(start, self.text.len()));
        };
        // The `\r` belongs to the ending only where a `\n` follows.
        let line = self.text.get(start..next - 1)?;
        Some(Span::new(start, start + line.strip_suffix('\r').unwrap_or(line).len()))
    }

    /// The lines that a span touches, from first to last, counted from 1. A span that ends with a
    /// line's `\n` does not touch the next line.
    pub fn lines_of(&self, span: Span) -> std::ops::RangeInclusive<usize> {
        let first = self.line_at(span.start());
        let last = if span.is_empty() { first } else { self.line_at(span.end() - 1) };
        first..=last
    }

    /// The line of the byte at an offset, or the last line where it is past the end.
    fn line_at(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }
}

/// How many characters begin before each step of bytes.
fn counts(text: &str) -> Vec<usize> {
    let mut count = 0;
    let before = |bytes| {
        let before = count;
        count += begun(bytes);
        before
    };
    let mut counts: Vec<_> = text.as_bytes().chunks(STEP).map(before).collect();
    // A text may end with a step, and its end is a place too.
    counts.push(count);
    counts
}

/// How many characters begin in these bytes of UTF-8.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|it| **it & 0xc0 != 0x80).count()
}

/// The nearest character boundary at or before `offset`, within `text`.
fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_in_long_lines_are_those_that_counting_gives() {
        for text in
            ["é".repeat(STEP), format!("a\n{}\nb", "aé☃".repeat(2 * STEP)), "x".repeat(2 * STEP)]
        {
            let index = LineIndex::new(&text);
            assert!(!index.counts.is_empty());
            let (mut line, mut column) = (1, 1);
            for (offset, char) in text.char_indices() {
                assert_eq!(index.position(offset), Position { line, column }, "{offset}");
                (line, column) = if char == '\n' { (line + 1, 1) } else { (line, column + 1) };
            }
            assert_eq!(index.position(text.len()), Position { line, column });
        }
    }

    fn at(text: &str, offset: usize) -> (usize, usize) {
        let position = LineIndex::new(text).position(offset);
        (position.line, position.column)
    }

    #[test]
    fn counts_lines_and_columns_from_one() {
        assert_eq!(at("FROM a\nRUN b\n", 0), (1, 1));
        assert_eq!(at("FROM a\nRUN b\n", 6), (1, 7));
        assert_eq!(at("FROM a\nRUN b\n", 7), (2, 1));
        assert_eq!(at("FROM a\nRUN b\n", 13), (3, 1));
    }

    #[test]
    fn an_empty_text_has_one_position() {
        assert_eq!(at("", 0), (1, 1));
        assert_eq!(LineIndex::new("").line_count(), 1);
        assert_eq!(LineIndex::new("").line_span(1), Some(Span::empty(0)));
    }

    #[test]
    fn columns_count_scalar_values_not_bytes_or_utf16() {
        let text = "é🦀x";
        assert_eq!(at(text, 2), (1, 2));
        assert_eq!(at(text, 6), (1, 3));
    }

    #[test]
    fn an_offset_inside_a_character_means_that_character() {
        assert_eq!(at("a🦀x", 3), (1, 2));
    }

    #[test]
    fn carriage_returns_do_not_end_lines() {
        let text = "a\rb\r\nc";
        assert_eq!(at(text, 2), (1, 3));
        assert_eq!(at(text, 5), (2, 1));
        let index = LineIndex::new(text);
        assert_eq!(index.line_count(), 2);
        assert_eq!(index.line_span(1), Some(Span::new(0, 3)));
    }

    #[test]
    fn a_lone_carriage_return_at_the_end_is_text() {
        assert_eq!(LineIndex::new("a\r").line_span(1), Some(Span::new(0, 2)));
    }

    #[test]
    fn what_lies_past_the_end_is_clamped() {
        let text = "ab\r\ncd";
        assert_eq!(at(text, 99), (2, 3));
        let index = LineIndex::new(text);
        assert_eq!(index.offset(Position { line: 9, column: 1 }), 6);
        assert_eq!(index.offset(Position { line: 1, column: 99 }), 3);
        assert_eq!(index.offset(Position { line: 0, column: 0 }), 0);
        assert_eq!(index.line_span(0), None);
        assert_eq!(index.line_span(3), None);
    }

    #[test]
    fn a_span_up_to_a_line_end_stays_on_its_line() {
        let index = LineIndex::new("one\ntwo\nthree");
        assert_eq!(index.lines_of(Span::new(0, 4)), 1..=1);
        assert_eq!(index.lines_of(Span::new(2, 5)), 1..=2);
        assert_eq!(index.lines_of(Span::empty(4)), 2..=2);
    }

    /// Texts rich in what matters here: line ends of every kind and characters of every width.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("\n".to_owned()),
            Just("\r\n".to_owned()),
            Just("\r".to_owned()),
            "[a-zé漢🦀\u{301}\u{feff}]{0,4}",
            any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|it| it.concat())
    }

    proptest! {
        #[test]
        fn every_character_boundary_survives_the_round_trip(text in text()) {
            let index = LineIndex::new(&text);
            for offset in text.char_indices().map(|(at, _)| at).chain([text.len()]) {
                prop_assert_eq!(index.offset(index.position(offset)), offset);
            }
        }

        #[test]
        fn positions_ascend_with_offsets(text in text()) {
            let index = LineIndex::new(&text);
            let mut boundaries = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            let mut last = boundaries.next().map(|it| index.position(it));
            for offset in boundaries {
                let next = Some(index.position(offset));
                prop_assert!(last < next);
                last = next;
            }
        }

        #[test]
        fn any_offset_gives_a_position_that_exists(text in text(), offset in any::<usize>()) {
            let index = LineIndex::new(&text);
            let position = index.position(offset);
            prop_assert!((1..=index.line_count()).contains(&position.line));
            prop_assert!(index.offset(position) <= offset.min(text.len()));
        }

        #[test]
        fn lines_and_their_endings_make_up_the_text(text in text()) {
            let index = LineIndex::new(&text);
            let mut rebuilt = String::new();
            let mut end = 0;
            for line in 1..=index.line_count() {
                let span = index.line_span(line).unwrap();
                let gap = &text[end..span.start()];
                let endings: &[&str] = if line == 1 { &[""] } else { &["\n", "\r\n"] };
                prop_assert!(endings.contains(&gap));
                rebuilt += gap;
                rebuilt += span.slice(&text).unwrap();
                end = span.end();
            }
            prop_assert_eq!(rebuilt, text);
        }
    }
}
