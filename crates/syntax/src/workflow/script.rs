//! Where each byte of a scalar stands in the source.

use crate::Logical;
use crate::logical::Joiner;
use crate::yaml::{ScalarStyle, Value};

/// The places of a scalar's bytes. `None` where the text can't be laid over the source, as with
/// escapes in quotes.
///
/// Block scalars and those of several lines differ from the source in the blanks around ends of
/// lines alone: what has no blanks must be the same, and each run of blanks stands for one.
pub(super) fn places(value: Value<'_>) -> Option<Logical<'_>> {
    let scalar = value.scalar()?;
    let (text, source, span) = (scalar.text, value.source(), value.span());
    let written = span.slice(source)?;
    let start = match scalar.style {
        ScalarStyle::Plain if written == text => {
            return Some(Logical::borrowed(written, span.start()));
        }
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            let inner = written.get(1..written.len().saturating_sub(1))?;
            if inner == text {
                return Some(Logical::borrowed(inner, span.start() + 1));
            }
            1
        }
        ScalarStyle::Plain => 0,
        ScalarStyle::Literal | ScalarStyle::Folded => written.find('\n')?,
    };
    aligned(text, source, span.start() + start)
}

/// Lays a text over the source from a byte on.
fn aligned<'y>(text: &str, source: &'y str, start: usize) -> Option<Logical<'y>> {
    let is_blank = |it: u8| matches!(it, b' ' | b'\t' | b'\n' | b'\r');
    let (words, bytes) = (text.as_bytes(), source.as_bytes());
    let run = |of: &[u8], at: usize, blank: bool| {
        of.get(at..)
            .unwrap_or_default()
            .iter()
            .position(|it| is_blank(*it) != blank)
            .map_or(of.len(), |it| at + it)
    };
    let mut joiner = Joiner::new(source, start);
    let mut at = run(bytes, start, true);
    let mut offset = run(words, 0, true);
    // Blanks at the start stand before the first word.
    let first = at.checked_sub(offset).filter(|it| *it >= start)?;
    let mut pending = first..at;
    while offset < words.len() {
        let end = run(words, offset, false);
        if words.get(offset..end) != bytes.get(at..at + (end - offset)) {
            return None;
        }
        at += end - offset;
        pending.end = at;
        offset = end;
        let (blank_end, source_end) = (run(words, offset, true), run(bytes, at, true));
        if offset == blank_end {
            // The word goes on in the source where it has ended, or it was the last one.
            break;
        }
        if words.get(offset..blank_end) == bytes.get(at..source_end) {
            pending.end = source_end;
        } else {
            joiner.push(pending);
            let width = blank_end - offset;
            let source_width = source_end - at;
            // The last line's end may be missing in the source, or be more than one in the text.
            let near = at.checked_sub(usize::from(source_width == 0))?;
            let linear = width.min(source_width);
            for _ in linear..width {
                joiner.push(near..near + 1);
            }
            // The blanks next to the following word stand right before it.
            joiner.push(source_end - linear..source_end);
            pending = source_end..source_end;
        }
        at = source_end;
        offset = blank_end;
    }
    joiner.push(pending);
    let logical = joiner.finish();
    (logical.len() == text.len()).then_some(logical)
}

#[cfg(test)]
mod tests {
    use crate::workflow::Field;
    use crate::yaml::parse;

    /// The place of a part of the text at `a`.
    fn place<'t>(text: &'t str, part: &str) -> &'t str {
        let yaml = parse(text);
        let field = Field::new(yaml.root().unwrap().get("a").unwrap()).unwrap();
        let at = field.text().find(part).unwrap();
        field.span_of(at..at + part.len()).slice(text).unwrap()
    }

    #[test]
    fn parts_of_block_scalars_are_found() {
        for text in [
            "a: |\n  one  two\n    three é\n\n  four\nb: 1\n",
            "a: |-\r\n  one  two\r\n    three é\r\n\r\n  four\r\nb: 1\r\n",
            "a: >-\n  one  two\n  three é\n\n  four\n",
            "a: >\n\n  one  two\n     three é\n  four",
            "a: one  two\n  three é\n  four\n",
            "a: 'one  two\n  three é\n\n  four'\n",
            "a: \"one  two three é four\"\n",
            "a: |2\n    one  two\n  three é\n  four\n\n\n",
            "a: |+ # why\n  one  two\n  three é\n  four\n\n\nb: 1\n",
        ] {
            for word in ["one  two", "three", "é", "four", "two"] {
                assert_eq!(place(text, word), word, "{text}");
            }
        }
    }

    #[test]
    fn escapes_hide_places() {
        assert_eq!(place("a: \"x\\ty\"\n", "y"), "\"x\\ty\"");
        assert_eq!(place("a: 'it''s'\n", "s"), "'it''s'");
        assert_eq!(place("a: \"x\\ny z\"\n", "z"), "\"x\\ny z\"");
    }
}
