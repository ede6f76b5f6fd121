//! One line for each finding: `path:line:column: severity[rule] message`.

use std::fmt::Write as _;

use super::{Report, place::Places};

pub(super) fn render(report: &Report<'_>) -> String {
    let places = Places::new(report);
    // A line has a hundred bytes or so.
    let mut text = String::with_capacity(report.findings.len() * 128);
    for finding in report.findings {
        push_one_line(&mut text, &finding.path);
        if let Some(region) = places.region(&finding.path, finding.span) {
            write!(text, ":{}:{}", region.start.line, region.start.column).ok();
        }
        write!(text, ": {}[{}] ", finding.severity, finding.rule).ok();
        push_one_line(&mut text, &finding.message);
        text.push('\n');
    }
    text
}

/// Text that came from files, without what would move a terminal's cursor.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    push_one_line(&mut line, text);
    line
}

fn push_one_line(line: &mut String, text: &str) {
    if text.bytes().all(|it| matches!(it, b' '..=b'~')) {
        line.push_str(text);
    } else {
        line.extend(text.chars().map(|it| if it.is_control() { '\u{fffd}' } else { it }));
    }
}
