//! `missing-label`: a label of the schema is missing.

use plimsoll_finding::{Clause, Severity};
use std::collections::BTreeSet;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::labels::labels;

declare_rule! {
    /// ## What it does
    /// Reports the labels of the schema in the settings that neither the final stage nor those it
    /// is built on set. Without a schema it has nothing to report.
    ///
    /// ## Why it matters
    /// Labels say where an image comes from, which version it is and under which licence. A schema
    /// is kept only if each label of it is there.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.title="app"
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// ARG VERSION
    /// LABEL org.opencontainers.image.title="app" \
    ///       org.opencontainers.image.authors="team@example.com" \
    ///       org.opencontainers.image.source="https://github.com/example/app" \
    ///       org.opencontainers.image.licenses="MIT OR Apache-2.0" \
    ///       org.opencontainers.image.created="2026-11-23T10:15:00Z" \
    ///       org.opencontainers.image.revision="9b1c2f0e6d3a48c5b7e1f2a3d4c5b6a798f0e1d2" \
    ///       org.opencontainers.image.version="$VERSION"
    /// ```
    pub(crate) static MISSING_LABEL = {
        name: "missing-label",
        clause: Clause::Tags,
        summary: "a label that the schema asks for is missing",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3049"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let (facts, schema) = (cx.facts, &cx.options.label_schema);
    let Some(last) = facts.stages.last().filter(|_| !schema.is_empty()) else { return };
    let mut keys = BTreeSet::new();
    for stage in facts.stages.chain(last.index) {
        keys.extend(labels(facts, stage.body, stage.first).map(|it| it.key));
    }
    let place = last.instruction.head(facts.file.text);
    for (name, _) in schema.iter().filter(|(name, _)| !keys.contains(name.as_str())) {
        cx.report(place, format!("the label `{name}` is missing"))
            .help("Set it with `LABEL` in the final stage.")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_with;

    #[test]
    fn labels_of_the_stages_below_count() {
        let schema = ["a", "b", "c"].map(|it| (it.to_owned(), "text".to_owned())).into();
        let options = crate::Options { label_schema: schema, ..crate::Options::default() };
        let text = "FROM x AS y\nLABEL a=1\nFROM z AS w\nLABEL c=3\nFROM y\nLABEL \"b\"=2\n";
        check_with("missing-label", options, text, "5:1 note: the label `c` is missing");
    }

    #[test]
    fn nothing_without_a_schema() {
        check_with("missing-label", crate::Options::default(), "FROM x\n", "");
    }
}
