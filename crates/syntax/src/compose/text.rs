//! Texts with their places.

use std::ops::Range;

use plimsoll_finding::Span;

use crate::yaml::{ScalarStyle, Value};

/// A text and where it is written.
#[derive(Clone, Copy, Debug)]
pub struct Text<'y> {
    /// The text, without quotes and escapes.
    pub text: &'y str,
    /// Its place; for a whole scalar with its quotes.
    pub span: Span,
    /// Where the text begins, if it is written in the file as it is.
    begin: Option<usize>,
}

impl<'y> Text<'y> {
    /// The text of a scalar.
    pub fn of(value: Value<'y>) -> Option<Self> {
        let scalar = value.scalar()?;
        let span = value.span();
        let quote = match scalar.style {
            ScalarStyle::Plain => Some(0),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Some(1),
            ScalarStyle::Literal | ScalarStyle::Folded => None,
        };
        let begin = quote.map(|it| span.start() + it).filter(|begin| {
            value.source().get(*begin..).is_some_and(|it| it.starts_with(scalar.text))
        });
        Some(Self { text: scalar.text, span, begin })
    }

    /// A part of it, given as bytes of [`Text::text`]. Its place is exact where the text is written as
    /// it is, and otherwise that of the whole.
    #[must_use]
    pub fn part(self, range: Range<usize>) -> Self {
        let text = self.text.get(range.clone()).unwrap_or_default();
        match self.begin {
            Some(begin) => {
                let start = begin + range.start.min(self.text.len());
                Self { text, span: Span::new(start, start + text.len()), begin: Some(start) }
            }
            None => Self { text, ..self },
        }
    }

    /// It without the blanks around it.
    #[must_use]
    pub fn trim(self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        let end = start + self.text.trim().len();
        if (start, end) == (0, self.text.len()) { self } else { self.part(start..end) }
    }

    /// What is before and after the first `separator`.
    pub fn cut(self, separator: char) -> Option<(Self, Self)> {
        let at = self.text.find(separator)?;
        Some((self.part(0..at), self.part(at + separator.len_utf8()..self.text.len())))
    }

    /// Whether it holds a variable (`$NAME`, `${NAME}`) and so says what it is only when it is used.
    /// `$$` stands for a dollar.
    pub fn is_templated(self) -> bool {
        let mut rest = self.text;
        while let Some(at) = rest.find('$') {
            rest = &rest[at + 1..];
            match rest.strip_prefix('$') {
                Some(after) => rest = after,
                None => return true,
            }
        }
        false
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}
