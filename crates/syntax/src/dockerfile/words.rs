//! Splitting arguments into words, as BuildKit does for each kind of instruction.

use std::ops::Range;

use super::tree::Word;
use crate::Logical;

/// The white space that separates words where quotes mean nothing.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\x0b' | '\x0c' | '\r' | ' ')
}

/// The word at a range of a text.
pub(super) fn word<'t>(text: &Logical<'t>, range: Range<usize>) -> Word<'t> {
    Word { text: text.cow(range.clone()), span: text.span(range) }
}

/// Words between blanks; quotes mean nothing.
pub(super) fn blank_separated<'t>(text: &Logical<'t>) -> Vec<Word<'t>> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.text().char_indices() {
        match (is_blank(c), start) {
            (true, Some(from)) => {
                words.push(word(text, from..at));
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    words.extend(start.map(|from| word(text, from..text.len())));
    words
}

/// Words between white space; quotes and escapes hold words together and are kept.
pub(super) fn quoted<'t>(text: &Logical<'t>, escape: char) -> Vec<Word<'t>> {
    let mut words = Vec::new();
    let mut chars = text.text().char_indices();
    let mut start = None;
    let mut quote = None;
    let mut end = text.len();
    while let Some((at, c)) = chars.next() {
        if start.is_none() {
            if c.is_whitespace() {
                continue;
            }
            start = Some(at);
        }
        if quote.is_none() && c.is_whitespace() {
            words.extend(start.take().map(|from| word(text, from..at)));
            continue;
        }
        if c == escape && quote != Some('\'') {
            // An escape character at the very end is dropped.
            if chars.next().is_none() {
                end = at;
            }
            continue;
        }
        match quote {
            None if c == '\'' || c == '"' => quote = Some(c),
            Some(open) if open == c => quote = None,
            _ => {}
        }
    }
    words.extend(start.filter(|it| *it < end).map(|from| word(text, from..end)));
    words
}

/// The range of a text without white space around it.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.end - part.trim_start().len();
    let length = part.trim().len();
    start..start + length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        quoted(&Logical::borrowed(text, 0), '\\').into_iter().map(|it| it.text.into()).collect()
    }

    #[test]
    fn quotes_and_escapes_hold_words_together() {
        assert_eq!(split(r#"a="b c" d=e\ f 'g "h'"#), [r#"a="b c""#, r"d=e\ f", r#"'g "h'"#]);
        assert_eq!(split(r#"a="b \" c" d"#), [r#"a="b \" c""#, "d"]);
        assert_eq!(split(r"a 'b\' c"), ["a", r"'b\'", "c"]);
    }

    #[test]
    fn an_escape_at_the_end_is_dropped() {
        assert_eq!(split(r"a b\"), ["a", "b"]);
        assert_eq!(split(r"a \"), ["a"]);
        assert_eq!(split(r#"a "b\"#), ["a", "\"b"]);
    }

    #[test]
    fn an_open_quote_reaches_to_the_end() {
        assert_eq!(split("a 'b c"), ["a", "'b c"]);
    }
}
