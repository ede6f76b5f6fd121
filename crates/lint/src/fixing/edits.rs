//! Edits, and where they leave what they don't touch.

use plimsoll_finding::{Edit, Span};

use super::Rejection;

/// Says that something is another, by its first line.
pub(super) fn changed(span: Span, text: &str) -> Rejection {
    let line = span.slice(text).unwrap_or_default().lines().next().unwrap_or_default();
    Rejection::ChangesOthers(line.trim_end().to_owned())
}

/// Edits in order of place.
pub(super) struct Edits<'e> {
    sorted: Vec<&'e Edit>,
    /// How far what follows each edit has moved.
    shifts: Vec<isize>,
    /// Where each replacement stands in the new text.
    made: Vec<Span>,
}

impl<'e> Edits<'e> {
    pub(super) fn new(edits: &'e [Edit]) -> Self {
        let mut sorted: Vec<&Edit> = edits.iter().collect();
        sorted.sort_by_key(|it| it.span);
        let (mut shifts, mut made, mut shift) = (Vec::new(), Vec::new(), 0_isize);
        for edit in &sorted {
            let start = edit.span.start().saturating_add_signed(shift);
            made.push(Span::new(start, start + edit.replacement.len()));
            shift += edit.replacement.len().cast_signed() - edit.span.len().cast_signed();
            shifts.push(shift);
        }
        Self { sorted, shifts, made }
    }

    /// Where a byte stands that no edit touches.
    pub(super) fn moved(&self, offset: usize) -> usize {
        let before = self.sorted.partition_point(|it| it.span.end() <= offset);
        let shift = before.checked_sub(1).and_then(|it| self.shifts.get(it));
        offset.saturating_add_signed(shift.copied().unwrap_or_default())
    }

    /// Whether an edit changes what stands in a span of the old text: from inside, or by text that
    /// adjoins it on its line, as instructions and patterns are changed.
    pub(super) fn touch(&self, span: Span) -> bool {
        self.near(span).any(|edit| {
            let text = &*edit.replacement;
            if edit.span.overlaps(span) {
                true
            } else if edit.span.end() <= span.start() {
                !text.is_empty() && !text.ends_with('\n')
            } else {
                !text.is_empty() && !text.starts_with('\n') && !text.starts_with("\r\n")
            }
        })
    }

    /// Whether an edit takes out all of a span.
    pub(super) fn removes(&self, span: Span) -> bool {
        self.near(span).any(|it| it.span.covers(span) && !it.span.is_empty())
    }

    /// Whether what began at a byte of the old text may begin at one of the new: an edit that meets
    /// the first has put something there.
    pub(super) fn may_begin(&self, old: usize, new: usize) -> bool {
        let from = self.sorted.partition_point(|it| it.span.end() < old);
        let edits = self.sorted.iter().zip(&self.made).skip(from);
        let mut near = edits.take_while(|(edit, _)| edit.span.start() <= old);
        near.any(|(_, made)| made.start() <= new && new <= made.end())
    }

    /// The edits that meet a span or its ends.
    pub(super) fn near(&self, span: Span) -> impl Iterator<Item = &Edit> {
        let from = self.sorted.partition_point(|it| it.span.end() < span.start());
        let near = self.sorted.iter().skip(from);
        near.take_while(move |it| it.span.start() <= span.end()).copied()
    }

    /// Whether a span of the new text meets what an edit has put there or where it has taken out.
    pub(super) fn made(&self, span: Span) -> bool {
        let from = self.made.partition_point(|it| it.end() < span.start());
        self.made.get(from).is_some_and(|it| it.start() <= span.end())
    }
}
