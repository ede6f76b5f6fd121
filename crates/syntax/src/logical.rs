//! Text that was joined from pieces of the source, and the way back to its bytes.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use plimsoll_finding::Span;

/// A text without line continuations, each byte of which knows where it stands in the source.
///
/// What fits on one line is borrowed; what was joined over continuations is owned, and shared by its
/// parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logical<'t>(Text<'t>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Text<'t> {
    /// It stands in the source as it is, from a byte on.
    Borrowed(&'t str, usize),
    /// A range of what was joined, which is not empty.
    Joined(Rc<Joined>, Range<usize>),
}

#[derive(Debug, PartialEq, Eq)]
struct Joined {
    text: String,
    /// Where each piece begins: in the text, and in the source. Ascending; the first is at 0 of the
    /// text. Empty pieces are left out.
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    start: usize,
    source: usize,
}

impl<'t> Logical<'t> {
    /// A text that stands in the source as it is, from the byte at `source` on.
    pub fn borrowed(text: &'t str, source: usize) -> Self {
        Self(Text::Borrowed(text, source))
    }

    /// The text, continuations removed.
    pub fn text(&self) -> &str {
        match &self.0 {
            Text::Borrowed(text, _) => text,
            Text::Joined(joined, range) => &joined.text[range.clone()],
        }
    }

    /// The length of the text in bytes.
    pub fn len(&self) -> usize {
        self.text().len()
    }

    /// Whether the text has no byte.
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// The offset in the source of the byte at `offset` of the text. The end of the text lies
    /// after the last byte of its last piece.
    pub fn source_offset(&self, offset: usize) -> usize {
        match &self.0 {
            Text::Borrowed(_, source) => source + offset,
            Text::Joined(joined, range) => {
                let offset = range.start + offset;
                // What follows the end of a part may be far away.
                let piece = joined.piece_at(offset.min(range.end - 1));
                piece.source + (offset - piece.start)
            }
        }
    }

    /// The offset in the text of a byte of the source that is in it.
    pub(crate) fn offset_of(&self, source: usize) -> usize {
        let offset = match &self.0 {
            Text::Borrowed(_, start) => source.saturating_sub(*start),
            Text::Joined(joined, range) => {
                let after = joined.pieces.partition_point(|it| it.source <= source);
                let piece = joined.pieces[after.saturating_sub(1)];
                let offset = piece.start + source.saturating_sub(piece.source);
                offset.saturating_sub(range.start)
            }
        };
        offset.min(self.len())
    }

    /// The bytes of the source from the first to the last of a range of the text, with whatever was
    /// left out between them. An empty range gives the empty span before its byte.
    pub fn span(&self, range: Range<usize>) -> Span {
        if range.end <= range.start {
            return Span::empty(self.source_offset(range.start.min(self.len())));
        }
        Span::new(self.source_offset(range.start), self.source_offset(range.end - 1) + 1)
    }

    /// The whole text's place in the source.
    pub fn whole_span(&self) -> Span {
        self.span(0..self.len())
    }

    /// A part of the text. It copies nothing.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        Self(match &self.0 {
            Text::Borrowed(text, source) => {
                let source = source + range.start;
                Text::Borrowed(text.get(range).unwrap_or_default(), source)
            }
            Text::Joined(joined, whole) => {
                let (start, end) = (whole.start + range.start, whole.start + range.end);
                if start >= end || end > whole.end {
                    return Self::borrowed("", self.source_offset(range.start));
                }
                Text::Joined(Rc::clone(joined), start..end)
            }
        })
    }

    /// A part of the text alone, borrowed where the source holds it.
    pub fn cow(&self, range: Range<usize>) -> Cow<'t, str> {
        match &self.0 {
            Text::Borrowed(text, _) => Cow::Borrowed(text.get(range).unwrap_or_default()),
            Text::Joined(..) => Cow::Owned(self.text().get(range).unwrap_or_default().to_owned()),
        }
    }
}

impl Joined {
    fn piece_at(&self, offset: usize) -> Piece {
        let after = self.pieces.partition_point(|it| it.start <= offset);
        self.pieces[after.saturating_sub(1)]
    }
}

/// Joins a [`Logical`] from pieces of a source.
#[derive(Debug)]
pub(crate) struct Joiner<'t> {
    source: &'t str,
    first: Option<Range<usize>>,
    joined: Option<Joined>,
    anchor: usize,
}

impl<'t> Joiner<'t> {
    /// Starts with nothing; `anchor` is where a text that stays empty is said to stand.
    pub(crate) fn new(source: &'t str, anchor: usize) -> Self {
        Self { source, first: None, joined: None, anchor }
    }

    /// Adds a piece of the source.
    pub(crate) fn push(&mut self, piece: Range<usize>) {
        let Some(text) = self.source.get(piece.clone()).filter(|it| !it.is_empty()) else { return };
        match (&mut self.first, &mut self.joined) {
            (None, _) => self.first = Some(piece),
            (Some(first), None) if first.end == piece.start => first.end = piece.end,
            (Some(first), None) => {
                let head = &self.source[first.clone()];
                let pieces = vec![
                    Piece { start: 0, source: first.start },
                    Piece { start: head.len(), source: piece.start },
                ];
                // Where lines are continued there are often more than two.
                let mut joined = String::with_capacity(4 * (head.len() + text.len()));
                joined.push_str(head);
                joined.push_str(text);
                self.joined = Some(Joined { text: joined, pieces });
            }
            (Some(_), Some(joined)) => {
                joined.pieces.push(Piece { start: joined.text.len(), source: piece.start });
                joined.text.push_str(text);
            }
        }
    }

    /// The joined text.
    pub(crate) fn finish(self) -> Logical<'t> {
        match (self.joined, self.first) {
            (Some(joined), _) => {
                let range = 0..joined.text.len();
                Logical(Text::Joined(Rc::new(joined), range))
            }
            (None, Some(range)) => Logical::borrowed(&self.source[range.clone()], range.start),
            (None, None) => Logical::borrowed("", self.anchor),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined<'t>(source: &'t str, pieces: &[Range<usize>]) -> Logical<'t> {
        let mut joiner = Joiner::new(source, 0);
        for piece in pieces {
            joiner.push(piece.clone());
        }
        joiner.finish()
    }

    #[test]
    fn every_byte_of_a_joined_text_knows_its_source() {
        let source = "ab \\\n# no\n  cd \\\nef";
        let text = joined(source, &[0..3, 10..15, 17..19]);
        assert_eq!(text.text(), "ab   cd ef");
        for (offset, byte) in text.text().bytes().enumerate() {
            assert_eq!(source.as_bytes()[text.source_offset(offset)], byte, "byte {offset}");
        }
        assert_eq!(text.span(5..7).slice(source), Some("cd"));
        assert_eq!(text.span(5..10).slice(source), Some("cd \\\nef"));
        let part = text.part(5..10);
        assert_eq!(part.text(), "cd ef");
        assert_eq!(part.span(3..5).slice(source), Some("ef"));
        assert_eq!(part.span(5..5), Span::empty(19));
    }

    #[test]
    fn the_end_of_a_part_is_not_where_the_next_piece_begins() {
        let text = joined("ab \\\n  cd \\\nef", &[0..3, 5..10, 12..14]);
        let part = text.part(1..8);
        assert_eq!((part.text(), part.source_offset(7)), ("b   cd ", 10));
        assert_eq!(part.whole_span(), Span::new(1, 10));
        assert_eq!((part.offset_of(0), part.offset_of(7), part.offset_of(12)), (0, 4, 7));
        assert_eq!(part.part(2..2).span(0..0), Span::empty(5));
        assert_eq!(part.part(7..7).span(0..0), Span::empty(10));
    }

    #[test]
    fn adjacent_pieces_stay_borrowed() {
        let text = joined("abcdef", &[1..3, 3..5]);
        assert!(matches!(text.0, Text::Borrowed("bcde", 1)));
        assert_eq!(text.span(1..3), Span::new(2, 4));
    }
}
