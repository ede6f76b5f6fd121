//! `relinked-shell`: `/bin/sh` is replaced.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};


declare_rule! {
    /// ## What it does
    /// Reports `ln`, `mv` and `cp` that put another program in the place of `/bin/sh`.
    ///
    /// ## Why it matters
    /// Every script of the image that says `#!/bin/sh` runs in another shell from then on, those of
    /// packages too, and an update of the package puts the old one back. `SHELL` changes it for the
    /// `RUN`s that need it, and for nothing else.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN ln -sf /bin/bash /bin/sh
    /// RUN source /etc/profile && env
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// SHELL ["/bin/bash", "-c"]
    /// RUN source /etc/profile && env
    /// ```
    pub(crate) static RELINKED_SHELL = {
        name: "relinked-shell",
        clause: Clause::Portable,
        summary: "`/bin/sh` is made another shell",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL4005"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for it in facts.run_commands() {
        if !matches!(it.command.program(), Some("ln" | "mv" | "cp")) {
            continue;
        }
        let with_value = ["-t", "--target-directory", "-S", "--suffix"];
        let mut operands = it.command.operands(&with_value);
        let (Some(source), Some(target)) = (operands.next(), operands.last()) else { continue };
        let at_shell = |path: &str| matches!(path, "/bin/sh" | "/usr/bin/sh");
        let there = it.command.directory.as_deref().is_some_and(|it| matches!(it, "/bin" | "/usr/bin"));
        let here = there && matches!(&*target.value, "sh" | "./sh");
        if !here && !at_shell(&target.value) {
            continue;
        }
        cx.report(it.command.span, format!("`{}` takes the place of `/bin/sh`", source.raw))
            .help("Choose the shell of the build with `SHELL [\"/bin/bash\", \"-c\"]`.")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "relinked-shell";

    #[test]
    fn links_in_every_spelling() {
        let text = "FROM a\nRUN rm /bin/sh && ln -s /bin/bash /bin/sh\nRUN cd /bin && ln -sf bash sh\nRUN mv bash /bin/sh\n";
        let expected = "2:19 note: `/bin/bash` takes the place of `/bin/sh`\n\
                        3:16 note: `bash` takes the place of `/bin/sh`\n\
                        4:5 note: `bash` takes the place of `/bin/sh`";
        check(RULE, text, expected);
    }

    #[test]
    fn links_to_the_shell_are_fine() {
        let text = "FROM a\nRUN ln -s /bin/sh /usr/local/bin/shell && ln -s a sh && ls -l /bin/sh && rm /bin/sh\n";
        check(RULE, text, "");
    }
}
