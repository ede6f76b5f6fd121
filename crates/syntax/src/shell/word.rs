//! Words: from the first byte to the blank or operator that ends them.

use std::ops::Range;

use super::ShellWord;
use super::parser::{DEEPEST, Parser};
use super::unquote::{Unquoted, unquote};

/// How far the end of `@(…)` is looked for.
const LONGEST_PATTERN: usize = 256;

/// A word's place, and what was seen in it.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) range: Range<usize>,
    /// Whether it has quotes or escapes.
    pub(super) quoted: bool,
    /// Whether it has a variable or substitution.
    pub(super) expands: bool,
    /// Whether it has a pattern, braces that expand or a leading `~`.
    pub(super) pattern: bool,
}

/// What a byte means outside of quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Plain,
    /// A blank, newline or operator.
    End,
    /// `<` or `>`, which may begin a process substitution.
    Angle,
    /// `(`, which belongs to a word in few places.
    Open,
    /// A quote, escape or expansion.
    Special,
    /// Part of a pattern or of braces.
    Pattern,
}

static CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut table = [Class::Plain; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b')' => Class::End,
            b'<' | b'>' => Class::Angle,
            b'(' => Class::Open,
            b'\'' | b'"' | b'\\' | b'$' | b'`' => Class::Special,
            b'*' | b'?' | b'[' | b'{' => Class::Pattern,
            _ => Class::Plain,
        };
        byte += 1;
    }
    table
}

impl Class {
    pub(super) fn of(byte: u8) -> Self {
        CLASSES[usize::from(byte)]
    }

    /// Whether a word ends before a byte of this class, process substitutions aside.
    pub(super) fn ends_word(self) -> bool {
        matches!(self, Self::End | Self::Angle | Self::Open)
    }
}

impl<'t> Parser<'_, 't> {
    /// Reads a word. It is empty where none begins.
    pub(super) fn word(&mut self) -> Token {
        self.word_where(false)
    }

    /// Reads a word of `[[ … ]]`, in which operators are words or parts of words.
    pub(super) fn word_of_test(&mut self) -> Token {
        self.word_where(true)
    }

    fn word_where(&mut self, in_test: bool) -> Token {
        let start = self.at;
        let (mut quoted, mut pattern) = (false, false);
        let home = self.peek() == Some(b'~');
        let mut expands = false;
        while let Some(byte) = self.peek() {
            match Class::of(byte) {
                Class::Plain => self.at += 1,
                Class::End if in_test && matches!(byte, b'&' | b'|' | b')') => self.at += 1,
                Class::Angle if self.substitutes_process() => {
                    self.process_substitution();
                    expands = true;
                }
                Class::Angle | Class::Open if in_test => self.at += 1,
                Class::Open if self.parenthesis_in_word(start) => expands = true,
                Class::End | Class::Angle | Class::Open => break,
                Class::Pattern => {
                    pattern = true;
                    self.at += 1;
                }
                Class::Special => match byte {
                    b'\'' => {
                        quoted = true;
                        self.single_quotes();
                    }
                    b'"' => {
                        quoted = true;
                        expands |= self.double_quotes();
                    }
                    b'\\' => {
                        quoted = true;
                        self.advance(2);
                    }
                    b'`' => {
                        self.backquotes(false);
                        expands = true;
                    }
                    _ => {
                        quoted |= matches!(self.byte(self.at + 1), b'\'' | b'"');
                        expands |= self.expansion(false);
                    }
                },
            }
        }
        let range = start..self.at;
        let pattern = home || pattern && is_pattern(&self.bytes[range.clone()]);
        Token { range, quoted, expands, pattern }
    }

    /// Skips `'…'`.
    pub(super) fn single_quotes(&mut self) {
        self.at += 1;
        self.at = memchr::memchr(b'\'', self.rest()).map_or(self.end, |it| self.at + it + 1);
    }

    /// Reads `"…"`. Returns whether an expansion is in it.
    pub(super) fn double_quotes(&mut self) -> bool {
        self.at += 1;
        let mut expands = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.at += 1;
                    break;
                }
                b'\\' => self.advance(2),
                b'$' => expands |= self.expansion(true),
                b'`' => {
                    self.backquotes(true);
                    expands = true;
                }
                _ => self.at += 1,
            }
        }
        expands
    }

    /// Reads the parentheses of `name=(…)` and `@(…)`, if these are such.
    fn parenthesis_in_word(&mut self, start: usize) -> bool {
        if self.at == start || self.nesting >= DEEPEST {
            return false;
        }
        match self.bytes[self.at - 1] {
            b'=' if self.bytes[start].is_ascii_alphabetic() || self.bytes[start] == b'_' => {
                self.array();
                true
            }
            b'?' | b'*' | b'+' | b'@' | b'!' => {
                let length = pattern_length(self.rest());
                self.at += length;
                length > 0
            }
            _ => false,
        }
    }

    fn array(&mut self) {
        self.nesting += 1;
        self.at += 1;
        loop {
            self.skip_blanks();
            match self.peek() {
                None => break,
                Some(b')') => {
                    self.at += 1;
                    break;
                }
                Some(_) => {
                    let before = self.at;
                    self.word();
                    if self.at == before {
                        self.at += 1;
                    }
                }
            }
        }
        self.nesting -= 1;
    }

    /// A word with its value. `mark` is the number of expansions before the open command's.
    pub(super) fn shell_word(&self, token: &Token, mark: usize) -> ShellWord<'t> {
        let raw = self.view.cow(token.range.clone());
        let value = if token.quoted {
            let expansions = self.expansions.get(mark..).unwrap_or_default();
            let first = expansions.partition_point(|it| it.start < token.range.start);
            match unquote(self.view.text(), token.range.clone(), &expansions[first..]) {
                Unquoted::Part(part) => self.view.cow(part),
                Unquoted::Joined { text, .. } => text.into(),
            }
        } else {
            raw.clone()
        };
        ShellWord {
            raw,
            value,
            span: self.view.span(token.range.clone()),
            literal: !token.expands && !token.pattern,
        }
    }
}

/// Whether a word has an unquoted pattern or braces that expand. It may have quotes.
fn is_pattern(word: &[u8]) -> bool {
    let mut at = 0;
    let (mut bracket, mut brace, mut list) = (false, false, false);
    while at < word.len() {
        match word[at] {
            b'\\' => at += 1,
            quote @ (b'\'' | b'"') => {
                at += 1;
                while at < word.len() && word[at] != quote {
                    at += if quote == b'"' && word[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'*' | b'?' => return true,
            b'[' => bracket = true,
            b']' if bracket => return true,
            b'{' => brace = true,
            b',' => list |= brace,
            b'.' => list |= brace && word.get(at + 1) == Some(&b'.'),
            b'}' if brace && list => return true,
            _ => {}
        }
        at += 1;
    }
    false
}

/// The length of `(…)` of a pattern, or 0 where it doesn't end soon.
fn pattern_length(rest: &[u8]) -> usize {
    let mut depth = 0;
    for (at, byte) in rest.iter().take(LONGEST_PATTERN).enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return at + 1,
            b')' => depth -= 1,
            b'\n' => return 0,
            _ => {}
        }
    }
    0
}
