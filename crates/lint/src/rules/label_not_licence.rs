//! `label-not-licence`: a label that should be a licence is none.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::labels::report_form;
use crate::facts::spdx::is_expression;

declare_rule! {
    /// ## What it does
    /// Reports labels that the schema in the settings gives the form `spdx` and whose value is no
    /// licence expression of SPDX. Values with variables that are not known before the build are
    /// left alone. Without a schema it has nothing to report.
    ///
    /// ## Why it matters
    /// Programs that check licences know the identifiers of SPDX, and how they are combined. Any
    /// other text is an unknown licence to them.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.licenses="Apache 2.0"
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.licenses="MIT OR Apache-2.0"
    /// ```
    pub(crate) static LABEL_NOT_LICENCE = {
        name: "label-not-licence",
        clause: Clause::Tags,
        summary: "a label is no SPDX licence expression",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DL3054"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report_form(cx, "spdx", is_expression, "no SPDX licence expression", "Write identifiers of SPDX: `MIT OR Apache-2.0`, or `LicenseRef-…` for a licence of your own.");
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn values() {
        let text = |value: &str| {
            format!("FROM a\nLABEL a=b org.opencontainers.image.licenses=\"{value}\"\n")
        };
        let column = 11 + "org.opencontainers.image.licenses=".len();
        for right in ["MIT", "MIT OR Apache-2.0", "LicenseRef-x"] {
            check("label-not-licence", &text(right), "");
        }
        for wrong in ["Apache 2.0", "MIT/Apache-2.0", "proprietary"] {
            let expected = format!(
                "2:{column} warning: `{wrong}` of the label `org.opencontainers.image.licenses` is no SPDX licence expression"
            );
            check("label-not-licence", &text(wrong), &expected);
        }
    }
}
