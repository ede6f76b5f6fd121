//! The linter over real Compose files and workflows, and over this repository.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    super::{
        Outcome,
        sample::{self, Figure, Sample},
        table::{Bar, Row},
        tool::must,
    },
    archive, check, count, row, version,
};

/// How many Compose files are checked at once.
const COMPOSE_FILES: usize = 200;
/// Milliseconds of CPU that they may take together, in one process.
const MOST_COMPOSE: f64 = 60.0;
/// Milliseconds of CPU that all workflows may take together.
const MOST_WORKFLOWS: f64 = 60.0;
/// Milliseconds that everything in this repository may take.
const MOST_HERE: f64 = 50.0;

/// A linter to be compared with, and what makes it check files without asking the network.
struct Peer {
    name: &'static str,
    arguments: &'static [&'static str],
}

const COMPOSE_PEERS: [Peer; 2] = [
    Peer { name: "dclint", arguments: &["--max-warnings", "100000"] },
    Peer { name: "compose-lint", arguments: &[] },
];
const WORKFLOW_PEERS: [Peer; 2] = [
    Peer { name: "zizmor", arguments: &["--offline", "--no-exit-codes"] },
    Peer { name: "actionlint", arguments: &["-shellcheck=", "-pyflakes="] },
];

/// The rows of all three; peers that are not there are left out.
pub(super) fn rows(program: &Path, directory: &Path, rounds: usize) -> Outcome<Vec<Row>> {
    let log = directory.join("last.log");
    let mut rows = Vec::new();
    let compose = unpack(directory, "compose-real", "compose-real")?;
    let compose = in_place(&directory.join("compose"), &spread(&compose, COMPOSE_FILES))?;
    let what = format!("{} real Compose files, one process: CPU time", compose.len());
    let bar = (MOST_COMPOSE, "60 ms");
    rows.extend(measured(program, &what, &compose, bar, &COMPOSE_PEERS, rounds, &log)?);

    let workflows = unpack(directory, "workflows", "workflows")?;
    let workflows = in_place(&directory.join("flows/.github/workflows"), &workflows)?;
    let what = format!("{} real workflows, one process: CPU time", workflows.len());
    let bar = (MOST_WORKFLOWS, "60 ms");
    rows.extend(measured(program, &what, &workflows, bar, &WORKFLOW_PEERS, rounds, &log)?);

    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let samples = run(rounds, &log, || {
        let mut command = check(program, &[Path::new(".")]);
        command.current_dir(&here);
        command
    })?;
    let wall =
        Figure::of(samples.iter().map(|it| it.wall.as_secs_f64() * 1e3)).ok_or("no rounds")?;
    let bar = Bar::value(wall.median, MOST_HERE, "50 ms");
    rows.push(row(
        "the whole of `check` on this repository: wall time",
        wall.median,
        None,
        Some(bar),
    ));
    Ok(rows)
}

fn measured(
    program: &Path,
    what: &str,
    files: &[PathBuf],
    (most, bar): (f64, &str),
    peers: &[Peer],
    rounds: usize,
    log: &Path,
) -> Outcome<Vec<Row>> {
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let ours = cpu(&run(rounds, log, || check(program, &paths))?)?;
    let mut rows = vec![row(what, ours, None, Some(Bar::value(ours, most, bar)))];
    for peer in peers {
        let Some(version) = version(peer.name) else { continue };
        let theirs = run(1, log, || {
            // A linter that finds something says so by its exit code.
            let mut command = Command::new("sh");
            command.args(["-c", "\"$@\" || true", "sh", peer.name]);
            command.args(peer.arguments).args(files);
            command
        })?;
        let what = format!("the same, against {} ({version})", peer.name);
        rows.push(row(&what, ours, Some(cpu(&theirs)?), None));
    }
    Ok(rows)
}

/// Runs a command once for nothing, and then as often as asked.
fn run(rounds: usize, log: &Path, command: impl Fn() -> Command) -> Outcome<Vec<Sample>> {
    let mut samples = Vec::new();
    for round in 0..=rounds {
        let sample = sample::run(&mut [command()], log)?;
        if round > 0 {
            samples.push(Sample { stdout: Vec::new(), ..sample });
        }
    }
    Ok(samples)
}

fn cpu(samples: &[Sample]) -> Outcome<f64> {
    super::milliseconds(samples, count(1))
}

fn unpack(directory: &Path, name: &str, inside: &str) -> Outcome<Vec<PathBuf>> {
    must(Command::new("tar").arg("-C").arg(directory).arg("-xzf").arg(archive(name)))?;
    let mut files: Vec<PathBuf> =
        fs::read_dir(directory.join(inside))?.map(|it| Ok(it?.path())).collect::<Outcome<_>>()?;
    files.retain(|it| it.extension().is_some_and(|it| it == "yml" || it == "yaml"));
    files.sort();
    Ok(files)
}

/// Some of many, from all over.
fn spread(files: &[PathBuf], most: usize) -> Vec<PathBuf> {
    let step = files.len().div_ceil(most.max(1)).max(1);
    let first = files.iter().step_by(step);
    let rest = files.iter().enumerate().filter(|(at, _)| at % step != 0).map(|(_, it)| it);
    first.chain(rest).take(most).cloned().collect()
}

/// Copies files to where their kind is found.
fn in_place(directory: &Path, files: &[PathBuf]) -> Outcome<Vec<PathBuf>> {
    fs::create_dir_all(directory)?;
    let mut copies = Vec::new();
    for file in files {
        let copy = directory.join(file.file_name().unwrap_or_default());
        fs::copy(file, &copy)?;
        copies.push(copy);
    }
    Ok(copies)
}
