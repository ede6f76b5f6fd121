//! A script that an image starts.

use std::borrow::Cow;

use plimsoll_finding::Span;
use plimsoll_syntax::Logical;
use plimsoll_syntax::dockerfile::{CommandLine, Instruction};
use plimsoll_syntax::shell::{self, Script, ShellCommand, ShellOptions};

use crate::facts::is_shell;

/// How a script gets to its shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptKind {
    /// As the shell form of an instruction.
    ShellForm,
    /// As the word after `sh -c`.
    Inline,
    /// As a file that the Dockerfile writes.
    File,
}

/// A script that an image starts.
#[derive(Debug)]
pub(crate) struct StartScript<'d> {
    /// How it gets to its shell.
    pub(crate) kind: ScriptKind,
    /// The shell as it is called, or as the first line of a file names it.
    pub(crate) shell: Cow<'d, str>,
    /// The file; empty for those that are none.
    pub(crate) path: String,
    text: Text<'d>,
    /// Where it stands as a whole.
    whole: Span,
}

#[derive(Debug)]
enum Text<'d> {
    /// Text of the Dockerfile over continued lines.
    Joined(&'d Logical<'d>),
    /// Text of the Dockerfile as it stands from an offset on.
    Plain(&'d str, usize),
    /// Text that is written otherwise in the Dockerfile: spans in it mean nothing.
    Decoded(Cow<'d, str>),
}

impl<'d> StartScript<'d> {
    pub(super) fn shell_form(
        shell: &'d str,
        instruction: &'d Instruction<'d>,
        line: &'d CommandLine<'d>,
    ) -> Self {
        Self {
            kind: ScriptKind::ShellForm,
            shell: Cow::Borrowed(shell),
            path: String::new(),
            text: Text::Joined(&line.script),
            whole: instruction.span,
        }
    }

    /// A file; `None` where its first line names another interpreter than a shell.
    pub(super) fn file(path: &str, text: FileText<'d>, whole: Span) -> Option<Self> {
        let text = match text {
            FileText::Body(body, start) => Text::Plain(body, start),
            FileText::Decoded(text) => Text::Decoded(Cow::Owned(text)),
        };
        let first = text.as_str().trim_start().lines().next().unwrap_or_default();
        let shell = first.strip_prefix("#!")?.trim();
        let named = shell.split_whitespace().map(|it| it.rsplit('/').next().unwrap_or_default());
        let shell = named.into_iter().find(|it| is_shell(it))?.to_owned();
        let (kind, shell) = (ScriptKind::File, Cow::Owned(shell));
        Some(Self { kind, shell, path: path.to_owned(), text, whole })
    }

    /// The commands of the script.
    pub(crate) fn script(&self) -> Script<'_> {
        match &self.text {
            Text::Joined(text) => shell::parse(text),
            Text::Plain(text, start) => shell::parse_text(text, *start, ShellOptions::default()),
            Text::Decoded(text) => shell::parse_text(text, 0, ShellOptions::default()),
        }
    }

    /// The script's text.
    pub(crate) fn text(&self) -> &str {
        self.text.as_str()
    }

    /// Where something in it is to be reported.
    pub(crate) fn place(&self, span: Span) -> Span {
        match self.text {
            Text::Decoded(_) => self.whole,
            _ => span,
        }
    }
}

impl Text<'_> {
    fn as_str(&self) -> &str {
        match self {
            Self::Joined(text) => text.text(),
            Self::Plain(text, _) => text,
            Self::Decoded(text) => text,
        }
    }
}

/// The text of a file that an instruction writes.
pub(super) enum FileText<'d> {
    /// The body of a heredoc, and where it begins.
    Body(&'d str, usize),
    /// The arguments of `echo` or `printf`, put together.
    Decoded(String),
}

/// The script of `["sh", "-c", "…"]`, wrappers before the shell left out.
pub(crate) fn inline<'d>(command: &ShellCommand<'d>) -> Option<StartScript<'d>> {
    let shell = command.program().filter(|it| is_shell(it))?;
    let args = command.args();
    let at = args.iter().position(|it| !is_option_before(&it.value))?;
    let is_c = |it: &str| it.starts_with('-') && !it.starts_with("--") && it.ends_with('c');
    if !is_c(&args.get(at)?.value) {
        return None;
    }
    let word = args.get(at + 1)?;
    // A string without escapes stands between its quotation marks as it is.
    let exact = word.span.len() == word.value.len() + 2;
    let text = match &word.value {
        Cow::Borrowed(text) if exact => Text::Plain(text, word.span.start() + 1),
        text => Text::Decoded(text.clone()),
    };
    Some(StartScript {
        kind: ScriptKind::Inline,
        shell: Cow::Owned(shell.to_owned()),
        path: String::new(),
        text,
        whole: word.span,
    })
}

/// Whether a word before `-c` is an option of the shell, or the value of one.
fn is_option_before(word: &str) -> bool {
    let is_c = word.starts_with('-') && !word.starts_with("--") && word.ends_with('c');
    !is_c && (word.starts_with(['-', '+']) || word == "pipefail")
}
