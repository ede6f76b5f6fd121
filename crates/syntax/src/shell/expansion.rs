//! What begins with `$`, and other text that the shell replaces.

use super::parser::{Closer, DEEPEST, Parser};

/// How far the end of `((` is looked for. What is longer is taken for two subshells.
const LONGEST_ARITHMETIC: usize = 512;

impl Parser<'_, '_> {
    /// Reads what a `$` begins. Returns whether the shell replaces it: `$'…'` and a lone `$` are
    /// literal.
    pub(super) fn expansion(&mut self, in_quotes: bool) -> bool {
        let (start, mark) = (self.at, self.expansions.len());
        if self.skip_opaque() {
            return true;
        }
        match self.byte(self.at + 1) {
            b'(' => match self.arithmetic_end(self.at + 1) {
                Some(end) => self.arithmetic(end),
                None => self.command_substitution(),
            },
            b'{' => self.parameter(in_quotes),
            b'\'' if !in_quotes => {
                self.ansi_quotes();
                return false;
            }
            b'"' if !in_quotes => {
                self.at += 1;
                return self.double_quotes();
            }
            b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' | b'0'..=b'9' => {
                self.at += 2;
                return true;
            }
            it if it.is_ascii_alphabetic() || it == b'_' => {
                self.at += 2;
                let name = |it: &&u8| it.is_ascii_alphanumeric() || **it == b'_';
                self.at += self.rest().iter().take_while(name).count();
                return true;
            }
            _ => {
                self.at += 1;
                return false;
            }
        }
        self.note_expansion(mark, start);
        true
    }

    /// Remembers an expansion instead of those inside of it.
    pub(super) fn note_expansion(&mut self, mark: usize, start: usize) {
        self.expansions.truncate(mark);
        self.expansions.push(start..self.at);
    }

    /// Skips an expansion that the shell around has made.
    pub(super) fn skip_opaque(&mut self) -> bool {
        let Ok(found) = self.opaque.binary_search_by_key(&self.at, |it| it.start) else {
            return false;
        };
        let start = self.at;
        self.at = self.opaque[found].end.min(self.end);
        self.note_expansion(self.expansions.len(), start);
        true
    }

    /// Whether `<(` or `>(` comes next.
    pub(super) fn substitutes_process(&self) -> bool {
        matches!(self.peek(), Some(b'<' | b'>')) && self.byte(self.at + 1) == b'('
    }

    /// Reads `<(…)` or `>(…)`.
    pub(super) fn process_substitution(&mut self) {
        let (start, mark) = (self.at, self.expansions.len());
        if !self.skip_opaque() {
            self.command_substitution();
            self.note_expansion(mark, start);
        }
    }

    /// Reads `$(…)` and the like: two bytes, a list, a parenthesis.
    fn command_substitution(&mut self) {
        if self.nesting >= DEEPEST {
            self.at += 1;
            self.skip_balanced(b'(', b')');
            return;
        }
        self.at += 2;
        self.nested_list(Closer::Parenthesis);
        self.advance(1);
    }

    /// Reads `$((…))`, given where its inside ends.
    fn arithmetic(&mut self, end: usize) {
        if self.nesting < DEEPEST {
            self.nesting += 1;
            self.within(self.at + 3..end, Self::expansions_in_text);
            self.nesting -= 1;
        }
        self.at = end + 2;
    }

    /// Reads `${…}`.
    fn parameter(&mut self, in_quotes: bool) {
        if self.nesting >= DEEPEST {
            self.at += 1;
            self.skip_balanced(b'{', b'}');
            return;
        }
        self.nesting += 1;
        self.at += 2;
        while let Some(byte) = self.peek() {
            match byte {
                b'}' => {
                    self.at += 1;
                    break;
                }
                b'\\' => self.advance(2),
                b'\'' if !in_quotes => self.single_quotes(),
                b'"' => {
                    self.double_quotes();
                }
                b'$' => {
                    self.expansion(in_quotes);
                }
                b'`' => self.backquotes(in_quotes),
                _ => self.at += 1,
            }
        }
        self.nesting -= 1;
    }

    /// Skips `$'…'`.
    fn ansi_quotes(&mut self) {
        self.at += 2;
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => self.advance(2),
                b'\'' => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    /// Reads the expansions of a text in which nothing else matters, such as arithmetic or the body
    /// of a heredoc.
    pub(super) fn expansions_in_text(&mut self) {
        while let Some(offset) = memchr::memchr3(b'\\', b'$', b'`', self.rest()) {
            self.at += offset;
            match self.peek() {
                Some(b'\\') => self.advance(2),
                Some(b'$') => {
                    self.expansion(true);
                }
                _ => self.backquotes(true),
            }
        }
    }

    /// Where the inside of `((…))` ends, if these are such: the parentheses close together.
    pub(super) fn arithmetic_end(&self, open: usize) -> Option<usize> {
        if self.byte(open) != b'(' || self.byte(open + 1) != b'(' {
            return None;
        }
        let inside = self.bytes.get(open + 2..self.end)?;
        let mut depth = 0_usize;
        for (offset, byte) in inside.iter().take(LONGEST_ARITHMETIC).enumerate() {
            match byte {
                b'(' => depth += 1,
                b')' if depth == 0 => {
                    let end = open + 2 + offset;
                    return (self.byte(end + 1) == b')').then_some(end);
                }
                b')' => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// Skips from an opening byte to the closing one, or to the end, without looking inside.
    fn skip_balanced(&mut self, open: u8, close: u8) {
        let mut depth = 0_usize;
        while let Some(offset) = memchr::memchr2(open, close, self.rest()) {
            self.at += offset + 1;
            if self.bytes[self.at - 1] == open {
                depth += 1;
            } else {
                depth = depth.saturating_sub(1);
            }
            if depth == 0 {
                return;
            }
        }
        self.at = self.end;
    }
}
