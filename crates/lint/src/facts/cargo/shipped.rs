//! What of a cargo build stays in the image that is shipped.

use plimsoll_syntax::shell::ShellCommand;

use super::CargoCommand;
use crate::Facts;
use crate::facts::copies::Origin;
use crate::facts::paths;
use crate::facts::programs::Program;

/// What tells that a script takes the toolchain away again.
const CLEANS: &[&str] = &[
    "self uninstall",
    "apk del",
    "apt-get purge",
    "apt-get remove",
    "apt-get autoremove",
    "apt purge",
    "apt remove",
    "dnf remove",
    "yum remove",
    "rm -rf ~/.cargo",
    "rm -rf $HOME/.cargo",
    "rm -rf /root/.cargo",
    "rm -rf $CARGO_HOME",
    "rm -rf ${CARGO_HOME}",
];

/// Names of stages that people work in.
const WORKSHOPS: &[&str] = &[
    "dev",
    "develop",
    "development",
    "devcontainer",
    "dev-env",
    "dev-envs",
    "test",
    "tests",
    "testing",
    "ci",
    "lint",
    "debug",
    "tools",
    "toolchain",
    "base",
    "builder",
    "build",
    "check",
    "docs",
];

impl Facts<'_> {
    /// The command that builds the image's own program in the very image that is shipped.
    pub(crate) fn shipped_build(&self) -> Option<&CargoCommand> {
        let last = self.stages.last()?.index;
        let program = self.program(last)?;
        let built = self.cargo().iter().find(|it| {
            let shipped = self.stages.all.get(it.stage).is_some_and(|it| it.shipped);
            let releases = || it.arguments.profile_directory() == Some("release");
            shipped
                && match &program {
                    Program::Own(name) => it.kind.builds() || self.installs(it, name),
                    Program::CargoRun => it.kind.builds() && releases(),
                    Program::Tool => false,
                }
        })?;
        (!self.is_workshop() && !self.run_mentions(built.index, CLEANS)).then_some(built)
    }

    /// Whether the final stage takes files from another one and starts a program of its own.
    pub(crate) fn assembles_program(&self) -> bool {
        let Some(last) = self.stages.last() else { return false };
        let Some(Program::Own(program)) = self.program(last.index) else { return false };
        // Tools come from stages, too.
        let builds = |stage| self.cargo().iter().any(|it| it.stage == stage && it.kind.builds());
        let steps = self.before(last.index, usize::MAX);
        let takes = steps.iter().flat_map(|it| self.copied(*it)).any(|it| match it.origin {
            Origin::Stage(from) => {
                let names = [paths::file_name(&it.source), paths::file_name(&it.path)];
                builds(from) || names.contains(&&*program)
            }
            _ => false,
        });
        takes && !self.is_workshop()
    }

    /// Whether the final stage is named after work that people do in it.
    pub(crate) fn is_workshop(&self) -> bool {
        let name = self.stages.last().and_then(|it| it.name.as_deref());
        name.is_some_and(|it| WORKSHOPS.contains(&it))
    }

    /// Whether a command installs a program from a registry.
    fn installs(&self, command: &CargoCommand, program: &str) -> bool {
        command.kind == super::CargoKind::InstallTool
            && command.command.is_some_and(|at| {
                let script = self.script(command.index);
                let words = script.and_then(|it| it.commands.get(at)).map(ShellCommand::args);
                words
                    .unwrap_or_default()
                    .iter()
                    .any(|it| it.value.split('@').next() == Some(program))
            })
    }
}
