//! Scripts in the arguments of commands: `sh -c '…'`, `su -c '…'`, `eval '…'`.

use std::ops::Range;

use super::parser::{Closer, DEEPEST, Parser};
use super::program::name_of;
use super::unquote::{Unquoted, unquote};
use super::view::View;
use super::wrapper::unwrapped;
use super::{ShellOptions, ShellWord};

/// An argument that is a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Argument {
    /// The number of the word.
    word: usize,
    /// How many bytes of the word precede the script: `--command=`.
    skip: usize,
    /// How it is run.
    how: How,
    /// The options of its shell.
    options: ShellOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// In the same shell.
    Here,
    /// In a shell of its own.
    Apart,
    /// In a shell of its own that first goes to the user's home.
    Login,
    /// In shells of its own, as often as something is found, if at all.
    Each,
}

impl Parser<'_, '_> {
    /// Reads the script in the arguments of a command.
    /// `first` is the number of the tokens before the command's.
    pub(super) fn scripts_of(&mut self, index: usize, mark: usize, first: usize) {
        if self.nesting >= DEEPEST {
            return;
        }
        let command = &self.commands[index];
        let effective = command.effective();
        let Some(found) = command.program().and_then(|it| argument(it, effective)) else { return };
        let argument = shift(found, command.words.len() - effective.len());
        let Some(token) = self.tokens.get(first + argument.word) else { return };
        if is_expansion(&command.words[argument.word]) {
            return;
        }
        let part = token.range.start + argument.skip..token.range.end;
        let expansions = self.expansions_of(mark, &part);
        let outer = self.parent.replace(index);
        let before = self.state.clone();
        if argument.how != How::Here {
            self.state.options = argument.options;
        }
        if argument.how == How::Login {
            self.state.lose();
        }
        let mut root = self.nested_root(usize::from(argument.how != How::Here));
        root.conditional = self.commands[index].conditional || argument.how == How::Each;
        match unquote(self.view.text(), part, &expansions) {
            Unquoted::Part(part) if expansions.first() == Some(&part) => {}
            Unquoted::Joined { text, expansions, .. }
                if expansions.first() == Some(&(0..text.len())) => {}
            Unquoted::Part(part) => {
                let around = std::mem::replace(&mut self.opaque, expansions);
                self.nesting += 1;
                self.within(part, |it| it.list(root, Closer::End));
                self.nesting -= 1;
                self.opaque = around;
            }
            Unquoted::Joined { text, pieces, expansions } => {
                let view = View::inside(self.view, text, pieces);
                self.read_view(&view, expansions, root);
            }
        }
        if argument.how != How::Here {
            self.state = before;
        }
        self.parent = outer;
    }

    fn expansions_of(&self, mark: usize, part: &Range<usize>) -> Vec<Range<usize>> {
        let all = self.expansions.get(mark..).unwrap_or_default();
        all.iter().filter(|it| it.start >= part.start && it.end <= part.end).cloned().collect()
    }
}

/// Whether a text is a script of another language: its first line names an interpreter that is no
/// shell.
pub(super) fn foreign(text: &str) -> bool {
    let Some(line) = text.strip_prefix("#!").and_then(|it| it.lines().next()) else { return false };
    let mut words = line.split_ascii_whitespace().map(|it| it.rsplit('/').next().unwrap_or(it));
    let interpreter = words.find(|it| *it != "env" && !it.starts_with('-') && !it.contains('='));
    interpreter.is_some_and(|it| !is_shell(it))
}

/// The options of the shell that a command is and that reads its script from its input.
pub(super) fn reads_script(words: &[ShellWord<'_>]) -> Option<ShellOptions> {
    let words = unwrapped(words);
    let name = name_of(words.first()?)?;
    match name {
        "su" | "runuser" => argument(name, words).is_none().then(ShellOptions::default),
        name if is_shell(name) => {
            let (command, script) = shell_options(words);
            let from_input =
                script == words.len() || words[1..script].iter().any(|it| it.value == "-s");
            let options = words[1..].iter().map(|it| it.value.as_ref());
            (!command && from_input).then(|| ShellOptions::from_arguments(options))
        }
        _ => None,
    }
}

/// The script among the words of a program of a name.
fn argument(name: &str, words: &[ShellWord<'_>]) -> Option<Argument> {
    match name {
        "eval" => {
            let rest = &words[1..];
            let skip = usize::from(rest.first().is_some_and(|it| it.value == "--"));
            let only = rest.len() == skip + 1;
            let options = ShellOptions::default();
            only.then_some(Argument { word: 1 + skip, skip: 0, how: How::Here, options })
        }
        "su" | "runuser" => switch_user(words),
        "find" | "xargs" => {
            let shell = words.iter().position(|it| name_of(it).is_some_and(is_shell))?;
            let found = shell_argument(&words[shell..])?;
            Some(shift(Argument { how: How::Each, ..found }, shell))
        }
        name if is_shell(name) => shell_argument(words),
        _ => None,
    }
}

/// An argument of words that are the last of some, with as many before them.
fn shift(argument: Argument, before: usize) -> Argument {
    Argument { word: argument.word + before, ..argument }
}

fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "mksh" | "rbash" | "busybox")
}

/// The script of `sh -c script`.
fn shell_argument(words: &[ShellWord<'_>]) -> Option<Argument> {
    let (command, script) = shell_options(words);
    let options = words[1..].iter().take(script - 1).map(|it| it.value.as_ref());
    let options = ShellOptions::from_arguments(options);
    (command && script < words.len()).then_some(Argument {
        word: script,
        skip: 0,
        how: How::Apart,
        options,
    })
}

/// Whether a shell is given `-c`, and the number of its first operand.
fn shell_options(words: &[ShellWord<'_>]) -> (bool, usize) {
    let (mut command, mut at) = (false, 1);
    while at < words.len() {
        let word = words[at].value.as_ref();
        match word.as_bytes() {
            b"-" | b"--" => {
                at += 1;
                break;
            }
            [b'-', b'-', ..] => at += usize::from(matches!(word, "--rcfile" | "--init-file")),
            [sign @ (b'-' | b'+'), letters @ ..] if !letters.is_empty() => {
                command |= *sign == b'-' && letters.contains(&b'c');
                at += letters.iter().filter(|it| matches!(it, b'o' | b'O')).count();
            }
            _ => break,
        }
        at += 1;
    }
    (command, at.min(words.len()))
}

/// The script of `su - user -c script`.
fn switch_user(words: &[ShellWord<'_>]) -> Option<Argument> {
    let login = words.iter().any(|it| matches!(it.value.as_ref(), "-" | "-l" | "--login" | "-lc"));
    let how = if login { How::Login } else { How::Apart };
    let options = ShellOptions::default();
    for (index, word) in words.iter().enumerate().skip(1) {
        let value = word.value.as_ref();
        let cluster = value.starts_with('-') && !value.starts_with("--") && value.ends_with('c');
        if cluster || matches!(value, "--command" | "--session-command") {
            let word = Some(index + 1).filter(|it| *it < words.len())?;
            return Some(Argument { word, skip: 0, how, options });
        }
        for option in ["--command=", "--session-command="] {
            if word.raw.starts_with(option) {
                return Some(Argument { word: index, skip: option.len(), how, options });
            }
        }
    }
    None
}

/// Whether a word is one expansion or a name put together from some, so that no part of a script is
/// known.
fn is_expansion(word: &ShellWord<'_>) -> bool {
    let ends = |it: char| it.is_ascii_whitespace() || matches!(it, ';' | '|' | '&');
    !word.literal && !word.value.contains(ends)
}
