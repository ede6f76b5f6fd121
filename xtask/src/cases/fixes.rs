//! Every fix, safe and unsafe, on a copy of every file: none is broken, none changes on a second
//! pass, no comment is lost.
//!
//! What is broken is found out by other means than the gate that fixes pass: by what the tree holds
//! before and after, by a shell that reads the scripts that changed, and by what Compose refuses.
//! What a file is says its name; any other YAML file is a workflow in a directory that is called so,
//! and else a Compose file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command as Process, Stdio};

use plimsoll_finding::Applicability;
use plimsoll_lint::{FileType, Options, RuleSet};
use plimsoll_syntax::compose::{self, Compose};
use plimsoll_syntax::dockerfile::{self, Command, Dockerfile, Form, LineKind};
use plimsoll_syntax::yaml::{self, Value, Yaml};

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
            let kind = type_of(directory, &name);
            outcome.note(&case, wrong(kind, &text, &options, applicability));
        }
    }
    Ok(outcome)
}

fn type_of(directory: &Path, name: &str) -> FileType {
    let is_yaml = Path::new(name).extension().is_some_and(|it| it == "yml" || it == "yaml");
    match FileType::of(name) {
        Some(kind) => kind,
        None if !is_yaml => FileType::Dockerfile,
        None if directory.ends_with("workflows") => FileType::Workflow,
        None => FileType::Compose,
    }
}

/// What is wrong with the fixed text.
fn wrong(
    kind: FileType,
    text: &str,
    options: &Options,
    applicability: Applicability,
) -> Option<String> {
    let path = match kind {
        FileType::Dockerfile => "Dockerfile",
        FileType::Compose => "compose.yaml",
        FileType::Workflow => ".github/workflows/container.yml",
        FileType::Dockerignore => ".dockerignore",
    };
    let fix = |text: &str| plimsoll_lint::fix_as(kind, path, text, options, applicability).text;
    let fixed = fix(text);
    if fixed == text {
        return None;
    }
    let again = fix(&fixed);
    if again != fixed {
        let change = first_change(&fixed, &again);
        return Some(format!("unstable: a second pass changes it\n{change}"));
    }
    match kind {
        FileType::Dockerfile => wrong_dockerfile(text, &fixed),
        FileType::Compose | FileType::Workflow => wrong_yaml(kind, text, &fixed),
        FileType::Dockerignore => lost(comment_lines(text), &comment_lines(&fixed)),
    }
}

fn wrong_dockerfile(text: &str, fixed: &str) -> Option<String> {
    let (old, new) = (dockerfile::parse(text), dockerfile::parse(fixed));
    if new.errors.len() > old.errors.len() {
        return Some(format!("broken: {}", new.errors[0].message));
    }
    if let Some(lost) = lost(comments(&old), &comments(&new)) {
        return Some(lost);
    }
    let froms = |file: &Dockerfile<'_>| {
        file.instructions.iter().filter(|it| matches!(it.command, Command::From(_))).count()
    };
    if froms(&old) != froms(&new) {
        return Some("broken: it has another number of stages".to_owned());
    }
    broken_script(&old, &new)
}

fn wrong_yaml(kind: FileType, text: &str, fixed: &str) -> Option<String> {
    let (old, new) = (yaml::parse(text), yaml::parse(fixed));
    if new.errors.len() > old.errors.len() {
        return Some(format!("broken: {}", new.errors[0].message));
    }
    if kind == FileType::Compose {
        let (before, after) = (refusals(&old), refusals(&new));
        if let Some(more) = after.iter().find(|it| !before.contains(it)) {
            return Some(format!("broken: {more}"));
        }
    }
    if let Some(lost) = lost(comment_lines(text), &comment_lines(fixed)) {
        return Some(lost);
    }
    // Fixes change what parts say, but no service or job is another, and none is gone.
    let names = |yaml: &Yaml<'_>| -> Vec<String> {
        let parts = ["services", "volumes", "networks", "secrets", "configs", "jobs"];
        let parts = parts.iter().filter_map(|it| yaml.root()?.get(it));
        parts.flat_map(Value::entries).map(|it| it.name().to_owned()).collect()
    };
    let (before, after) = (names(&old), names(&new));
    let gone = before.iter().find(|it| !after.contains(it));
    gone.map(|it| format!("broken: `{it}` is gone"))
}

/// What Compose refuses a file for.
fn refusals(yaml: &Yaml<'_>) -> Vec<String> {
    let problems = compose::problems(&Compose::new(yaml), &compose::Options::default());
    let refused = problems.into_iter().filter(|it| it.kind.is_error());
    refused.map(|it| it.message).collect()
}

/// What looks like a comment, and how often it is there: in scripts and quotes too.
fn comment_lines(text: &str) -> BTreeMap<&str, usize> {
    let mut comments = BTreeMap::new();
    for line in text.lines() {
        let start = if line.trim_start().starts_with('#') { Some(0) } else { line.find(" #") };
        if let Some(comment) = start.and_then(|it| line.get(it..)) {
            *comments.entry(comment.trim()).or_default() += 1;
        }
    }
    comments
}

/// The first comment that is there less often than before.
fn lost(before: BTreeMap<&str, usize>, after: &BTreeMap<&str, usize>) -> Option<String> {
    let mut lost = before.into_iter().filter(|(it, count)| after.get(it) < Some(count));
    lost.next().map(|(comment, _)| format!("comment lost: {comment}"))
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
