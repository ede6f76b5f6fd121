//! Shell scripts: the commands in them, as rules want to see them.
//!
//! [`parse`] reads POSIX shell with the common extensions of bash. It is no interpreter: it splits a
//! script into simple commands and says how each is reached, where it runs and where each word
//! stands in the source. What it doesn't understand it skips; it never fails.

use std::borrow::Cow;
use std::ops::Range;

use plimsoll_finding::Span;

use crate::Logical;

mod arguments;
mod backquote;
mod compound;
mod expansion;
mod frame;
mod list;
mod nesting;
mod options;
mod parser;
mod place;
mod program;
mod redirection;
mod simple;
#[cfg(test)]
mod tests;
mod unquote;
mod view;
mod word;
mod wrapper;

pub use arguments::OptionValue;
pub use options::ShellOptions;

use parser::Parser;
use view::View;

/// A script as it was read.
#[derive(Clone, Debug, Default)]
pub struct Script<'t> {
    /// Every simple command in order of its place, those inside of substitutions, subshells and
    /// `sh -c '…'` too.
    pub commands: Vec<ShellCommand<'t>>,
}

/// A simple command: a program and its arguments.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub struct ShellCommand<'t> {
    /// From the first assignment or word to the last word or redirection.
    pub span: Span,
    /// `A=b` before the program (or alone).
    pub assignments: Vec<Assignment<'t>>,
    /// The program and its arguments; empty for assignments alone.
    pub words: Vec<ShellWord<'t>>,
    /// Redirections, in order.
    pub redirections: Vec<Redirection<'t>>,
    /// What stands between this command and the one before it in the same list.
    pub joined: Joined,
    /// The command that this one is nested in (`$(…)`, backticks, `sh -c '…'`): its index.
    pub parent: Option<usize>,
    /// How many subshells `( … )`, substitutions and shells of their own (`sh -c '…'`) are around
    /// it. `eval` runs in the same shell and does not count.
    pub depth: usize,
    /// Whether it may not run although the script succeeds: right after `||`, in a branch, in a
    /// loop that may run zero times, in a function, or after a test in `[ … ] && it; more`.
    pub conditional: bool,
    /// Where `cd` (or `pushd`) has led before it: an absolute path, or one relative to the
    /// instruction's directory; `None` where no `cd` came before, or it led nowhere known.
    pub directory: Option<String>,
    /// Whether a `cd` led nowhere known, so that relative paths mean nothing.
    pub lost: bool,
    /// Whether `set -o pipefail` (or `-euxo pipefail`, `bash -o pipefail -c`) holds here.
    pub pipefail: bool,
    /// Whether `set -e` holds here.
    pub errexit: bool,
    /// How many words wrap the command, as `sudo -E` does, and where in the word after them the
    /// name of the program stands. Every rule asks for it, so it is found out once.
    program: (usize, Range<u32>),
}

/// What stands between a command and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// It is the first of its list.
    First,
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `;` or a newline.
    Then,
    /// `|` or `|&`.
    Pipe,
    /// `&`.
    Background,
}

/// `NAME=value` or `NAME+=value`.
#[derive(Clone, Debug)]
pub struct Assignment<'t> {
    /// The name.
    pub name: Cow<'t, str>,
    /// The value.
    pub value: ShellWord<'t>,
    /// Name and value.
    pub span: Span,
}

/// A word.
#[derive(Clone, Debug)]
pub struct ShellWord<'t> {
    /// As written, continuations removed.
    pub raw: Cow<'t, str>,
    /// Without quotes and escapes; variables and substitutions stand in it as they are written.
    pub value: Cow<'t, str>,
    /// From the first byte to the last, quotes included.
    pub span: Span,
    /// Whether the value is all there is: no variable, substitution or pattern in it.
    pub literal: bool,
}

/// `>file`, `2>&1`, `<<EOF`.
#[derive(Clone, Debug)]
pub struct Redirection<'t> {
    /// The number before it, if any.
    pub descriptor: Option<u32>,
    /// The operator: `>`, `>>`, `<`, `<<`, `<<-`, `<<<`, `>&`, `<&`, `&>`, `&>>`, `<>`, `>|`.
    pub operator: &'static str,
    /// What it redirects to or from; for a heredoc its word.
    pub target: ShellWord<'t>,
    /// Descriptor, operator and target.
    pub span: Span,
}

/// Reads a script that a plain `sh -c` runs.
pub fn parse<'t>(script: &'t Logical<'_>) -> Script<'t> {
    parse_with(script, ShellOptions::default())
}

/// Reads a script whose shell was started with options, such as those of the instruction
/// `SHELL ["/bin/bash", "-eo", "pipefail", "-c"]`.
pub fn parse_with<'t>(script: &'t Logical<'_>, options: ShellOptions) -> Script<'t> {
    read(script.text(), script, options)
}

/// As [`parse_with`], for a script that stands in the source as it is, from the byte at `source` on.
pub fn parse_text(text: &str, source: usize, options: ShellOptions) -> Script<'_> {
    read(text, &Logical::borrowed(text, source), options)
}

/// As [`parse_with`], for a script that isn't written as it is read: `places` is as long as the text
/// and knows where each of its bytes stands.
pub(crate) fn parse_placed<'t>(
    text: &'t str,
    places: &Logical<'t>,
    options: ShellOptions,
) -> Script<'t> {
    read(text, places, options)
}

/// Reads a text, each byte of which `logical` knows the place of.
fn read<'t>(text: &'t str, logical: &Logical<'t>, options: ShellOptions) -> Script<'t> {
    let mut commands = Vec::new();
    if !nesting::foreign(text) {
        // Commands are large and have some forty bytes of text: moving them costs more than room.
        commands.reserve((text.len() / 40 + 1).min(64));
        let view = View::new(text, logical);
        Parser::new(&view, &mut commands, options).run();
    }
    Script { commands }
}
