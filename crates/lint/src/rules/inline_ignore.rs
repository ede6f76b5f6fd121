//! `inline-ignore`: a comment that switches off a rule.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::LineKind;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};


declare_rule! {
    /// ## What it does
    /// Reports comments that suppress findings: `hadolint ignore=…`, `plimsoll: allow(…)` and
    /// `check=skip=…`.
    ///
    /// ## Why it matters
    /// Where suppressions have to be agreed on, they belong into the settings of the project, in
    /// which they are seen together.
    ///
    /// ## Bad
    /// ```dockerfile
    /// # hadolint ignore=DL3006
    /// FROM debian
    /// USER 65532:65532
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// USER 65532:65532
    /// ```
    pub(crate) static INLINE_IGNORE = {
        name: "inline-ignore",
        clause: Clause::Scanned,
        summary: "a comment switches off a rule",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL1001"],
        default: false,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for line in &facts.file.lines {
        if !matches!(line.kind, LineKind::Comment | LineKind::InnerComment | LineKind::Directive) {
            continue;
        }
        let Some(text) = line.span.slice(facts.file.text) else { continue };
        let comment = text.trim().trim_start_matches('#').trim_start();
        if suppresses(comment) {
            let start = line.span.start() + (text.len() - text.trim_start().len());
            let span = Span::new(start, start + text.trim().len());
            cx.report(span, "a comment switches off rules")
                .help("Put it into the settings of the project.")
                .done();
        }
    }
}

fn suppresses(comment: &str) -> bool {
    let words = |word: &str| comment.strip_prefix(word).map(str::trim_start);
    words("hadolint").is_some_and(|it| it.contains("ignore"))
        || words("plimsoll:").is_some_and(|it| it.contains("allow"))
        || words("check").and_then(|it| it.strip_prefix('=')).is_some_and(|it| it.contains("skip"))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn comments_of_every_tool() {
        let text = "# check=skip=all\n# hadolint global ignore=DL3006\nFROM a\n  # plimsoll: allow(root-user): why\nRUN a \\\n  # hadolint ignore=DL3002\n  b\n# checked\n";
        let expected = "1:1 note: a comment switches off rules\n2:1 note: a comment switches off rules\n\
                        4:3 note: a comment switches off rules\n6:3 note: a comment switches off rules";
        check("inline-ignore", text, expected);
    }
}
