//! Every fix, safe and unsafe, on a copy of every file: none is broken, none changes on a second
//! pass, no comment is lost.
//!
//! What is broken is found out by other means than the gate that fixes pass: by what the tree holds
//! before and after, and by a shell that reads the scripts that changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command as Process, Stdio};

use plimsoll_finding::Applicability;
use plimsoll_lint::{Options, RuleSet};
use plimsoll_syntax::dockerfile::{self, Command, Dockerfile, Form, LineKind};

use super::{Outcome, Result};

/// Fixes every file of a directory.
pub(super) fn run(directory: &Path) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let entries = fs::read_dir(directory).map_err(|it| format!("{}: {it}", directory.display()))?;
    let mut files: Vec<_> = entries.map(|it| Ok(it?.path())).collect::<Result<_>>()?;
    files.retain(|it| it.is_file());
    files.sort();
    let rules = Some(RuleSet::of(|_| true));
    let options = Options { rules, ..Options::default() };
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Ok(text) = String::from_utf8(fs::read(&file)?) else { continue };
        for applicability in [Applicability::Safe, Applicability::Unsafe] {
            let case = format!("{name} ({})", applicability.name());
            outcome.note(&case, wrong(&text, &options, applicability));
        }
    }
    Ok(outcome)
}

/// What is wrong with the fixed text.
fn wrong(text: &str, options: &Options, applicability: Applicability) -> Option<String> {
    let fixed = plimsoll_lint::fix("Dockerfile", text, options, applicability).text;
    if fixed == text {
        return None;
    }
    let again = plimsoll_lint::fix("Dockerfile", &fixed, options, applicability).text;
    if again != fixed {
        return Some(format!(
            "unstable: a second pass changes it\n{}",
            first_change(&fixed, &again)
        ));
    }
    let (old, new) = (dockerfile::parse(text), dockerfile::parse(&fixed));
    if new.errors.len() > old.errors.len() {
        return Some(format!("broken: {}", new.errors[0].message));
    }
    let (before, after) = (comments(&old), comments(&new));
    if let Some((comment, _)) = before.iter().find(|(it, count)| after.get(*it) < Some(count)) {
        return Some(format!("comment lost: {comment}"));
    }
    let froms = |file: &Dockerfile<'_>| {
        file.instructions.iter().filter(|it| matches!(it.command, Command::From(_))).count()
    };
    if froms(&old) != froms(&new) {
        return Some("broken: it has another number of stages".to_owned());
    }
    broken_script(&old, &new)
}

/// The comments of a file, and how often each is there.
fn comments<'t>(file: &Dockerfile<'t>) -> BTreeMap<&'t str, usize> {
    let mut comments = BTreeMap::new();
    for line in &file.lines {
        if matches!(line.kind, LineKind::Comment | LineKind::InnerComment | LineKind::Directive) {
            let text = line.span.slice(file.text).unwrap_or_default();
            *comments.entry(text.trim()).or_default() += 1;
        }
    }
    comments
}

/// A script that a shell read before and does not read any more.
fn broken_script(old: &Dockerfile<'_>, new: &Dockerfile<'_>) -> Option<String> {
    let (before, after) = (scripts(old), scripts(new));
    if before.iter().any(|it| !is_read(it)) {
        return None;
    }
    let changed = after.iter().filter(|it| !before.contains(it));
    changed.filter(|it| !is_read(it)).map(|it| format!("broken: no shell reads\n{it}")).next()
}

fn scripts<'d>(file: &'d Dockerfile<'_>) -> Vec<&'d str> {
    let runs = file.instructions.iter().filter_map(|it| match &it.command {
        Command::Run(run) if run.line.form == Form::Shell && it.heredocs.is_empty() => Some(run),
        _ => None,
    });
    runs.map(|it| it.line.script.text()).collect()
}

/// Whether bash finds no error in a script. Without bash nothing is found.
fn is_read(script: &str) -> bool {
    let status = Process::new("bash")
        .args(["-n", "-c", script])
        .stderr(Stdio::null())
        .stdin(Stdio::null())
        .status();
    status.map_or(true, |it| it.success())
}

/// The first line that differs, before and after.
fn first_change(before: &str, after: &str) -> String {
    let mut lines = before.lines().zip(after.lines());
    lines.find(|it| it.0 != it.1).map_or_else(String::new, |it| format!("-{}\n+{}", it.0, it.1))
}
