//! The variables that a word names.

use std::ops::Range;

use super::Lexer;
use super::scanner::Scanner;

/// A variable in a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'t> {
    /// The bytes of the word from the `$` to the end of the name or to the closing brace.
    pub range: Range<usize>,
    /// The variable's name; empty in `${+a}`.
    pub name: &'t str,
    /// The bytes of the name.
    pub name_range: Range<usize>,
    /// What follows the name.
    pub modifier: Modifier,
    /// Whether the modifier begins with a colon, and so takes an empty value for none.
    pub colon: bool,
    /// Whether the variable stands in the modifier of another one.
    pub nested: bool,
}

/// What follows a variable's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Modifier {
    /// Nothing: `$x` or `${x}`.
    Plain,
    /// `${x-default}`, `${x:-default}`.
    Default,
    /// `${x+alternative}`, `${x:+alternative}`.
    Alternative,
    /// `${x?message}`, `${x:?message}`.
    Required,
    /// `${x#pattern}`, `${x##pattern}`.
    TrimPrefix,
    /// `${x%pattern}`, `${x%%pattern}`.
    TrimSuffix,
    /// `${x/pattern/replacement}`, `${x//pattern/replacement}`.
    Replace,
    /// Something that BuildKit refuses.
    Unsupported,
}

/// Every variable of a word in order of place, those in modifiers of others too. What is quoted with
/// single quotes or escaped is no variable. A word that BuildKit refuses is read on after the fault.
pub fn references(word: &str, escape: char) -> Vec<Reference<'_>> {
    if !word.contains('$') {
        return Vec::new();
    }
    Scanner::new(Lexer::new(escape), word, &|_| None).into_references()
}
