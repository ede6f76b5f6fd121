//! The verdict on every file, and its build checks, against BuildKit's own.
//!
//! BuildKit's checks end at the first error, and ours go on: where it had one, more of ours is no
//! difference. What needs a registry isn't compared. Differences that are meant are listed, with
//! their reasons, in `differences.tsv`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use plimsoll_finding::Finding;
use plimsoll_lint::{Checked, Options, RULES, Rule, RuleSet};
use plimsoll_syntax::dockerfile::{self, Dockerfile, LineKind};
use serde_json::Value;

use super::{Outcome, Result, file};

/// File, check and reason of each difference that is meant, parted by tabs.
const DIFFERENCES: &str = include_str!("differences.tsv");

/// What can't be known without a registry.
const NEEDS_REGISTRY: &str = "InvalidBaseImagePlatform";

/// What BuildKit only runs when it is told to: files ask for it in a directive or comment.
const EXPERIMENTAL: &str = "InvalidDefinitionDescription";

/// What is checked before anything is expanded: complete, unless the file can't be parsed.
const EARLY: &[&str] = &[
    "ConsistentInstructionCasing",
    "DuplicateStageName",
    "FromAsCasing",
    "InvalidDefinitionDescription",
    "MaintainerDeprecated",
    "NoEmptyContinuation",
    "ReservedStageName",
    "StageNameCasing",
];

/// The lines at which each check finds something.
type Lines<'l> = BTreeMap<&'l str, BTreeSet<usize>>;

/// Compares every verdict.
pub(super) fn run(directory: &Path, cases: &[Value]) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let options = options();
    for case in cases {
        let (name, text) = file(directory, case)?;
        outcome.note(name, acceptance(case, &text).or_else(|| checks(name, case, &text, &options)));
    }
    Ok(outcome)
}

/// Whether we accept what BuildKit refuses, or the other way round.
fn acceptance(case: &Value, text: &str) -> Option<String> {
    let errors = dockerfile::parse(text).errors;
    match (refusal(case), errors.first()) {
        (None, Some(error)) => {
            Some(format!("refused at byte {}: {}", error.span.start(), error.message))
        }
        (Some(why), None) => Some(format!("accepted, but BuildKit says: {why}")),
        _ => None,
    }
}

/// Why BuildKit can't read a file, if it can't.
fn refusal(case: &Value) -> Option<&str> {
    ["parse", "instr"].iter().find_map(|it| case[it].as_str().filter(|it| *it != "ok"))
}

/// All of BuildKit's checks, as it runs them without a registry.
fn options() -> Options {
    let is_run = |it: &Rule| ![NEEDS_REGISTRY, EXPERIMENTAL, ""].contains(&id(it));
    let rules = Some(RuleSet::of(is_run));
    Options { rules, unknown_bases: true, ..Options::default() }
}

/// The first check whose lines differ.
fn checks(name: &str, case: &Value, text: &str, options: &Options) -> Option<String> {
    let parsed = dockerfile::parse(text);
    let ours = lines(&parsed, plimsoll_lint::check_file(name, &parsed, options));
    let expected = expected(case);
    let ids: BTreeSet<&str> = ours.keys().chain(expected.keys()).copied().collect();
    let none = BTreeSet::new();
    for id in ids.into_iter().filter(|it| *it != NEEDS_REGISTRY && !is_meant(name, it)) {
        let ours = ours.get(id).unwrap_or(&none);
        let theirs = expected.get(id).unwrap_or(&none);
        let ended =
            refusal(case).is_some() || (case["lintErr"].is_string() && !EARLY.contains(&id));
        let missing: Vec<usize> = theirs.difference(ours).copied().collect();
        let more: Vec<usize> = ours.difference(theirs).copied().filter(|_| !ended).collect();
        if !missing.is_empty() || !more.is_empty() {
            return Some(format!("{id}: missing at {missing:?}, too many at {more:?}"));
        }
    }
    None
}

fn is_meant(name: &str, id: &str) -> bool {
    let rows = DIFFERENCES.lines().filter(|it| !it.starts_with('#'));
    rows.map(|it| it.split('\t')).any(|mut row| row.next() == Some(name) && row.next() == Some(id))
}

fn expected(case: &Value) -> Lines<'_> {
    let checks = case["lint"].as_object().into_iter().flatten();
    let lines = |it: &Value| {
        let lines = it.as_array().into_iter().flatten().filter_map(Value::as_u64);
        lines.filter_map(|it| usize::try_from(it).ok()).collect()
    };
    checks.map(|(id, it)| (&**id, lines(it))).collect()
}

/// Our findings by BuildKit's names and lines.
fn lines(file: &Dockerfile<'_>, checked: Checked) -> Lines<'static> {
    // BuildKit knows its own suppressions alone.
    let is_foreign = |place: plimsoll_finding::Span| {
        let comment = place.slice(file.text).unwrap_or_default().trim_start_matches(['#', ' ']);
        !comment.get(..5).is_some_and(|it| it.eq_ignore_ascii_case("check"))
    };
    let suppressed = checked.suppressed.into_iter().filter(|it| is_foreign(it.place));
    let findings = checked.findings.into_iter().chain(suppressed.map(|it| it.finding));
    let mut lines = Lines::new();
    for finding in findings {
        let Some(rule) = RULES.iter().find(|it| it.name == finding.rule) else { continue };
        let id = id(rule);
        if let Some(line) = line(file, &finding, id).filter(|_| !id.is_empty()) {
            lines.entry(id).or_default().insert(line);
        }
    }
    lines
}

/// BuildKit's name of a rule; empty where it has none.
fn id(rule: &Rule) -> &'static str {
    let camel = |it: &&&str| it.bytes().any(|it| it.is_ascii_lowercase()) && !it.contains('/');
    rule.aliases.iter().find(camel).copied().unwrap_or_default()
}

/// The line at which BuildKit reports what we report somewhere in an instruction.
fn line(file: &Dockerfile<'_>, finding: &Finding, id: &str) -> Option<usize> {
    let at = finding.span?.start();
    let found = file.instructions.partition_point(|it| it.span.start() <= at);
    let instruction = &file.instructions[found.checked_sub(1)?];
    if id != "NoEmptyContinuation" {
        return Some(instruction.first_line);
    }
    // The last line before the bodies of heredocs.
    let own = file.lines[instruction.first_line - 1..instruction.last_line].iter();
    let bodies = own.filter(|it| matches!(it.kind, LineKind::HeredocBody | LineKind::HeredocEnd));
    Some(instruction.last_line - bodies.count())
}
