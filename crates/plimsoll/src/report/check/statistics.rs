//! Counts for each rule and sizes of the build contexts, in place of the findings.

use super::{Report, contexts, summary::Summary};
use crate::report::table::Table;

pub(super) fn render(report: &Report<'_>) -> String {
    let summary = Summary::new(report);
    let mut table = Table::default();
    if !summary.rules.is_empty() {
        table.row(["rule", "clause", "errors", "warnings", "notes", "with a fix"]);
    }
    for rule in &summary.rules {
        let findings = rule.findings;
        let cells = [findings.error, findings.warning, findings.note, rule.fixable];
        let [error, warning, note, fixable] = cells.map(|it| it.to_string());
        table.row([&rule.name, rule.clause, &error, &warning, &note, &fixable]);
    }
    let mut text = table.render();
    let contexts = contexts::render(report.contexts.unwrap_or_default());
    if !text.is_empty() && !contexts.is_empty() {
        text.push('\n');
    }
    text.push_str(&contexts);
    text
}
