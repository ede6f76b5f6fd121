//! `label-not-hash`: a label that should be a commit is none.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::labels::report_form;

declare_rule! {
    /// ## What it does
    /// Reports labels that the schema in the settings gives the form `hash` and whose value is no
    /// hash of a git commit. Values with variables that are not known before the build are left
    /// alone. Without a schema it has nothing to report.
    ///
    /// ## Why it matters
    /// A branch or a tag moves on. Only the hash of the commit says what the image was built from.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.revision="main"
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.revision="9b1c2f0e6d3a48c5b7e1f2a3d4c5b6a798f0e1d2"
    /// ```
    pub(crate) static LABEL_NOT_HASH = {
        name: "label-not-hash",
        clause: Clause::Tags,
        summary: "a label is no commit hash",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DL3055"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report_form(cx, "hash", is_hash, "no hash of a commit", "Give the hash as `git rev-parse HEAD` prints it.");
}

/// Whether a text is a hash of git, of SHA-1 or SHA-256, whole or cut to seven digits or more.
fn is_hash(text: &str) -> bool {
    let digits = text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
    digits && ((7..=40).contains(&text.len()) || text.len() == 64)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn values() {
        let text = |value: &str| {
            format!("FROM a\nLABEL a=b org.opencontainers.image.revision=\"{value}\"\n")
        };
        let column = 11 + "org.opencontainers.image.revision=".len();
        for right in ["9b1c2f0", "9b1c2f0e6d3a48c5b7e1f2a3d4c5b6a798f0e1d2"] {
            check("label-not-hash", &text(right), "");
        }
        for wrong in ["main", "9b1c2f", "9B1C2F0", "9b1c2f0e6d3a48c5b7e1f2a3d4c5b6a798f0e1d2a"] {
            let expected = format!(
                "2:{column} warning: `{wrong}` of the label `org.opencontainers.image.revision` is no hash of a commit"
            );
            check("label-not-hash", &text(wrong), &expected);
        }
    }
}
