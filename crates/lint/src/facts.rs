//! What several rules need to know about a file, found out once.

pub(crate) mod base_environment;
pub(crate) mod bases;
pub(crate) mod cargo;
pub(crate) mod copies;
mod dispatched;
mod exposed;
pub(crate) mod froms;
pub(crate) mod health;
pub(crate) mod labels;
pub(crate) mod linked_programs;
pub(crate) mod packages;
pub(crate) mod paths;
pub(crate) mod pipelines;
pub(crate) mod places;
pub(crate) mod programs;
pub(crate) mod runtime;
pub(crate) mod secret_arguments;
pub(crate) mod shells;
pub(crate) mod signals;
pub(crate) mod sources;
pub(crate) mod spdx;
pub(crate) mod start;
pub(crate) mod taken;
pub(crate) mod tools;
pub(crate) mod users;
pub(crate) mod words;
pub(crate) mod writes;

use std::borrow::Cow;
use std::cell::OnceCell;

use plimsoll_syntax::dockerfile::{
    Base, Command, CommandLine, Dockerfile, Form, Heredoc, Instruction, Keyword, Run, Scopes,
    Stage, Stages, Word,
};
use plimsoll_syntax::shell::{self, Script, ShellCommand, ShellOptions};

pub(crate) use dispatched::Dispatched;

use packages::Packages;

/// What is known about a file.
#[derive(Debug)]
pub struct Facts<'d> {
    /// The tree.
    pub file: &'d Dockerfile<'d>,
    /// The stages.
    pub stages: Stages<'d>,
    /// The script of each `RUN`, in order.
    scripts: Vec<RunScript<'d>>,
    /// Found out when a rule first asks.
    scopes: OnceCell<Scopes<'d>>,
    bases: OnceCell<Vec<bases::BaseImage>>,
    programs: OnceCell<Vec<linked_programs::Program>>,
    directories: OnceCell<places::Directories>,
    cargo: OnceCell<Vec<cargo::CargoCommand>>,
    /// By the number of the instruction.
    copies: OnceCell<Vec<Vec<copies::Copied>>>,
    /// Found out when a rule first asks.
    packages: OnceCell<Packages<'d>>,
    starts: OnceCell<Vec<start::Start<'d>>>,
    secret_arguments: OnceCell<Vec<secret_arguments::SecretArgument<'d>>>,
}

/// The script of a `RUN`, and where it is.
#[derive(Debug)]
struct RunScript<'d> {
    /// The number of the stage.
    stage: usize,
    /// The number of the instruction in the file.
    index: usize,
    instruction: &'d Instruction<'d>,
    run: &'d Run<'d>,
    script: Script<'d>,
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
        let scripts = scripts(&stages);
        Self {
            file,
            stages,
            scripts,
            scopes: OnceCell::new(),
            bases: OnceCell::new(),
            programs: OnceCell::new(),
            directories: OnceCell::new(),
            cargo: OnceCell::new(),
            copies: OnceCell::new(),
            packages: OnceCell::new(),
            starts: OnceCell::new(),
            secret_arguments: OnceCell::new(),
        }
    }

    /// The script of the `RUN` with a number.
    pub fn script(&self, index: usize) -> Option<&Script<'d>> {
        let place = self.scripts.binary_search_by_key(&index, |it| it.index).ok()?;
        Some(&self.scripts[place].script)
    }

    /// What the file does with package managers.
    pub(crate) fn packages(&self) -> &Packages<'d> {
        self.packages.get_or_init(|| Packages::new(self))
    }

    /// Every command of every `RUN`, in order.
    pub fn run_commands(&self) -> impl Iterator<Item = RunCommand<'_, 'd>> {
        self.scripts.iter().flat_map(|it| it.commands(&self.stages.all[it.stage]))
    }

    /// Every command of every `RUN` of a stage, in order.
    pub fn run_commands_of<'f>(
        &'f self,
        stage: &'f Stage<'d>,
    ) -> impl Iterator<Item = RunCommand<'f, 'd>> {
        let first = self.scripts.partition_point(|it| it.stage < stage.index);
        let from_here = self.scripts[first..].iter();
        from_here.take_while(|it| it.stage == stage.index).flat_map(|it| it.commands(stage))
    }

    /// Which variables hold where.
    pub fn scopes(&self) -> &Scopes<'d> {
        self.scopes.get_or_init(|| Scopes::new(self.file, &self.stages))
    }

    /// A word with the variables in force at an instruction put in, quotes and escapes removed.
    /// What has no value there stays as it is written.
    pub fn expand<'w>(&self, index: usize, word: &'w Word<'_>) -> Cow<'w, str> {
        // Most words are their own value: the variables aren't worth finding out for them.
        let special =
            |it: u8| matches!(it, b'$' | b'\'' | b'"') || char::from(it) == self.file.escape;
        if !word.text.bytes().any(special) {
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

impl<'d> RunScript<'d> {
    fn commands<'f>(&'f self, stage: &'f Stage<'d>) -> impl Iterator<Item = RunCommand<'f, 'd>> {
        let Self { index, instruction, run, ref script, .. } = *self;
        let of = move |command| RunCommand { stage, index, instruction, run, script, command };
        script.commands.iter().map(of)
    }
}

/// The scripts of all `RUN`s in shell form. Those for other shells than the POSIX ones, as on
/// Windows, are left out.
fn scripts<'d>(stages: &Stages<'d>) -> Vec<RunScript<'d>> {
    let mut scripts = Vec::new();
    // The shell that each stage leaves to those built on it.
    let mut shells: Vec<Option<ShellOptions>> = Vec::with_capacity(stages.all.len());
    for stage in &stages.all {
        let mut shell = match stage.base {
            Base::Stage(base) => shells.get(base).copied().flatten(),
            _ => Some(ShellOptions::default()),
        };
        for (offset, instruction) in stage.body.iter().enumerate() {
            match &instruction.command {
                Command::Shell(words) => shell = options_of(words),
                Command::Run(run) if run.line.form == Form::Shell => {
                    if let Some(options) = shell {
                        scripts.push(RunScript {
                            stage: stage.index,
                            index: stage.first + offset,
                            instruction,
                            run,
                            script: script(instruction, run, options),
                        });
                    }
                }
                _ => {}
            }
        }
        shells.push(shell);
    }
    scripts
}

/// What a `SHELL` switches on; `None` for a shell whose scripts can't be read.
fn options_of(words: &[Word<'_>]) -> Option<ShellOptions> {
    let (program, arguments) = words.split_first()?;
    is_shell(program.text.rsplit('/').next()?)
        .then(|| ShellOptions::from_arguments(arguments.iter().map(Word::as_str)))
}

/// The script of a `RUN` in shell form. A heredoc alone is the script; BuildKit hands it to the shell
/// unless its first line names another interpreter.
fn script<'d>(
    instruction: &'d Instruction<'d>,
    run: &'d Run<'d>,
    options: ShellOptions,
) -> Script<'d> {
    let line = run.line.script.text();
    match instruction.heredocs.first() {
        Some(heredoc) if run.line.script.whole_span() == heredoc.start => {
            let first = heredoc.body.lines().next().unwrap_or_default();
            if first.starts_with("#!") && !names_a_shell(first) {
                return Script::default();
            }
            shell::parse_text(heredoc.body, heredoc.body_span.start(), options)
        }
        Some(_) if line.contains("<<") => {
            let mut script = shell::parse_with(&run.line.script, options);
            for heredoc in fed_to_shells(instruction, &script) {
                let body = heredoc.body_span.start();
                let fed = shell::parse_text(heredoc.body, body, ShellOptions::default());
                let before = script.commands.len();
                script.commands.extend(fed.commands);
                for command in &mut script.commands[before..] {
                    command.parent = command.parent.map(|it| it + before);
                }
            }
            script
        }
        _ => shell::parse_with(&run.line.script, options),
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

pub(crate) fn is_shell(program: &str) -> bool {
    matches!(program, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh")
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::dockerfile::parse;

    use super::*;

    fn programs(text: &str) -> Vec<String> {
        let file = parse(text);
        let facts = Facts::new(&file);
        facts
            .run_commands()
            .filter_map(|it| {
                let pipefail = if it.command.pipefail { "!" } else { "" };
                Some(format!("{}{pipefail}", it.command.program()?))
            })
            .collect()
    }

    #[test]
    fn heredocs_are_scripts_or_data_as_their_reader_says() {
        assert_eq!(programs("FROM a\nRUN <<E\ncargo b\nE\n"), ["cargo"]);
        assert_eq!(programs("FROM a\nRUN <<E\n#!/usr/bin/env -S bash -e\nmake\nE\n"), ["make"]);
        assert_eq!(programs("FROM a\nRUN <<E\n#!/usr/bin/python3\nmake\nE\n"), [""; 0]);
        assert_eq!(programs("FROM a\nRUN cat <<E > /x && y\nmake\nE\n"), ["cat", "y"]);
        assert_eq!(programs("FROM a\nRUN bash -e <<E\nmake\nE\n"), ["bash", "make"]);
    }

    #[test]
    fn the_shell_is_inherited_and_windows_is_left_out() {
        let text = "FROM a AS b\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN x\nFROM b\nRUN y\n\
                    FROM a\nRUN z\nSHELL [\"powershell\", \"-Command\"]\nRUN Write-Host\n";
        assert_eq!(programs(text), ["x!", "y!", "z"]);
    }
}
