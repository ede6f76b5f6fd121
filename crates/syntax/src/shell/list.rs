//! Lists: commands and what joins them.

use super::Joined;
use super::frame::{Frame, Kind};
use super::parser::{Closer, Parser};

/// How far a closing word looks for what it closes, over what was left open by mistake.
pub(super) const REACH: usize = 16;

impl Parser<'_, '_> {
    /// Reads a list up to what closes it, which is left to be read.
    pub(super) fn list(&mut self, root: Frame, closer: Closer) {
        let base = self.frames.len();
        self.frames.push(root);
        let function = std::mem::take(&mut self.function);
        while self.step(base, closer) {}
        self.frames.truncate(base);
        self.function = function;
    }

    /// Reads a command, an operator or the start or end of a compound.
    fn step(&mut self, base: usize, closer: Closer) -> bool {
        self.skip_blanks();
        let Some(byte) = self.peek() else { return false };
        if self.top().kind == (Kind::Case { arm: false }) {
            self.pattern();
            return true;
        }
        let next = self.byte(self.at + 1);
        match (byte, next) {
            (b'\n', _) => {
                self.at += 1;
                self.heredoc_bodies();
            }
            (b';', b';' | b'&') => {
                self.at += 2;
                if byte == next && self.byte(self.at) == b'&' {
                    self.at += 1;
                }
                self.end_arm(base);
            }
            (b';', _) => self.at += 1,
            (b'&', b'&') => self.operator(2, Joined::And),
            (b'&', b'>') => self.simple(),
            (b'&', _) => self.operator(1, Joined::Background),
            (b'|', b'|') => self.operator(2, Joined::Or),
            (b'|', b'&') => self.operator(2, Joined::Pipe),
            (b'|', _) => self.operator(1, Joined::Pipe),
            (b'(', _) => self.parenthesis(),
            (b')', _) => {
                if !self.close(base, |it| it == Kind::Subshell) && closer == Closer::Parenthesis {
                    return false;
                }
                self.at += 1;
                self.redirections_of_compound();
            }
            _ => self.command(base),
        }
        true
    }

    fn operator(&mut self, length: usize, joined: Joined) {
        self.at += length;
        self.top_mut().join(joined);
    }

    /// Reads `( … )` up to its first command, or `(( … ))` whole.
    fn parenthesis(&mut self) {
        if let Some(end) = self.arithmetic_end(self.at) {
            self.begin();
            self.within(self.at + 2..end, Self::expansions_in_text);
            self.at = end + 2;
            self.redirections_of_compound();
            self.top_mut().finish(true);
            return;
        }
        self.at += 1;
        self.open(Kind::Subshell);
    }

    /// Begins a command or compound of the innermost list.
    pub(super) fn begin(&mut self) {
        let next = self.commands.len();
        if let Some(guarded) = self.top_mut().begin(next) {
            for command in &mut self.commands[guarded..] {
                command.conditional = true;
            }
        }
    }

    /// Begins a compound.
    pub(super) fn open(&mut self, kind: Kind) {
        self.begin();
        let function = std::mem::take(&mut self.function);
        let around = self.top();
        let depth = around.depth + usize::from(kind == Kind::Subshell);
        let conditional = around.may_skip() || function;
        let mut frame = Frame::new(kind, depth, conditional, self.state.clone());
        frame.function = function;
        self.frames.push(frame);
    }

    /// Ends the innermost compound of a kind, and what was left open in it. Returns whether there
    /// was one, in the lists above `base` and within reach. Words like `fi` don't close over `(`.
    pub(super) fn close(&mut self, base: usize, wanted: impl Fn(Kind) -> bool) -> bool {
        let mut open = self.frames.len();
        loop {
            open -= 1;
            if open <= base || self.frames.len() - open > REACH {
                return false;
            }
            let kind = self.frames[open].kind;
            if wanted(kind) {
                break;
            }
            if kind == Kind::Subshell {
                return false;
            }
        }
        while self.frames.len() > open {
            if let Some(frame) = self.frames.pop() {
                frame.close(&mut self.state);
            }
        }
        self.top_mut().finish(false);
        true
    }

    /// Puts the branch or body of the innermost compound of a kind next.
    pub(super) fn section(&mut self, wanted: impl Fn(Kind) -> bool, reset: bool) {
        let Some(frame) = self.frames.last_mut().filter(|it| wanted(it.kind)) else { return };
        let around = frame.conditional;
        let certain = frame.kind == (Kind::Loop { certain: true });
        frame.section(around || !certain);
        if reset {
            frame.reset(&mut self.state);
        }
    }

    /// The innermost list.
    pub(super) fn top(&self) -> &Frame {
        // There is always one: `list` pushes it before it reads, and `close` stays above it.
        &self.frames[self.frames.len() - 1]
    }

    /// The innermost list.
    pub(super) fn top_mut(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }
}
