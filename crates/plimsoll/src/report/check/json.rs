//! `plimsoll/check/v1`: what `plimsoll check` found.

use plimsoll_finding::{Finding, Fix, Position};
use serde::Serialize;

use super::{
    ContextSize, Report, Unchecked,
    place::{Places, Region},
    summary::Summary,
};
use crate::failure::Failure;

/// The report.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Document<'a> {
    /// Which form this is: `plimsoll/check/v1`.
    schema: &'static str,
    /// By path and place.
    findings: Vec<FindingReport<'a>>,
    /// The counts.
    summary: Summary,
    /// The build contexts of Dockerfiles, with `--statistics`.
    #[serde(skip_serializing_if = "Option::is_none")]
    contexts: Option<&'a [ContextSize]>,
    /// Files that could not be checked.
    errors: Vec<ErrorReport<'a>>,
}

/// A place where the standard does not hold.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FindingReport<'a> {
    /// The name of the rule.
    rule: &'a str,
    /// The clause of the standard that the rule belongs to.
    clause: &'static str,
    severity: Severity,
    /// The file, with `/` between its parts.
    path: &'a str,
    /// The place in the file; none where it is about the whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<SpanReport>,
    /// What is wrong, in one line.
    message: &'a str,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    /// Other places that explain it.
    related: Vec<RelatedReport<'a>>,
    /// A change that makes it go away.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixReport<'a>>,
    /// What names the finding from one run to the next: 16 hexadecimal digits.
    fingerprint: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum Severity {
    Error,
    Warning,
    Note,
}

/// A half-open range of a file.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SpanReport {
    /// The first character.
    start: PositionReport,
    /// The place after the last character.
    end: PositionReport,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PositionReport {
    /// From 1.
    line: usize,
    /// In Unicode scalar values, from 1.
    column: usize,
    /// In the file, from 0.
    byte: usize,
}

/// A place that explains a finding somewhere else.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RelatedReport<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<SpanReport>,
    message: &'a str,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FixReport<'a> {
    /// Whether it may be made without being asked for.
    applicability: Applicability,
    /// What it does.
    title: &'a str,
    /// Disjoint changes of the file; all are made at once, or none.
    edits: Vec<EditReport<'a>>,
}

/// Whether a fix may change what the file does beside the finding.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum Applicability {
    Safe,
    Unsafe,
}

/// A text in place of some bytes of the file.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EditReport<'a> {
    /// The first byte that is taken out.
    start: usize,
    /// The byte after the last one that is taken out.
    end: usize,
    /// What is put there.
    text: &'a str,
}

/// A file that could not be checked.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ErrorReport<'a> {
    path: &'a str,
    /// Why.
    message: &'a str,
}

pub(super) fn render(report: &Report<'_>) -> Result<String, Failure> {
    let places = Places::new(report);
    super::super::json(&Document {
        schema: "plimsoll/check/v1",
        findings: report.findings.iter().map(|it| finding(it, &places)).collect(),
        summary: Summary::new(report),
        contexts: report.contexts,
        errors: report.unchecked.iter().map(ErrorReport::new).collect(),
    })
}

fn finding<'a>(finding: &'a Finding, places: &Places<'_>) -> FindingReport<'a> {
    let span = |path, span| places.region(path, span).map(SpanReport::new);
    FindingReport {
        rule: &finding.rule,
        clause: finding.clause.name(),
        severity: match finding.severity {
            plimsoll_finding::Severity::Error => Severity::Error,
            plimsoll_finding::Severity::Warning => Severity::Warning,
            plimsoll_finding::Severity::Note => Severity::Note,
        },
        path: &finding.path,
        span: span(&finding.path, finding.span),
        message: &finding.message,
        help: finding.help.as_deref(),
        related: finding
            .related
            .iter()
            .map(|it| RelatedReport {
                path: &it.path,
                span: span(&it.path, it.span),
                message: &it.message,
            })
            .collect(),
        fix: finding.fix.as_ref().map(FixReport::new),
        fingerprint: finding.fingerprint.to_string(),
    }
}

impl SpanReport {
    fn new(region: Region) -> Self {
        let position = |position: Position, byte| PositionReport {
            line: position.line,
            column: position.column,
            byte,
        };
        Self {
            start: position(region.start, region.span.start()),
            end: position(region.end, region.span.end()),
        }
    }
}

impl<'a> FixReport<'a> {
    fn new(fix: &'a Fix) -> Self {
        let edits = fix.edits.iter().map(|it| EditReport {
            start: it.span.start(),
            end: it.span.end(),
            text: &it.replacement,
        });
        Self {
            applicability: match fix.applicability {
                plimsoll_finding::Applicability::Safe => Applicability::Safe,
                plimsoll_finding::Applicability::Unsafe => Applicability::Unsafe,
            },
            title: &fix.title,
            edits: edits.collect(),
        }
    }
}

impl<'a> ErrorReport<'a> {
    fn new(file: &'a Unchecked) -> Self {
        Self { path: &file.path, message: &file.reason }
    }
}
