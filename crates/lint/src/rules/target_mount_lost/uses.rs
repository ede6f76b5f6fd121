//! What lies in a cache mount and is taken where the mount is not.

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Command, CommandLine, Form, Keyword, MountKind};

use crate::Facts;
use crate::facts::cargo::{CargoCommand, CargoKind};
use crate::facts::copies::Origin;
use crate::facts::paths;
use crate::facts::places::MountedAt;

/// A file that is taken from a mount that is gone.
#[derive(Debug)]
pub(super) struct Lost<'d> {
    /// The stage of the `RUN` with the mount.
    pub(super) stage: usize,
    /// The `RUN` with the mount.
    pub(super) index: usize,
    /// The mount.
    pub(super) mount: MountedAt<'d>,
    /// The whole path of the file.
    pub(super) path: String,
    /// Where it is taken.
    pub(super) span: Span,
    /// By whom.
    pub(super) by: Taker,
}

/// Who takes a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taker {
    /// `COPY --from`, from a stage.
    Copy(usize),
    /// A later `RUN`.
    Run,
    /// The image, as its program.
    Image,
}

impl Lost<'_> {
    /// Where the file should be.
    pub(super) fn place(&self, facts: &Facts<'_>) -> String {
        match self.by {
            Taker::Copy(stage) => match facts.stages.all.get(stage).and_then(|it| it.name.as_ref()) {
                Some(name) => format!("stage `{name}`"),
                None => format!("stage {stage}"),
            },
            Taker::Run => "layer of that RUN".to_owned(),
            Taker::Image => "image".to_owned(),
        }
    }
}

/// For how many cache mounts uses are looked for: for each, all instructions are.
const MOST_MOUNTS: usize = 100;

/// Everything that is taken from mounts that are gone, in order.
pub(super) fn lost<'d>(facts: &Facts<'d>) -> Vec<Lost<'d>> {
    let mut searches = 0;
    let mut found: Vec<Lost<'d>> = Vec::new();
    for stage in &facts.stages.all {
        for (offset, instruction) in stage.body.iter().enumerate() {
            let Command::Run(run) = &instruction.command else { continue };
            if !run.mounts.iter().any(|it| it.kind == MountKind::Cache) {
                continue;
            }
            let index = stage.first + offset;
            let mounts = facts.mounts(index).into_iter().filter(|it| it.kind == MountKind::Cache);
            for mount in mounts {
                searches += 1;
                if searches > MOST_MOUNTS {
                    break;
                }
                let mut search = Search { facts, stage: stage.index, index, mount, found: Vec::new() };
                search.copies();
                search.later_runs();
                search.programs();
                // The same mount of another RUN has found them, too.
                for it in search.found {
                    if !found.iter().any(|other| other.span == it.span) {
                        found.push(it);
                    }
                }
            }
        }
    }
    found.sort_by_key(|it| it.span);
    found
}

struct Search<'f, 'd> {
    facts: &'f Facts<'d>,
    stage: usize,
    index: usize,
    mount: MountedAt<'d>,
    found: Vec<Lost<'d>>,
}

impl Search<'_, '_> {
    fn add(&mut self, path: String, span: Span, by: Taker) {
        let (stage, index, mount) = (self.stage, self.index, self.mount.clone());
        self.found.push(Lost { stage, index, mount, path, span, by });
    }

    /// Whether a stage holds the layer of the `RUN`.
    fn is_below(&self, stage: usize) -> bool {
        self.facts.stages.chain(stage).any(|it| it.index == self.stage)
    }

    fn copies(&mut self) {
        let facts = self.facts;
        let from = facts.stages.all.get(self.stage).map_or(0, |it| it.first + it.body.len());
        for index in from..facts.file.instructions.len() {
            let kind = facts.file.instructions[index].kind;
            if !matches!(kind, Keyword::Copy | Keyword::Add) {
                continue;
            }
            for copied in facts.copied(index) {
                let Origin::Stage(stage) = copied.origin else { continue };
                let path = paths::join("/", &copied.source);
                let inside = paths::is_in(&path, &self.mount.path);
                if inside && self.is_below(stage) && !self.is_in_a_layer(stage, usize::MAX) {
                    self.add(path, copied.span, Taker::Copy(stage));
                }
            }
        }
    }

    fn later_runs(&mut self) {
        let (facts, own) = (self.facts, self.index);
        let later: Vec<usize> =
            facts.stages.all.iter().map(|it| it.index).filter(|it| self.is_below(*it)).collect();
        for stage in later {
            let commands = facts.run_commands_of(&facts.stages.all[stage]);
            for it in commands.filter(|it| it.index > own && !it.command.conditional) {
                let covered =
                    facts.mounts(it.index).iter().any(|it| paths::is_in(&self.mount.path, &it.path));
                if covered || it.command.lost {
                    continue;
                }
                let taken = match it.command.program() {
                    Some("cp" | "mv" | "install" | "strip" | "ldd" | "objcopy" | "upx") => {
                        it.command.operands(&["-m", "-o", "-g", "-t"]).next()
                    }
                    _ => it.command.effective().first().filter(|it| it.value.contains('/')),
                };
                let Some(word) = taken else { continue };
                let start = facts.directory(it.index);
                let directory = match &it.command.directory {
                    Some(directory) => paths::join(start, &facts.in_shell(stage, it.index, directory)),
                    None => start.to_owned(),
                };
                let path = paths::join(&directory, &facts.in_shell(stage, it.index, &word.value));
                if paths::is_in(&path, &self.mount.path) && !self.is_in_a_layer(stage, it.index) {
                    self.add(path, word.span, Taker::Run);
                }
            }
        }
    }

    fn programs(&mut self) {
        let facts = self.facts;
        for stage in &facts.stages.all {
            if !self.is_below(stage.index) {
                continue;
            }
            for (offset, instruction) in stage.body.iter().enumerate() {
                let (Command::Entrypoint(line) | Command::Cmd(line)) = &instruction.command else {
                    continue;
                };
                let index = stage.first + offset;
                let Some((program, span)) = program(line) else { continue };
                let path = paths::join(facts.directory(index), program);
                let inside = program.contains('/') && paths::is_in(&path, &self.mount.path);
                if inside && index > self.index && !self.is_in_a_layer(stage.index, usize::MAX) {
                    self.add(path, span, Taker::Image);
                }
            }
        }
    }

    /// Whether a layer of a stage, up to an instruction, may have files below the mount's path.
    fn is_in_a_layer(&self, stage: usize, until: usize) -> bool {
        let facts = self.facts;
        let target = &self.mount.path;
        facts.before(stage, until).into_iter().any(|index| {
            match &facts.file.instructions[index].command {
                Command::Run(_) => {
                    let covered =
                        facts.mounts(index).iter().any(|it| paths::is_in(target, &it.path));
                    !covered && self.fills(index)
                }
                Command::Copy(_) | Command::Add(_) => facts.copied(index).iter().any(|it| {
                    paths::is_in(&it.path, target)
                        || it.origin != Origin::Context && paths::is_in(target, &it.path)
                }),
                Command::Broken => true,
                _ => false,
            }
        })
    }

    /// Whether a `RUN` without the mount may write below the mount's path.
    fn fills(&self, index: usize) -> bool {
        let facts = self.facts;
        let target = &self.mount.path;
        // A cook leaves no programs behind, and trunk none but for browsers.
        let leaves_programs =
            |it: &CargoCommand| it.kind.makes_layer() && it.kind != CargoKind::Cook && it.through != "trunk";
        let built = facts.cargo().iter().any(|it| {
            it.index == index
                && leaves_programs(it)
                && (it.writes_to(target) || it.directory.is_none())
        });
        let name = paths::file_name(target);
        let Some(script) = facts.script(index) else { return built };
        let written = script.commands.iter().any(|it| {
            let inside = |word: &str| {
                word.split('/').any(|it| it == name)
                    || paths::is_in(&paths::join(facts.directory(index), word), target)
            };
            match it.program() {
                // The last operand is where to.
                Some("cp" | "mv" | "install" | "ln") => {
                    it.args().last().is_some_and(|it| inside(&it.value))
                }
                Some("tar" | "unzip" | "rsync" | "curl" | "wget") => {
                    it.args().iter().any(|it| inside(&it.value))
                }
                Some("make" | "just" | "bazel") => true,
                _ => it.redirections.iter().any(|it| inside(&it.target.value)),
            }
        });
        built || written
    }
}

/// The program of a command line, and its word.
fn program<'l>(line: &'l CommandLine<'_>) -> Option<(&'l str, Span)> {
    if line.form == Form::Exec {
        return line.words.first().map(|it| (it.as_str(), it.span));
    }
    let text = line.script.text();
    let text = text.strip_prefix("exec ").unwrap_or(text);
    let start = line.script.len() - text.len();
    let word = text.split_whitespace().next()?;
    Some((word, line.script.span(start..start + word.len())))
}
