//! Changes to a text, as replacements of spans.

use crate::Span;

/// Replaces the bytes of a span.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edit {
    /// What is taken out; empty for an insertion.
    pub span: Span,
    /// What is put there; empty for a deletion.
    pub replacement: String,
}

impl Edit {
    /// Puts `text` in place of `span`.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, replacement: text.into() }
    }

    /// Puts `text` before the byte at `offset`.
    pub fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self::replace(Span::empty(offset), text)
    }

    /// Takes `span` out.
    pub fn delete(span: Span) -> Self {
        Self::replace(span, "")
    }
}

/// Makes all `edits` at once and returns the new text; every span means a place in `text` as it was.
///
/// The edits may come in any order. Insertions at one point are made in the order given, and before
/// a replacement that begins there.
///
/// # Errors
/// Nothing is changed when a span leaves the text, cuts a character, or overlaps another.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, ApplyError> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    // A stable sort: that is what keeps insertions at one point in order.
    sorted.sort_by_key(|it| it.span);
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    let mut last: Option<Span> = None;
    for Edit { span, replacement } in sorted {
        if span.end() > text.len() {
            return Err(ApplyError::OutOfRange { span: *span, length: text.len() });
        }
        if span.slice(text).is_none() {
            return Err(ApplyError::InsideCharacter { span: *span });
        }
        // Sorted, so what overlaps an earlier edit begins before the end of all of them.
        let Some(kept) = text.get(done..span.start()) else {
            return Err(ApplyError::Overlap { first: last.unwrap_or_default(), second: *span });
        };
        result.push_str(kept);
        result.push_str(replacement);
        done = span.end();
        last = Some(*span);
    }
    result.push_str(text.get(done..).unwrap_or_default());
    Ok(result)
}

/// Why edits can't be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// A span ends after the text does.
    #[error("an edit of the bytes {}..{} leaves the text, which has {length}", span.start(), span.end())]
    OutOfRange {
        /// The edit's span.
        span: Span,
        /// The length of the text in bytes.
        length: usize,
    },
    /// A span begins or ends inside a character.
    #[error("an edit of the bytes {}..{} cuts a character", span.start(), span.end())]
    InsideCharacter {
        /// The edit's span.
        span: Span,
    },
    /// Two edits want the same bytes.
    #[error(
        "edits of the bytes {}..{} and {}..{} overlap",
        first.start(), first.end(), second.start(), second.end()
    )]
    Overlap {
        /// The edit that begins first.
        first: Span,
        /// The other edit.
        second: Span,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn edits_mean_places_in_the_old_text_in_any_order() {
        let edits = [
            Edit::replace(Span::new(4, 7), "deux"),
            Edit::delete(Span::new(7, 13)),
            Edit::insert(0, "> "),
        ];
        assert_eq!(apply("one two three", &edits).unwrap(), "> one deux");
    }

    #[test]
    fn insertions_at_one_point_keep_their_order_and_precede_a_replacement() {
        let edits =
            [Edit::replace(Span::new(1, 2), "B"), Edit::insert(1, "1"), Edit::insert(1, "2")];
        assert_eq!(apply("abc", &edits).unwrap(), "a12Bc");
        let edits = [Edit::insert(2, "z"), Edit::replace(Span::new(1, 2), "B")];
        assert_eq!(apply("abc", &edits).unwrap(), "aBzc");
    }

    #[test]
    fn no_edits_leave_the_text_alone() {
        assert_eq!(apply("é", &[]).unwrap(), "é");
    }

    #[test]
    fn overlapping_edits_are_refused() {
        let (first, second) = (Span::new(0, 3), Span::new(2, 4));
        let edits = [Edit::delete(second), Edit::delete(first)];
        assert_eq!(apply("abcdef", &edits), Err(ApplyError::Overlap { first, second }));
        let edits = [Edit::delete(first), Edit::delete(first)];
        assert_eq!(apply("abcdef", &edits), Err(ApplyError::Overlap { first, second: first }));
        let edits = [Edit::delete(first), Edit::insert(1, "x")];
        assert!(matches!(apply("abcdef", &edits), Err(ApplyError::Overlap { .. })));
    }

    #[test]
    fn edits_outside_the_text_or_inside_a_character_are_refused() {
        let span = Span::new(1, 3);
        let error = apply("é", &[Edit::delete(span)]).unwrap_err();
        assert_eq!(error, ApplyError::OutOfRange { span, length: 2 });
        let error = apply("éé", &[Edit::insert(3, "x")]).unwrap_err();
        assert_eq!(error, ApplyError::InsideCharacter { span: Span::empty(3) });
        assert_eq!(error.to_string(), "an edit of the bytes 3..3 cuts a character");
    }

    /// A text in pieces, each either kept or replaced by another.
    fn pieces() -> impl Strategy<Value = Vec<(String, Option<String>)>> {
        let text = "[ab\né🦀]{0,3}";
        prop::collection::vec((text, prop::option::of(text)), 0..12)
    }

    proptest! {
        #[test]
        fn disjoint_edits_give_what_piecewise_replacement_gives(
            (pieces, shuffle) in (pieces(), any::<u64>())
        ) {
            let (mut text, mut expected, mut edits) = (String::new(), String::new(), Vec::new());
            for (old, new) in &pieces {
                let start = text.len();
                text += old;
                expected += new.as_ref().unwrap_or(old);
                if let Some(new) = new {
                    edits.push(Edit::replace(Span::new(start, text.len()), new));
                }
            }
            // Moves edits about, but never two that begin at one byte past each other.
            if !edits.is_empty() && edits.iter().all(|it| !it.span.is_empty()) {
                let by = usize::try_from(shuffle % edits.len() as u64).unwrap();
                edits.rotate_left(by);
            }
            prop_assert_eq!(apply(&text, &edits), Ok(expected));
        }

        #[test]
        fn whatever_the_edits_there_is_a_text_or_an_error(
            text in "[ab\né🦀]{0,12}",
            edits in prop::collection::vec((0_usize..24, 0_usize..24, "[xé]{0,2}"), 0..5),
        ) {
            let edits: Vec<Edit> =
                edits.into_iter().map(|(a, b, new)| Edit::replace(Span::new(a, b), new)).collect();
            let taken: usize = edits.iter().map(|it| it.span.len()).sum();
            let put: usize = edits.iter().map(|it| it.replacement.len()).sum();
            let overlap = edits
                .iter()
                .enumerate()
                .any(|(at, a)| edits[..at].iter().any(|b| a.span.overlaps(b.span)));
            match apply(&text, &edits) {
                Ok(result) => {
                    prop_assert!(!overlap);
                    prop_assert_eq!(result.len(), text.len() - taken + put);
                }
                Err(ApplyError::Overlap { first, second }) => {
                    prop_assert!(first.overlaps(second) && first <= second);
                }
                Err(ApplyError::OutOfRange { span, .. }) => prop_assert!(span.end() > text.len()),
                Err(ApplyError::InsideCharacter { span }) => {
                    prop_assert!(span.slice(&text).is_none());
                }
            }
        }
    }
}
