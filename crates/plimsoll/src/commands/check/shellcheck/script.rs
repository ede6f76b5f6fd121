//! The scripts of a Dockerfile as a shell would see them, and the way back.

use std::{collections::BTreeSet, ops::Range};

use plimsoll_finding::Span;
use plimsoll_syntax::{
    Logical,
    dockerfile::{Command, Dockerfile, Form, Instruction, Keyword, Stage, Stages},
};

/// A script.
#[derive(Debug)]
pub(super) struct Script<'d> {
    /// As `shellcheck -s` names it.
    pub(super) dialect: &'static str,
    /// The codes that comments above the instruction turn off.
    pub(super) ignored: BTreeSet<u32>,
    text: String,
    /// What the text was put together from: where each part begins in it.
    parts: Vec<(usize, Logical<'d>)>,
}

impl<'d> Script<'d> {
    /// What the shell reads.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the Dockerfile that a range of the text stands for.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let place = |offset: usize| {
            let after = self.parts.partition_point(|(start, _)| *start <= offset);
            let (start, part) = self.parts.get(after.saturating_sub(1))?;
            let within = (offset - start).min(part.len());
            Some(part.span(within..within).start())
        };
        let start = place(range.start).unwrap_or_default();
        // The end follows its last byte, wherever the next one is.
        let end = match range.end.checked_sub(1).filter(|_| !range.is_empty()) {
            Some(last) => place(last).map_or(start, |it| it + 1),
            None => start,
        };
        Span::new(start, end)
    }

    fn new(dialect: &'static str) -> Self {
        Self { dialect, ignored: BTreeSet::new(), text: String::new(), parts: Vec::new() }
    }

    fn push(&mut self, part: Logical<'d>) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        let start = self.text.len();
        self.text.push_str(part.text());
        self.parts.push((start, part));
    }
}

/// The scripts of all `RUN` instructions whose shell `ShellCheck` knows.
pub(super) fn scripts<'d>(file: &'d Dockerfile<'d>) -> Vec<Script<'d>> {
    let stages = Stages::new(file);
    let mut scripts = Vec::new();
    for (number, stage) in stages.all.iter().enumerate() {
        let below = stages.chain(number).skip(1).find_map(|it| it.last(Keyword::Shell));
        scripts.extend(of_stage(file, stage, below));
    }
    scripts
}

fn of_stage<'d>(
    file: &'d Dockerfile<'d>,
    stage: &Stage<'d>,
    mut shell: Option<&'d Instruction<'d>>,
) -> Vec<Script<'d>> {
    let mut scripts = Vec::new();
    for instruction in stage.body {
        if instruction.kind == Keyword::Shell {
            shell = Some(instruction);
        }
        scripts.extend(dialect(shell).and_then(|it| script(file, instruction, it)));
    }
    scripts
}

/// The shell that a `SHELL` instruction names, if it is one that reads scripts as we know them.
fn dialect(shell: Option<&Instruction<'_>>) -> Option<&'static str> {
    match shell.map(|it| &it.command) {
        None => Some("sh"),
        Some(Command::Shell(words)) => named(words.first()?.as_str()),
        Some(_) => None,
    }
}

fn named(program: &str) -> Option<&'static str> {
    match program.rsplit('/').next()? {
        "sh" | "ash" => Some("sh"),
        "dash" => Some("dash"),
        "bash" => Some("bash"),
        "ksh" => Some("ksh"),
        _ => None,
    }
}

fn script<'d>(
    file: &'d Dockerfile<'d>,
    instruction: &'d Instruction<'d>,
    dialect: &'static str,
) -> Option<Script<'d>> {
    let Command::Run(run) = &instruction.command else { return None };
    if run.line.form != Form::Shell {
        return None;
    }
    let mut script = match instruction.heredocs.first() {
        Some(heredoc) if run.line.script.whole_span() == heredoc.start => {
            let first = heredoc.body.lines().next().unwrap_or_default();
            let mut script = Script::new(match first.strip_prefix("#!") {
                Some(program) => named(program.split_whitespace().last()?)?,
                None => dialect,
            });
            script.push(Logical::borrowed(heredoc.body, heredoc.body_span.start()));
            script
        }
        _ => {
            let mut script = Script::new(dialect);
            script.push(run.line.script.clone());
            for heredoc in &instruction.heredocs {
                let span = Span::new(heredoc.body_span.start(), heredoc.end.end());
                script.push(Logical::borrowed(span.slice(file.text)?, span.start()));
            }
            script
        }
    };
    script.ignored = ignored(instruction);
    Some(script)
}

/// The codes in `shellcheck disable=…` and `hadolint ignore=…` above an instruction.
fn ignored(instruction: &Instruction<'_>) -> BTreeSet<u32> {
    let comments = instruction.comments.iter().map(|it| it.as_str().trim());
    let lists = comments.filter_map(|it| {
        it.strip_prefix("shellcheck disable=").or_else(|| it.strip_prefix("hadolint ignore="))
    });
    lists.flat_map(|it| it.split([',', ' '])).filter_map(super::code).collect()
}
