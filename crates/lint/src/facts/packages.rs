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
mod settings;
mod versions;
mod yes;

use std::borrow::Cow;
use std::collections::BTreeMap;

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Base, Command, Stages};
use plimsoll_syntax::shell::{Script, ShellCommand};

use super::{Facts, RunCommand};

pub(crate) use caches::{Cache, Emptied, KeptCache};
pub(crate) use ends::at_end;
pub(crate) use manager::{Manager, Operation};
pub(crate) use names::bare_name;
pub(crate) use settings::Settings;
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
        // Whether the shell at the end of each stage is one of Unix.
        let mut unix: Vec<bool> = Vec::with_capacity(facts.stages.all.len());
        for stage in &facts.stages.all {
            let mut is_unix = match stage.base {
                Base::Stage(base) => unix.get(base).copied().unwrap_or(true),
                Base::Image => !is_windows(&stage.image),
                Base::Scratch => true,
            };
            for (offset, instruction) in stage.body.iter().enumerate() {
                let index = stage.first + offset;
                match &instruction.command {
                    Command::Shell(words) => {
                        is_unix = words.first().is_some_and(|it| manager::is_unix_shell(&it.text));
                    }
                    Command::Run(_) if is_unix => {
                        let Some(script) = facts.script(index) else { continue };
                        read::script(facts, stage.index, index, script, &mut commands);
                    }
                    _ => {}
                }
            }
            unix.push(is_unix);
        }
        Self { commands }
    }

    /// The names of the packages that a stage has installed at its end; see
    /// [`Self::installed_packages`].
    pub(crate) fn installed<'p>(
        &'p self,
        stages: &'p Stages<'d>,
        stage: usize,
    ) -> impl Iterator<Item = (Manager, &'p str)> {
        self.installed_packages(stages, stage).map(|(manager, name, _)| (manager, name))
    }

    /// The packages that a stage has installed at its end, in it and in the stages that it builds
    /// on: the manager, the name without version, and the package as it is written. What a later
    /// command removes by name or by group isn't among them.
    pub(crate) fn installed_packages<'p>(
        &'p self,
        stages: &'p Stages<'d>,
        stage: usize,
    ) -> impl Iterator<Item = (Manager, &'p str, &'p Package<'d>)> {
        let chain = move || stages.chain(stage).flat_map(|it| self.of_stage(it.index));
        // Where each name is removed the last time.
        let mut removed = BTreeMap::new();
        for command in chain().filter(|it| it.operation == Operation::Remove) {
            for package in &command.packages {
                let name = (command.manager.family(), bare_name(command.manager, &package.text));
                let place = removed.entry(name).or_insert((command.index, command.at));
                *place = (*place).max((command.index, command.at));
            }
        }
        let is_removed = move |install: &PackageCommand<'d>, name: &str| {
            let last = removed.get(&(install.manager.family(), name));
            last.is_some_and(|it| *it > (install.index, install.at))
        };
        let installs = chain().filter(|it| it.operation == Operation::Install && !it.elsewhere);
        let packages =
            installs.flat_map(|install| install.packages.iter().map(move |it| (install, it)));
        packages.filter_map(move |(install, package)| {
            let name = bare_name(install.manager, &package.text);
            let group = install.group.as_ref().is_some_and(|it| is_removed(install, &it.text));
            let there = package.known && !group && !is_removed(install, name);
            there.then_some((install.manager, name, package))
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
}

/// Whether an image is one of Windows by its name.
fn is_windows(image: &str) -> bool {
    let image = image.to_ascii_lowercase();
    ["windows", "nanoserver", "servercore"].iter().any(|it| image.contains(it))
}

#[cfg(test)]
mod tests;
