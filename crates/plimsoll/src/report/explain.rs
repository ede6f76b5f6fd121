//! `plimsoll/explain/v1`, and the pages of rules and clauses for people.

mod markdown;

use std::fmt::Write as _;

use anstyle::Style;
use plimsoll_finding::{Clause, Level};
use plimsoll_lint::{FixAvailability, Rule, pages};
use serde::Serialize;

use super::table::Table;
use crate::failure::Failure;

pub(crate) use markdown::render;

const BOLD: Style = Style::new().bold();

/// What is known of clauses and rules.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Report {
    /// Which form this is: `plimsoll/explain/v1`.
    schema: &'static str,
    /// The clauses that were asked for, in the order of the standard.
    clauses: Vec<ClauseReport>,
    /// The rules that were asked for, by name.
    rules: Vec<RuleReport>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ClauseReport {
    #[serde(rename = "clause")]
    name: &'static str,
    /// What must hold.
    holds: &'static str,
    /// Where it can be seen: `source`, `image`, `run`.
    levels: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RuleReport {
    #[serde(rename = "rule")]
    name: &'static str,
    clause: &'static str,
    /// What it finds, in one line.
    summary: &'static str,
    /// `error`, `warning` or `note`.
    severity: &'static str,
    /// Whether it is run without being asked for.
    default: bool,
    /// Whether it offers fixes: `none`, `sometimes` or `always`.
    fix: &'static str,
    /// What other tools call it.
    aliases: &'static [&'static str],
    /// Its page.
    markdown: String,
}

impl Report {
    pub(crate) fn new(clauses: &[Clause], rules: &[&'static Rule]) -> Self {
        let levels = |clause: &Clause| clause.levels().iter().map(|it| level(*it)).collect();
        Self {
            schema: "plimsoll/explain/v1",
            clauses: clauses
                .iter()
                .map(|it| ClauseReport { name: it.name(), holds: it.holds(), levels: levels(it) })
                .collect(),
            rules: rules
                .iter()
                .map(|it| RuleReport {
                    name: it.name,
                    clause: it.clause.name(),
                    summary: it.summary,
                    severity: it.severity.name(),
                    default: it.default,
                    fix: match it.fix {
                        FixAvailability::None => "none",
                        FixAvailability::Sometimes => "sometimes",
                        FixAvailability::Always => "always",
                    },
                    aliases: it.aliases,
                    markdown: pages::page(it),
                })
                .collect(),
        }
    }

    /// As JSON.
    pub(crate) fn json(&self) -> Result<String, Failure> {
        super::json(self)
    }
}

/// The rules below their clauses, and those clauses too that have none if `all` are wanted.
pub(crate) fn list(rules: &[&'static Rule], all: bool) -> String {
    let mut text = String::new();
    for clause in Clause::ALL {
        let mut table = Table::default();
        for rule in rules.iter().filter(|it| it.clause == clause) {
            let off = if rule.default { "" } else { " (off)" };
            let fix = if rule.fix == FixAvailability::None { "" } else { "fix" };
            table.row(["", rule.name, &format!("{}{off}", rule.severity), fix, rule.summary]);
        }
        let table = table.render();
        if all || !table.is_empty() {
            let blank = if text.is_empty() { "" } else { "\n" };
            writeln!(text, "{blank}{BOLD}{clause}{BOLD:#}: {}", clause.holds()).ok();
            text.push_str(&table);
        }
    }
    text
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Source => "source",
        Level::Image => "image",
        Level::Run => "run",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_and_clause_is_listed_and_has_a_page() {
        let list = list(plimsoll_lint::RULES, true);
        for clause in Clause::ALL {
            assert!(list.contains(clause.name()), "{clause}");
            assert!(!render(&pages::explain(clause), 80).contains("]("));
        }
        for rule in plimsoll_lint::RULES {
            assert!(list.contains(&format!("  {} ", rule.name)), "{}", rule.name);
            let page = render(&pages::page(rule), 80);
            assert!(page.contains("Severity") && !page.contains("|---"), "{page}");
        }
    }
}
