//! `invalid-label-key`: a label whose name breaks the rules.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::labels::all_labels;

declare_rule! {
    /// ## What it does
    /// Reports labels whose name is not made of small letters, digits, `.`, `-`, `_` and `/`, does
    /// not begin with a letter and end with a letter or digit, has `..` or `--` in it, or lies in a
    /// name space that Docker keeps for itself (`com.docker.`, `io.docker.`, `org.dockerproject.`).
    ///
    /// ## Why it matters
    /// Docker's guidelines for names ask for it. Programs that filter by labels, and orchestrators
    /// that copy them, refuse others.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL Maintainer_="team@example.com"
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.authors="team@example.com"
    /// ```
    pub(crate) static INVALID_LABEL_KEY = {
        name: "invalid-label-key",
        clause: Clause::Tags,
        summary: "the name of a label breaks the rules for names",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3048", "tally/labels/valid-key"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for label in all_labels(facts) {
        let Some(fault) = fault(&label.key) else { continue };
        cx.report(label.key_span, format!("the name of the label `{}` {fault}", label.key.escape_debug()))
            .done();
    }
}

fn fault(key: &str) -> Option<&'static str> {
    let small = |it: char| it.is_ascii_lowercase();
    let allowed = |it: char| small(it) || it.is_ascii_digit() || matches!(it, '.' | '-' | '_' | '/');
    if key.contains('$') {
        // What it will be is not known.
        None
    } else if key.is_empty() {
        Some("is empty")
    } else if !key.starts_with(small) {
        Some("does not begin with a small letter")
    } else if !key.ends_with(|it: char| small(it) || it.is_ascii_digit()) {
        Some("does not end with a small letter or a digit")
    } else if !key.chars().all(allowed) {
        Some("has a character that is no small letter, digit, `.`, `-`, `_` or `/`")
    } else if key.contains("..") || key.contains("--") {
        Some("has `..` or `--` in it")
    } else if ["com.docker.", "io.docker.", "org.dockerproject."].iter().any(|it| key.starts_with(it)) {
        Some("lies in a name space of Docker's own")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn every_fault() {
        let text = "FROM a\nLABEL A=1 a_=2 a@b=3 a..b=4 com.docker.x=5 $X=6 a.b-c_d/e1=7\n";
        let expected = "2:7 note: the name of the label `A` does not begin with a small letter\n\
                        2:11 note: the name of the label `a_` does not end with a small letter or a digit\n\
                        2:16 note: the name of the label `a@b` has a character that is no small letter, digit, `.`, `-`, `_` or `/`\n\
                        2:22 note: the name of the label `a..b` has `..` or `--` in it\n\
                        2:29 note: the name of the label `com.docker.x` lies in a name space of Docker's own";
        check("invalid-label-key", text, expected);
    }
}
