//! The rules of the driver.

use std::collections::BTreeSet;

use plimsoll_finding::Finding;
use plimsoll_lint::{RULES, Rule};

use super::{
    super::Report,
    model::{Configuration, Message, MultiformatMessage, Properties, RuleObject},
};

/// Where the project lives, if its manifest says so.
pub(super) fn home() -> Option<&'static str> {
    Some(env!("CARGO_PKG_REPOSITORY")).filter(|it| !it.is_empty())
}

/// Every rule, and after them the names in the findings that are none of ours.
pub(super) fn table(report: &Report<'_>) -> Vec<RuleObject> {
    let mut table: Vec<_> = RULES.iter().map(|it| rule(it)).collect();
    let ours: BTreeSet<_> = RULES.iter().map(|it| it.name).collect();
    let mut seen = BTreeSet::new();
    for finding in report.findings {
        if !ours.contains(&*finding.rule) && seen.insert(&finding.rule) {
            table.push(foreign(finding));
        }
    }
    table
}

fn rule(rule: &Rule) -> RuleObject {
    // Tools show the text where they can't show Markdown; this one is readable as it is.
    let lines = rule.doc.lines().map(|it| it.strip_prefix(' ').unwrap_or(it));
    let help = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    RuleObject {
        id: rule.name.to_owned(),
        short_description: Message { text: sentence(rule.summary) },
        full_description: first_paragraph(&help).map(|text| Message { text }),
        help_uri: home().map(|home| {
            format!("{home}/blob/v{}/docs/rules/{}.md", env!("CARGO_PKG_VERSION"), rule.name)
        }),
        help: Some(MultiformatMessage { text: help.clone(), markdown: help }),
        default_configuration: Configuration { enabled: rule.default, level: rule.severity.name() },
        properties: Properties { tags: vec![rule.clause.name()], aliases: rule.aliases },
    }
}

fn foreign(finding: &Finding) -> RuleObject {
    RuleObject {
        id: finding.rule.clone(),
        short_description: Message { text: finding.rule.clone() },
        full_description: None,
        help_uri: None,
        help: None,
        default_configuration: Configuration { enabled: false, level: finding.severity.name() },
        properties: Properties { tags: vec![finding.clause.name()], aliases: &[] },
    }
}

/// Descriptions are sentences.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// The first paragraph below the first heading, in one line.
fn first_paragraph(doc: &str) -> Option<String> {
    let lines = doc.lines().map(str::trim).skip_while(|it| it.is_empty() || it.starts_with('#'));
    let lines: Vec<_> = lines.take_while(|it| !it.is_empty()).collect();
    (!lines.is_empty()).then(|| lines.join(" "))
}
