//! A place in a text.

use std::ops::Range;

/// A half-open range of bytes, `start..end`, in a text that the span does not name.
///
/// Spans sort by their start, then by their end, so an empty span comes before a longer one that
/// begins at the same byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// The bytes from `start` up to, not including, `end`. An `end` before `start` gives the empty
    /// span at `start`: a span never has a negative length.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end: if end < start { start } else { end } }
    }

    /// The empty span before the byte at `offset`.
    pub const fn empty(offset: usize) -> Self {
        Self { start: offset, end: offset }
    }

    /// The first byte's offset.
    pub const fn start(self) -> usize {
        self.start
    }

    /// The offset after the last byte.
    pub const fn end(self) -> usize {
        self.end
    }

    /// The length in bytes.
    pub const fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the span holds no byte.
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The span as a range, for indexing.
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether the byte at `offset` is in the span.
    pub const fn contains(self, offset: usize) -> bool {
        self.start <= offset && offset < self.end
    }

    /// Whether every byte of `other` is in the span; an empty `other` counts as inside when it lies
    /// between the ends or at one of them.
    pub const fn covers(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two can't both be edited: they share a byte, or one is empty and strictly inside
    /// the other. Spans that only touch don't overlap.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The spanned part of `text`, or `None` where the span leaves the text or cuts a character.
    pub fn slice(self, text: &str) -> Option<&str> {
        text.get(self.range())
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_before_the_start_gives_an_empty_span() {
        assert_eq!(Span::new(5, 2), Span::empty(5));
        assert!(Span::new(5, 2).is_empty());
    }

    #[test]
    fn the_end_is_not_inside() {
        let span = Span::new(2, 4);
        assert!(span.contains(2) && span.contains(3));
        assert!(!span.contains(1) && !span.contains(4));
        assert_eq!(span.len(), 2);
    }

    #[test]
    fn touching_spans_do_not_overlap_but_an_insertion_inside_does() {
        let span = Span::new(2, 6);
        assert!(!span.overlaps(Span::new(6, 8)) && !span.overlaps(Span::new(0, 2)));
        assert!(!span.overlaps(Span::empty(2)) && !span.overlaps(Span::empty(6)));
        assert!(span.overlaps(Span::empty(4)) && Span::empty(4).overlaps(span));
        assert!(span.overlaps(Span::new(5, 9)) && span.overlaps(span));
    }

    #[test]
    fn union_and_covers_agree() {
        let (a, b) = (Span::new(3, 5), Span::new(8, 9));
        assert_eq!(a.union(b), Span::new(3, 9));
        assert!(a.union(b).covers(a) && a.union(b).covers(b) && !a.covers(b));
    }

    #[test]
    fn slicing_refuses_to_cut_a_character() {
        assert_eq!(Span::new(0, 2).slice("éa"), Some("é"));
        assert_eq!(Span::new(0, 1).slice("éa"), None);
        assert_eq!(Span::new(0, 9).slice("éa"), None);
    }
}
