//! `duplicate-stage-name`: two stages have one name.

use std::collections::BTreeMap;

use plimsoll_finding::{Clause, Severity, Span};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a stage that has the name of an earlier one.
    ///
    /// ## Why it matters
    /// `COPY --from` and `FROM` then mean the last stage of that name so far, and the other one can
    /// be reached by its number alone. A stage that is added later changes what they mean.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-alpine AS builder
    /// RUN cargo install --locked just
    ///
    /// FROM rust:1.90-alpine AS builder
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.90-alpine AS tools
    /// RUN cargo install --locked just
    ///
    /// FROM tools AS builder
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    pub(crate) static DUPLICATE_STAGE_NAME = {
        name: "duplicate-stage-name",
        clause: Clause::MultiStage,
        summary: "two stages have one name",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["DuplicateStageName", "DL3024"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for stage in &cx.facts.stages.all {
        let (Some(name), Some(word)) = (&stage.name, &stage.from.name) else { continue };
        match seen.get(&**name) {
            None => {
                seen.insert(name, word.span);
            }
            Some(&first) => cx
                .report(word.span, format!("there is a stage `{name}` already"))
                .help("Give each stage a name of its own.")
                .related(first, "the first stage of that name")
                .done(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn names_are_compared_without_case() {
        check(
            "duplicate-stage-name",
            "FROM a AS b\nFROM a\nFROM a AS B\nFROM a AS c\nFROM a AS b\n",
            "3:11 error: there is a stage `b` already\n5:11 error: there is a stage `b` already",
        );
    }
}
