//! `copy-from-itself`: a stage takes files from itself, or two from each other.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::froms::{Target, froms, target};

declare_rule! {
    /// ## What it does
    /// Reports `COPY --from` and `RUN --mount=from=` that name their own stage, and those that name
    /// a later stage which builds on this one or takes files from it.
    ///
    /// ## Why it matters
    /// A stage can be copied from only when it is done, so the build fails. In its own stage a file
    /// is moved with `RUN`.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.91-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// COPY --from=build /src/target/release/app /usr/local/bin/app
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.91-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked && cp target/release/app /usr/local/bin/app
    /// ```
    pub(crate) static COPY_FROM_ITSELF = {
        name: "copy-from-itself",
        clause: Clause::MultiStage,
        summary: "a stage needs itself",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["DL3023", "tally/circular-stage-deps"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in &facts.stages.all {
        for from in stage.body.iter().flat_map(froms) {
            let (name, span) = (from.word.as_str(), from.word.span);
            match target(&facts.stages, stage.index, &from) {
                Target::Itself => {
                    cx.report(span, format!("the stage takes files from itself, `{name}`"))
                        .help("Copy or move the file with `RUN`, or name the stage that has it.")
                        .done();
                }
                Target::Cycle(other) => {
                    let other = &facts.stages.all[other];
                    cx.report(span, format!("the stage `{name}` needs this one, and this one needs it"))
                        .help("Move what both need into a stage of its own above them.")
                        .related(other.instruction.keyword.span, "the other stage")
                        .done();
                }
                Target::Earlier | Target::Later(_) | Target::Other => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn by_name_by_number_and_by_mount() {
        let text = "FROM a AS x\nFROM b AS y\nCOPY --from=Y a /\nCOPY --from=1 a /\n\
                    RUN --mount=from=y,target=/y true\nCOPY --from=x a /\n";
        let expected = "3:13 error: the stage takes files from itself, `Y`\n\
                        4:13 error: the stage takes files from itself, `1`\n\
                        5:18 error: the stage takes files from itself, `y`";
        check("copy-from-itself", text, expected);
    }

    #[test]
    fn round_about_other_stages() {
        let text = "FROM a AS x\nCOPY --from=z a /\nFROM x AS y\nFROM b AS z\nCOPY --from=y a /\n";
        let expected = "2:13 error: the stage `z` needs this one, and this one needs it";
        check("copy-from-itself", text, expected);
        check("unknown-copy-stage", text, "");
    }

    #[test]
    fn an_earlier_stage_of_the_same_name_is_another() {
        check("copy-from-itself", "FROM a AS x\nFROM b AS y\nCOPY --from=x a /\n", "");
    }
}
