//! One pass over a word, from left to right.

mod braced;

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::pattern::{Work, is_name_char};
use super::{ExpandError, ExpandErrorKind, Lexer, Modifier, Quotes, Reference};

/// Left out where it begins a word.
pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

/// How many bytes values may add to one word.
const MAX_GROWTH: usize = 1 << 20;

/// Reads one word, looking up its variables.
pub(super) struct Scanner<'t, 'e, 'l> {
    lexer: Lexer,
    text: &'t str,
    /// The byte that is read next.
    at: usize,
    raw_escapes: bool,
    lookup: &'l dyn Fn(&str) -> Option<Cow<'e, str>>,
    /// 0 outside of any modifier.
    depth: usize,
    growth: usize,
    work: Work,
    words: Vec<String>,
    /// The word that is being read.
    word: String,
    /// Whether references are collected; then no value matters and no fault ends the reading.
    collecting: bool,
    references: Vec<Reference<'t>>,
    pub(super) used: BTreeSet<String>,
    pub(super) unmatched: BTreeSet<String>,
}

impl<'t, 'e, 'l> Scanner<'t, 'e, 'l> {
    pub(super) fn new(
        lexer: Lexer,
        text: &'t str,
        lookup: &'l dyn Fn(&str) -> Option<Cow<'e, str>>,
    ) -> Self {
        Self {
            lexer,
            text,
            at: if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 },
            raw_escapes: lexer.raw_escapes,
            lookup,
            depth: 0,
            growth: 0,
            work: Work::default(),
            words: Vec::new(),
            word: String::new(),
            collecting: false,
            references: Vec::new(),
            used: BTreeSet::new(),
            unmatched: BTreeSet::new(),
        }
    }

    /// The whole text's value.
    pub(super) fn run(&mut self) -> Result<String, ExpandError> {
        Ok(self.until(None)?.unwrap_or_default())
    }

    /// The words of the text, once it was read.
    pub(super) fn into_words(mut self) -> Vec<String> {
        self.end_word();
        self.words
    }

    /// The variables of the text, instead of its value.
    pub(super) fn into_references(mut self) -> Vec<Reference<'t>> {
        self.collecting = true;
        while self.at < self.text.len() {
            let before = self.at;
            let read = self.run();
            self.depth = 0;
            if read.is_err() && self.at == before {
                self.bump();
            }
        }
        self.references
    }

    /// Reads up to a character, which is eaten, or to the end. `None` where the end came first.
    fn until(&mut self, stop: Option<char>) -> Result<Option<String>, ExpandError> {
        let mut out = String::new();
        while let Some(it) = self.peek() {
            if stop == Some(it) {
                self.bump();
                return Ok(Some(out));
            }
            match it {
                '$' => {
                    let value = self.variable()?;
                    self.add(&value);
                    out.push_str(&value);
                }
                '<' => {
                    let start = self.heredoc_start();
                    self.add_quoted(start);
                    out.push_str(start);
                }
                '\'' | '"' if self.lexer.quotes != Quotes::Ordinary => {
                    let value =
                        if it == '"' { self.double_quoted()? } else { self.single_quoted()? };
                    self.add_quoted(&value);
                    out.push_str(&value);
                }
                _ if it != self.lexer.escape => {
                    let plain = self.plain(stop);
                    self.add(plain);
                    out.push_str(plain);
                }
                _ => {
                    self.bump();
                    if self.raw_escapes {
                        self.add_quoted(it.encode_utf8(&mut [0; 4]));
                        out.push(it);
                    }
                    // At the end of the text an escape character escapes nothing.
                    let Some(it) = self.bump() else { break };
                    self.add_quoted(it.encode_utf8(&mut [0; 4]));
                    out.push(it);
                }
            }
        }
        Ok(if stop.is_none() { Some(out) } else { None })
    }

    /// A character and what follows it up to one that means something.
    fn plain(&mut self, stop: Option<char>) -> &'t str {
        let (text, start): (&'t str, _) = (self.text, self.at);
        self.bump();
        let means = |it: char| {
            matches!(it, '$' | '<' | '\'' | '"') || it == self.lexer.escape || stop == Some(it)
        };
        let rest = self.rest();
        self.at += rest.find(means).unwrap_or(rest.len());
        &text[start..self.at]
    }

    fn single_quoted(&mut self) -> Result<Cow<'t, str>, ExpandError> {
        let start = self.at;
        self.bump();
        let Some(length) = self.rest().find('\'') else {
            self.at = self.text.len();
            return Err(self.error(ExpandErrorKind::UnclosedSingleQuote, start));
        };
        self.at += length + 1;
        Ok(Cow::Borrowed(match self.lexer.quotes {
            Quotes::Kept => &self.text[start..self.at],
            _ => &self.text[start + 1..self.at - 1],
        }))
    }

    fn double_quoted(&mut self) -> Result<Cow<'t, str>, ExpandError> {
        let start = self.at;
        let keep = self.lexer.quotes == Quotes::Kept;
        let mut out = String::new();
        if keep {
            out.push('"');
        }
        self.bump();
        loop {
            let Some(it) = self.peek() else {
                return Err(self.error(ExpandErrorKind::UnclosedDoubleQuote, start));
            };
            if it == '$' {
                out.push_str(&self.variable()?);
                continue;
            }
            self.bump();
            if it == '"' {
                if keep {
                    out.push('"');
                }
                return Ok(Cow::Owned(out));
            }
            if it != self.lexer.escape {
                out.push(it);
                continue;
            }
            if self.raw_escapes {
                out.push(it);
            }
            match self.peek() {
                None => {}
                Some(next) if matches!(next, '"' | '$') || next == self.lexer.escape => {
                    self.bump();
                    out.push(next);
                }
                // It stays where it escapes nothing; raw, BuildKit writes it twice.
                Some(_) => out.push(it),
            }
        }
    }

    /// `<`, or `<<` with the spaces after it: they don't end the word, so that `<< EOF` is one.
    fn heredoc_start(&mut self) -> &'t str {
        let start = self.at;
        self.bump();
        if self.peek() == Some('<') {
            self.bump();
            while matches!(self.peek(), Some('\t' | '\r' | ' ')) {
                self.bump();
            }
        }
        &self.text[start..self.at]
    }

    /// A `$` and what belongs to it.
    fn variable(&mut self) -> Result<Cow<'e, str>, ExpandError> {
        let start = self.at;
        self.bump();
        if self.peek() == Some('{') {
            self.bump();
            let reference = self.references.len();
            let value = self.braced(start);
            if let Some(reference) = self.references.get_mut(reference) {
                reference.range.end = self.at;
            }
            let value = value?;
            return self.grow(value, start);
        }
        let name = self.name();
        if name.is_empty() {
            return Ok(Cow::Borrowed("$"));
        }
        self.note(start, name, Modifier::Plain, false);
        let value = match self.get(name) {
            Some(value) => value,
            None if self.lexer.skip_unset => Cow::Owned(format!("${name}")),
            None => Cow::Borrowed(""),
        };
        self.grow(value, start)
    }

    /// A name: letters, digits and `_`; digits alone where it begins with one; or one of the
    /// characters that name a shell's own parameters.
    fn name(&mut self) -> &'t str {
        let text: &'t str = self.text;
        let rest = &text[self.at..];
        let length = match rest.chars().next() {
            Some('0'..='9') => rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len()),
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => 1,
            _ => rest.find(|it: char| !is_name_char(it)).unwrap_or(rest.len()),
        };
        self.at += length;
        &rest[..length]
    }

    fn get(&mut self, name: &str) -> Option<Cow<'e, str>> {
        let value = (self.lookup)(name);
        let names = if value.is_some() { &mut self.used } else { &mut self.unmatched };
        if !self.collecting && !names.contains(name) {
            names.insert(name.to_owned());
        }
        value
    }

    fn note(&mut self, start: usize, name: &'t str, modifier: Modifier, colon: bool) {
        if !self.collecting {
            return;
        }
        let name_start = start + if self.text[start..].starts_with("${") { 2 } else { 1 };
        self.references.push(Reference {
            range: start..self.at,
            name,
            name_range: name_start..name_start + name.len(),
            modifier,
            colon,
            nested: self.depth > 0,
        });
    }

    /// Counts what a value adds, so that values made of values can't fill the memory.
    fn grow(&mut self, value: Cow<'e, str>, start: usize) -> Result<Cow<'e, str>, ExpandError> {
        self.growth = self.growth.saturating_add(value.len());
        if self.growth > MAX_GROWTH {
            return Err(self.error(ExpandErrorKind::TooLong { limit: MAX_GROWTH }, start));
        }
        Ok(value)
    }

    fn add(&mut self, text: &str) {
        for (number, part) in text.split(char::is_whitespace).enumerate() {
            if number > 0 {
                self.end_word();
            }
            self.add_quoted(part);
        }
    }

    fn add_quoted(&mut self, text: &str) {
        if self.depth == 0 {
            self.word.push_str(text);
        }
    }

    fn end_word(&mut self) {
        if self.depth == 0 && !self.word.is_empty() {
            self.words.push(std::mem::take(&mut self.word));
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let it = self.peek()?;
        self.at += it.len_utf8();
        Some(it)
    }

    fn error(&self, kind: ExpandErrorKind, start: usize) -> ExpandError {
        ExpandError { kind, range: start..self.at }
    }
}
