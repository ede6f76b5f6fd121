//! Words that begin, part and end compounds: `if`, `for`, `case`, `{` and their like.

use super::frame::Kind;
use super::list::REACH;
use super::parser::Parser;
use super::word::Class;

impl Parser<'_, '_> {
    /// Reads a reserved word, or else a simple command.
    pub(super) fn command(&mut self, base: usize) {
        let word = self.bare_word();
        let length = word.len();
        match word {
            b"if" => self.open_word(length, Kind::If),
            b"then" => self.part(length, false, |it| it == Kind::If),
            b"elif" | b"else" => self.part(length, true, |it| it == Kind::If),
            b"fi" => self.close_word(length, base, |it| it == Kind::If),
            b"while" | b"until" => self.open_word(length, Kind::Loop { certain: false }),
            b"for" => self.for_loop(),
            b"do" => self.part(length, false, |it| matches!(it, Kind::Loop { .. })),
            b"done" => self.close_word(length, base, |it| matches!(it, Kind::Loop { .. })),
            b"case" => self.case(),
            b"esac" => self.close_word(length, base, |it| matches!(it, Kind::Case { .. })),
            b"{" => self.open_word(length, Kind::Group),
            b"}" => self.close_word(length, base, |it| it == Kind::Group),
            b"!" => self.at += length,
            b"function" => self.function_word(),
            b"time" => match self.timed_compound() {
                Some(length) => self.at += length,
                None => self.simple(),
            },
            _ => self.simple(),
        }
    }

    /// The bytes up to the next blank or operator, where they may be a reserved word.
    pub(super) fn bare_word(&self) -> &[u8] {
        let rest = self.rest();
        if !matches!(rest.first(), Some(b'a'..=b'z' | b'{' | b'}' | b'!')) {
            return &[];
        }
        let length = rest.iter().take(10).take_while(|it| !Class::of(**it).ends_word()).count();
        &rest[..length]
    }

    fn open_word(&mut self, length: usize, kind: Kind) {
        self.at += length;
        self.open(kind);
    }

    fn part(&mut self, length: usize, reset: bool, wanted: impl Fn(Kind) -> bool) {
        self.at += length;
        self.section(wanted, reset);
    }

    fn close_word(&mut self, length: usize, base: usize, wanted: impl Fn(Kind) -> bool) {
        self.at += length;
        if self.close(base, wanted) {
            self.redirections_of_compound();
        }
    }

    /// How far it is from the word `time` to the compound after it. A simple command keeps the word.
    fn timed_compound(&self) -> Option<usize> {
        let rest = self.rest();
        let after = rest["time".len()..].trim_ascii_start();
        let after = after.strip_prefix(b"-p ").unwrap_or(after).trim_ascii_start();
        let word = after.split(|it| !it.is_ascii_lowercase() && *it != b'{').next()?;
        let compound = after.starts_with(b"(")
            || matches!(word, b"{" | b"if" | b"for" | b"while" | b"until" | b"case");
        compound.then_some(rest.len() - after.len())
    }

    /// Reads `for name in words`, up to `do`; or `for (( … ))`.
    fn for_loop(&mut self) {
        self.at += "for".len();
        self.skip_blanks();
        let mut certain = false;
        if let Some(end) = self.arithmetic_end(self.at) {
            self.within(self.at + 2..end, Self::expansions_in_text);
            self.at = end + 2;
        } else if self.peek().is_some_and(|it| !Class::of(it).ends_word()) {
            self.word();
            self.skip_newlines();
            if self.bare_word() == b"in" {
                self.at += "in".len();
                certain = self.list_words();
            }
        }
        self.open(Kind::Loop { certain });
    }

    /// Reads words up to the end of the line or command. Returns whether there is one for sure.
    fn list_words(&mut self) -> bool {
        let mut certain = false;
        loop {
            self.skip_blanks();
            match self.peek() {
                Some(byte) if !Class::of(byte).ends_word() || self.substitutes_process() => {
                    let mark = self.expansions.len();
                    let word = self.word();
                    self.expansions.truncate(mark);
                    // A pattern that matches nothing stays as it is; a variable may be empty.
                    certain |= !word.expands;
                }
                _ => return certain,
            }
        }
    }

    /// Reads `case word in`.
    fn case(&mut self) {
        self.at += "case".len();
        self.skip_blanks();
        if self.peek().is_some_and(|it| !Class::of(it).ends_word()) {
            let mark = self.expansions.len();
            self.word();
            self.expansions.truncate(mark);
        }
        self.skip_newlines();
        if self.bare_word() == b"in" {
            self.at += "in".len();
            self.open(Kind::Case { arm: false });
        }
    }

    /// Reads `pattern | pattern)`, or `esac`.
    pub(super) fn pattern(&mut self) {
        self.skip_newlines();
        if self.bare_word() == b"esac" {
            self.at += "esac".len();
            self.close(0, |it| matches!(it, Kind::Case { .. }));
            self.redirections_of_compound();
            return;
        }
        if self.peek() == Some(b'(') {
            self.at += 1;
        }
        loop {
            self.skip_blanks();
            let Some(byte) = self.peek() else { break };
            match byte {
                b'|' => self.at += 1,
                b')' => {
                    self.at += 1;
                    break;
                }
                _ if Class::of(byte).ends_word() => {
                    // No pattern. Take what comes for commands, but never stand still.
                    self.at += 1;
                    break;
                }
                _ => {
                    let mark = self.expansions.len();
                    self.word();
                    self.expansions.truncate(mark);
                }
            }
        }
        let top = self.top_mut();
        top.kind = Kind::Case { arm: true };
        top.section(true);
    }

    /// Ends the arm of a `case`.
    pub(super) fn end_arm(&mut self, base: usize) {
        // An `if` that was left open in the arm ends with it.
        let own = self.frames.iter().enumerate().skip(base).rev().take(REACH);
        let mut arms = own.filter(|(_, it)| it.kind == (Kind::Case { arm: true }));
        let Some((open, _)) = arms.next() else { return };
        while self.frames.len() > open + 1 {
            if let Some(frame) = self.frames.pop() {
                frame.close(&mut self.state);
            }
        }
        let frame = &mut self.frames[open];
        frame.kind = Kind::Case { arm: false };
        frame.reset(&mut self.state);
    }

    /// Reads `function name` and `()` after it.
    fn function_word(&mut self) {
        self.at += "function".len();
        self.skip_blanks();
        if self.peek().is_some_and(|it| !Class::of(it).ends_word()) {
            self.word();
        }
        if let Some(after) = self.empty_parentheses() {
            self.at = after;
        }
        self.function_body();
    }

    /// Notes that the body of a function comes next.
    pub(super) fn function_body(&mut self) {
        self.skip_newlines();
        self.function = self.peek() == Some(b'(') || self.bare_word() == b"{";
    }

    /// Where `( )` ends, if it comes next.
    pub(super) fn empty_parentheses(&self) -> Option<usize> {
        let blanks = |mut at: usize| {
            while matches!(self.byte(at), b' ' | b'\t') {
                at += 1;
            }
            at
        };
        let open = blanks(self.at);
        let close = blanks(open + 1);
        (self.byte(open) == b'(' && self.byte(close) == b')').then_some(close + 1)
    }

    fn skip_newlines(&mut self) {
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'\n') {
                return;
            }
            self.at += 1;
        }
    }
}
