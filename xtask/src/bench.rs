//! `cargo xtask bench`: figures of ours beside those of peers, all in one run.

use std::{
    error::Error,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

mod build;
mod check;
mod init;
mod machine;
mod page;
mod registry;
mod rounds;
mod sample;
mod table;
mod tool;

type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: cargo xtask bench build|check|init|registry [--rounds N] [--write]";
/// Enough for a median that one busy second of the machine does not move.
const ROUNDS: usize = 15;
/// Rounds of minutes each.
const LONG_ROUNDS: usize = 3;

/// What the command line asks for.
#[derive(Debug)]
struct Options {
    rounds: Option<usize>,
    write: bool,
}

/// Where things are and may be put.
#[derive(Debug)]
struct Places {
    /// The repository.
    root: PathBuf,
    /// Cargo's target directory, in which this program lies.
    target: PathBuf,
    /// What benches make and keep: inputs, outputs, the storage of peers.
    bench: PathBuf,
}

/// What a run brought.
#[derive(Debug)]
struct Report {
    table: table::Table,
    /// How many bars are missed.
    missed: usize,
    /// The machine's load before the first round.
    load: String,
    /// A line for each peer: its version, or why it is left out.
    versions: Vec<String>,
}

/// Builds our program as the README does, and gives its path.
fn compile(places: &Places) -> Outcome<PathBuf> {
    note("compiling plimsoll");
    let mut cargo = Command::new("cargo");
    cargo.current_dir(&places.root).args(["build", "--release", "--locked", "-p", "plimsoll"]);
    tool::must(cargo.arg("--target-dir").arg(&places.target))?;
    Ok(places.target.join("release/plimsoll"))
}

/// Runs the bench that `arguments` name.
///
/// # Errors
/// When a bar is missed, too: whoever runs this must see it.
pub(crate) fn run(arguments: &[&str]) -> Outcome<()> {
    let [name @ ("build" | "check" | "init" | "registry"), options @ ..] = arguments else {
        return Err(USAGE.into());
    };
    let options = parse(options)?;
    let places = places()?;
    let rounds = options.rounds.unwrap_or(if *name == "init" { LONG_ROUNDS } else { ROUNDS });
    let result = match *name {
        "check" => check::run(&places, rounds)?,
        "init" => init::run(&places, rounds)?,
        "registry" => registry::run(&places, rounds)?,
        _ => build::run(&places, rounds)?,
    };
    let text = format!("{}\n{}", machine::describe(&result.load, &result.versions)?, result.table);
    writeln!(io::stdout(), "{text}")?;
    if options.write {
        page::write(&places.root.join("BENCHMARKS.md"), name, rounds, &text)?;
    }
    match result.missed {
        0 => Ok(()),
        missed => Err(format!("bars missed: {missed}").into()),
    }
}

fn parse(arguments: &[&str]) -> Outcome<Options> {
    let mut options = Options { rounds: None, write: false };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match *argument {
            "--write" => options.write = true,
            "--rounds" => {
                let number = rest.next().and_then(|it| it.parse().ok()).filter(|it| *it > 0);
                options.rounds = Some(number.ok_or("--rounds needs a number from 1")?);
            }
            other => return Err(format!("unknown argument `{other}`\n{USAGE}").into()),
        }
    }
    Ok(options)
}

fn places() -> Outcome<Places> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(2).ok_or("this program lies in no target directory")?;
    let bench = target.join("bench");
    std::fs::create_dir_all(&bench)?;
    Ok(Places { root, target: target.to_owned(), bench })
}

/// Tells whoever waits what is going on; figures alone go to standard output.
fn note(text: &str) {
    // Nobody reads it when standard error is closed.
    writeln!(io::stderr(), "bench: {text}").ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_nonsense_is_refused() {
        let options = parse(&["--write", "--rounds", "3"]).unwrap();
        assert_eq!((options.rounds, options.write), (Some(3), true));
        let options = parse(&[]).unwrap();
        assert_eq!((options.rounds, options.write), (None, false));
        for arguments in [&["--rounds"][..], &["--rounds", "0"], &["--rounds", "x"], &["x"]] {
            assert!(parse(arguments).is_err(), "{arguments:?}");
        }
    }
}
