//! Variables in the words of a Dockerfile: finding them, and putting in their values.
//!
//! BuildKit reads words with a lexer of its own that looks like a shell but differs in many corners.
//! This one gives the same value, the same words and an error for the same inputs, its oddities
//! included, since a linter must see what the build will see:
//! - the word after a modifier is read, and fails, even where it isn't needed;
//! - `#` and `%` match the shortest part, `##` and `%%` the longest; `?` and `*` don't match a newline,
//!   and there are no brackets;
//! - in `${x//pattern/replacement}` a `$` that survived in the replacement is read once more;
//! - while words are split, a modifier forgets the part of the word that stands before it;
//! - a byte order mark at the start is left out.
//!
//! It differs where only an attacker goes: nesting, work and growth have limits. Names may hold
//! letters of any script but, unlike BuildKit's, only ASCII digits.

mod error;
mod pattern;
mod reference;
mod scanner;

use std::borrow::Cow;
use std::collections::BTreeSet;

pub use error::{ExpandError, ExpandErrorKind};
pub use reference::{Modifier, Reference, references};

use scanner::Scanner;

/// How to read a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lexer {
    /// The escape character: a backslash or a backtick.
    pub escape: char,
    /// What becomes of quotes.
    pub quotes: Quotes,
    /// Whether escape characters stay in the value.
    pub raw_escapes: bool,
    /// Whether a variable without a value stays as it is written instead of becoming empty.
    pub skip_unset: bool,
}

/// What becomes of quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quotes {
    /// They quote and are removed.
    #[default]
    Removed,
    /// They quote and stay in the value.
    Kept,
    /// They are characters like any other, as in the body of a heredoc.
    Ordinary,
}

/// A word with the values of its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expanded<'t> {
    /// The value.
    pub value: Cow<'t, str>,
    /// The names that had a value.
    pub used: BTreeSet<String>,
    /// The names that had none, those with a default too. A modifier without a name, as in `${+a}`,
    /// gives an empty one.
    pub unmatched: BTreeSet<String>,
}

impl Lexer {
    /// A lexer that removes quotes and escapes and makes unset variables empty.
    pub const fn new(escape: char) -> Self {
        Self { escape, quotes: Quotes::Removed, raw_escapes: false, skip_unset: false }
    }

    /// The value of a text as one word; spaces in it stay.
    pub fn word<'t, 'e>(
        &self,
        text: &'t str,
        lookup: &dyn Fn(&str) -> Option<Cow<'e, str>>,
    ) -> Result<Expanded<'t>, ExpandError> {
        if self.is_plain(text) {
            let (used, unmatched) = (BTreeSet::new(), BTreeSet::new());
            return Ok(Expanded { value: Cow::Borrowed(text), used, unmatched });
        }
        let mut scanner = Scanner::new(*self, text, lookup);
        let value = Cow::Owned(scanner.run()?);
        Ok(Expanded { value, used: scanner.used, unmatched: scanner.unmatched })
    }

    /// The words of a text, split at white space that isn't quoted or escaped. Spaces in a value
    /// split too, unless the variable is in double quotes.
    pub fn words<'e>(
        &self,
        text: &str,
        lookup: &dyn Fn(&str) -> Option<Cow<'e, str>>,
    ) -> Result<Vec<String>, ExpandError> {
        let mut scanner = Scanner::new(*self, text, lookup);
        scanner.run()?;
        Ok(scanner.into_words())
    }

    /// Whether a text is its own value.
    fn is_plain(self, text: &str) -> bool {
        let special = |it: u8| matches!(it, b'$' | b'\'' | b'"') || char::from(it) == self.escape;
        !text.starts_with(scanner::BYTE_ORDER_MARK) && !text.bytes().any(special)
    }
}

#[cfg(test)]
mod tests;
