//! `consecutive-run`: two `RUN`s that could be one.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Command, Instruction, Word};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};


declare_rule! {
    /// ## What it does
    /// Reports a `RUN` that directly follows another with the same flags, in a stage that is
    /// shipped, where neither has more than two commands. Stages that only build are left alone:
    /// their layers are not shipped, and a layer for each step is what makes a second build fast.
    ///
    /// ## Why it matters
    /// Each `RUN` makes a layer. What one creates and the next one deletes stays in the image.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update
    /// RUN apt-get install -y --no-install-recommends ca-certificates
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates
    /// ```
    pub(crate) static CONSECUTIVE_RUN = {
        name: "consecutive-run",
        clause: Clause::Size,
        summary: "a `RUN` follows another one",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3059"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

/// With more commands than these a `RUN` is long on purpose.
const MOST_COMMANDS: usize = 2;

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in facts.stages.all.iter().filter(|it| it.shipped) {
        for (offset, pair) in stage.body.windows(2).enumerate() {
            let [first, second] = pair else { continue };
            let (Command::Run(_), Command::Run(_)) = (&first.command, &second.command) else { continue };
            let short = |index: usize| {
                facts.script(index).is_none_or(|it| it.commands.len() <= MOST_COMMANDS)
            };
            let index = stage.first + offset;
            if flags(first).eq(flags(second)) && short(index) && short(index + 1) {
                cx.report(second.keyword.span, "this `RUN` could be one with that before it")
                    .help("Join them with `&&`, or in a heredoc.")
                    .related(first.keyword.span, "the `RUN` before it")
                    .done();
            }
        }
    }
}

fn flags<'d>(instruction: &'d Instruction<'d>) -> impl Iterator<Item = (&'d str, Option<&'d str>)> {
    instruction.flags.iter().map(|it| (&*it.name, it.value.as_ref().map(Word::as_str)))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn alike_short_and_shipped() {
        let text = "FROM a AS b\nRUN a\nRUN b\nFROM c\nRUN a\n# why\nRUN b\nENV x=1\nRUN --mount=type=cache,target=/x a\nRUN b\n\
                    RUN a && b && c\nRUN d\n";
        check("consecutive-run", text, "7:1 note: this `RUN` could be one with that before it");
    }
}
