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
            super::manager::is_interesting(it) && commands.iter().all(|it| it.at != *at)
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
        let mut commands = commands.iter().filter(|it| {
            it.index > index && it.manager.family() == manager.family() && !it.elsewhere
        });
        let first = commands.find(|it| {
            matches!(it.operation, Operation::Update | Operation::Install | Operation::Upgrade)
        });
        first.is_some_and(|it| it.operation != Operation::Update)
    }

    /// Whether something after a `RUN` may install from its lists without being seen: a script, a
    /// trigger, or an image that somebody builds on this one.
    pub(crate) fn may_use_lists_of(&self, stage: usize, index: usize) -> bool {
        self.stages.all.iter().any(|it| {
            let builds_on = self.stages.chain(it.index).any(|it| it.index == stage);
            let triggers = it.each(Keyword::Onbuild).next().is_some();
            let mut scripts = self.run_commands_of(it).filter(|it| it.index > index);
            builds_on && (triggers || scripts.any(|it| runs_script(it.command)))
        })
    }

    /// Whether the lists of packages are surely missing where a command installs: the base image
    /// comes without them, or a `RUN` has removed them, and nothing since can have fetched them.
    pub(crate) fn lists_are_missing(&self, install: &PackageCommand<'d>) -> bool {
        let command = self.place(install).map(|it| it.run.command);
        // Newer releases fetch them with an option of `install`.
        if install.hides_options || command.is_none_or(|it| it.has_flag('U', "update")) {
            return false;
        }
        for stage in self.stages.chain(install.stage) {
            for (offset, instruction) in stage.body.iter().enumerate().rev() {
                let index = stage.first + offset;
                if index > install.index {
                    continue;
                }
                let Command::Run(_) = &instruction.command else { continue };
                let Some(script) = self.script(index) else { return false };
                if self.is_mounted(index, Cache::AptLists) {
                    return false;
                }
                let end = if index == install.index { install.at } else { script.commands.len() };
                for command in script.commands[..end].iter().rev() {
                    if Cache::AptLists.is_emptied_by(command) && !command.conditional {
                        return index != install.index;
                    }
                    if !is_harmless(command) || fetches_lists(command) {
                        return false;
                    }
                }
            }
            if stage.base == Base::Image {
                return false;
            }
        }
        false
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
