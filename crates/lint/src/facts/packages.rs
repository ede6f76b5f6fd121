//! What each `RUN` does with package managers: which packages come and go, and which caches stay.
//!
//! Stages whose shell is none of Unix (PowerShell, cmd) are left out: their commands mean something
//! else. Packages that go into another root (`dnf --installroot`, `apk --root`) are marked.

mod caches;
mod ends;
mod lists;
mod manager;
mod names;
mod options;
mod read;
pub(crate) mod report;
mod versions;
mod yes;

use std::borrow::Cow;

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Command, Stages};
use plimsoll_syntax::shell::{Script, ShellCommand};

use super::{Facts, RunCommand};

pub(crate) use caches::{Cache, KeptCache};
pub(crate) use ends::at_end;
pub(crate) use manager::{Manager, Operation};
pub(crate) use names::bare_name;
pub(crate) use versions::is_pinned;
pub(crate) use yes::asks;

/// What a file does with package managers.
#[derive(Debug, Default)]
pub(crate) struct Packages<'d> {
    commands: Vec<PackageCommand<'d>>,
}

/// One command of a package manager.
#[derive(Clone, Debug)]
pub(crate) struct PackageCommand<'d> {
    /// The stage's number.
    pub(crate) stage: usize,
    /// The number of the `RUN` in the file.
    pub(crate) index: usize,
    /// The number of the command in the script.
    pub(crate) at: usize,
    /// Whose command it is.
    pub(crate) manager: Manager,
    /// What it does.
    pub(crate) operation: Operation,
    /// The word that says so: `install`; the program where there is none, as in `yarn`.
    pub(crate) verb: Span,
    /// What it is done to, variables put in as far as they are known.
    pub(crate) packages: Vec<Package<'d>>,
    /// The group that `apk add --virtual` makes of them.
    pub(crate) group: Option<Package<'d>>,
    /// Whether a variable before the verb may hold options.
    pub(crate) hides_options: bool,
    /// Whether it works on another root than the image's own.
    pub(crate) elsewhere: bool,
}

/// A package as it is named to a package manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Package<'d> {
    /// As written, with its version; a variable or substitution that isn't known stays.
    pub(crate) text: Cow<'d, str>,
    /// The word, or the variable that held it.
    pub(crate) span: Span,
    /// Whether `text` is all there is.
    pub(crate) known: bool,
}

/// A command of a package manager in its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PackageRun<'f, 'd> {
    /// What it does.
    pub(crate) does: &'f PackageCommand<'d>,
    /// Where it stands.
    pub(crate) run: RunCommand<'f, 'd>,
}

impl<'f, 'd> PackageRun<'f, 'd> {
    /// The command.
    pub(crate) fn command(&self) -> &'f ShellCommand<'d> {
        self.run.command
    }

    /// The manager's program as it is called: `apt` or `apt-get`.
    pub(crate) fn program(&self) -> &'f str {
        self.run.command.program().unwrap_or_default()
    }

    /// The program with its verb, for messages: `apt-get install`.
    pub(crate) fn title(&self) -> String {
        let verb = self.run.command.args().iter().find(|it| it.span == self.does.verb);
        let program = match (self.does.manager, self.program()) {
            (Manager::Pip, "uv") => "uv pip",
            (Manager::Pip, program) if program.starts_with("python") => "pip",
            (_, program) => program,
        };
        match verb {
            Some(verb) => format!("{program} {}", verb.value),
            None => program.to_owned(),
        }
    }
}

impl<'d> Packages<'d> {
    /// Reads all commands of package managers.
    pub(super) fn new(facts: &Facts<'d>) -> Self {
        let mut commands = Vec::new();
        for stage in &facts.stages.all {
            for (offset, instruction) in stage.body.iter().enumerate() {
                let index = stage.first + offset;
                let Command::Run(_) = &instruction.command else { continue };
                let Some(script) = facts.script(index) else { continue };
                if !script.commands.iter().any(manager::is_interesting) {
                    continue;
                }
                if !facts.has_unix_shell(stage.index, index) {
                    continue;
                }
                read::script(facts, stage.index, index, script, &mut commands);
            }
        }
        Self { commands }
    }

    /// The names of the packages that a stage has installed at its end, of the stages that it
    /// builds on too, without versions. What a later command removes by name isn't among them.
    pub(crate) fn installed<'p>(
        &'p self,
        stages: &'p Stages<'d>,
        stage: usize,
    ) -> impl Iterator<Item = (Manager, &'p str)> {
        let commands = stages.chain(stage).flat_map(|it| self.of_stage(it.index));
        let installs = commands.filter(|it| it.operation == Operation::Install && !it.elsewhere);
        installs.flat_map(move |install| {
            let kept =
                move |it: &&Package<'d>| it.known && !self.removes(stages, stage, install, it);
            install
                .packages
                .iter()
                .filter(kept)
                .map(|it| (install.manager, bare_name(install.manager, &it.text)))
        })
    }

    /// The commands of one stage alone.
    pub(crate) fn of_stage(&self, stage: usize) -> &[PackageCommand<'d>] {
        let start = self.commands.partition_point(|it| it.stage < stage);
        let end = self.commands.partition_point(|it| it.stage <= stage);
        &self.commands[start..end]
    }

    /// The commands of one `RUN`.
    pub(crate) fn of_run(&self, index: usize) -> &[PackageCommand<'d>] {
        let start = self.commands.partition_point(|it| it.index < index);
        let end = self.commands.partition_point(|it| it.index <= index);
        &self.commands[start..end]
    }

    /// Whether a package that `install` brings is removed by name later on the way to the end of
    /// a stage.
    fn removes(
        &self,
        stages: &Stages<'d>,
        stage: usize,
        install: &PackageCommand<'d>,
        package: &Package<'d>,
    ) -> bool {
        let later = stages.chain(stage).take_while(|it| it.index >= install.stage);
        later.flat_map(|it| self.of_stage(it.index)).any(|it| {
            (it.index, it.at) > (install.index, install.at) && it.removes(install, package)
        })
    }
}

impl<'d> PackageCommand<'d> {
    /// Whether the command removes a package that another one has installed.
    pub(crate) fn removes(&self, install: &Self, package: &Package<'d>) -> bool {
        if self.operation != Operation::Remove || self.manager.family() != install.manager.family()
        {
            return false;
        }
        let name = bare_name(install.manager, &package.text);
        let group = install.group.as_ref().map(|it| it.text.as_ref());
        self.packages
            .iter()
            .any(|it| bare_name(self.manager, &it.text) == name || group == Some(it.text.as_ref()))
    }
}

impl<'d> Facts<'d> {
    /// Every command of a package manager, in order.
    pub(crate) fn package_runs(&self) -> impl Iterator<Item = PackageRun<'_, 'd>> {
        self.packages().commands.iter().filter_map(|it| self.place(it))
    }

    /// A command of a package manager in its place.
    pub(crate) fn place<'f>(&'f self, does: &'f PackageCommand<'d>) -> Option<PackageRun<'f, 'd>> {
        let stage = self.stages.all.get(does.stage)?;
        let instruction = self.file.instructions.get(does.index)?;
        let Command::Run(run) = &instruction.command else { return None };
        let script: &Script<'d> = self.script(does.index)?;
        let command = script.commands.get(does.at)?;
        let run = RunCommand { stage, index: does.index, instruction, run, script, command };
        Some(PackageRun { does, run })
    }

    /// Whether the shell form of an instruction is read by a shell of Unix.
    fn has_unix_shell(&self, stage: usize, index: usize) -> bool {
        let mut limit = index;
        for stage in self.stages.chain(stage) {
            let before = limit.saturating_sub(stage.first).min(stage.body.len());
            let shell = stage.body[..before].iter().rev().find_map(|it| match &it.command {
                Command::Shell(words) => Some(words),
                _ => None,
            });
            if let Some(words) = shell {
                return words.first().is_some_and(|it| manager::is_unix_shell(&it.text));
            }
            limit = usize::MAX;
            let image = stage.image.to_ascii_lowercase();
            if ["windows", "nanoserver", "servercore"].iter().any(|it| image.contains(it)) {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests;
