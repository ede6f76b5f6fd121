//! `cargo xtask tidy`: what neither the compiler nor clippy nor rustfmt holds against a tree.
//!
//! Files are those that git tracks. A check takes the tree and gives problems back; each has a
//! module of its own, in which its tests make up small trees.

use std::{
    error::Error,
    fmt,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

mod house;
mod manifests;
mod markdown;
mod rust_files;
mod text;
mod tree;

use tree::Tree;

/// Every check.
const CHECKS: &[fn(&Tree) -> Vec<Problem>] = &[
    house::check,
    manifests::dependencies_are_used,
    manifests::lints_are_shared,
    markdown::names_exist,
    rust_files::check,
    text::check,
];

/// Something that is to be put in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    path: String,
    /// Counted from 1.
    line: usize,
    what: String,
}

impl Problem {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Prints every problem of the tree.
///
/// # Errors
/// When there is one.
pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let problems = all_problems(&Tree::tracked(&root())?);
    let mut stdout = io::stdout().lock();
    for problem in &problems {
        writeln!(stdout, "{problem}")?;
    }
    match problems.len() {
        0 => Ok(()),
        1 => Err("1 problem".into()),
        count => Err(format!("{count} problems").into()),
    }
}

fn all_problems(tree: &Tree) -> Vec<Problem> {
    let mut problems: Vec<Problem> = CHECKS.iter().flat_map(|check| check(tree)).collect();
    problems.sort();
    problems
}

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs a check over made-up files and gives its problems as they are printed.
#[cfg(test)]
fn problems(check: fn(&Tree) -> Vec<Problem>, files: &[(&str, &str)]) -> Vec<String> {
    let mut problems = check(&Tree::of(files));
    problems.sort();
    problems.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_repository_is_tidy() {
        if !root().join(".git").exists() {
            leave_out("these sources are in no git repository");
            return;
        }
        let problems = all_problems(&Tree::tracked(&root()).unwrap());
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "{}", lines.join("\n"));
    }

    /// Says that the test could not be run here, in the form that `scripts/test` gathers.
    fn leave_out(why: &str) {
        let line = format!("left out: tidy: {why}");
        println!("{line}");
        if let Some(path) = std::env::var_os("PLIMSOLL_LEFT_OUT") {
            let mut file = std::fs::File::options().append(true).create(true).open(path).unwrap();
            writeln!(file, "{line}").unwrap();
        }
    }
}
