//! `empty-label`: a label of the schema is empty.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::labels::all_labels;

declare_rule! {
    /// ## What it does
    /// Reports labels of the schema in the settings that are set to nothing.
    ///
    /// ## Why it matters
    /// An empty label looks as if it were there and says nothing.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.title=""
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.title="app"
    /// ```
    pub(crate) static EMPTY_LABEL = {
        name: "empty-label",
        clause: Clause::Tags,
        summary: "a label that the schema asks for is empty",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DL3051"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let (facts, options) = (cx.facts, cx.options);
    if options.label_schema.is_empty() {
        return;
    }
    for label in all_labels(facts) {
        let known = options.label_schema.iter().any(|(name, _)| *name == label.key);
        if known && label.value.is_some_and(|it| it.trim().is_empty()) {
            cx.report(label.key_span, format!("the label `{}` is empty", label.key)).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn unknown_values_and_other_labels_are_fine() {
        let title = "org.opencontainers.image.title";
        let text = format!("FROM a\nARG X\nLABEL {title}=$X x=\"\"\nLABEL {title}= a=b\n");
        check("empty-label", &text, &format!("4:7 warning: the label `{title}` is empty"));
    }
}
