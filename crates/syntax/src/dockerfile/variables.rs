//! Variables in words. (A stand-in until the lexer is there.)

use std::borrow::Cow;

/// Splits and expands words.
#[derive(Clone, Copy, Debug)]
pub struct Lexer {
    /// The escape character.
    pub escape: char,
    /// Leaves variables without a value as they are written.
    pub skip_unset: bool,
    /// Keeps quotation marks.
    pub raw_quotes: bool,
    /// Keeps escape characters.
    pub raw_escapes: bool,
}

/// Why a word can't be expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpandError;

impl Lexer {
    /// Splits a text into words.
    pub fn words(
        &self,
        text: &str,
        _value: &dyn Fn(&str) -> Option<Cow<'static, str>>,
    ) -> Result<Vec<String>, ExpandError> {
        let mut words = Vec::new();
        let (mut word, mut quote, mut open) = (String::new(), None, false);
        for c in text.chars() {
            match quote {
                None if c.is_whitespace() => {
                    if open {
                        words.push(std::mem::take(&mut word));
                    }
                    open = false;
                }
                None if c == '"' || c == '\'' => {
                    quote = Some(c);
                    open = true;
                    if self.raw_quotes {
                        word.push(c);
                    }
                }
                Some(q) if q == c => {
                    quote = None;
                    if self.raw_quotes {
                        word.push(c);
                    }
                }
                _ => {
                    open = true;
                    word.push(c);
                }
            }
        }
        if open {
            words.push(word);
        }
        Ok(words)
    }
}
