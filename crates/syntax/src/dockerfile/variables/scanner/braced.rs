//! What stands in the braces of `${…}`.

use std::borrow::Cow;

use super::super::pattern::{self, Length, PatternError};
use super::super::{ExpandError, ExpandErrorKind, Modifier};
use super::{MAX_GROWTH, Scanner};

/// How deep variables may stand in modifiers of others.
const MAX_DEPTH: usize = 128;

impl<'t, 'e> Scanner<'t, 'e, '_> {
    /// What follows `${`.
    pub(super) fn braced(&mut self, start: usize) -> Result<Cow<'e, str>, ExpandError> {
        match self.peek() {
            None => return Err(self.error(ExpandErrorKind::UnclosedBrace, start)),
            Some('{' | '}' | ':') => return Err(self.error(ExpandErrorKind::MissingName, start)),
            Some(_) => {}
        }
        let name = self.name();
        match self.bump() {
            Some('}') => {
                self.note(start, name, Modifier::Plain, false);
                Ok(match self.get(name) {
                    Some(value) => value,
                    None if self.lexer.skip_unset => Cow::Owned(format!("${{{name}}}")),
                    None => Cow::Borrowed(""),
                })
            }
            Some('/') => self.replaced(start, name),
            Some(':') => match self.bump() {
                Some(it @ ('#' | '%')) => {
                    self.note(start, name, Modifier::Unsupported, true);
                    Err(self.unsupported(format!(":{it}"), start))
                }
                Some(it) => self.modified(start, name, it, true),
                None => {
                    self.note(start, name, Modifier::Unsupported, true);
                    Err(self.error(ExpandErrorKind::UnclosedBrace, start))
                }
            },
            Some(it @ ('+' | '-' | '?' | '#' | '%')) => self.modified(start, name, it, false),
            Some(it) => {
                self.note(start, name, Modifier::Unsupported, false);
                Err(self.unsupported(it.to_string(), start))
            }
            None => {
                self.note(start, name, Modifier::Unsupported, false);
                Err(self.error(ExpandErrorKind::UnclosedBrace, start))
            }
        }
    }

    /// What follows `${name-` and the like.
    fn modified(
        &mut self,
        start: usize,
        name: &'t str,
        operator: char,
        colon: bool,
    ) -> Result<Cow<'e, str>, ExpandError> {
        let modifier = match operator {
            '-' => Modifier::Default,
            '+' => Modifier::Alternative,
            '?' => Modifier::Required,
            '#' => Modifier::TrimPrefix,
            '%' => Modifier::TrimSuffix,
            _ => Modifier::Unsupported,
        };
        self.note(start, name, modifier, colon);
        let trims = matches!(modifier, Modifier::TrimPrefix | Modifier::TrimSuffix);
        let word = self.operand('}', trims, ExpandErrorKind::UnclosedBrace, start)?;
        let value = self.get(name);
        let colon_text = if colon { ":" } else { "" };
        if self.collecting {
            return Ok(Cow::Borrowed(""));
        }
        if self.lexer.skip_unset && value.is_none() {
            return Ok(Cow::Owned(format!("${{{name}{colon_text}{operator}{word}}}")));
        }
        let set = value.as_ref().is_some_and(|it| !(colon && it.is_empty()));
        match modifier {
            Modifier::Default if !set => Ok(Cow::Owned(word)),
            Modifier::Alternative if set => Ok(Cow::Owned(word)),
            Modifier::Alternative => Ok(Cow::Borrowed("")),
            Modifier::Required if !set => {
                let name = name.to_owned();
                let message = Some(word).filter(|it| !it.is_empty());
                Err(self.error(
                    match value {
                        Some(_) => ExpandErrorKind::Empty { name, message },
                        None => ExpandErrorKind::Unset { name, message },
                    },
                    start,
                ))
            }
            Modifier::TrimPrefix | Modifier::TrimSuffix => {
                // The second `#` or `%` counts even where it comes from a value.
                let (pattern, length) = match word.strip_prefix(operator) {
                    Some(pattern) => (pattern, Length::Longest),
                    None => (&*word, Length::Shortest),
                };
                let value = value.unwrap_or_default();
                let trimmed = if modifier == Modifier::TrimPrefix {
                    pattern::trim_prefix(&value, pattern, length, &mut self.work)
                } else {
                    pattern::trim_suffix(&value, pattern, length, &mut self.work)
                };
                trimmed.map(Cow::Owned).map_err(|it| self.pattern_error(it, pattern, start))
            }
            Modifier::Unsupported => {
                Err(self.unsupported(format!("{colon_text}{operator}"), start))
            }
            _ => Ok(value.unwrap_or_default()),
        }
    }

    /// What follows `${name/`.
    fn replaced(&mut self, start: usize, name: &'t str) -> Result<Cow<'e, str>, ExpandError> {
        self.note(start, name, Modifier::Replace, false);
        let all = self.peek() == Some('/');
        if all {
            self.bump();
        }
        let pattern = self.operand('/', true, ExpandErrorKind::UnclosedPattern, start)?;
        let replacement = self.operand('}', true, ExpandErrorKind::UnclosedBrace, start)?;
        let value = self.get(name);
        if self.collecting {
            return Ok(Cow::Borrowed(""));
        }
        if self.lexer.skip_unset && value.is_none() {
            // BuildKit writes one slash back, even where there were two.
            return Ok(Cow::Owned(format!("${{{name}/{pattern}/{replacement}}}")));
        }
        let value = value.unwrap_or_default();
        let replaced = if all {
            pattern::replace_all(&value, &pattern, &replacement, MAX_GROWTH, &mut self.work)
        } else {
            pattern::replace_first(&value, &pattern, &replacement, &mut self.work)
        };
        replaced.map(Cow::Owned).map_err(|it| self.pattern_error(it, &pattern, start))
    }

    /// The text of a modifier up to the character that ends it.
    fn operand(
        &mut self,
        stop: char,
        raw_escapes: bool,
        unclosed: ExpandErrorKind,
        start: usize,
    ) -> Result<String, ExpandError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(ExpandErrorKind::TooDeep { limit: MAX_DEPTH }, start));
        }
        // BuildKit uses one buffer for the word outside and the one inside.
        self.word.clear();
        self.depth += 1;
        let outer = std::mem::replace(&mut self.raw_escapes, raw_escapes);
        let read = self.until(Some(stop));
        self.raw_escapes = outer;
        self.depth -= 1;
        match read {
            Ok(Some(word)) => Ok(word),
            Err(error) if self.at < self.text.len() => Err(error),
            Err(error) if matches!(error.kind, ExpandErrorKind::TooDeep { .. }) => Err(error),
            _ => Err(self.error(unclosed, start)),
        }
    }

    fn unsupported(&self, modifier: String, start: usize) -> ExpandError {
        self.error(ExpandErrorKind::UnsupportedModifier { modifier }, start)
    }

    fn pattern_error(&self, error: PatternError, pattern: &str, start: usize) -> ExpandError {
        let pattern = pattern.to_owned();
        let kind = match error {
            PatternError::InvalidEscape => ExpandErrorKind::InvalidPattern { pattern },
            PatternError::TooComplex => ExpandErrorKind::TooComplex { pattern },
            PatternError::TooLong => ExpandErrorKind::TooLong { limit: MAX_GROWTH },
        };
        self.error(kind, start)
    }
}
