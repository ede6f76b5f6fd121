//! Lists of commands that are open while a script is read.

use super::Joined;
use super::place::{Place, State};

/// A list of commands: the script, or what stands in `( … )`, `then … fi` and the like.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub(super) struct Frame {
    pub(super) kind: Kind,
    /// How the next command is joined to the one before it.
    pub(super) joined: Joined,
    /// How many subshells are around it.
    pub(super) depth: usize,
    /// Whether the whole list may be left out.
    pub(super) conditional: bool,
    /// Whether `||` stands before the pipeline that is being read.
    alternative: bool,
    /// Whether the last command was a test.
    tested: bool,
    /// The first command that only runs if a test before it succeeded.
    guarded: Option<usize>,
    /// The state of the shell before the list.
    before: State,
    /// Whether a branch of it led to another directory.
    strayed: bool,
    /// Whether the list is the body of a function.
    pub(super) function: bool,
}

/// What ends a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The end of the text, or of the substitution.
    List,
    /// `)`.
    Subshell,
    /// `}`.
    Group,
    /// `fi`.
    If,
    /// `done`.
    Loop {
        /// Whether the body runs at least once.
        certain: bool,
    },
    /// `esac`.
    Case {
        /// Whether commands come next, not a pattern.
        arm: bool,
    },
}

impl Frame {
    pub(super) fn new(kind: Kind, depth: usize, conditional: bool, before: State) -> Self {
        Self {
            kind,
            joined: Joined::First,
            depth,
            conditional,
            alternative: false,
            tested: false,
            guarded: None,
            before,
            strayed: false,
            function: false,
        }
    }

    /// Whether what comes next may be left out.
    pub(super) fn may_skip(&self) -> bool {
        self.conditional || self.alternative
    }

    /// Whether `||` stands before what comes next.
    pub(super) fn is_alternative(&self) -> bool {
        self.alternative
    }

    /// Notes an operator between commands.
    pub(super) fn join(&mut self, joined: Joined) {
        if self.joined != Joined::First {
            self.joined = joined;
        }
    }

    /// Begins a command or a compound; `next` is the number that the next command gets. Returns the
    /// first of the commands from which on all turned out to depend on a test.
    pub(super) fn begin(&mut self, next: usize) -> Option<usize> {
        let guarded = match self.joined {
            Joined::And => {
                if self.tested {
                    self.guarded.get_or_insert(next);
                }
                self.alternative = false;
                None
            }
            Joined::Or | Joined::Then | Joined::Background => {
                self.alternative = self.joined == Joined::Or;
                self.guarded.take()
            }
            Joined::First | Joined::Pipe => None,
        };
        self.tested = false;
        guarded
    }

    /// Ends a command or a compound.
    pub(super) fn finish(&mut self, tested: bool) {
        self.joined = Joined::Then;
        self.tested = tested;
    }

    /// Begins the next part of a compound: its branch, its body.
    pub(super) fn section(&mut self, conditional: bool) {
        self.joined = Joined::First;
        self.conditional = conditional;
        self.alternative = false;
        self.tested = false;
        self.guarded = None;
    }

    /// Ends a branch: the next one begins where this one began.
    pub(super) fn reset(&mut self, state: &mut State) {
        self.strayed |= state.place != self.before.place;
        state.clone_from(&self.before);
    }

    /// Ends the list.
    pub(super) fn close(mut self, state: &mut State) {
        match self.kind {
            Kind::Group if !self.function => {}
            Kind::If | Kind::Loop { .. } | Kind::Case { .. } if !self.function => {
                self.reset(state);
                if self.strayed {
                    state.place = Place::Unknown;
                }
            }
            _ => *state = self.before,
        }
    }
}
