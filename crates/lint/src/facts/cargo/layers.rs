//! What stands before a cargo command: sources, manifests, and whether there is anything to compile.

use plimsoll_syntax::dockerfile::{Base, Command, MountKind, Source};

use super::{CargoCommand, CargoKind, is_rust_image};
use crate::Facts;
use crate::facts::copies::{Content, Copied, Origin};
use crate::facts::paths;

/// Directories beside the sources that change as seldom as manifests, or aren't compiled.
const SELDOM: &[&str] = &[
    "vendor",
    "proto",
    "protos",
    "migrations",
    ".sqlx",
    "config",
    "configs",
    "assets",
    "static",
    "templates",
    "docs",
    "scripts",
    "public",
    ".git",
    ".github",
];

/// What a script that makes or brings files says somewhere.
const MAKES_FILES: &[&str] = &[
    "src",
    ".rs",
    "main",
    "cargo init",
    "cargo new",
    "git ",
    "tar ",
    "unzip",
    "curl",
    "wget",
    "cp ",
    "mv ",
    "ln ",
    "sed ",
    "./",
    ".sh",
    "make",
    "just ",
    "python",
    "find ",
    "while ",
    "dummy",
    "rsync",
];

impl Facts<'_> {
    /// Everything that was copied into the image before an instruction, in order.
    pub(crate) fn copies_before(&self, stage: usize, index: usize) -> Vec<Copied> {
        self.before(stage, index).into_iter().flat_map(|it| self.copied(it)).cloned().collect()
    }

    /// The copies of the context that bring the sources which a command compiles, in order.
    pub(crate) fn source_copies(&self, command: &CargoCommand) -> Vec<Copied> {
        let Some(directory) = command.directory.as_deref() else { return Vec::new() };
        let all = self.copies_before(command.stage, command.index);
        let context = || all.iter().filter(|it| it.origin == Origin::Context);
        let touches = |path: &str| paths::is_in(path, directory) || paths::is_in(directory, path);
        let strong = |it: &&Copied| match it.content {
            Content::Sources => touches(&it.path),
            Content::Directory => paths::is_in(directory, &it.path),
            Content::Manifest | Content::File => false,
        };
        let found: Vec<Copied> = context().filter(strong).cloned().collect();
        let manifest =
            |it: &Copied| it.content == Content::Manifest && paths::parent(&it.path) == directory;
        if !found.is_empty() || !context().any(manifest) {
            return found;
        }
        let members = |it: &&Copied| {
            it.content == Content::Directory
                && paths::is_in(&it.path, directory)
                && !SELDOM.contains(&paths::file_name(&it.source))
        };
        context().filter(members).cloned().collect()
    }

    /// Whether the script of a `RUN`, or a heredoc of it, holds one of these texts.
    pub(crate) fn run_mentions(&self, index: usize, texts: &[&str]) -> bool {
        let Some(instruction) = self.file.instructions.get(index) else { return false };
        let line = instruction.arguments.text();
        let bodies = instruction.heredocs.iter().map(|it| it.body);
        std::iter::once(line).chain(bodies).any(|text| texts.iter().any(|it| text.contains(it)))
    }

    /// Whether a command finds a manifest but no source: cargo then refuses it, since the manifest
    /// has no targets.
    pub(crate) fn lacks_targets(&self, command: &CargoCommand) -> bool {
        let Some(directory) = command.directory.as_deref() else { return false };
        if !command.kind.reads_project() || command.conditional {
            return false;
        }
        let known = self
            .stages
            .root(command.stage)
            .is_some_and(|root| root.base == Base::Image && is_rust_image(&root.image));
        if !known {
            return false;
        }
        let mut manifest = false;
        for it in self.before(command.stage, command.index) {
            match &self.file.instructions[it].command {
                Command::Run(run) if run.mounts.iter().any(|it| it.kind == MountKind::Bind) => {
                    return false;
                }
                Command::Run(_) if manifest && self.run_mentions(it, MAKES_FILES) => return false,
                Command::Run(_)
                    if self.run_mentions(it, &["cargo init", "cargo new", "git clone"]) =>
                {
                    return false;
                }
                Command::Copy(copy) | Command::Add(copy)
                    if copy.sources.iter().any(|it| matches!(it, Source::Heredoc(..))) =>
                {
                    return false;
                }
                Command::Broken => return false,
                _ => {}
            }
            for copied in self.copied(it) {
                match (copied.origin, copied.content) {
                    (Origin::Context, Content::Manifest) => {
                        let name = paths::file_name(&copied.source).to_ascii_lowercase();
                        manifest |= name.starts_with("cargo.t")
                            || name.starts_with("cargo.*")
                            || name.starts_with("cargo*");
                        if paths::parent(&copied.path) != directory
                            && paths::is_in(directory, paths::parent(&copied.path))
                            && !paths::is_in(paths::parent(&copied.path), directory)
                        {
                            return false;
                        }
                    }
                    (Origin::Context, Content::File) => {}
                    (Origin::Context, Content::Directory)
                        if SELDOM.contains(&paths::file_name(&copied.source)) => {}
                    _ => return false,
                }
            }
        }
        let lands =
            |it: &Copied| it.content == Content::Manifest && paths::parent(&it.path) == directory;
        if !manifest || !self.copies_before(command.stage, command.index).iter().any(lands) {
            return false;
        }
        !self.own_run_makes_files(command)
    }

    /// Whether the `RUN` of a command mounts or makes files before the command.
    fn own_run_makes_files(&self, command: &CargoCommand) -> bool {
        let instruction = &self.file.instructions[command.index];
        let Command::Run(run) = &instruction.command else { return true };
        if run.mounts.iter().any(|it| it.kind == MountKind::Bind) {
            return true;
        }
        let start = instruction.keyword.span.end();
        let before = self.file.text.get(start..command.span.start()).unwrap_or_default();
        let before = before.replace("/usr/src", "");
        // Flags of the instruction stand there too, but hold none of these.
        MAKES_FILES.iter().any(|it| before.contains(it))
    }

    /// Whether results are kept between builds by something else than layers: a cache mount over
    /// `target/`, or sccache.
    pub(crate) fn keeps_results(&self, command: &CargoCommand) -> bool {
        let wrapper = |name| self.variable(command.stage, command.index, name);
        self.target_mount(command).is_some()
            || self.mounts(command.index).iter().any(|it| {
                it.kind == MountKind::Cache && it.path.contains("ccache")
                    || it.kind == MountKind::Bind && command.writes_to(&it.path)
            })
            || ["RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"]
                .into_iter()
                .any(|it| wrapper(it).is_some())
            || self.run_mentions(command.index, &["RUSTC_WRAPPER", "sccache"])
    }

    /// Whether compiled dependencies come from elsewhere: another stage's `target/` or a script that
    /// can't be looked into.
    pub(crate) fn has_foreign_results(&self, command: &CargoCommand) -> bool {
        let copies = self.copies_before(command.stage, command.index);
        copies.iter().any(|it| {
            it.origin != Origin::Context
                && (command.writes_to(&it.path) || it.source.split('/').any(|it| it == "target"))
        })
    }
}

impl CargoKind {
    /// Whether the command leaves compiled dependencies behind that a build can use.
    pub(crate) fn makes_layer(self) -> bool {
        matches!(self, Self::Build | Self::InstallPath | Self::Cook | Self::Test | Self::Run)
    }
}
