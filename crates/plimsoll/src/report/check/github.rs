//! Workflow commands of GitHub Actions, which become annotations of a change.

use std::fmt::Write as _;

use plimsoll_finding::{Finding, Severity};

use super::{Report, place::Places};

pub(super) fn render(report: &Report<'_>) -> String {
    let places = Places::new(report);
    let mut text = String::new();
    for finding in report.findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        write!(text, "::{command} file={}", property(&finding.path)).ok();
        if let Some(region) = places.region(&finding.path, finding.span) {
            let (start, end) = (region.start, region.end);
            write!(text, ",line={},endLine={},col={}", start.line, end.line, start.column).ok();
            // GitHub counts the last column in, and wants it only on the first line.
            if start.line == end.line {
                let last = end.column.saturating_sub(1).max(start.column);
                write!(text, ",endColumn={last}").ok();
            }
        }
        let title = format!("{} ({})", finding.rule, finding.clause);
        writeln!(text, ",title={}::{}", property(&title), data(&message(finding, &places))).ok();
    }
    for file in report.unchecked {
        let (path, reason) = (property(&file.path), data(&file.reason));
        writeln!(text, "::error file={path},title=not checked::{reason}").ok();
    }
    text
}

/// The message, what to do, and the places that belong to it, which an annotation can't link to.
fn message(finding: &Finding, places: &Places<'_>) -> String {
    let mut text = finding.message.clone();
    if let Some(help) = &finding.help {
        write!(text, "\n{help}").ok();
    }
    for related in &finding.related {
        write!(text, "\n{}", related.path).ok();
        if let Some(region) = places.region(&related.path, related.span) {
            write!(text, ":{}", region.start.line).ok();
        }
        write!(text, ": {}", related.message).ok();
    }
    text
}

/// What stands after `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands after `=`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
