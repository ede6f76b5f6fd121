//! `apt-command`: apt is called instead of apt-get.

use plimsoll_finding::{Clause, Edit, Fix, Severity};

use plimsoll_syntax::shell::ShellCommand;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports the program `apt` in a `RUN`.
    ///
    /// ## Why it matters
    /// `apt` is made for people at a terminal: what it prints and does may change between releases,
    /// and it says so itself in a script. `apt-get` and `apt-cache` stay the same.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt update \
    ///     && apt install -y --no-install-recommends ca-certificates \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update \
    ///     && apt-get install -y --no-install-recommends ca-certificates \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ## Fix safety
    /// Safe: only for commands that `apt-get` has under the same name.
    pub(crate) static APT_COMMAND = {
        name: "apt-command",
        clause: Clause::NoNeedlessPackages,
        summary: "apt is called instead of apt-get",
        severity: Severity::Note,
        fix: FixAvailability::Sometimes,
        aliases: &["DL3027"],
        default: false,
        scope: Scope::Build,
        check: check,
    }
}

/// What both programs do alike.
const SAME: &[&str] = &[
    "update", "install", "upgrade", "remove", "purge", "autoremove", "clean", "autoclean",
    "source", "build-dep", "download", "changelog",
];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let mut commands = facts.run_commands().filter(|it| is_apt(it.command)).peekable();
    while let Some(first) = commands.next() {
        // One finding and one fix for all of a `RUN`.
        let mut edits = vec![edit(first.command)];
        while let Some(next) = commands.next_if(|it| it.index == first.index) {
            edits.push(edit(next.command));
        }
        let Some(program) = first.command.effective().first() else { continue };
        let edits: Option<Vec<Edit>> = edits.into_iter().collect();
        let mut report = cx
            .report(program.span, "`apt` is made for people at a terminal")
            .help("Call `apt-get`, or `apt-cache` for what only shows something.");
        if let Some(edits) = edits {
            report = report.fix(Fix::safe("Call `apt-get`", edits));
        }
        report.done();
    }
}

fn is_apt(command: &ShellCommand<'_>) -> bool {
    command.program() == Some("apt")
}

/// The change of one command, if `apt-get` has the same.
fn edit(command: &ShellCommand<'_>) -> Option<Edit> {
    let program = command.effective().first()?;
    let verb = command.subcommand(&["-o", "-t", "-c"])?;
    let plain = program.raw == "apt" || program.raw == "/usr/bin/apt";
    (plain && SAME.contains(&verb)).then(|| Edit::insert(program.span.end(), "-get"))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const MESSAGE: &str = "note: `apt` is made for people at a terminal";

    #[test]
    fn all_of_a_run_is_one_finding_and_one_fix() {
        let text = "FROM a\n\
             RUN apt update && \\\n    DEBIAN_FRONTEND=noninteractive apt -y install b && (sudo apt clean)\n";
        check("apt-command", text, &format!("2:5 {MESSAGE}"));
        check_fixed(
            "apt-command",
            text,
            "FROM a\n\
             RUN apt-get update && \\\n    DEBIAN_FRONTEND=noninteractive apt-get -y install b && (sudo apt-get clean)\n",
        );
    }

    #[test]
    fn what_apt_get_lacks_is_not_fixed() {
        let text = "FROM a\nRUN apt update && apt list --upgradable\n";
        check("apt-command", text, &format!("2:5 {MESSAGE}"));
        check_fixed("apt-command", text, text);
    }

    #[test]
    fn other_uses_of_the_word_are_left_alone() {
        check(
            "apt-command",
            "FROM a\n\
             RUN rm -rf /var/cache/apt && echo apt && apt-get install -y apt && apt-key list",
            "",
        );
    }
}
