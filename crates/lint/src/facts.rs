//! What several rules need to know about a file, found out once.

pub(crate) mod froms;
pub(crate) mod labels;
pub(crate) mod pipelines;
pub(crate) mod shells;
pub(crate) mod sources;
pub(crate) mod spdx;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use plimsoll_syntax::Logical;
use plimsoll_syntax::dockerfile::{
    Command, CommandLine, Dockerfile, Form, Heredoc, Instruction, Keyword, Run, Scopes, Stage,
    Stages, Word,
};
use plimsoll_syntax::shell::{self, Script, ShellCommand};

/// What is known about a file.
#[derive(Debug)]
pub struct Facts<'d> {
    /// The tree.
    pub file: &'d Dockerfile<'d>,
    /// The stages.
    pub stages: Stages<'d>,
    /// The script of each `RUN`, by the number of the instruction.
    scripts: BTreeMap<usize, Script<'d>>,
    /// Found out when a rule first asks.
    scopes: OnceCell<Scopes<'d>>,
}

/// A command that a `RUN` runs.
#[derive(Clone, Copy, Debug)]
pub struct RunCommand<'f, 'd> {
    /// The stage.
    pub stage: &'f Stage<'d>,
    /// The number of the instruction in the file.
    pub index: usize,
    /// The instruction.
    pub instruction: &'d Instruction<'d>,
    /// What the instruction says.
    pub run: &'d Run<'d>,
    /// All commands of the instruction.
    pub script: &'f Script<'d>,
    /// The command.
    pub command: &'f ShellCommand<'d>,
}

impl<'d> Facts<'d> {
    /// Finds out everything that rules share.
    pub fn new(file: &'d Dockerfile<'d>) -> Self {
        let stages = Stages::new(file);
        let mut scripts = BTreeMap::new();
        for (index, instruction) in file.instructions.iter().enumerate() {
            if let Command::Run(run) = &instruction.command
                && run.line.form == Form::Shell
            {
                scripts.insert(index, script(instruction, run));
            }
        }
        Self { file, stages, scripts, scopes: OnceCell::new() }
    }

    /// The script of the `RUN` with a number.
    pub fn script(&self, index: usize) -> Option<&Script<'d>> {
        self.scripts.get(&index)
    }

    /// Every command of every `RUN`, in order.
    pub fn run_commands(&self) -> impl Iterator<Item = RunCommand<'_, 'd>> {
        self.stages.all.iter().flat_map(move |stage| self.run_commands_of(stage))
    }

    /// Every command of every `RUN` of a stage, in order.
    pub fn run_commands_of<'f>(
        &'f self,
        stage: &'f Stage<'d>,
    ) -> impl Iterator<Item = RunCommand<'f, 'd>> {
        stage.body.iter().enumerate().flat_map(move |(offset, instruction)| {
            let index = stage.first + offset;
            let run = match &instruction.command {
                Command::Run(run) => Some(run),
                _ => None,
            };
            run.zip(self.script(index)).into_iter().flat_map(move |(run, script)| {
                script.commands.iter().map(move |command| RunCommand {
                    stage,
                    index,
                    instruction,
                    run,
                    script,
                    command,
                })
            })
        })
    }

    /// Which variables hold where.
    pub fn scopes(&self) -> &Scopes<'d> {
        self.scopes.get_or_init(|| Scopes::new(self.file, &self.stages))
    }

    /// A word with the variables in force at an instruction put in, quotes and escapes removed.
    /// What has no value there stays as it is written.
    pub fn expand<'w>(&self, index: usize, word: &'w Word<'_>) -> Cow<'w, str> {
        // Most words are their own value: the variables aren't worth finding out for them.
        let special = ['$', '\'', '"', self.file.escape];
        if !word.text.contains(special) {
            return Cow::Borrowed(word.as_str());
        }
        self.scopes().expand(index, word)
    }

    /// The `ENTRYPOINT` of a stage, or of those below it.
    pub fn entrypoint(&self, stage: usize) -> Option<(&'d Instruction<'d>, &'d CommandLine<'d>)> {
        let instruction = self.stages.effective(stage, Keyword::Entrypoint)?;
        match &instruction.command {
            Command::Entrypoint(line) => Some((instruction, line)),
            _ => None,
        }
    }
}

/// The script of a `RUN` in shell form. A heredoc alone is the script; BuildKit hands it to the shell
/// unless its first line names another interpreter.
fn script<'d>(instruction: &'d Instruction<'d>, run: &'d Run<'d>) -> Script<'d> {
    let line = run.line.script.text();
    match instruction.heredocs.first() {
        Some(heredoc) if run.line.script.whole_span() == heredoc.start => {
            let first = heredoc.body.lines().next().unwrap_or_default();
            if first.starts_with("#!") && !names_a_shell(first) {
                return Script::default();
            }
            shell::parse(&Logical::borrowed(heredoc.body, heredoc.body_span.start()))
        }
        Some(_) if line.contains("<<") => {
            let mut script = shell::parse(&run.line.script);
            for heredoc in fed_to_shells(instruction, &script) {
                let body = Logical::borrowed(heredoc.body, heredoc.body_span.start());
                script.commands.extend(shell::parse(&body).commands);
            }
            script
        }
        _ => shell::parse(&run.line.script),
    }
}

/// The heredocs that a script feeds to a shell, as in `RUN bash <<EOF`.
fn fed_to_shells<'d>(
    instruction: &'d Instruction<'d>,
    script: &Script<'d>,
) -> Vec<&'d Heredoc<'d>> {
    let shells = script.commands.iter().filter(|command| {
        let program = command.words.first().map_or("", |it| &*it.value);
        is_shell(program.rsplit('/').next().unwrap_or_default())
    });
    let fed = shells.flat_map(|it| &it.redirections);
    fed.filter_map(|it| instruction.heredocs.iter().find(|doc| it.span.covers(doc.start))).collect()
}

/// Whether a line `#!…` names a shell.
fn names_a_shell(line: &str) -> bool {
    let words = line.trim_start_matches("#!").split_whitespace();
    words.take(3).any(|it| is_shell(it.rsplit('/').next().unwrap_or_default()))
}

fn is_shell(program: &str) -> bool {
    matches!(program, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh")
}
