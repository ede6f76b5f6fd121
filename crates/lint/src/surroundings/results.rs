//! What a Dockerfile takes out of the directories that cargo puts its results into.

use plimsoll_finding::Span;
use plimsoll_project::cargo_files::{CargoWorkspace, Member, Target};
use plimsoll_syntax::dockerfile::{Command, Form};

use super::{CargoBuild, CargoBuilds, Presence, Surroundings};
use crate::Facts;
use crate::facts::cargo::{CargoCommand, CargoKind, Choice};
use crate::facts::copies::Origin;
use crate::facts::paths;

/// A file that is taken out of a stage in which cargo builds.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    /// Where the file is named.
    pub(crate) span: Span,
    /// The stage that has it.
    pub(crate) stage: usize,
    /// Where it is there.
    pub(crate) path: String,
    /// The number of the instruction that takes it.
    index: usize,
}

/// The directories that a build puts programs into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Out {
    /// `…/target`; for `cargo install` the directory of the programs.
    pub(crate) root: String,
    /// `release`, `x86_64-unknown-linux-musl/release`; empty for `cargo install`.
    pub(crate) below: String,
}

impl Out {
    pub(crate) fn directory(&self) -> String {
        paths::join(&self.root, &self.below)
    }
}

/// Everything that is taken out of stages, or used in them, by its path.
pub(crate) fn taken(facts: &Facts<'_>) -> Vec<Taken> {
    let mut found = Vec::new();
    for stage in &facts.stages.all {
        for (offset, instruction) in stage.body.iter().enumerate() {
            let index = stage.first + offset;
            match &instruction.command {
                Command::Copy(_) => {
                    for copied in facts.copied(index) {
                        let Origin::Stage(from) = copied.origin else { continue };
                        let path = paths::join("/", &copied.source);
                        found.push(Taken { span: copied.span, stage: from, path, index });
                    }
                }
                Command::Run(run) if run.line.form == Form::Shell => {
                    by_script(facts, stage.index, index, &mut found);
                }
                Command::Entrypoint(line) | Command::Cmd(line) if line.form == Form::Exec => {
                    if let Some(word) = line.words.first() {
                        let path = paths::join(facts.directory(index), &word.text);
                        found.push(Taken { span: word.span, stage: stage.index, path, index });
                    }
                }
                _ => {}
            }
        }
    }
    found.retain(|it| !it.path.contains(['$', '*', '?', '[', '`']));
    found
}

/// What the commands of a `RUN` copy and move.
fn by_script(facts: &Facts<'_>, stage: usize, index: usize, found: &mut Vec<Taken>) {
    let Some(script) = facts.script(index) else { return };
    for command in &script.commands {
        let is_mover = matches!(command.program(), Some("cp" | "mv" | "install" | "strip" | "upx"));
        if !is_mover || command.lost || command.conditional {
            continue;
        }
        let start = facts.directory(index);
        let directory = command.directory.as_deref().map(|it| facts.in_shell(stage, index, it));
        let directory = directory.map_or_else(|| start.to_owned(), |it| paths::join(start, &it));
        let operands = command.operands(&["-m", "-o", "-g", "-t", "--target-directory", "-R"]);
        let operands: Vec<_> = operands.collect();
        let last = usize::from(!matches!(command.program(), Some("strip" | "upx")));
        for word in operands.iter().take(operands.len().saturating_sub(last)) {
            let path = paths::join(&directory, &facts.in_shell(stage, index, &word.value));
            found.push(Taken { span: word.span, stage, path, index });
        }
    }
}

/// The builds that can have made what is taken, with their commands; `None` where one of them is not
/// understood, or something else may have made it.
pub(crate) fn makers<'s, 'f>(
    around: &Surroundings,
    facts: &'f Facts<'_>,
    builds: &'s CargoBuilds,
    taken: &Taken,
) -> Option<Vec<(&'s CargoBuild, &'f CargoCommand)>> {
    if builds.may_be_made(taken.stage, &taken.path)
        || builds.holds(around, taken.stage, &taken.path)
    {
        return None;
    }
    let mut found = Vec::new();
    for command in facts.builds(taken.stage).filter(|it| it.index <= taken.index) {
        let known = builds
            .all
            .iter()
            .find(|it| it.command(facts).is_some_and(|it| it.span == command.span))?;
        known.choice.as_ref()?;
        found.push((known, command));
    }
    // `cargo run` makes programs, too, and so do commands that aren't looked into.
    let others = facts
        .stages
        .chain(taken.stage)
        .flat_map(|stage| facts.cargo().iter().filter(move |it| it.stage == stage.index));
    let is_installed = paths::file_name(paths::parent(&taken.path)) == "bin";
    let may_make = |it: &CargoCommand| match it.kind {
        CargoKind::Run | CargoKind::Other => true,
        CargoKind::InstallTool => is_installed,
        _ => false,
    };
    let is_alone = !others.into_iter().any(may_make);
    (is_alone && !found.is_empty()).then_some(found)
}

/// Where a build puts its programs; `None` where that is not known.
pub(crate) fn out_of(
    around: &Surroundings,
    facts: &Facts<'_>,
    build: &CargoBuild,
    command: &CargoCommand,
) -> Option<Vec<Out>> {
    if command.kind == CargoKind::InstallPath {
        let roots: Vec<String> = match &command.arguments.root {
            Some(root) => vec![paths::join(command.directory.as_deref()?, root)],
            None => vec!["/usr/local/cargo".to_owned(), "/root/.cargo".to_owned()],
        };
        let out = |it: String| Out { root: paths::join(&it, "bin"), below: String::new() };
        return Some(roots.into_iter().map(out).collect());
    }
    let text = facts.file.text.get(command.span.range())?;
    if text.contains("--config") {
        return None;
    }
    // A configuration that is there may say more than the command.
    let workspace = &build.workspace;
    let mut configured = (None, None);
    for config in &workspace.configs {
        match build.presence(around, &config.source.path) {
            Presence::There(_) if config.directory == workspace.directory => {
                configured = (config.target_dir.clone(), config.build_target.clone());
            }
            Presence::Missing => {}
            _ if config.target_dir.is_none() && config.build_target.is_none() => {}
            _ => return None,
        }
    }
    let base = build.root(around);
    let root = match (&command.target_dir, configured.0) {
        (Some(directory), _) => directory.clone(),
        (None, Some((directory, _))) => paths::join(&base, &directory),
        (None, None) => paths::join(&base, "target"),
    };
    let profile = command.arguments.profile_directory()?;
    let target = match (&command.target, configured.1) {
        (Choice::Is(target), _) => Some(target.clone()),
        (Choice::Hidden, _) => return None,
        (Choice::Default, configured) => configured.map(|it| it.0),
    };
    let below = match target {
        // `cargo zigbuild` takes a version after the target.
        Some(target) => {
            let plain = target.split('.').next().unwrap_or(&target);
            format!("{plain}/{profile}")
        }
        None => profile.to_owned(),
    };
    let is_known = !below.contains(['$', '`']) && !root.contains(['$', '`']);
    is_known.then(|| vec![Out { root, below }])
}

/// The binaries that a build makes, and those that it passes over for want of features; `None`
/// where that is not known.
pub(crate) fn binaries<'w>(
    facts: &Facts<'_>,
    build: &'w CargoBuild,
    command: &CargoCommand,
) -> Option<Made<'w>> {
    let text = facts.file.text.get(command.span.range())?;
    if text.contains("--example") || text.contains("--artifact-dir") || text.contains("--out-dir") {
        return None;
    }
    if build.binaries.iter().any(|it| it.contains(['$', '`', '*', '?', '['])) {
        return None;
    }
    let choice = build.choice.as_ref()?;
    let workspace: &CargoWorkspace = &build.workspace;
    let mut made = Made::default();
    let is_only_lib = text.split_whitespace().any(|it| it == "--lib") && build.binaries.is_empty();
    for member in workspace.members.iter().filter(|it| choice.packages.contains(&it.name)) {
        let on = workspace.features_on(member, choice);
        for target in member.binaries() {
            let is_named = build.binaries.is_empty() || build.binaries.contains(&target.name);
            if is_only_lib || !is_named {
                made.others.push((member, target));
            } else if target.required_features.iter().all(|it| on.contains(it)) {
                made.built.push((member, target));
            } else {
                made.without_features.push((member, target));
            }
        }
    }
    let rest = workspace.members.iter().filter(|it| !choice.packages.contains(&it.name));
    made.others.extend(rest.flat_map(|it| it.binaries().map(move |target| (it, target))));
    Some(made)
}

/// The binaries of a workspace, as a build sees them.
#[derive(Debug, Default)]
pub(crate) struct Made<'w> {
    /// Those that it makes.
    pub(crate) built: Vec<(&'w Member, &'w Target)>,
    /// Those that it passes over for want of features.
    pub(crate) without_features: Vec<(&'w Member, &'w Target)>,
    /// Those that it isn't told to make.
    pub(crate) others: Vec<(&'w Member, &'w Target)>,
}

/// The name of the program that a path below a directory of results means, and the directories
/// between: `release` and `app` of `release/app`.
pub(crate) fn program(below: &str) -> Option<(&str, &str)> {
    let (directories, name) = below.rsplit_once('/')?;
    let depth = directories.split('/').count();
    let is_kept =
        matches!(name, "" | "build" | "deps" | "examples" | "incremental" | ".fingerprint");
    (depth <= 2 && !is_kept && !name.contains('.')).then_some((directories, name))
}
