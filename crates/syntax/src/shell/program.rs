//! What a command's program is.

use plimsoll_finding::Span;

use super::wrapper::unwrapped;
use super::{Joined, ShellCommand, ShellWord};

impl<'t> ShellCommand<'t> {
    /// A command of words alone, such as an exec form has.
    pub fn of_words(words: Vec<ShellWord<'t>>) -> Self {
        let span = match (words.first(), words.last()) {
            (Some(first), Some(last)) => first.span.union(last.span),
            _ => Span::empty(0),
        };
        let mut command = Self {
            span,
            assignments: Vec::new(),
            words,
            redirections: Vec::new(),
            joined: Joined::First,
            parent: None,
            depth: 0,
            conditional: false,
            directory: None,
            lost: false,
            pipefail: false,
            errexit: false,
            program: (0, 0..0),
        };
        command.find_program();
        command
    }

    /// The name of the first word: `apt-get` for `/usr/bin/apt-get`. `None` where there is no word
    /// or a variable or substitution hides the name.
    pub fn name(&self) -> Option<&str> {
        name_of(self.words.first()?)
    }

    /// The words from the program on that does the work: without `sudo -E`, `env A=b`, `timeout 30`
    /// and their like. A wrapper that wraps nothing is the program itself.
    pub fn effective(&self) -> &[ShellWord<'t>] {
        self.words.get(self.program.0..).unwrap_or_default()
    }

    /// The name of the program that does the work; see [`Self::effective`] and [`Self::name`].
    pub fn program(&self) -> Option<&str> {
        let range = self.program.1.start as usize..self.program.1.end as usize;
        self.words.get(self.program.0)?.value.get(range).filter(|it| !it.is_empty())
    }

    /// Finds out what [`Self::effective`] and [`Self::program`] say.
    pub(super) fn find_program(&mut self) {
        let effective = unwrapped(&self.words);
        let range = effective.first().and_then(|word| {
            let name = name_of(word)?;
            let end = u32::try_from(word.value.len()).ok()?;
            Some(end - u32::try_from(name.len()).ok()?..end)
        });
        self.program = (self.words.len() - effective.len(), range.unwrap_or_default());
    }

    /// The arguments of the program that does the work.
    pub fn args(&self) -> &[ShellWord<'t>] {
        self.effective().get(1..).unwrap_or_default()
    }
}

/// The base name of a program.
pub(super) fn name_of<'w>(word: &'w ShellWord<'_>) -> Option<&'w str> {
    let value: &str = &word.value;
    let start = value.bytes().rposition(|it| it == b'/').map_or(0, |it| it + 1);
    let name = &value[start..];
    let hidden = !word.literal && name.contains(['$', '`', '}', ')', '*', '?', '{', '(']);
    (!hidden && !name.is_empty()).then_some(name)
}

/// Whether a command is run for its answer: `[ -f x ]`, `command -v x`, `grep -q x`.
pub(super) fn is_test(words: &[ShellWord<'_>]) -> bool {
    let [program, arguments @ ..] = words else { return false };
    let first = arguments.first().map_or("", |it| it.value.as_ref());
    match program.value.as_ref() {
        "[" | "[[" | "test" | "which" | "type" | "hash" => true,
        "command" => matches!(first, "-v" | "-V"),
        "grep" | "egrep" | "fgrep" => {
            first.starts_with('-') && !first.starts_with("--") && first.contains('q')
        }
        _ => false,
    }
}
