//! Where lists of packages are fetched, used and removed along the layers of a stage.

use plimsoll_syntax::dockerfile::{Base, Command, Keyword};
use plimsoll_syntax::shell::ShellCommand;

use super::{Cache, Manager, Operation, PackageCommand};
use crate::Facts;

/// Programs that install nothing, whatever they are told.
const HARMLESS: &[&str] = &[
    "set",
    "export",
    "unset",
    "echo",
    "printf",
    "cd",
    "true",
    "false",
    ":",
    "test",
    "[",
    "[[",
    "sed",
    "cat",
    "tee",
    "mkdir",
    "rm",
    "rmdir",
    "cp",
    "mv",
    "ln",
    "chmod",
    "chown",
    "touch",
    "ls",
    "date",
    "sleep",
    "grep",
    "find",
    "gpg",
    "apt-key",
    "dpkg",
    "apt-mark",
    "apt-cache",
    "apt-config",
    "apt-get",
    "apt",
    "apk",
    "yum",
    "dnf",
    "microdnf",
    "tdnf",
    "zypper",
    "pacman",
    "wget",
    "curl",
    "install",
    "groupadd",
    "useradd",
    "addgroup",
    "adduser",
    "usermod",
    "id",
    "locale-gen",
    "update-locale",
    "ldconfig",
    "env",
    "debconf-set-selections",
    "umask",
    "awk",
    "cut",
    "tr",
    "sort",
    "head",
    "tail",
    "uname",
    "command",
    "which",
    "dpkg-reconfigure",
    "yum-config-manager",
    "sha256sum",
    "tar",
    "gunzip",
    "unzip",
    "git",
    "rpm",
    "xargs",
];

impl<'d> Facts<'d> {
    /// The update of a `RUN` that does nothing with the lists that it fetches.
    pub(crate) fn lone_update(&self, index: usize) -> Option<&PackageCommand<'d>> {
        let commands = self.packages().of_run(index);
        let update = commands.iter().find(|it| it.operation == Operation::Update)?;
        let idle = commands.iter().all(|it| {
            it.manager.family() != update.manager.family()
                || matches!(it.operation, Operation::Update | Operation::Clean)
        });
        let script = self.script(index)?;
        // `apt-get download`, `apt-cache policy` and their like use the lists.
        let mut others = script.commands.iter().enumerate().filter(|(at, it)| {
            let read = commands.binary_search_by_key(at, |it| it.at).is_ok();
            super::manager::is_interesting(it) && !read
        });
        let idle = idle && others.next().is_none();
        (idle && !update.elsewhere && script.commands.iter().all(is_harmless)).then_some(update)
    }

    /// Whether something after a `RUN` installs from the lists that it fetched, in its stage or in
    /// those that build on it.
    pub(crate) fn uses_lists_of(&self, stage: usize, index: usize, manager: Manager) -> bool {
        self.stages.all.iter().any(|it| {
            let builds_on = self.stages.chain(it.index).any(|it| it.index == stage);
            builds_on && self.uses_lists_in(it.index, index, manager)
        })
    }

    fn uses_lists_in(&self, stage: usize, index: usize, manager: Manager) -> bool {
        let commands = self.packages().of_stage(stage);
        let after = commands.partition_point(|it| it.index <= index);
        let mut commands = commands[after..]
            .iter()
            .filter(|it| it.manager.family() == manager.family() && !it.elsewhere);
        let first = commands.find(|it| {
            matches!(it.operation, Operation::Update | Operation::Install | Operation::Upgrade)
        });
        first.is_some_and(|it| it.operation != Operation::Update)
    }

    /// Where each stage runs what isn't seen.
    pub(crate) fn unseen_scripts(&self) -> UnseenScripts {
        let last = self.stages.all.iter().map(|it| {
            let triggers = it.each(Keyword::Onbuild).next().is_some();
            let scripts = self.run_commands_of(it).filter(|it| runs_script(it.command));
            if triggers { Some(usize::MAX) } else { scripts.last().map(|it| it.index) }
        });
        UnseenScripts(last.collect())
    }

    /// The installs whose lists of packages are surely missing: a `RUN` has removed them, and
    /// nothing since can have fetched them.
    pub(crate) fn installs_without_lists(&self) -> Vec<&PackageCommand<'d>> {
        let mut missing = Vec::new();
        // The `RUN` that removed the lists, at the end of each stage.
        let mut ends: Vec<Option<usize>> = Vec::with_capacity(self.stages.all.len());
        for stage in &self.stages.all {
            let mut removed = match stage.base {
                Base::Stage(base) => ends.get(base).copied().flatten(),
                Base::Image | Base::Scratch => None,
            };
            for (offset, instruction) in stage.body.iter().enumerate() {
                let index = stage.first + offset;
                if let Command::Run(_) = &instruction.command {
                    removed = self.lists_after(index, removed, &mut missing);
                }
            }
            ends.push(removed);
        }
        missing
    }

    /// The `RUN` that has removed the lists for those after the one with a number.
    fn lists_after<'f>(
        &'f self,
        index: usize,
        before: Option<usize>,
        missing: &mut Vec<&'f PackageCommand<'d>>,
    ) -> Option<usize> {
        let script = self.script(index)?;
        let mounted = self.is_mounted(index, Cache::AptLists);
        let mut commands = self.packages().of_run(index).iter().peekable();
        let mut removed = before.filter(|_| !mounted);
        for (at, command) in script.commands.iter().enumerate() {
            let does = commands.next_if(|it| it.at == at);
            if Cache::AptLists.is_emptied_by(command) && !command.conditional {
                removed = Some(index);
            } else if !is_harmless(command) || fetches_lists(command) {
                removed = None;
            } else if let Some(install) = does
                && removed.is_some_and(|it| it != index)
                && install.manager == Manager::Apt
                && install.operation == Operation::Install
                && !install.hides_options
                && !command.conditional
            {
                missing.push(install);
            }
        }
        if mounted { before } else { removed }
    }
}

/// The last `RUN` of each stage that runs what isn't seen: a script, or, for all of it, triggers of
/// images that somebody builds on it.
#[derive(Debug)]
pub(crate) struct UnseenScripts(Vec<Option<usize>>);

impl UnseenScripts {
    /// Whether something after a `RUN` may install from its lists without being seen.
    pub(crate) fn may_use_lists_of(&self, facts: &Facts<'_>, stage: usize, index: usize) -> bool {
        let stages = facts.stages.all.iter().zip(&self.0);
        let mut later = stages.filter(|it| it.1.is_some_and(|it| it > index));
        later.any(|(it, _)| facts.stages.chain(it.index).any(|it| it.index == stage))
    }
}

fn fetches_lists(command: &ShellCommand<'_>) -> bool {
    let apt = matches!(command.program(), Some("apt-get" | "apt" | "aptitude"));
    let verb = command.subcommand(&["-o", "-t", "-c"]);
    let idle = matches!(verb, Some("install" | "remove" | "purge" | "autoremove" | "clean"));
    apt && (!idle || command.has_flag('U', "update"))
}

/// Whether a command certainly installs no package and fetches no list by itself.
fn is_harmless(command: &ShellCommand<'_>) -> bool {
    if command.words.is_empty() {
        return true;
    }
    let Some(name) = command.program() else { return false };
    // `curl … | bash` and `xargs apt-get install` are two commands.
    let hidden =
        name == "xargs" && command.args().iter().any(|it| HARMLESS.contains(&it.value.as_ref()));
    HARMLESS.contains(&name) && !hidden
}

/// Whether a command runs a script that isn't seen.
fn runs_script(command: &ShellCommand<'_>) -> bool {
    let Some(first) = command.effective().first() else { return false };
    let program = command.program().unwrap_or_default();
    let local = first.value.starts_with(['.', '$'])
        || program.rsplit_once('.').is_some_and(|it| it.1 == "sh");
    let shell = matches!(program, "sh" | "bash" | "source" | "." | "make" | "ansible-playbook");
    local
        || shell
            && !command.args().iter().any(|it| it.value.starts_with('-') && it.value.contains('c'))
}
