//! `repeated-instruction`: an instruction is overruled by a later one of the same stage.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Command, Keyword};

use crate::facts::Dispatched;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `CMD`, `ENTRYPOINT` or `HEALTHCHECK` that a later one in the same stage overrules.
    ///
    /// ## Why it matters
    /// Only the last one has an effect. The other one misleads readers, and is often what was meant.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY server migrate /usr/local/bin/
    /// USER 65532:65532
    /// CMD ["migrate"]
    /// CMD ["server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY server migrate /usr/local/bin/
    /// USER 65532:65532
    /// ENTRYPOINT ["server"]
    /// CMD ["--migrate"]
    /// ```
    pub(crate) static REPEATED_INSTRUCTION = {
        name: "repeated-instruction",
        clause: Clause::Signals,
        summary: "an instruction is overruled by a later one of the same stage",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["MultipleInstructionsDisallowed", "DL3012", "DL4003", "DL4004"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

const ONCE: [Keyword; 3] = [Keyword::Cmd, Keyword::Entrypoint, Keyword::Healthcheck];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let text = facts.file.text;
    let mut last: [Option<Dispatched<'_, '_>>; 3] = [None; 3];
    for at in facts.dispatched() {
        let kind = at.instruction.kind;
        let Some(slot) = ONCE.iter().position(|it| *it == kind) else { continue };
        if matches!(at.instruction.command, Command::Broken) {
            continue;
        }
        let before = last[slot].replace(at);
        let Some(before) = before.filter(|it| it.stage.index == at.stage.index) else { continue };
        let span = before.place(before.instruction.head(text));
        let name = kind.name();
        cx.report(span, format!("a later {name} of the stage overrules this one"))
            .help(format!("Remove it, or merge it into the last {name}."))
            .related(at.place(at.instruction.head(text)), "this one has an effect")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn all_but_the_last_are_reported() {
        check(
            "repeated-instruction",
            "FROM a\nCMD a\nHEALTHCHECK NONE\nCMD [\"b\"]\nENTRYPOINT c\ncmd d\nHEALTHCHECK CMD e\n",
            "2:1 warning: a later CMD of the stage overrules this one\n\
             3:1 warning: a later HEALTHCHECK of the stage overrules this one\n\
             4:1 warning: a later CMD of the stage overrules this one",
        );
    }

    #[test]
    fn each_stage_has_its_own() {
        check("repeated-instruction", "FROM a AS b\nCMD a\nFROM b\nCMD b\nONBUILD CMD c\n", "");
        check(
            "repeated-instruction",
            "FROM a AS b\nONBUILD CMD a\nFROM b\nCMD b\n",
            "3:1 warning: a later CMD of the stage overrules this one",
        );
    }
}
