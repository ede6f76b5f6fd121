//! `reserved-stage-name`: a stage has a name that means something else.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a stage that is called `scratch` or `context`.
    ///
    /// ## Why it matters
    /// `scratch` is the empty image and `context` the files that are built from. A stage of that
    /// name can't be told from them.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-alpine AS context
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.90-alpine AS builder
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    pub(crate) static RESERVED_STAGE_NAME = {
        name: "reserved-stage-name",
        clause: Clause::MultiStage,
        summary: "a stage has a name that means something else",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["ReservedStageName", "DL3063"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    for stage in &cx.facts.stages.all {
        let (Some(name), Some(word)) = (&stage.name, &stage.from.name) else { continue };
        let meaning = match &**name {
            "scratch" => "the empty image",
            "context" => "the build context",
            _ => continue,
        };
        cx.report(word.span, format!("a stage must not be called `{name}`, which is {meaning}"))
            .help("Give the stage another name, and its uses too.")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn both_names_are_reported_in_any_case() {
        check(
            "reserved-stage-name",
            "FROM a AS Scratch\nFROM a AS context\nFROM scratch\nFROM a AS scratch2\n",
            "1:11 error: a stage must not be called `scratch`, which is the empty image\n\
             2:11 error: a stage must not be called `context`, which is the build context",
        );
    }
}
