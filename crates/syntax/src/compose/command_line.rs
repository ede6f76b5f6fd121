//! `command` and `entrypoint`: a list of words, or a text that is split into words.
//!
//! No shell runs the text: Compose splits it at blanks, removes quotes, and stops at `;`, `&`, `|`,
//! `<` and `>`.

use std::borrow::Cow;

use plimsoll_finding::Span;

use super::Text;
use crate::yaml::Value;

/// A command.
#[derive(Clone, Debug)]
pub struct CommandLine<'y> {
    /// Its words. Empty for an empty text or list, which removes the image's own.
    pub words: Vec<CommandWord<'y>>,
    /// The text, where it is written as one.
    pub text: Option<Text<'y>>,
    /// Whether the text can't be split, because a quote or parenthesis is not closed.
    pub is_broken: bool,
    /// Where Compose stops to read the text, as a byte of it: the rest is lost.
    pub stops_at: Option<usize>,
    /// Its value.
    pub value: Value<'y>,
}

/// A word of a command.
#[derive(Clone, Debug)]
pub struct CommandWord<'y> {
    /// The word, without quotes.
    pub text: Cow<'y, str>,
    /// Its place, exact where the text is written as it is.
    pub span: Span,
}

impl<'y> CommandLine<'y> {
    /// Reads a value; `None` for null, which leaves the image's own in force.
    pub(super) fn read(value: Value<'y>) -> Option<Self> {
        if value.is_null() {
            return None;
        }
        let Some(text) = Text::of(value) else {
            let items = value.items().filter_map(Text::of);
            let words = items.map(|it| CommandWord { text: it.text.into(), span: it.span });
            let words = words.collect();
            return Some(Self { words, text: None, is_broken: false, stops_at: None, value });
        };
        let split = split(text.text);
        let words = split.words.into_iter();
        let words =
            words.map(|it| CommandWord { text: it.0, span: text.part(it.1).span }).collect();
        let (is_broken, stops_at) = (split.is_broken, split.stops_at);
        Some(Self { words, text: Some(text), is_broken, stops_at, value })
    }

    /// Whether it is written as one text.
    pub fn is_text(&self) -> bool {
        self.text.is_some()
    }
}

/// A text in words.
#[derive(Debug, Default)]
pub(super) struct Split<'t> {
    /// Each word, and its bytes with its quotes.
    pub(super) words: Vec<(Cow<'t, str>, std::ops::Range<usize>)>,
    pub(super) is_broken: bool,
    pub(super) stops_at: Option<usize>,
}

/// Splits a text as the loader's library does. Backquotes and `$(…)` hold their words together and
/// stay what they are.
pub(super) fn split(text: &str) -> Split<'_> {
    let mut split = Split::default();
    let mut word = Word { text, start: None, end: 0, changed: None };
    // Both quotes of a kind may be open within backquotes.
    let (mut single, mut double, mut back, mut dollar, mut escaped) =
        (false, false, false, false, false);
    for (at, char) in text.char_indices() {
        let end = at + char.len_utf8();
        if escaped {
            word.push(at, end);
            escaped = false;
            continue;
        }
        match char {
            '\\' if !single => {
                escaped = true;
                word.drop_char(at, end);
                continue;
            }
            ' ' | '\t' | '\r' | '\n' if !(single || double || back || dollar) => {
                split.words.extend(word.take());
                continue;
            }
            '`' if !(single || double || dollar) => back = !back,
            ')' if !(single || double || back) => dollar = !dollar,
            '(' if !(single || double || back) => {
                if dollar || !text[..at].ends_with('$') {
                    split.is_broken = true;
                    return split;
                }
                dollar = true;
            }
            '"' if !(single || dollar) => {
                double = !double;
                word.drop_char(at, end);
                continue;
            }
            '\'' if !(double || dollar) => {
                single = !single;
                word.drop_char(at, end);
                continue;
            }
            ';' | '&' | '|' | '<' | '>' if !(single || double || back || dollar) => {
                split.stops_at = Some(at);
                break;
            }
            _ => {}
        }
        word.push(at, end);
    }
    split.words.extend(word.take());
    split.is_broken = escaped || single || double || back || dollar;
    split
}

/// A word that is being read: a part of the text, until a quote or backslash is left out.
struct Word<'t> {
    text: &'t str,
    start: Option<usize>,
    end: usize,
    changed: Option<String>,
}

impl<'t> Word<'t> {
    fn push(&mut self, at: usize, end: usize) {
        self.start.get_or_insert(at);
        self.end = end;
        if let Some(changed) = &mut self.changed {
            changed.push_str(&self.text[at..end]);
        }
    }

    fn drop_char(&mut self, at: usize, end: usize) {
        let start = *self.start.get_or_insert(at);
        self.end = end;
        self.changed.get_or_insert_with(|| self.text[start..at].to_owned());
    }

    fn take(&mut self) -> Option<(Cow<'t, str>, std::ops::Range<usize>)> {
        let start = self.start.take()?;
        let text = match self.changed.take() {
            Some(changed) => Cow::Owned(changed),
            None => Cow::Borrowed(&self.text[start..self.end]),
        };
        Some((text, start..self.end))
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    fn words(text: &str) -> Vec<String> {
        split(text).words.into_iter().map(|it| it.0.into_owned()).collect()
    }

    #[test]
    fn blanks_part_words_and_quotes_hold_them_together() {
        assert_eq!(words("a  'b c'd \"e f\" g\\ h"), ["a", "b cd", "e f", "g h"]);
        assert_eq!(words("a '' b"), ["a", "", "b"]);
        assert_eq!(words("a `b c` $(d e)"), ["a", "`b c`", "$(d e)"]);
        assert_eq!(words(""), Vec::<String>::new());
    }

    #[test]
    fn what_a_shell_would_act_on_ends_the_command() {
        let split = split("a b && c");
        assert_eq!(split.stops_at, Some(4));
        assert_eq!(split.words.len(), 2);
        assert!(!split.is_broken);
    }

    #[test]
    fn open_quotes_and_parentheses_are_broken() {
        for text in ["a 'b", "a \"b", "a `b", "a (b)", "a $(b", "a\\", "a)"] {
            assert!(split(text).is_broken, "{text}");
        }
        assert!(!split("'a\\'").is_broken);
    }
}
