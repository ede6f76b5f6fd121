//! What a rule is.

use plimsoll_finding::{Clause, Finding, Severity, Span};

use crate::Context;

/// Everything known about a rule before it runs.
///
/// The pages of the documentation, `plimsoll explain`, the SARIF rule table and the tests over all
/// rules are made from this.
#[derive(Debug)]
pub struct Rule {
    /// The kebab-case name, which says the problem.
    pub name: &'static str,
    /// The clause of the standard that it belongs to.
    pub clause: Clause,
    /// One line, without a period.
    pub summary: &'static str,
    /// The severity unless settings or the stage say otherwise.
    pub severity: Severity,
    /// Whether it offers a fix.
    pub fix: FixAvailability,
    /// What other tools call it: hadolint's `DL3002`, BuildKit's `JSONArgsRecommended`, and so on.
    pub aliases: &'static [&'static str],
    /// Whether it runs without being asked for.
    pub default: bool,
    /// What its findings are about, which decides how they weigh in a stage that is not shipped.
    pub scope: Scope,
    /// The rule's doc comment, in Markdown.
    pub doc: &'static str,
    /// The code of the rule.
    pub check: fn(&mut Context<'_, '_>),
}

/// Whether a rule offers a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixAvailability {
    /// Never.
    None,
    /// For some findings.
    Sometimes,
    /// For every finding.
    Always,
}

/// What the findings of a rule are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What the image holds: in a stage that isn't shipped they weigh one step less.
    Image,
    /// The build itself: they weigh the same in every stage.
    Build,
}

/// The check of a rule whose findings come from the engine itself: syntax errors, and what is wrong
/// with suppressions. It does nothing.
pub(crate) fn by_the_engine(_cx: &mut Context<'_, '_>) {}

/// A finding of a rule at a place, as heavy as the rule says.
pub(crate) fn finding(rule: &Rule, path: &str, place: Span, message: impl Into<String>) -> Finding {
    Finding::new(rule.name, rule.clause, rule.severity, path, message).at(place)
}

/// Declares a rule; the doc comment becomes [`Rule::doc`].
macro_rules! declare_rule {
    (
        $(#[doc = $doc:literal])+
        $vis:vis static $NAME:ident = { $($field:ident: $value:expr),+ $(,)? }
    ) => {
        $(#[doc = $doc])+
        $vis static $NAME: crate::Rule = crate::Rule {
            doc: concat!($($doc, "\n"),+),
            $($field: $value),+
        };
    };
}
pub(crate) use declare_rule;
