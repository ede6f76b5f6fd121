//! What an image starts: its `ENTRYPOINT` and `CMD` together, and the scripts among them that can
//! be read.
//!
//! Images are the stages that no other builds on. As in a build, an `ENTRYPOINT` drops the `CMD`
//! that stands in the stages below it.

mod script;
mod written;

use std::borrow::Cow;
use std::collections::BTreeSet;

use plimsoll_syntax::dockerfile::{
    Base, Command, CommandLine, Form, Instruction, Keyword, Stage, Word,
};
use plimsoll_syntax::shell::{ShellCommand, ShellWord};

use super::{paths, shells};
use crate::Facts;
use crate::bases::canonical_name;

pub(crate) use script::{ScriptKind, StartScript, inline};

/// What one image starts.
#[derive(Debug)]
pub(crate) struct Start<'d> {
    /// The number of the stage that is the image.
    pub(crate) stage: usize,
    /// Its `ENTRYPOINT`, inherited or its own.
    pub(crate) entrypoint: Option<Started<'d>>,
    /// Its `CMD`, if that has any effect.
    pub(crate) cmd: Option<Started<'d>>,
    /// The words in exec form of both, as one command; `None` where a shell runs the first.
    pub(crate) command: Option<ShellCommand<'d>>,
    /// The scripts that it starts and that the file holds.
    pub(crate) scripts: Vec<StartScript<'d>>,
}

/// An `ENTRYPOINT` or `CMD`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Started<'d> {
    /// The instruction's number.
    pub(crate) index: usize,
    /// The instruction.
    pub(crate) instruction: &'d Instruction<'d>,
    /// What it says.
    pub(crate) line: &'d CommandLine<'d>,
}

impl<'d> Start<'d> {
    fn new(facts: &Facts<'d>, stage: &Stage<'d>) -> Option<Self> {
        let entrypoint = find(facts, stage.index, Keyword::Entrypoint);
        let mut cmd = find(facts, stage.index, Keyword::Cmd);
        if let (Some((above, _)), Some((below, _))) = (&entrypoint, &cmd)
            && below < above
        {
            cmd = None;
        }
        let (entrypoint, mut cmd) = (entrypoint.map(|it| it.1), cmd.map(|it| it.1));
        if entrypoint.is_some_and(|it| it.line.form == Form::Shell) {
            cmd = None;
        }
        let first = entrypoint.or(cmd)?;
        let command = exec_words(first, entrypoint.and(cmd));
        let mut start = Self { stage: stage.index, entrypoint, cmd, command, scripts: Vec::new() };
        start.read_scripts(facts, first);
        Some(start)
    }

    /// The instruction that names the program.
    pub(crate) fn first(&self) -> Option<Started<'d>> {
        self.entrypoint.or(self.cmd)
    }

    fn read_scripts(&mut self, facts: &Facts<'d>, first: Started<'d>) {
        let stage = facts.stages.at(first.instruction.span.start());
        let shell = stage.and_then(|it| shells::shell_at(facts, it, first.index));
        if shell.is_some_and(|it| !shells::is_posix(it)) {
            return;
        }
        let mut path = None;
        if let Some(command) = &self.command {
            match inline(command) {
                Some(script) => self.scripts.push(script),
                None => path = script_path(facts, first.index, command),
            }
        } else if first.line.form == Form::Shell {
            let shell = shell.and_then(|it| it.first()).map_or("/bin/sh", Word::as_str);
            let script = StartScript::shell_form(shell, first.instruction, first.line);
            path = match &script.script().commands[..] {
                [only] => script_path(facts, first.index, only),
                _ => None,
            };
            self.scripts.push(script);
        }
        if let Some(path) = path
            && let Some(script) = written::find(facts, self.stage, &path)
        {
            self.scripts.push(script);
        }
    }
}

/// The nearest instruction of a kind, and the number of the stage that holds it.
fn find<'d>(facts: &Facts<'d>, stage: usize, kind: Keyword) -> Option<(usize, Started<'d>)> {
    facts.stages.chain(stage).find_map(|stage| {
        let offset = stage.body.iter().rposition(|it| it.kind == kind)?;
        let instruction = &stage.body[offset];
        let (Command::Entrypoint(line) | Command::Cmd(line)) = &instruction.command else {
            return None;
        };
        Some((stage.index, Started { index: stage.first + offset, instruction, line }))
    })
}

fn exec_words<'d>(first: Started<'d>, second: Option<Started<'d>>) -> Option<ShellCommand<'d>> {
    if first.line.form != Form::Exec || first.line.words.is_empty() {
        return None;
    }
    let more = second.filter(|it| it.line.form == Form::Exec).map_or(&[][..], |it| &it.line.words);
    Some(exec_command(first.line.words.iter().chain(more)))
}

/// The words of an exec form as a command.
pub(crate) fn exec_command<'d>(words: impl Iterator<Item = &'d Word<'d>>) -> ShellCommand<'d> {
    let words: Vec<ShellWord<'d>> = words
        .map(|it| ShellWord {
            raw: Cow::Borrowed(it.as_str()),
            value: Cow::Borrowed(it.as_str()),
            span: it.span,
            literal: true,
        })
        .collect();
    ShellCommand::of_words(words)
}

/// The path of the script or program that a command starts, wrappers and a shell before it left out.
fn script_path(facts: &Facts<'_>, index: usize, command: &ShellCommand<'_>) -> Option<String> {
    let words = command.effective();
    let program = command.program()?;
    let word = if super::is_shell(program) {
        words.iter().skip(1).find(|it| !it.value.starts_with('-'))?
    } else {
        words.first()?
    };
    let value = &*word.value;
    let named = value.contains('/');
    Some(if named { paths::join(facts.directory(index), value) } else { value.to_owned() })
}

/// Distributions, whose images start a shell.
const DISTRIBUTIONS: &[&str] = &[
    "alpine",
    "debian",
    "ubuntu",
    "fedora",
    "centos",
    "rockylinux",
    "almalinux",
    "amazonlinux",
    "oraclelinux",
    "archlinux",
];

impl<'d> Facts<'d> {
    /// Whether an image starts nothing but the shell of its base: neither it nor the stages below
    /// say what to start, and the base is a distribution or holds tools that only build. Such an
    /// image is made for people, or whoever runs it says what it starts.
    pub(crate) fn starts_only_a_shell(&self, stage: usize) -> bool {
        let says = |it| self.stages.effective(stage, it).is_some();
        if says(Keyword::Entrypoint) || says(Keyword::Cmd) {
            return false;
        }
        let Some(image) = self.base_image(stage) else { return false };
        DISTRIBUTIONS.contains(&canonical_name(image.name()))
            || image.describe().and_then(|it| it.toolchain).is_some_and(|it| it.only_builds)
    }

    /// What a stage starts if it is the one that is built.
    pub(crate) fn start_of(&self, stage: &Stage<'d>) -> Option<Start<'d>> {
        Start::new(self, stage)
    }

    /// What each image of the file starts. Images that start the same are listed once.
    pub(crate) fn starts(&self) -> &[Start<'d>] {
        self.starts.get_or_init(|| {
            let mut seen = BTreeSet::new();
            let starts = self.leaf_stages().filter_map(|it| Start::new(self, it));
            starts
                .filter(|it| {
                    let index = |started: &Option<Started<'_>>| started.map(|it| it.index);
                    seen.insert((index(&it.entrypoint), index(&it.cmd)))
                })
                .collect()
        })
    }

    /// The stages that no other builds on.
    pub(crate) fn leaf_stages(&self) -> impl Iterator<Item = &Stage<'d>> {
        let mut is_leaf = vec![true; self.stages.all.len()];
        for stage in &self.stages.all {
            if let Base::Stage(base) = stage.base
                && let Some(it) = is_leaf.get_mut(base)
            {
                *it = false;
            }
        }
        self.stages.all.iter().filter(move |it| is_leaf.get(it.index) == Some(&true))
    }
}

#[cfg(test)]
mod tests;
