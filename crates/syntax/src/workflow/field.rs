//! Texts with expressions (`${{ … }}`) in them.

use std::ops::Range;

use plimsoll_finding::Span;

use super::Expression;
use super::script::places;
use crate::yaml::Value;

/// A scalar, in which there may be expressions.
#[derive(Clone, Copy, Debug)]
pub struct Field<'y> {
    /// The scalar.
    pub value: Value<'y>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'e> {
    /// Text that stays as it is.
    Text {
        /// The text.
        text: &'e str,
        /// Where it stands in the whole text.
        range: Range<usize>,
    },
    /// `${{ … }}`.
    Expression {
        /// What stands between the braces.
        text: &'e str,
        /// Where that stands in the whole text.
        range: Range<usize>,
    },
}

impl<'y> Field<'y> {
    /// The text of a scalar that is not empty.
    pub fn new(value: Value<'y>) -> Option<Self> {
        let has_text = value.as_str().is_some_and(|it| !it.is_empty());
        has_text.then_some(Self { value })
    }

    /// The text, quotes and escapes removed.
    pub fn text(self) -> &'y str {
        self.value.as_str().unwrap_or_default()
    }

    /// The text; `None` where it has expressions.
    pub fn literal(self) -> Option<&'y str> {
        Some(self.text()).filter(|it| !it.contains("${{"))
    }

    /// `true` or `false`, be it in quotes: that makes no difference for inputs of actions.
    pub fn as_bool(self) -> Option<bool> {
        match self.text().trim() {
            it if it.eq_ignore_ascii_case("true") => Some(true),
            it if it.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// The place of the whole value.
    pub fn span(self) -> Span {
        self.value.span()
    }

    /// The place of the text without quotes around it.
    pub fn inner_span(self) -> Span {
        self.span_of(0..self.text().len())
    }

    /// The place of a part of the text; the place of the whole value where escapes hide it.
    pub fn span_of(self, range: Range<usize>) -> Span {
        let known = places(self.value).filter(|it| range.end <= it.len());
        known.map_or_else(|| self.span(), |it| it.span(range))
    }

    /// The parts of the text, in order.
    pub fn parts(self) -> Parts<'y> {
        parts(self.text())
    }

    /// The expression that is all of the text.
    pub fn expression(self) -> Option<Expression<'y>> {
        let text = self.text().trim();
        let mut parts = parts(text);
        let (Some(Part::Expression { text, range }), None) = (parts.next(), parts.next()) else {
            return None;
        };
        let blanks = self.text().len() - self.text().trim_start().len();
        Expression::parse_at(text, range.start + blanks)
    }

    /// Every expression in the text that can be read.
    pub fn expressions(self) -> impl Iterator<Item = Expression<'y>> {
        self.parts().filter_map(|it| match it {
            Part::Expression { text, range } => Expression::parse_at(text, range.start),
            Part::Text { .. } => None,
        })
    }

    /// The lines that aren't blank, and where each stands in the text: inputs of actions hold lists
    /// so.
    pub fn lines(self) -> impl Iterator<Item = (&'y str, Range<usize>)> {
        let mut at = 0;
        self.text().split_inclusive('\n').filter_map(move |line| {
            let start = at + (line.len() - line.trim_start().len());
            at += line.len();
            let line = line.trim();
            (!line.is_empty()).then(|| (line, start..start + line.len()))
        })
    }
}

/// Splits a text into what stays and expressions. A `${{` without its end is text.
pub fn parts(text: &str) -> Parts<'_> {
    Parts { text, at: 0 }
}

/// The parts of a text.
#[derive(Clone, Debug)]
pub struct Parts<'e> {
    text: &'e str,
    at: usize,
}

impl<'e> Iterator for Parts<'e> {
    type Item = Part<'e>;

    fn next(&mut self) -> Option<Part<'e>> {
        let rest = self.text.get(self.at..).filter(|it| !it.is_empty())?;
        let found = rest.find("${{");
        let text_until = |end: usize| {
            let range = self.at..end;
            Part::Text { text: &self.text[range.clone()], range }
        };
        match found {
            Some(0) => {
                let Some(inner) = end_of_expression(&rest[3..]) else {
                    let part = text_until(self.text.len());
                    self.at = self.text.len();
                    return Some(part);
                };
                let range = self.at + 3..self.at + 3 + inner;
                self.at = range.end + 2;
                Some(Part::Expression { text: &self.text[range.clone()], range })
            }
            Some(offset) => {
                let end = self.at + offset;
                let part = text_until(end);
                self.at = end;
                Some(part)
            }
            None => {
                let part = text_until(self.text.len());
                self.at = self.text.len();
                Some(part)
            }
        }
    }
}

/// Where `}}` stands outside of quotes.
fn end_of_expression(text: &str) -> Option<usize> {
    let mut quoted = false;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
    }
    None
}
