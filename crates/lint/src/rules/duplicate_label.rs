//! `duplicate-label`: a label is set twice.

use plimsoll_finding::{Clause, Severity};
use std::collections::BTreeMap;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::labels::labels;

declare_rule! {
    /// ## What it does
    /// Reports a label that the same stage has set before.
    ///
    /// ## Why it matters
    /// The later one wins. Who changes the first one wonders why nothing happens.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.version="1.0.0"
    /// LABEL org.opencontainers.image.title="app" org.opencontainers.image.version="1.1.0"
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.title="app" org.opencontainers.image.version="1.1.0"
    /// ```
    pub(crate) static DUPLICATE_LABEL = {
        name: "duplicate-label",
        clause: Clause::Tags,
        summary: "a label is set again in the same stage",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["tally/labels/no-duplicate-keys"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in &facts.stages.all {
        let mut seen = BTreeMap::new();
        for label in labels(facts, stage.body, stage.first) {
            let place = label.key_span;
            let message = format!("the label `{}` is set again", label.key);
            if let Some(before) = seen.insert(label.key, place) {
                cx.report(place, message).related(before, "it is set here before").done();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn in_one_stage_alone() {
        let text = "FROM a AS b\nLABEL x=1 \"x\"=2\nFROM b\nLABEL x=3\n";
        check("duplicate-label", text, "2:11 note: the label `x` is set again");
    }
}
