//! The XML of `JUnit`: a suite for each file, in it a test case for each finding. What weighs less than
//! the threshold is a test that passes and says something.

use std::{borrow::Cow, collections::BTreeMap, fmt::Write as _};

use plimsoll_finding::Finding;

use super::{Report, place::Places};

pub(super) fn render(report: &Report<'_>) -> String {
    let places = Places::new(report);
    let failures = report.findings.iter().filter(|it| report.counts(it)).count();
    let mut suites = String::new();
    let mut tests = 0;
    let mut by_path: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in report.findings {
        by_path.entry(&finding.path).or_default().push(finding);
    }
    for path in report.sources.keys() {
        let findings = by_path.remove(&**path).unwrap_or_default();
        let failures = findings.iter().filter(|it| report.counts(it)).count();
        let name = escape(path);
        let count = findings.len().max(1);
        tests += count;
        writeln!(
            suites,
            "  <testsuite name=\"{name}\" tests=\"{count}\" failures=\"{failures}\" errors=\"0\">"
        )
        .ok();
        if findings.is_empty() {
            writeln!(suites, "    <testcase name=\"check\" classname=\"{name}\"/>").ok();
        }
        for finding in findings {
            case(&mut suites, report, &places, finding);
        }
        suites.push_str("  </testsuite>\n");
    }
    for file in report.unchecked {
        tests += 1;
        let (name, reason) = (escape(&file.path), escape(&file.reason));
        writeln!(
            suites,
            "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"1\">\n    \
             <testcase name=\"check\" classname=\"{name}\">\n      \
             <error message=\"{reason}\"/>\n    </testcase>\n  </testsuite>"
        )
        .ok();
    }
    let errors = report.unchecked.len();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plimsoll\" \
         tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n{suites}</testsuites>\n"
    )
}

fn case(text: &mut String, report: &Report<'_>, places: &Places<'_>, finding: &Finding) {
    let region = places.region(&finding.path, finding.span);
    let place = match region {
        Some(it) => format!("{}:{}:{}", finding.path, it.start.line, it.start.column),
        None => finding.path.clone(),
    };
    let line = region.map(|it| format!(" line=\"{}\"", it.start.line)).unwrap_or_default();
    let path = escape(&finding.path);
    let name = escape(&format!("{} at {place}", finding.rule)).into_owned();
    writeln!(text, "    <testcase name=\"{name}\" classname=\"{path}\" file=\"{path}\"{line}>")
        .ok();
    let mut detail =
        format!("{}: {}[{}] {}", place, finding.severity, finding.rule, finding.message);
    if let Some(help) = &finding.help {
        write!(detail, "\nhelp: {help}").ok();
    }
    let detail = escape(&detail).into_owned();
    if report.counts(finding) {
        let message = escape(&finding.message);
        let kind = finding.severity;
        writeln!(text, "      <failure message=\"{message}\" type=\"{kind}\">{detail}</failure>")
            .ok();
    } else {
        writeln!(text, "      <system-out>{detail}</system-out>").ok();
    }
    text.push_str("    </testcase>\n");
}

/// Text as XML 1.0 takes it in elements and attributes. What it can't hold, not even escaped, is
/// replaced.
fn escape(text: &str) -> Cow<'_, str> {
    let is_plain = |it: char| !matches!(it, '&' | '<' | '>' | '"' | '\'') && it >= ' ';
    if text.chars().all(|it| is_plain(it) && !matches!(it, '\u{fffe}' | '\u{ffff}')) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            // As they are, attributes would make spaces of them.
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' => escaped.push_str("&#9;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}
