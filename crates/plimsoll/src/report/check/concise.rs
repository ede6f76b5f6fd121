//! One line for each finding: `path:line:column: severity[rule] message`.

use std::fmt::Write as _;

use super::{Report, place::Places};

pub(super) fn render(report: &Report<'_>) -> String {
    let places = Places::new(report);
    let mut text = String::new();
    for finding in report.findings {
        let path = one_line(&finding.path);
        text.push_str(&path);
        if let Some(region) = places.region(&finding.path, finding.span) {
            write!(text, ":{}:{}", region.start.line, region.start.column).ok();
        }
        let message = one_line(&finding.message);
        writeln!(text, ": {}[{}] {message}", finding.severity, finding.rule).ok();
    }
    text
}

/// Text that came from files, without what would move a terminal's cursor.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { '\u{fffd}' } else { it }).collect()
}
