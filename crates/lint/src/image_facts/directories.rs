//! The directories that an image makes, and whose they are.
//!
//! A new volume gets content and owner of the directory that the image has at its place. Where the
//! image has none, the directory is root's.

use std::collections::BTreeMap;

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Command, Stage};
use plimsoll_syntax::shell::ShellCommand;

use crate::Facts;
use crate::facts::RunCommand;
use crate::facts::paths;

/// A directory that an image makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The directory, as a whole path.
    pub path: String,
    /// Whose it is.
    pub owner: Ownership,
    /// What makes it.
    pub span: Span,
    /// Whether it was made empty, and nothing is copied into it.
    pub is_empty: bool,
}

/// Whose a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Root's.
    Root,
    /// Another user's, or anybody may write to it.
    Other,
}

/// The directories that a stage and those below it make.
pub(super) fn made(facts: &Facts<'_>, stage: &Stage<'_>) -> Vec<Made> {
    let mut made = Directories::default();
    let mut chain: Vec<&Stage<'_>> = facts.stages.chain(stage.index).collect();
    chain.reverse();
    for stage in chain {
        let inherited =
            matches!(facts.base(stage.index).map(|it| it.user), Some(crate::bases::User::Other(_)));
        made.is_other |=
            inherited && facts.stages.root(stage.index).is_some_and(|it| it.index == stage.index);
        for (offset, instruction) in stage.body.iter().enumerate() {
            let index = stage.first + offset;
            match &instruction.command {
                Command::User(word) => {
                    let user = facts.expand(index, word);
                    let user = user.split(':').next().unwrap_or_default();
                    made.is_other = !matches!(user, "root" | "0");
                }
                Command::Workdir(word) => {
                    let path = paths::join(facts.directory(index), &facts.expand(index, word));
                    made.make(path, made.current(), word.span);
                }
                Command::Copy(copy) | Command::Add(copy) => {
                    let owner = copy.chown.as_ref().map(|it| facts.expand(index, it));
                    let is_other =
                        owner.is_some_and(|it| !matches!(it.split(':').next(), Some("root" | "0")));
                    let owner = if is_other { Ownership::Other } else { Ownership::Root };
                    for copied in facts.copied(index) {
                        made.fill(&copied.path, owner, copied.span);
                    }
                }
                _ => {}
            }
            for run in facts.run_commands_of(stage).filter(|it| it.index == index) {
                made.run(facts, &run);
            }
        }
    }
    made.all
        .into_iter()
        .map(|(path, it)| Made { path, owner: it.0, span: it.1, is_empty: it.2 })
        .collect()
}

#[derive(Debug, Default)]
struct Directories {
    all: BTreeMap<String, (Ownership, Span, bool)>,
    is_other: bool,
}

impl Directories {
    fn current(&self) -> Ownership {
        if self.is_other { Ownership::Other } else { Ownership::Root }
    }

    fn make(&mut self, path: String, owner: Ownership, span: Span) {
        self.all.entry(path).or_insert((owner, span, true));
    }

    /// Notes that something lands at a path, or below it.
    fn fill(&mut self, path: &str, owner: Ownership, span: Span) {
        for (known, it) in &mut self.all {
            if paths::is_in(path, known) {
                it.2 = false;
            }
        }
        let it = self.all.entry(path.to_owned()).or_insert((owner, span, false));
        it.2 = false;
        if owner == Ownership::Other {
            it.0 = owner;
        }
    }

    fn run(&mut self, facts: &Facts<'_>, run: &RunCommand<'_, '_>) {
        let command = run.command;
        let Some(program) = command.program() else { return };
        let path = |text: &str| whole(facts, run, text);
        match program {
            "mkdir" => {
                let mode = command.option(&["-m", "--mode"]).is_some_and(|it| is_open(it.value));
                let owner = if mode { Ownership::Other } else { self.current() };
                for word in command.operands(&["-m", "--mode"]) {
                    for part in braces(&word.value) {
                        self.make(path(&part), owner, word.span);
                    }
                }
            }
            "install" if command.has_flag('d', "directory") => {
                let owner = command.option(&["-o", "--owner"]);
                let is_other = owner.is_some_and(|it| !matches!(it.value, "root" | "0"));
                let owner = if is_other { Ownership::Other } else { self.current() };
                for word in command.operands(&["-o", "-g", "-m", "--owner", "--group", "--mode"]) {
                    self.make(path(&word.value), owner, word.span);
                }
            }
            "chown" => {
                let mut operands = command.operands(&[]);
                let is_root = operands.next().is_none_or(|it| {
                    let user = it.value.split([':', '.']).next().unwrap_or_default();
                    matches!(user, "root" | "0")
                });
                if !is_root {
                    let recursive = command.has_flag('R', "recursive");
                    self.own(
                        operands.flat_map(|it| braces(&it.value)).map(|it| path(&it)),
                        recursive,
                        command,
                    );
                }
            }
            "chgrp" => {
                let recursive = command.has_flag('R', "recursive");
                self.own(
                    command.operands(&[]).skip(1).map(|it| path(&it.value)),
                    recursive,
                    command,
                );
            }
            "chmod" => {
                let recursive = command.has_flag('R', "recursive");
                let mut operands = command.operands(&[]);
                if operands.next().is_some_and(|it| is_open(&it.value)) {
                    self.own(operands.map(|it| path(&it.value)), recursive, command);
                }
            }
            "useradd" | "adduser" => {
                if let Some(home) = command.option(&["-d", "-h", "--home", "--home-dir"]) {
                    self.all.insert(path(home.value), (Ownership::Other, command.span, false));
                }
            }
            _ => {}
        }
    }

    fn own(
        &mut self,
        owned: impl Iterator<Item = String>,
        recursive: bool,
        command: &ShellCommand<'_>,
    ) {
        for owned in owned {
            for (known, it) in &mut self.all {
                if *known == owned || recursive && paths::is_in(known, &owned) {
                    it.0 = Ownership::Other;
                }
            }
            self.all.entry(owned).or_insert((Ownership::Other, command.span, false));
        }
    }
}

/// A path of a script as a whole one.
fn whole(facts: &Facts<'_>, run: &RunCommand<'_, '_>, text: &str) -> String {
    let text = facts.in_shell(run.stage.index, run.index, text);
    let directory = run.command.directory.as_deref().unwrap_or(".");
    paths::join(&paths::join(facts.directory(run.index), directory), &text)
}

/// Whether a mode lets others or the group write.
fn is_open(mode: &str) -> bool {
    let digits = mode.len() >= 3 && mode.bytes().all(|it| it.is_ascii_digit());
    let last = |at: usize| {
        mode.bytes().rev().nth(at).is_some_and(|it| matches!(it, b'2' | b'3' | b'6' | b'7'))
    };
    if digits {
        last(0) || last(1)
    } else {
        mode.contains('w') && !mode.starts_with('u') || mode.contains("g=")
    }
}

/// `a{b,c}d` as a shell has it; a text without braces is itself.
fn braces(text: &str) -> Vec<String> {
    let parts = || {
        let (before, rest) = text.split_once('{').filter(|it| !it.0.ends_with('$'))?;
        let (inside, after) = rest.split_once('}')?;
        inside
            .contains(',')
            .then(|| inside.split(',').map(|it| format!("{before}{it}{after}")).collect())
    };
    parts().unwrap_or_else(|| vec![text.to_owned()])
}
