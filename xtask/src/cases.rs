//! `cargo xtask cases KIND PATH…`: holds the program against sets of real files with known results.
//!
//! Each kind names every case that fails, a line each, and ends with `N passed, N failed`.

use std::error::Error;
use std::path::Path;

use serde_json::Value;

mod buildkit_findings;
mod compose_spec;
mod dockerfile_ast;
mod fixes;
mod git_states;
mod tags;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: cargo xtask cases dockerfile-ast DIR FILE.jsonl
       cargo xtask cases buildkit-findings DIR FILE.jsonl
       cargo xtask cases fixes DIR
       cargo xtask cases compose-spec DIR
       cargo xtask cases git-states FILE.json
       cargo xtask cases tags FILE.json";

/// What came of a set of cases.
#[derive(Debug, Default)]
struct Outcome {
    passed: usize,
    failures: Vec<String>,
}

impl Outcome {
    /// Notes one case: nothing, or what is wrong with it.
    fn note(&mut self, case: &str, wrong: Option<String>) {
        match wrong {
            None => self.passed += 1,
            Some(why) => self.failures.push(format!("{case}: {why}")),
        }
    }
}

/// Runs a set of cases.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let outcome = match *arguments {
        ["dockerfile-ast", directory, expected] => {
            dockerfile_ast::run(Path::new(directory), &lines(expected)?)?
        }
        ["buildkit-findings", directory, expected] => {
            buildkit_findings::run(Path::new(directory), &lines(expected)?)?
        }
        ["fixes", directory] => fixes::run(Path::new(directory))?,
        ["compose-spec", directory] => compose_spec::run(Path::new(directory))?,
        ["git-states", file] => git_states::run(Path::new(file))?,
        ["tags", file] => tags::run(&whole(file)?)?,
        _ => return Err(USAGE.into()),
    };
    report(&outcome)
}

/// How many runs of fixes over the files of a directory come out well, and how many do not.
pub(crate) fn fixes(directory: &Path) -> Result<(usize, usize)> {
    let outcome = fixes::run(directory)?;
    Ok((outcome.passed, outcome.failures.len()))
}

#[expect(clippy::print_stdout, reason = "a tool of ours speaks for itself")]
fn report(outcome: &Outcome) -> Result<()> {
    for failure in &outcome.failures {
        println!("{failure}");
    }
    println!("{} passed, {} failed", outcome.passed, outcome.failures.len());
    if outcome.failures.is_empty() { Ok(()) } else { Err("some cases failed".into()) }
}

/// The value of a JSON file.
fn whole(path: &str) -> Result<Value> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    Ok(serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?)
}

/// The values of a file of JSON lines.
fn lines(path: &str) -> Result<Vec<Value>> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let lines = text.lines().filter(|it| !it.trim().is_empty());
    Ok(lines.map(serde_json::from_str).collect::<std::result::Result<_, _>>()?)
}

/// The name of a case's file, and its text.
fn file<'v>(directory: &Path, case: &'v Value) -> Result<(&'v str, String)> {
    let name = case["file"].as_str().ok_or("a case without `file`")?;
    let path = directory.join(name);
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok((name, String::from_utf8_lossy(&bytes).into_owned()))
}
