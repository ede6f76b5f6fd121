//! A text that is being read, and the way from its bytes to those of the source.
//!
//! Most of a script is read in the [`Logical`] itself. Only a script inside of a word with escapes
//! (`sh -c "echo \"x\""`) is a text of its own, each piece of which stands in the text around it.

use std::borrow::Cow;
use std::ops::Range;

use plimsoll_finding::Span;

use crate::Logical;

/// A text that is being read.
#[derive(Debug)]
pub(super) struct View<'v, 't> {
    text: Text<'t>,
    logical: &'v Logical<'t>,
    /// The text around this one, and where each piece of this one begins: here, and there.
    around: Option<(&'v Self, Vec<Piece>)>,
}

#[derive(Debug)]
enum Text<'t> {
    /// The whole script, which outlives the reading.
    Script(&'t str),
    Inner(String),
}

/// Where a piece of a text begins, and where in the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The offset in the inner text.
    pub(super) start: usize,
    /// The offset in the text around it.
    pub(super) outer: usize,
}

impl<'v, 't> View<'v, 't> {
    /// The whole script, and where it stands.
    pub(super) fn new(text: &'t str, logical: &'v Logical<'t>) -> Self {
        View { text: Text::Script(text), logical, around: None }
    }

    /// A text that was taken out of another one. The pieces ascend; the first begins at 0.
    pub(super) fn inside(around: &'v Self, text: String, pieces: Vec<Piece>) -> Self {
        View { text: Text::Inner(text), logical: around.logical, around: Some((around, pieces)) }
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        match &self.text {
            Text::Script(text) => text,
            Text::Inner(text) => text,
        }
    }

    /// A part of the text, borrowed where the script holds it.
    pub(super) fn cow(&self, range: Range<usize>) -> Cow<'t, str> {
        match &self.text {
            Text::Script(text) => Cow::Borrowed(text.get(range).unwrap_or_default()),
            Text::Inner(text) => Cow::Owned(text.get(range).unwrap_or_default().to_owned()),
        }
    }

    /// The place of a part in the source. An empty part stands after the byte before it: what comes
    /// next may be far away, behind a continuation.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        if range.is_empty() && range.start > 0 {
            return Span::empty(self.span(range.start - 1..range.start).end());
        }
        if range.is_empty() {
            let at = self.root(range.start);
            return self.logical.span(at..at);
        }
        self.logical.span(self.root(range.start)..self.root(range.end - 1) + 1)
    }

    /// The offset in the whole script.
    fn root(&self, offset: usize) -> usize {
        let Some((around, pieces)) = &self.around else { return offset };
        let after = pieces.partition_point(|it| it.start <= offset);
        let Some(piece) = pieces.get(after.saturating_sub(1)) else { return around.root(0) };
        around.root(piece.outer + (offset - piece.start))
    }
}
