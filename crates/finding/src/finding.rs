//! One place where the standard does not hold.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::fingerprint::Subject;
use crate::{Clause, Fingerprint, Fix, LineIndex, Severity, Span};

/// Bytes of text that are many for the lines of one finding.
const LONG: usize = 1024;

/// One place where the standard does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The kebab-case name of the rule, or the identifier of an advisory.
    pub rule: String,
    /// The clause that the rule belongs to.
    pub clause: Clause,
    /// How bad it is, after settings.
    pub severity: Severity,
    /// The file, with `/` between its parts: relative to what was checked, or, for a finding in an
    /// image, the path inside it.
    pub path: String,
    /// The place in that file; `None` when the finding is about the file as a whole.
    pub span: Option<Span>,
    /// What is wrong, as one line without a period at its end.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Other places that explain this one.
    pub related: Vec<Related>,
    /// A change that makes it go away.
    pub fix: Option<Fix>,
    /// What names the finding from one run to the next; see [`finish`].
    pub fingerprint: Fingerprint,
}

/// A place that explains a finding somewhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The file, as in [`Finding::path`].
    pub path: String,
    /// The place in that file, or `None` for all of it.
    pub span: Option<Span>,
    /// What is to be seen there.
    pub message: String,
}

impl Finding {
    /// A finding about a whole file.
    pub fn new(
        rule: impl Into<String>,
        clause: Clause,
        severity: Severity,
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let (rule, path, message) = (rule.into(), path.into(), message.into());
        let fingerprint = Fingerprint::new(&rule, &path, &message, 0);
        Self {
            rule,
            clause,
            severity,
            path,
            span: None,
            message,
            help: None,
            related: Vec::new(),
            fix: None,
            fingerprint,
        }
    }

    /// Says where in the file.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a place that explains this one.
    #[must_use]
    pub fn related(
        mut self,
        path: impl Into<String>,
        span: Option<Span>,
        message: impl Into<String>,
    ) -> Self {
        self.related.push(Related { path: path.into(), span, message: message.into() });
        self
    }

    /// Offers a fix.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// The order of reports: by path, then place (the whole file first), then the worse one first,
    /// then rule and message.
    pub fn report_order(&self, other: &Self) -> Ordering {
        (&self.path, self.span)
            .cmp(&(&other.path, other.span))
            .then_with(|| other.severity.cmp(&self.severity))
            .then_with(|| (&self.rule, &self.message).cmp(&(&other.rule, &other.message)))
    }
}

/// Sorts findings into the order of reports and gives each its fingerprint.
///
/// `text_of` returns the text of a path. A finding with a place in a known text is named by the
/// lines that it touches; one without is named by its message. Of several that are named alike, each
/// also counts those before it. Call it once over all findings of a run: those counts need them all.
pub fn finish<'t>(findings: &mut [Finding], text_of: impl Fn(&str) -> Option<&'t str>) {
    findings.sort_by(Finding::report_order);
    let mut seen: BTreeMap<Subject, usize> = BTreeMap::new();
    // The text of lines may be long and the findings in them many: each is hashed once for a rule.
    let mut known: BTreeMap<(String, usize, usize), Subject> = BTreeMap::new();
    // Sorted by path, so one index at a time is enough.
    for findings in findings.chunk_by_mut(|a, b| a.path == b.path) {
        seen.clear();
        known.clear();
        let text = findings.first().and_then(|it| text_of(&it.path));
        let index = text.map(LineIndex::new);
        for finding in findings {
            let subject = Subject::new(&finding.rule, &finding.path);
            let subject = match (&index, finding.span) {
                (Some(index), Some(span)) => {
                    let lines = index.lines_of(span);
                    let (first, last) = (*lines.start(), *lines.end());
                    if is_long(index, first, last) {
                        *known
                            .entry((finding.rule.clone(), first, last))
                            .or_insert_with(|| subject.about_lines(touched(index, lines)))
                    } else {
                        subject.about_lines(touched(index, lines))
                    }
                }
                _ => subject.about(&finding.message),
            };
            let before = seen.entry(subject).or_default();
            finding.fingerprint = subject.fingerprint(*before);
            *before += 1;
        }
    }
}

/// Whether lines have so much text that hashing them again costs more than looking them up.
fn is_long(index: &LineIndex<'_>, first: usize, last: usize) -> bool {
    let start = index.line_span(first).map_or(0, Span::start);
    index.line_span(last).is_some_and(|it| it.end() - start > LONG)
}

/// Some lines.
fn touched<'t>(
    index: &LineIndex<'t>,
    lines: RangeInclusive<usize>,
) -> impl Iterator<Item = &'t str> {
    lines.filter_map(|it| index.line_span(it)?.slice(index.text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(rule: &str, path: &str, span: Option<Span>) -> Finding {
        let finding = Finding::new(rule, Clause::NonRoot, Severity::Error, path, "runs as root");
        Finding { span, ..finding }
    }

    /// Finds every `USER root` line of `text` and returns the fingerprints in order.
    fn fingerprints(text: &str) -> Vec<Fingerprint> {
        let places = text.match_indices("USER").map(|(at, it)| Span::new(at, at + it.len()));
        let mut findings: Vec<Finding> =
            places.map(|it| finding("root-user", "Dockerfile", Some(it))).collect();
        finish(&mut findings, |_| Some(text));
        findings.iter().map(|it| it.fingerprint).collect()
    }

    #[test]
    fn fingerprints_survive_lines_above_and_indentation() {
        let before = fingerprints("FROM a\nUSER root\n");
        assert_eq!(fingerprints("# note\n\nFROM a\n  USER   root\r\n"), before);
        assert_ne!(fingerprints("FROM a\nUSER 0\n"), before);
    }

    #[test]
    fn equal_lines_have_fingerprints_of_their_own() {
        let two = fingerprints("FROM a\nUSER root\nFROM b\nUSER root\n");
        assert_ne!(two[0], two[1]);
        assert_eq!(fingerprints("USER root\n"), two[..1]);
    }

    #[test]
    fn occurrences_count_per_rule_and_path() {
        let mut findings =
            vec![finding("a", "x", None), finding("b", "x", None), finding("a", "y", None)];
        let alone: Vec<_> = findings.iter().map(|it| it.fingerprint).collect();
        finish(&mut findings, |_| None);
        for finding in &findings {
            assert!(alone.contains(&finding.fingerprint), "{} in {}", finding.rule, finding.path);
        }
    }

    #[test]
    fn a_span_outside_of_the_text_is_no_panic() {
        let mut findings = vec![finding("a", "x", Some(Span::new(90, 99)))];
        finish(&mut findings, |_| Some("é"));
        assert_eq!(findings[0].fingerprint, Fingerprint::new("a", "x", "é", 0));
    }

    #[test]
    fn reports_are_sorted_by_path_place_severity_and_rule() {
        let note = Finding { severity: Severity::Note, ..finding("a", "x", Some(Span::empty(3))) };
        let sorted = vec![
            finding("z", "x", None),
            finding("z", "x", Some(Span::empty(1))),
            finding("b", "x", Some(Span::empty(3))),
            finding("c", "x", Some(Span::empty(3))),
            note,
            finding("a", "y", None),
        ];
        for rotation in 0..sorted.len() {
            let mut findings = sorted.clone();
            findings.rotate_left(rotation);
            finish(&mut findings, |_| None);
            let order = |all: &[Finding]| -> Vec<(String, String, Option<Span>)> {
                all.iter().map(|it| (it.path.clone(), it.rule.clone(), it.span)).collect()
            };
            assert_eq!(order(&findings), order(&sorted));
        }
    }

    #[test]
    fn details_are_added_one_by_one() {
        let finding = finding("a", "x", None)
            .at(Span::new(1, 2))
            .help("add `USER 65532`")
            .related("y", None, "the base runs as root")
            .fix(Fix::safe("Add", []));
        assert_eq!(finding.span, Some(Span::new(1, 2)));
        assert_eq!(finding.help.as_deref(), Some("add `USER 65532`"));
        assert_eq!(finding.related[0].path, "y");
        assert_eq!(finding.fix.map(|it| it.title).as_deref(), Some("Add"));
    }
}
