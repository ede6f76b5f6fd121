//! `copy-from-empty-stage`: files are copied from a stage without files.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Base, Command, Instruction, Keyword, Stages};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::sources::paths;

declare_rule! {
    /// ## What it does
    /// Reports `COPY --from` a stage that is built on `scratch` and to which nothing was added, or
    /// from `scratch` itself.
    ///
    /// ## Why it matters
    /// There is nothing to copy: the build fails with a message about a path that is not found.
    /// Most often another stage was meant.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM scratch AS assets
    ///
    /// FROM debian:trixie-slim
    /// COPY --from=assets /static /srv/static
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM scratch AS assets
    /// COPY static /static
    ///
    /// FROM debian:trixie-slim
    /// COPY --from=assets /static /srv/static
    /// ```
    pub(crate) static COPY_FROM_EMPTY_STAGE = {
        name: "copy-from-empty-stage",
        clause: Clause::MultiStage,
        summary: "the stage that is copied from holds no file",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["tally/copy-from-empty-scratch-stage"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in &facts.stages.all {
        for instruction in stage.body {
            let Command::Copy(copy) = &instruction.command else { continue };
            let Some(from) = &copy.from else { continue };
            let everything = |it: &str| it.contains(['*', '?']) || it.trim_matches(['/', '.']).is_empty();
            if paths(copy).any(|it| everything(&it.text)) {
                continue;
            }
            let name = from.as_str();
            let message = match facts.stages.named(name, stage.index) {
                Some(other) if is_empty(&facts.stages, other.index) => {
                    format!("the stage `{name}` holds no file")
                }
                None if name == "scratch" => "`scratch` holds no file".to_owned(),
                _ => continue,
            };
            cx.report(from.span, message).help("Copy from the stage that has the file.").done();
        }
    }
}

/// Whether a stage is built on `scratch`, and nothing in it makes a file.
fn is_empty(stages: &Stages<'_>, stage: usize) -> bool {
    let from_scratch = stages.root(stage).is_some_and(|it| it.base == Base::Scratch);
    let makes = |it: &Instruction<'_>| {
        matches!(
            it.kind,
            Keyword::Add | Keyword::Copy | Keyword::Run | Keyword::Workdir | Keyword::Unknown
        )
    };
    from_scratch && !stages.chain(stage).flat_map(|it| it.body).any(makes)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "copy-from-empty-stage";

    #[test]
    fn stages_below_count() {
        let text = "FROM scratch AS a\nENV X=1\nFROM a AS b\nFROM c\nCOPY --from=b /x /\nCOPY --from=0 x /\n\
                    COPY --from=scratch x /\n";
        let expected = "5:13 error: the stage `b` holds no file\n6:13 error: the stage `0` holds no file\n\
                        7:13 error: `scratch` holds no file";
        check(RULE, text, expected);
    }

    #[test]
    fn what_may_hold_files_is_left_alone() {
        let text = "FROM scratch AS a\nADD x /\nFROM a AS b\nFROM debian AS d\nFROM scratch AS e\n\
                    FROM c\nCOPY --from=b /x /\nCOPY --from=d /x /\nCOPY --from=e / /\n";
        check(RULE, text, "");
    }
}
