//! The verdict on Compose files against that of Compose's own loader.
//!
//! A directory holds the files and `expected.tsv`, whose first columns are the file, its class and
//! why: `valid` files load, `invalid` ones don't, and `lint` files load, yet a linter should have
//! something to say. The verdicts were taken with an empty variable `FOO` and no other one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use plimsoll_lint::{FileType, Options};
use plimsoll_syntax::compose::interpolation::Variable;
use plimsoll_syntax::compose::{self, Compose, ComposeProblem};
use plimsoll_syntax::yaml;

use super::{Outcome, Result};

/// What is found here says nothing about any other file.
const BASE: &str = "services:\n  a:\n    image: busybox\n";

/// Judges every file of a directory.
pub(super) fn run(directory: &Path) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let table = fs::read_to_string(directory.join("expected.tsv"))
        .map_err(|error| format!("{}: {error}", directory.join("expected.tsv").display()))?;
    let mut rows = table.lines().map(|it| it.split('\t').collect::<Vec<_>>());
    let header = rows.next().unwrap_or_default();
    let column = |name: &str| {
        let found = header.iter().position(|it| *it == name);
        found.ok_or_else(|| format!("expected.tsv has no column `{name}`"))
    };
    let (file, class, gist) = (column("file")?, column("class")?, column("gist")?);
    let common = rules(BASE);
    for row in rows {
        let [Some(name), Some(class)] = [file, class].map(|it| row.get(it).copied()) else {
            continue;
        };
        let path = directory.join(name);
        let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        let gist = row.get(gist).copied().unwrap_or_default();
        outcome.note(name, judge(class, gist, &text, &common));
    }
    Ok(outcome)
}

fn judge(class: &str, gist: &str, text: &str, common: &BTreeSet<String>) -> Option<String> {
    let yaml = yaml::parse(text);
    let problems = problems(&Compose::new(&yaml));
    let error = problems.iter().find(|it| it.kind.is_error());
    match (class, error) {
        ("valid", Some(error)) => {
            Some(format!("refused at byte {}: {}", error.span.start(), error.message))
        }
        ("invalid", None) => Some(format!("accepted, but the loader says: {gist}")),
        ("lint", Some(error)) => Some(format!("refused: {}", error.message)),
        ("lint", None) if !is_noticed(text, &problems, common) => {
            Some(format!("nothing is said of: {gist}"))
        }
        ("valid" | "invalid" | "lint", _) => None,
        (class, _) => Some(format!("nobody knows the class `{class}`")),
    }
}

/// What the loader would say where the verdicts were taken.
fn problems(compose: &Compose<'_>) -> Vec<ComposeProblem> {
    let variables = |name: &str| match name {
        "FOO" => Variable::Set("".into()),
        _ => Variable::Unset,
    };
    compose::problems(compose, &compose::Options { variables: &variables, is_partial: false })
}

/// Whether a rule finds something that it doesn't find in any file.
fn is_noticed(text: &str, problems: &[ComposeProblem], common: &BTreeSet<String>) -> bool {
    !problems.is_empty() || rules(text).iter().any(|it| !common.contains(it))
}

/// The rules that find something in a text.
fn rules(text: &str) -> BTreeSet<String> {
    let checked =
        plimsoll_lint::check_as(FileType::Compose, "compose.yaml", text, &Options::default());
    checked.findings.into_iter().map(|it| it.rule).collect()
}
