//! `sudo`: `sudo` in a `RUN`.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Keyword;

use crate::bases::User;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `sudo` as a command of a `RUN`, once for each instruction. Where the base image sets
    /// a user, or may set one, and no `USER` stands above, it is left alone.
    ///
    /// ## Why it matters
    /// The build is root until `USER` says otherwise, so `sudo` does nothing there but need a
    /// package with a setuid program, which then stays in the image as a way back to root.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN sudo install -d -o 65532 /var/lib/app
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN install -d -o 65532 /var/lib/app
    /// ```
    pub(crate) static SUDO = {
        name: "sudo",
        clause: Clause::NonRoot,
        summary: "`sudo` is run in the build",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DL3004", "DKL-DI-0001", "CKV2_DOCKER_1"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let mut last = None;
    for it in facts.run_commands().filter(|it| it.command.name() == Some("sudo")) {
        if last.replace(it.index) == Some(it.index) {
            continue;
        }
        if !is_needless(facts, it.stage.index, it.index) {
            continue;
        }
        let Some(word) = it.command.words.first() else { continue };
        let help = "Run it before the first `USER`, or put `USER root` before it and the user after it.";
        cx.report(word.span, "`sudo` is run in the build").help(help).done();
    }
}

/// Whether a `RUN` is root without `sudo`, or would be with another place for a `USER` of the file.
fn is_needless(facts: &Facts<'_>, stage: usize, index: usize) -> bool {
    let is_above = |(at, kind): (usize, Keyword)| at < index && kind == Keyword::User;
    let says_user = facts.stages.chain(stage).any(|it| {
        let kinds = it.body.iter().map(|it| it.kind);
        kinds.enumerate().any(|(at, kind)| is_above((it.first + at, kind)))
    });
    says_user || facts.base(stage).is_some_and(|it| it.user == User::Root)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "sudo";

    #[test]
    fn once_for_each_instruction_wherever_it_stands() {
        let text = "FROM debian:13\nRUN true && sudo -E apt-get update; sudo x\nRUN echo a | sudo tee /b\n\
                    RUN <<EOF\nset -e\nsh -c 'sudo x'\nEOF\n";
        let expected = "2:13 warning: `sudo` is run in the build\n3:14 warning: `sudo` is run in the build\n\
                        6:8 warning: `sudo` is run in the build";
        check(RULE, text, expected);
    }

    #[test]
    fn sudo_as_an_argument_is_none() {
        check(RULE, "FROM debian:13\nRUN apt-get install -y sudo && command -v sudo && echo sudo\n", "");
    }

    #[test]
    fn bases_that_set_or_may_set_a_user_are_left_alone() {
        check(RULE, "FROM cimg/rust:1.90\nRUN sudo apt-get update\n", "");
        check(RULE, "FROM example.com/builder:1 AS a\nFROM a\nRUN sudo apt-get update\n", "");
        check(
            RULE,
            "FROM cimg/rust:1.90 AS a\nUSER circleci\nFROM a\nRUN sudo apt-get update\n",
            "4:5 warning: `sudo` is run in the build",
        );
    }
}
