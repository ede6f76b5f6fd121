//! Every cargo command of a file: what it builds, how, where, and where its results go.

mod arguments;
mod kind;
mod layers;
mod shipped;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Command, Form, MountKind};
use plimsoll_syntax::shell::{Joined, ShellCommand, ShellWord};

pub(crate) use arguments::{Arguments, Choice};
pub(crate) use kind::CargoKind;

use super::paths::{self, UNKNOWN};
use super::places::MountedAt;
use crate::Facts;

/// How many cargo commands of a file are looked at: rules hold each against all that was before it.
const MOST_COMMANDS: usize = 100;

/// A cargo command of a `RUN`.
#[derive(Clone, Debug)]
pub(crate) struct CargoCommand {
    /// The stage's number.
    pub(crate) stage: usize,
    /// The instruction's number.
    pub(crate) index: usize,
    /// Its number in the script; `None` in exec form.
    pub(crate) command: Option<usize>,
    /// From the program to the last word.
    pub(crate) span: Span,
    /// From the program to the subcommand.
    pub(crate) head: Span,
    /// What it does.
    pub(crate) kind: CargoKind,
    /// Its options.
    pub(crate) arguments: Arguments,
    /// Another driver that changes what is compiled, such as `zigbuild` or `cross`; else empty.
    pub(crate) through: &'static str,
    /// Where it runs, as a whole path; `None` where `cd` led nowhere known.
    pub(crate) directory: Option<String>,
    /// Where it is told to put results, as a whole path; `None` where cargo decides: `target` in
    /// the root of the workspace.
    pub(crate) target_dir: Option<String>,
    /// The target that an option or a variable sets.
    pub(crate) target: Choice,
    /// `RUSTFLAGS` in its environment.
    pub(crate) rustflags: Option<String>,
    /// Whether it may not run although the script succeeds.
    pub(crate) conditional: bool,
    /// Whether the `RUN` goes on where it fails.
    pub(crate) tolerated: bool,
}

impl CargoCommand {
    /// What people call it: `cargo build`.
    pub(crate) fn name(&self) -> &'static str {
        match (self.kind, self.through) {
            (CargoKind::Build, "zigbuild") => "cargo zigbuild",
            (CargoKind::Build, "cross") => "cross build",
            (CargoKind::Build, "trunk") => "trunk build",
            (CargoKind::Build, "leptos") => "cargo leptos build",
            (CargoKind::Build, _) => "cargo build",
            (CargoKind::InstallPath | CargoKind::InstallTool, _) => "cargo install",
            (CargoKind::Cook, _) => "cargo chef cook",
            (CargoKind::Prepare, _) => "cargo chef prepare",
            (CargoKind::Fetch, _) => "cargo fetch",
            (CargoKind::Test, _) => "cargo test",
            (CargoKind::Check, _) => "cargo check",
            (CargoKind::Doc, _) => "cargo doc",
            (CargoKind::Run, _) => "cargo run",
            (CargoKind::New, _) => "cargo new",
            (CargoKind::Clean, _) => "cargo clean",
            (CargoKind::Metadata | CargoKind::Other, _) => "cargo",
        }
    }

    /// Whether a path can be, or lie in, the directory of its results. Where no option says where
    /// that is, it is `target` in the directory of the command or one above, where the workspace
    /// may begin.
    pub(crate) fn writes_to(&self, path: &str) -> bool {
        self.target_root(path).is_some()
    }

    /// The part of a path that is the directory of results, if the path can lie in it.
    pub(crate) fn target_root<'p>(&self, path: &'p str) -> Option<&'p str> {
        if let Some(target) = &self.target_dir {
            return paths::is_in(path, target).then(|| &path[..target.len()]);
        }
        let directory = self.directory.as_deref()?;
        let mut from = 0;
        while let Some(at) = path[from..].find("/target") {
            let (start, end) = (from + at, from + at + "/target".len());
            let whole = path[end..].is_empty() || path[end..].starts_with('/');
            let above = if start == 0 { "/" } else { &path[..start] };
            if whole && paths::is_in(directory, above) {
                return Some(&path[..end]);
            }
            from = end;
        }
        None
    }
}

/// The cargo commands of a file, in order; at most the first 100.
pub(super) fn collect(facts: &Facts<'_>) -> Vec<CargoCommand> {
    let mut found = Vec::new();
    for stage in &facts.stages.all {
        for (offset, instruction) in stage.body.iter().enumerate() {
            let Command::Run(run) = &instruction.command else { continue };
            if found.len() >= MOST_COMMANDS {
                break;
            }
            let index = stage.first + offset;
            if run.line.form == Form::Exec {
                let words: Vec<ShellWord<'_>> = run.line.words.iter().map(exec_word).collect();
                found.extend(Reader { facts, stage: stage.index, index }.exec(&words));
            } else if let Some(script) = facts.script(index) {
                let reader = Reader { facts, stage: stage.index, index };
                let commands = script.commands.iter().enumerate();
                found.extend(
                    commands
                        .filter_map(|(at, it)| reader.shell(&script.commands, at, it))
                        .take(MOST_COMMANDS),
                );
            }
        }
    }
    found.truncate(MOST_COMMANDS);
    found
}

fn exec_word<'t>(word: &plimsoll_syntax::dockerfile::Word<'t>) -> ShellWord<'t> {
    ShellWord { raw: word.text.clone(), value: word.text.clone(), span: word.span, literal: true }
}

/// Reads the commands of one `RUN`.
#[derive(Clone, Copy)]
struct Reader<'r, 'd> {
    facts: &'r Facts<'d>,
    stage: usize,
    index: usize,
}

impl Reader<'_, '_> {
    fn exec(self, words: &[ShellWord<'_>]) -> Option<CargoCommand> {
        let directory = self.facts.directory(self.index).to_owned();
        self.command(words, Some(&directory), &|_| None)
    }

    fn shell(
        self,
        commands: &[ShellCommand<'_>],
        at: usize,
        command: &ShellCommand<'_>,
    ) -> Option<CargoCommand> {
        let words = command.effective();
        kind::read(words)?;
        let start = self.facts.directory(self.index);
        let directory = match &command.directory {
            _ if command.lost => self.led_by_variable(&commands[..at], start),
            Some(directory) => Some(paths::join(start, &self.expand(directory))),
            None => Some(start.to_owned()),
        };
        // Set before the command, by `env`, or by an earlier `export` of the script.
        let variable = |name: &str| {
            let prefix = command.assignments.iter().rev().find(|it| it.name == name);
            if let Some(assignment) = prefix {
                return Some(assignment.value.value.clone().into_owned());
            }
            let wrapped = command.words.len() - words.len();
            let by_env = command.words[..wrapped].iter().rev();
            assigned(by_env, name).or_else(|| {
                commands[..at].iter().rev().find_map(|it| {
                    let name_of = it.words.first().map(|it| &*it.value);
                    match name_of {
                        Some("export") => assigned(it.words.iter().rev(), name),
                        _ => None,
                    }
                })
            })
        };
        let mut found = self.command(words, directory.as_deref(), &variable)?;
        found.command = Some(at);
        found.conditional = command.conditional;
        found.tolerated = is_tolerated(commands, at);
        Some(found)
    }

    /// Where the only `cd` of a script leads, if a variable of an instruction says it.
    fn led_by_variable(self, before: &[ShellCommand<'_>], start: &str) -> Option<String> {
        let mut all = before.iter().filter(|it| matches!(it.name(), Some("cd" | "pushd" | "popd")));
        let (only, None) = (all.next()?, all.next()) else { return None };
        let to = self.expand(&only.args().first()?.value);
        (!to.contains(['$', '`', '*'])).then(|| paths::join(start, &to))
    }

    fn expand(self, text: &str) -> String {
        self.facts.in_shell(self.stage, self.index, text).into_owned()
    }

    /// Puts the values of instructions in for variables in names of packages and binaries. A variable
    /// that the script itself sets, or whose value is not one name, stays as it is written.
    fn expand_names(self, names: &mut [String]) {
        if !names.iter().any(|it| it.contains('$')) {
            return;
        }
        let text = self.facts.file.instructions.get(self.index);
        let text =
            text.and_then(|it| self.facts.file.text.get(it.span.range())).unwrap_or_default();
        let set = set_in(text);
        for name in names.iter_mut().filter(|it| it.contains('$')) {
            let is_set = variables_in(name).any(|it| set.contains(it));
            let value = self.expand(name);
            if !is_set && !value.is_empty() && !value.contains(char::is_whitespace) {
                *name = value;
            }
        }
    }

    fn command(
        self,
        words: &[ShellWord<'_>],
        directory: Option<&str>,
        in_script: &dyn Fn(&str) -> Option<String>,
    ) -> Option<CargoCommand> {
        let invocation = kind::read(words)?;
        let around = invocation.before.iter().chain(invocation.after);
        let mut arguments = arguments::read(invocation.kind, around);
        for choice in [&mut arguments.profile, &mut arguments.target] {
            if let Choice::Is(value) = choice {
                *value = self.expand(value);
            }
        }
        for named in [&mut arguments.packages, &mut arguments.binaries] {
            self.expand_names(named);
        }
        let variable = |name: &str| {
            let value = in_script(name).map(|it| self.expand(&it));
            value.or_else(|| self.facts.variable(self.stage, self.index, name))
        };
        let start = directory.unwrap_or(UNKNOWN);
        let directory = match (&arguments.manifest, invocation.kind) {
            // A part of the project that is chosen when the image is built.
            (Some(path), _) if self.expand(path).starts_with('$') => directory.map(str::to_owned),
            (Some(path), CargoKind::InstallPath) => Some(paths::join(start, &self.expand(path))),
            (Some(manifest), _) => {
                let manifest = paths::join(start, &self.expand(manifest));
                Some(paths::parent(&manifest).to_owned())
            }
            (None, _) => directory.map(str::to_owned),
        };
        let target_dir = match &arguments.target_dir {
            Some(path) => Some(self.expand(path)),
            None => variable("CARGO_TARGET_DIR").or_else(|| variable("CARGO_BUILD_TARGET_DIR")),
        };
        let target_dir = target_dir.filter(|it| !it.is_empty()).map(|it| paths::join(start, &it));
        let target = match &arguments.target {
            Choice::Default => variable("CARGO_BUILD_TARGET").map_or(Choice::Default, Choice::Is),
            target => target.clone(),
        };
        let last = words.last()?;
        let head_end = words.get(invocation.subcommand).unwrap_or(last);
        Some(CargoCommand {
            stage: self.stage,
            index: self.index,
            command: None,
            span: Span::new(words[0].span.start(), last.span.end()),
            head: Span::new(words[0].span.start(), head_end.span.end()),
            kind: invocation.kind,
            through: invocation.through,
            directory,
            target_dir,
            target,
            rustflags: variable("RUSTFLAGS"),
            conditional: false,
            tolerated: false,
            arguments,
        })
    }
}

/// The names that a script may give values to: `NAME=value`, `for NAME in`, `read NAME`.
fn set_in(script: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut words = script.split_ascii_whitespace().peekable();
    while let Some(word) = words.next() {
        if matches!(word, "for" | "read" | "-r") {
            found.extend(words.peek());
        }
        let before = word.split('=').filter(|it| it.len() < word.len());
        found.extend(before.filter_map(|it| it.rsplit(|it| !is_name(it)).next()));
    }
    found
}

/// The names of the variables in a word.
fn variables_in(word: &str) -> impl Iterator<Item = &str> {
    word.split('$')
        .skip(1)
        .filter_map(|it| it.trim_start_matches('{').split(|it| !is_name(it)).next())
}

fn is_name(it: char) -> bool {
    it.is_ascii_alphanumeric() || it == '_'
}

/// The value of `NAME=value` among words.
fn assigned<'w, 't: 'w>(
    mut words: impl Iterator<Item = &'w ShellWord<'t>>,
    name: &str,
) -> Option<String> {
    words.find_map(|it| it.value.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// Whether the script goes on where a command fails: `|| true` follows, or a `;` and no `set -e`.
fn is_tolerated(commands: &[ShellCommand<'_>], at: usize) -> bool {
    let command = &commands[at];
    let next = commands[at + 1..].iter().find(|it| it.parent == command.parent);
    match next {
        Some(next) if next.joined == Joined::Or => {
            let name = next.words.first().map_or("", |it| &*it.value);
            !matches!(name, "exit" | "false" | "return")
        }
        Some(next) if next.joined == Joined::Then && next.depth == command.depth => {
            !command.errexit
        }
        _ => false,
    }
}

impl Facts<'_> {
    /// Every cargo command, in order.
    pub(crate) fn cargo(&self) -> &[CargoCommand] {
        self.cargo.get_or_init(|| collect(self))
    }

    /// The cargo commands that have run in the image before one of them, in order; the stages below
    /// its own come first.
    pub(crate) fn cargo_before<'f>(&'f self, command: &'f CargoCommand) -> Vec<&'f CargoCommand> {
        let mut chain: Vec<usize> = self.stages.chain(command.stage).map(|it| it.index).collect();
        chain.reverse();
        let in_stage = |stage: usize| self.cargo().iter().filter(move |it| it.stage == stage);
        let all = chain.into_iter().flat_map(in_stage);
        all.take_while(|it| it.span != command.span).collect()
    }

    /// The cache mount over a command's results, if it has one.
    pub(crate) fn target_mount<'d>(&'d self, command: &CargoCommand) -> Option<MountedAt<'d>> {
        let mounts = self.mounts(command.index).into_iter();
        mounts.filter(|it| it.kind == MountKind::Cache).find(|mount| {
            // The mount may begin at a directory of one target or profile.
            command.writes_to(&mount.path)
                || command.target_dir.as_deref().is_some_and(|it| paths::is_in(it, &mount.path))
        })
    }

    /// The directory that cargo keeps its registry in, where that is known.
    pub(crate) fn cargo_home(&self, stage: usize, index: usize) -> Option<String> {
        if let Some(home) = self.variable(stage, index, "CARGO_HOME") {
            return Some(home);
        }
        let root = self.stages.root(stage)?;
        is_rust_image(&root.image).then(|| "/usr/local/cargo".to_owned())
    }
}

/// Whether an image is an official one of Rust, or is made of one.
pub(crate) fn is_rust_image(image: &str) -> bool {
    let name = image.split(['@']).next().unwrap_or_default();
    let name = match name.rfind(':') {
        Some(colon) if !name[colon..].contains('/') => &name[..colon],
        _ => name,
    };
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let name = name.strip_prefix("public.ecr.aws/docker/").unwrap_or(name);
    matches!(name, "rust" | "library/rust" | "lukemathwalker/cargo-chef")
}
