//! SARIF 2.1.0, the static analysis results interchange format of OASIS.
//!
//! Every rule is listed, whether it was run or not; so is every name that a finding has and that is
//! none of ours. Findings that a comment hides are left out.

mod model;
mod rules;

use plimsoll_finding::{Finding, Fix};

use self::model::{
    Artifact, ArtifactChange, ArtifactContent, Driver, FixObject, Invocation, Location, Log,
    Message, Notification, PhysicalLocation, Properties, RegionObject, Replacement, ResultObject,
    Run, Tool, UriBase,
};
use super::{
    Report,
    place::{Places, Region},
};
use crate::failure::Failure;

/// The name of the directory that paths are relative to; viewers know where theirs is.
const ROOT: &str = "%SRCROOT%";

pub(super) fn render(report: &Report<'_>) -> Result<String, Failure> {
    let places = Places::new(report);
    let rules = rules::table(report);
    let results = report.findings.iter().map(|finding| {
        let index = rules.iter().position(|it| it.id == finding.rule).unwrap_or_default();
        result(finding, index, &places)
    });
    let results = results.collect();
    super::super::json(&Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "plimsoll",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: rules::home(),
                    rules,
                },
            },
            invocations: [Invocation {
                execution_successful: report.unchecked.is_empty(),
                tool_execution_notifications: report
                    .unchecked
                    .iter()
                    .map(|it| Notification {
                        level: "error",
                        message: Message { text: it.reason.clone() },
                        locations: [location(&it.path, None, None, None)],
                    })
                    .collect(),
            }],
            original_uri_base_ids: [(
                ROOT,
                UriBase {
                    description: Message {
                        text: "The directory in which plimsoll was run.".to_owned(),
                    },
                },
            )]
            .into(),
            column_kind: "unicodeCodePoints",
            results,
        }],
    })
}

fn result<'a>(finding: &'a Finding, index: usize, places: &Places<'_>) -> ResultObject<'a> {
    let region = |path, span| places.region(path, span);
    let related = finding.related.iter().zip(1..).map(|(it, id)| {
        location(&it.path, region(&it.path, it.span), Some(id), Some(it.message.clone()))
    });
    let mut text = finding.message.clone();
    if let Some(help) = &finding.help {
        text.push('\n');
        text.push_str(help);
    }
    ResultObject {
        rule_id: &finding.rule,
        rule_index: index,
        level: finding.severity.name(),
        message: Message { text },
        locations: [location(&finding.path, region(&finding.path, finding.span), None, None)],
        related_locations: related.collect(),
        partial_fingerprints: [("plimsoll/v1", finding.fingerprint.to_string())].into(),
        fixes: finding.fix.iter().map(|it| fix(&finding.path, it, places)).collect(),
        properties: Properties { tags: vec![finding.clause.name()], aliases: &[] },
    }
}

fn location(
    path: &str,
    region: Option<Region>,
    id: Option<usize>,
    message: Option<String>,
) -> Location {
    Location {
        id,
        physical_location: PhysicalLocation {
            artifact_location: artifact(path),
            region: region.map(RegionObject::new),
        },
        message: message.map(|text| Message { text }),
    }
}

fn fix<'a>(path: &str, fix: &'a Fix, places: &Places<'_>) -> FixObject<'a> {
    let replacements = fix.edits.iter().filter_map(|edit| {
        Some(Replacement {
            deleted_region: RegionObject::new(places.region(path, Some(edit.span))?),
            inserted_content: ArtifactContent { text: &edit.replacement },
        })
    });
    FixObject {
        description: Message { text: fix.title.clone() },
        artifact_changes: [ArtifactChange {
            artifact_location: artifact(path),
            replacements: replacements.collect(),
        }],
        properties: Properties { tags: vec![fix.applicability.name()], aliases: &[] },
    }
}

fn artifact(path: &str) -> Artifact {
    if path.starts_with('/') {
        Artifact { uri: format!("file://{}", encoded(path)), uri_base_id: None }
    } else {
        Artifact { uri: encoded(path), uri_base_id: Some(ROOT) }
    }
}

/// A path as the path of a URI (RFC 3986): all but its unreserved characters and `/` are encoded.
fn encoded(path: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            uri.push(char::from(byte));
        } else {
            let digits = [byte >> 4, byte & 15].map(|it| char::from(DIGITS[usize::from(it)]));
            uri.extend(['%', digits[0], digits[1]]);
        }
    }
    uri
}
