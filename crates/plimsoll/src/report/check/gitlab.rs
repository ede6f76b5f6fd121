//! GitLab's code quality report, a list of issues in the form of Code Climate.

use plimsoll_finding::Severity;
use serde::Serialize;

use super::{Report, place::Places};
use crate::failure::Failure;

#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

pub(super) fn render(report: &Report<'_>) -> Result<String, Failure> {
    let places = Places::new(report);
    let issues = report.findings.iter().map(|finding| {
        let region = places.region(&finding.path, finding.span);
        // A finding about a whole file stands at its top: GitLab wants a line.
        let (begin, end) = region.map_or((1, 1), |it| (it.start.line, it.end.line));
        Issue {
            description: &finding.message,
            check_name: &finding.rule,
            fingerprint: finding.fingerprint.to_string(),
            severity: match finding.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Note => "info",
            },
            location: Location { path: &finding.path, lines: Lines { begin, end } },
        }
    });
    super::super::json(&issues.collect::<Vec<_>>())
}
