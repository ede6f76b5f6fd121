//! The counts of a report.

use std::collections::BTreeMap;

use plimsoll_finding::{Applicability, Clause, Finding, Severity};
use serde::Serialize;

use super::{FileCounts, Report};

/// What there is in all.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Summary {
    /// Files that were checked.
    pub(super) files: usize,
    /// How many of them are of each type.
    pub(super) types: FileCounts,
    /// Findings of each severity.
    pub(super) findings: Counts,
    /// Findings that a comment in a file hides.
    pub(super) suppressed: usize,
    /// Findings that were fixed.
    pub(super) fixed: usize,
    /// Findings that have a fix.
    pub(super) fixable: Fixable,
    /// Every clause of the standard, in its order.
    pub(super) clauses: Vec<ClauseSummary>,
    /// Every rule with findings, the most frequent first.
    pub(super) rules: Vec<RuleSummary>,
}

/// Findings of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Counts {
    pub(super) error: usize,
    pub(super) warning: usize,
    pub(super) note: usize,
}

/// Findings that have a fix.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Fixable {
    /// Those that `--fix` makes.
    pub(super) safe: usize,
    /// Those that need `--unsafe-fixes` as well.
    #[serde(rename = "unsafe")]
    pub(super) risky: usize,
}

/// One clause.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ClauseSummary {
    /// Its name.
    #[serde(rename = "clause")]
    pub(super) name: &'static str,
    /// Whether it holds.
    pub(super) state: State,
    /// How many of its rules were run.
    pub(super) rules: usize,
    /// What they found.
    pub(super) findings: Counts,
}

/// Whether a clause holds, as far as files show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    /// No rule of it was run.
    Unchecked,
    /// Nothing worse than a note was found.
    Holds,
    /// There are warnings.
    Bent,
    /// There are errors.
    Broken,
}

/// One rule.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct RuleSummary {
    /// Its name.
    #[serde(rename = "rule")]
    pub(super) name: String,
    /// The clause that it belongs to.
    pub(super) clause: &'static str,
    /// What it found.
    pub(super) findings: Counts,
    /// How many of these have a fix, safe or unsafe.
    pub(super) fixable: usize,
}

impl Summary {
    pub(super) fn new(report: &Report<'_>) -> Self {
        let mut findings = Counts::default();
        let mut fixable = Fixable::default();
        let mut by_rule: BTreeMap<&str, RuleSummary> = BTreeMap::new();
        let mut by_clause: BTreeMap<Clause, Counts> = BTreeMap::new();
        for finding in report.findings {
            findings.add(finding);
            by_clause.entry(finding.clause).or_default().add(finding);
            match finding.fix.as_ref().map(|it| it.applicability) {
                Some(Applicability::Safe) => fixable.safe += 1,
                Some(Applicability::Unsafe) => fixable.risky += 1,
                None => {}
            }
            let rule = by_rule.entry(&finding.rule).or_insert_with(|| RuleSummary {
                name: finding.rule.clone(),
                clause: finding.clause.name(),
                findings: Counts::default(),
                fixable: 0,
            });
            rule.findings.add(finding);
            rule.fixable += usize::from(finding.fix.is_some());
        }
        // Of a file that can't be read nobody knows whether anything holds.
        let unread = report
            .findings
            .iter()
            .any(|it| it.rule == "syntax-error" && it.severity == Severity::Error);
        let clauses = Clause::ALL.into_iter().map(|clause| {
            let rules = report.rules.iter().filter(|it| it.clause == clause && !unread);
            let counts = by_clause.get(&clause).copied().unwrap_or_default();
            ClauseSummary::new(clause, rules.count(), counts)
        });
        let clauses = clauses.collect();
        let mut rules: Vec<_> = by_rule.into_values().collect();
        rules.sort_by_key(|it| std::cmp::Reverse(it.findings.sum()));
        Self {
            files: report.files.sum(),
            types: report.files,
            findings,
            suppressed: report.suppressed,
            fixed: report.fixed,
            fixable,
            clauses,
            rules,
        }
    }
}

impl ClauseSummary {
    fn new(clause: Clause, rules: usize, findings: Counts) -> Self {
        let state = match findings {
            Counts { error: 1.., .. } => State::Broken,
            Counts { warning: 1.., .. } => State::Bent,
            _ if rules == 0 => State::Unchecked,
            _ => State::Holds,
        };
        Self { name: clause.name(), state, rules, findings }
    }
}

impl Counts {
    /// All of them.
    pub(super) fn sum(self) -> usize {
        self.error + self.warning + self.note
    }

    fn add(&mut self, finding: &Finding) {
        *match finding.severity {
            Severity::Error => &mut self.error,
            Severity::Warning => &mut self.warning,
            Severity::Note => &mut self.note,
        } += 1;
    }
}
