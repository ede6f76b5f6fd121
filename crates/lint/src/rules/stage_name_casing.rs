//! `stage-name-casing`: a stage's name has capitals.

use plimsoll_finding::{Clause, Edit, Fix, Severity};
use plimsoll_syntax::dockerfile::{Keyword, Stage};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports the name of a stage that is not all in lower case.
    ///
    /// ## Why it matters
    /// BuildKit compares the names of stages in lower case, but `FROM Builder` means an image of
    /// that name and fails. Names in lower case work everywhere and tell a stage from an
    /// instruction.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-alpine AS Builder
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM scratch
    /// COPY --from=Builder /src/target/release/app /app
    /// USER 65532:65532
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.90-alpine AS builder
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM scratch
    /// COPY --from=builder /src/target/release/app /app
    /// USER 65532:65532
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Fix safety
    /// Safe: names are compared without regard to case, `--target` on the command line too.
    pub(crate) static STAGE_NAME_CASING = {
        name: "stage-name-casing",
        clause: Clause::MultiStage,
        summary: "the name of a stage has capitals",
        severity: Severity::Note,
        fix: FixAvailability::Sometimes,
        aliases: &["StageNameCasing"],
        default: false,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for instruction in facts.file.instructions.iter().filter(|it| it.kind == Keyword::From) {
        let [_, _, name] = &instruction.words[..] else { continue };
        let lower = name.text.to_lowercase();
        if lower == name.text {
            continue;
        }
        let stage = facts.stages.at(name.span.start());
        let stage = stage.filter(|it| it.instruction.span == instruction.span);
        let fix = stage.filter(|_| lower.is_ascii()).map(|it| fix(cx, it, &lower));
        let message = format!("the name of the stage `{}` has capitals", name.text);
        let mut report =
            cx.report(name.span, message).help(format!("Call the stage `{lower}` wherever it is named."));
        if let Some(fix) = fix {
            report = report.fix(fix);
        }
        report.done();
    }
}

/// Renames a stage where it is defined and where it is used.
fn fix(cx: &Context<'_, '_>, stage: &Stage<'_>, lower: &str) -> Fix {
    let uses = cx.facts.stages.all.iter().flat_map(|it| &it.uses);
    let uses = uses.filter(|it| it.stage == stage.index).map(|it| it.span);
    let mut edits = Vec::new();
    for span in stage.from.name.iter().map(|it| it.span).chain(uses) {
        let written = span.slice(cx.facts.file.text).unwrap_or_default();
        let edit = Edit::replace(span, lower);
        // A number, or a name in quotes, stays.
        if written != lower && written.eq_ignore_ascii_case(lower) && !edits.contains(&edit) {
            edits.push(edit);
        }
    }
    Fix::safe(format!("Call the stage `{lower}`"), edits)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn capitals_are_reported_where_they_stand() {
        check(
            "stage-name-casing",
            "FROM a AS \\\n  Build\nFROM b AS tEst\nFROM c AS ok\nFROM D\n",
            "2:3 note: the name of the stage `Build` has capitals\n\
             3:11 note: the name of the stage `tEst` has capitals",
        );
    }

    #[test]
    fn uses_are_renamed_too() {
        check_fixed(
            "stage-name-casing",
            "FROM a AS Build\nFROM build AS x\nCOPY --from=BUILD a b\n\
             RUN --mount=from=Build,target=/x true\nCOPY --from=0 a b\n",
            "FROM a AS build\nFROM build AS x\nCOPY --from=build a b\n\
             RUN --mount=from=build,target=/x true\nCOPY --from=0 a b\n",
        );
    }
}
