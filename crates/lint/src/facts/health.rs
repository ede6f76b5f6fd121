//! The health checks of images.

use std::borrow::Cow;

use plimsoll_syntax::dockerfile::{
    Command, CommandLine, Form, Healthcheck, HealthcheckTest, Instruction, Keyword,
};
use plimsoll_syntax::shell::{self, Script, ShellCommand};

use super::start;
use crate::Facts;

/// The health check of an image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Health<'d> {
    /// The number of the stage that is the image.
    pub(crate) stage: usize,
    /// The instruction.
    pub(crate) instruction: &'d Instruction<'d>,
    /// What it says.
    pub(crate) check: &'d Healthcheck<'d>,
}

/// What a health check runs.
#[derive(Debug)]
pub(crate) enum HealthCommands<'d> {
    /// A script that `/bin/sh` reads, or the shell of `SHELL`.
    Shell(Script<'d>),
    /// A program.
    Exec(ShellCommand<'d>),
}

impl<'d> Health<'d> {
    /// What it runs; `None` for `HEALTHCHECK NONE`.
    pub(crate) fn line(&self) -> Option<&'d CommandLine<'d>> {
        match &self.check.test {
            HealthcheckTest::Command(line) => Some(line),
            HealthcheckTest::None => None,
        }
    }

    /// What it runs, read.
    pub(crate) fn commands(&self) -> Option<HealthCommands<'d>> {
        let line = self.line()?;
        Some(match line.form {
            Form::Shell => HealthCommands::Shell(shell::parse(&line.script)),
            Form::Exec => HealthCommands::Exec(start::exec_command(line.words.iter())),
        })
    }
}

impl HealthCommands<'_> {
    /// Hands every simple command to `each`, those inside of `["sh", "-c", "…"]` instead of it.
    pub(crate) fn with<R>(&self, each: impl FnOnce(&[ShellCommand<'_>]) -> R) -> R {
        match self {
            Self::Shell(script) => each(&script.commands),
            Self::Exec(command) => match start::inline(command) {
                Some(inline) => each(&inline.script().commands),
                None => each(std::slice::from_ref(command)),
            },
        }
    }
}

impl<'d> Facts<'d> {
    /// The health check of each image that has one, inherited or its own; each instruction once.
    pub(crate) fn health_checks(&self) -> Vec<Health<'d>> {
        let mut all: Vec<Health<'d>> = Vec::new();
        if self.file.instructions.iter().all(|it| it.kind != Keyword::Healthcheck) {
            return all;
        }
        for stage in self.leaf_stages() {
            let Some(instruction) = self.stages.effective(stage.index, Keyword::Healthcheck) else {
                continue;
            };
            let Command::Healthcheck(check) = &instruction.command else { continue };
            if all.iter().all(|it| it.instruction.span != instruction.span) {
                all.push(Health { stage: stage.index, instruction, check });
            }
        }
        all
    }

    /// The ports that an image declares, as written, with the instruction of the first.
    pub(crate) fn exposed_by(
        &self,
        stage: usize,
    ) -> Option<(&'d Instruction<'d>, Vec<Cow<'d, str>>)> {
        let mut first = None;
        let mut ports = Vec::new();
        for stage in self.stages.chain(stage) {
            for instruction in stage.each(Keyword::Expose) {
                if let Command::Expose(words) = &instruction.command {
                    first = first.or(Some(instruction));
                    ports.extend(words.iter().map(|it| it.text.clone()));
                }
            }
        }
        Some((first?, ports))
    }
}
