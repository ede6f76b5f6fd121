//! `label-outside-schema`: a label that the schema does not have.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::labels::all_labels;

declare_rule! {
    /// ## What it does
    /// Reports labels that are not in the schema of the settings, if those ask for strict labels.
    ///
    /// ## Why it matters
    /// A label with a slip in its name is not the label that programs look for.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.titel="app"
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.title="app"
    /// ```
    pub(crate) static LABEL_OUTSIDE_SCHEMA = {
        name: "label-outside-schema",
        clause: Clause::Tags,
        summary: "a label that the schema does not have",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3050"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let (facts, options) = (cx.facts, cx.options);
    if !options.strict_labels || options.label_schema.is_empty() {
        return;
    }
    for label in all_labels(facts) {
        if options.label_schema.iter().any(|(name, _)| *name == label.key) {
            continue;
        }
        cx.report(label.key_span, format!("the schema has no label `{}`", label.key)).done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_with};

    #[test]
    fn quoted_names_and_the_setting() {
        let text = "FROM a\nLABEL \"org.opencontainers.image.title\"=x x=y\n";
        check("label-outside-schema", text, "2:42 note: the schema has no label `x`");
        check_with("label-outside-schema", crate::Options::default(), text, "");
    }
}
