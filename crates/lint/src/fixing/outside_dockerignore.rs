//! Whether a `.dockerignore` is the same outside of its edits.

use plimsoll_finding::{Edit, Span};

use super::Rejection;
use super::edits::{Edits, changed};

/// Every line that no edit touches is found again where it must be, and every comment is kept.
pub(super) fn is_equal(old: &str, new: &str, edits: &[Edit]) -> Result<(), Rejection> {
    let edits = Edits::new(edits);
    let (before, after) = (lines(old), lines(new));
    let mut comments = after.iter().filter(|it| it.1.starts_with('#'));
    for (span, line) in &before {
        if line.starts_with('#') && !comments.any(|it| it.1 == *line) {
            return Err(Rejection::LosesComment((*line).to_owned()));
        }
        let start = edits.moved(span.start());
        let place = after.binary_search_by_key(&start, |it| it.0.start());
        let is_same = place.is_ok_and(|it| after.get(it).is_some_and(|it| it.1 == *line));
        if !edits.touch(*span) && !is_same {
            return Err(changed(*span, old));
        }
    }
    Ok(())
}

/// The lines with something on them, without what ends them.
fn lines(text: &str) -> Vec<(Span, &str)> {
    let mut lines = Vec::new();
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let mark = if start == 0 && whole.starts_with('\u{feff}') { 3 } else { 0 };
        let line = whole.get(mark..).unwrap_or_default().trim_end();
        if !line.is_empty() {
            let from = start + mark;
            lines.push((Span::new(from, from + line.len()), line));
        }
        start += whole.len();
    }
    lines
}

#[cfg(test)]
mod tests {
    use plimsoll_finding::apply;

    use super::*;

    fn edited(text: &str, edit: Edit) -> Result<(), Rejection> {
        let edits = [edit];
        is_equal(text, &apply(text, &edits).unwrap(), &edits)
    }

    #[test]
    fn lines_may_be_added_changed_and_removed() {
        for edit in [
            Edit::insert(0, "x\n"),
            Edit::insert(6, "\nx"),
            Edit::delete(Span::new(4, 7)),
            Edit::replace(Span::new(4, 6), "z"),
            Edit::insert(6, "/**"),
        ] {
            assert_eq!(edited("# a\nbc\n!d\n", edit.clone()), Ok(()), "{edit:?}");
        }
    }

    #[test]
    fn what_stands_beside_an_edit_must_not_change() {
        let lost = |it: &str| Err(Rejection::LosesComment(it.to_owned()));
        assert_eq!(edited("# a\nbc\n", Edit::delete(Span::new(0, 4))), lost("# a"));
        // A blank before it makes a pattern of a comment.
        assert_eq!(edited("b\n# a\n", Edit::insert(2, " ")), lost("# a"));
        let other = Err(Rejection::ChangesOthers("bc".to_owned()));
        assert_eq!(edited("bc\nd\n", Edit::delete(Span::new(2, 3))), other);
    }
}
