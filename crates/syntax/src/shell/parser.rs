//! The state of reading, and texts within texts.

use std::ops::Range;

use super::frame::{Frame, Kind};
use super::place::State;
use super::redirection::Heredoc;
use super::view::View;
use super::word::Token;
use super::{ShellCommand, ShellOptions, ShellWord};

/// How deep substitutions, expansions and scripts in scripts are read; what is deeper is skipped.
/// It bounds the stack.
pub(super) const DEEPEST: usize = 48;

/// Reads one text.
pub(super) struct Parser<'v, 't> {
    pub(super) view: &'v View<'v, 't>,
    pub(super) bytes: &'v [u8],
    /// The offset of the next byte.
    pub(super) at: usize,
    /// Where the part that is being read ends.
    pub(super) end: usize,
    /// All commands so far.
    pub(super) commands: &'v mut Vec<ShellCommand<'t>>,
    /// The open lists, innermost last.
    pub(super) frames: Vec<Frame>,
    pub(super) state: State,
    /// The command whose words are being read.
    pub(super) parent: Option<usize>,
    /// How many substitutions, expansions and scripts are open.
    pub(super) nesting: usize,
    /// Where the expansions of the words of the open commands are.
    pub(super) expansions: Vec<Range<usize>>,
    /// Expansions that the shell around has already made, ascending.
    pub(super) opaque: Vec<Range<usize>>,
    /// The words of the open commands, and where each is in the text.
    pub(super) words: Vec<ShellWord<'t>>,
    pub(super) tokens: Vec<Token>,
    /// Heredocs whose bodies follow the next newline.
    pub(super) heredocs: Vec<Heredoc>,
    /// Whether the next compound is the body of a function.
    pub(super) function: bool,
}

/// What ends a list that is read by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closer {
    /// The end of the part.
    End,
    /// `)`, which is left to be read, or the end of the part.
    Parenthesis,
}

impl<'v, 't> Parser<'v, 't> {
    pub(super) fn new(
        view: &'v View<'v, 't>,
        commands: &'v mut Vec<ShellCommand<'t>>,
        options: ShellOptions,
    ) -> Self {
        let bytes = view.text().as_bytes();
        Self {
            view,
            bytes,
            at: 0,
            end: bytes.len(),
            commands,
            frames: Vec::new(),
            state: State::new(options),
            parent: None,
            nesting: 0,
            expansions: Vec::new(),
            opaque: Vec::new(),
            words: Vec::new(),
            tokens: Vec::new(),
            heredocs: Vec::new(),
            function: false,
        }
    }

    /// Reads the whole text.
    pub(super) fn run(&mut self) {
        let root = Frame::new(Kind::List, 0, false, self.state.clone());
        self.list(root, Closer::End);
    }

    /// Reads a part of the text, then goes on where it was. A heredoc that begins in the part has
    /// its body there or nowhere.
    pub(super) fn within(&mut self, part: Range<usize>, read: impl FnOnce(&mut Self)) {
        let (at, end) = (self.at, self.end);
        (self.at, self.end) = (part.start, part.end);
        let heredocs = std::mem::take(&mut self.heredocs);
        read(self);
        self.heredocs = heredocs;
        (self.at, self.end) = (at, end);
    }

    /// Reads a list in a shell that inherits everything and gives nothing back.
    pub(super) fn nested_list(&mut self, closer: Closer) {
        self.nesting += 1;
        let before = self.state.clone();
        let root = self.nested_root(1);
        self.list(root, closer);
        self.state = before;
        self.nesting -= 1;
    }

    /// A list within the command that is being read.
    pub(super) fn nested_root(&self, deeper: usize) -> Frame {
        let (depth, conditional) =
            self.frames.last().map_or((0, false), |it| (it.depth, it.may_skip()));
        Frame::new(Kind::List, depth + deeper, conditional, State::default())
    }

    /// Reads another text, taken out of this one, as a list.
    pub(super) fn read_view(
        &mut self,
        view: &View<'_, 't>,
        opaque: Vec<Range<usize>>,
        root: Frame,
    ) {
        let mut inner = Parser {
            view,
            bytes: view.text().as_bytes(),
            at: 0,
            end: view.text().len(),
            commands: &mut *self.commands,
            frames: Vec::new(),
            state: std::mem::take(&mut self.state),
            parent: self.parent,
            nesting: self.nesting + 1,
            expansions: Vec::new(),
            opaque,
            words: Vec::new(),
            tokens: Vec::new(),
            heredocs: Vec::new(),
            function: false,
        };
        inner.list(root, Closer::End);
        self.state = std::mem::take(&mut inner.state);
    }

    /// The next byte.
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes[..self.end].get(self.at).copied()
    }

    /// A byte of the part, or 0, which no syntax looks for.
    pub(super) fn byte(&self, offset: usize) -> u8 {
        self.bytes[..self.end].get(offset).copied().unwrap_or(0)
    }

    /// The bytes not yet read.
    pub(super) fn rest(&self) -> &'v [u8] {
        self.bytes.get(self.at..self.end).unwrap_or_default()
    }

    /// Goes on by some bytes, at most to the end.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.end);
    }

    /// Skips blanks, line continuations and a comment.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(b'\\') if self.byte(self.at + 1) == b'\n' => self.at += 2,
                Some(b'#') => self.skip_line(),
                _ => return,
            }
        }
    }

    /// Goes to the newline, or to the end.
    pub(super) fn skip_line(&mut self) {
        self.at = memchr::memchr(b'\n', self.rest()).map_or(self.end, |it| self.at + it);
    }
}
