//! `cargo xtask bench check`: the linter over real files, beside its peers.
//!
//! The files are those of `dockerfiles.tar.gz`, `compose-real.tar.gz` and `workflows.tar.gz` in
//! `$PLIMSOLL_CASES` (by default ../shared/cases).
//! Peers are found on PATH.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::{
    Outcome, Places, Report, compile, machine, note,
    sample::{self, Figure, Sample},
    table::{Bar, Row, Table},
    tool::{first_line, must, remove_directory},
};

mod fixes;
mod peers;
mod yaml;

/// How many files a peer gets: it takes tens of milliseconds for each.
const PEER_FILES: usize = 150;
/// Milliseconds of CPU that a file may take.
const MOST_PER_FILE: f64 = 0.10;
/// Milliseconds of the whole process for one small file.
const MOST_SMALL: f64 = 5.0;
/// Resident bytes of it: 10 MB.
const MOST_MEMORY: f64 = 10e6;

const SMALL: &str = "\
FROM rust:1.90-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /src/target/release/app /app
ENTRYPOINT [\"/app\"]
";

/// The files and what is known of them.
struct Corpus {
    directory: PathBuf,
    /// All files, sorted.
    files: Vec<PathBuf>,
    /// What BuildKit's own checks took, as recorded with the files: milliseconds a file.
    buildkit: f64,
    /// The files that BuildKit accepts.
    accepted: Vec<String>,
}

/// Checks everything, `rounds` times.
///
/// # Errors
/// When the files are not there or a tool fails.
pub(super) fn run(places: &Places, rounds: usize) -> Outcome<Report> {
    let program = compile(places)?;
    let directory = places.bench.join("check");
    remove_directory(&directory)?;
    let corpus = unpack(&directory)?;
    let small = directory.join("small/Dockerfile");
    fs::create_dir_all(directory.join("small"))?;
    fs::write(&small, SMALL)?;
    let load = machine::load();
    let log = directory.join("last.log");
    let mut table = Table::default();

    let (mut ours, mut one, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    let peers = peers::found();
    for round in 0..=rounds {
        note(&format!("round {round} of {rounds}"));
        let keep = |samples: &mut Vec<Sample>, command: Command| -> Outcome<()> {
            let mut sample = sample::run(&mut [command], &log)?;
            // The system counts our memory as that of a process we start: nothing large is kept.
            sample.stdout = Vec::new();
            if round > 0 {
                samples.push(sample);
            }
            Ok(())
        };
        keep(&mut ours, check(&program, &[&corpus.directory]))?;
        keep(&mut one, check(&program, &[&small]))?;
        // The peers take minutes: three rounds show what they take.
        if round > 0 && round <= 3 {
            for (at, peer) in peers.iter().enumerate() {
                theirs.resize_with(peers.len(), || (Vec::new(), Vec::new()));
                let (many, single): &mut (Vec<Sample>, Vec<Sample>) = &mut theirs[at];
                let some = &corpus.files[..PEER_FILES.min(corpus.files.len())];
                keep(many, peer.command(some))?;
                keep(single, peer.command(std::slice::from_ref(&small)))?;
            }
        }
    }
    rows(&mut table, &corpus, &ours, &one, &peers, &theirs)?;
    table.0.push(parsed(&corpus, &peers, &program, &log)?);
    table.0.extend(fixes::rows(&corpus.directory)?);
    table.0.extend(yaml::rows(&program, &directory, rounds)?);
    let missed = table.missed();
    let versions = peers::versions(&peers);
    Ok(Report { table, missed, load, versions })
}

/// Ours over files and directories.
fn check(program: &Path, paths: &[&Path]) -> Command {
    let mut command = Command::new(program);
    command.args(["check", "--format", "concise", "--fail-on", "never"]).args(paths);
    command
}

/// The archive of a set of files.
fn archive(name: &str) -> PathBuf {
    let cases = std::env::var_os("PLIMSOLL_CASES").map(PathBuf::from);
    let cases =
        cases.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases"));
    cases.join(format!("{name}.tar.gz"))
}

fn unpack(directory: &Path) -> Outcome<Corpus> {
    fs::create_dir_all(directory)?;
    must(Command::new("tar").arg("-C").arg(directory).arg("-xzf").arg(archive("dockerfiles")))?;
    let files = directory.join("dockerfiles");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(&files)?.map(|it| Ok(it?.path())).collect::<Outcome<_>>()?;
    paths.sort();
    let known = fs::read_to_string(directory.join("dockerfiles.buildkit-findings.jsonl"))?;
    let (mut micros, mut accepted) = (Vec::new(), Vec::new());
    for line in known.lines() {
        let case: Value = serde_json::from_str(line)?;
        micros.extend(case["lint_us"].as_f64());
        if case["parse"] == "ok" && case["instr"] == "ok" {
            accepted.extend(case["file"].as_str().map(str::to_owned));
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand files")]
    let buildkit = micros.iter().sum::<f64>() / micros.len() as f64 / 1e3;
    Ok(Corpus { directory: files, files: paths, buildkit, accepted })
}

fn rows(
    table: &mut Table,
    corpus: &Corpus,
    ours: &[Sample],
    one: &[Sample],
    peers: &[peers::Peer],
    theirs: &[(Vec<Sample>, Vec<Sample>)],
) -> Outcome<()> {
    let per_file = milliseconds(ours, count(corpus.files.len()))?;
    let what = format!("{} real Dockerfiles, default rules: CPU time a file", corpus.files.len());
    let bar = Bar::value(per_file, MOST_PER_FILE, "0.10 ms");
    table.0.push(row(&what, per_file, None, Some(bar)));
    let bar = |ratio: f64, most: f64| Some(Bar::ratio(ratio, most));
    for (peer, (many, _)) in peers.iter().zip(theirs) {
        let theirs = milliseconds(many, count(PEER_FILES.min(corpus.files.len())))?;
        let most = (peer.name == "hadolint").then_some(1.0 / 300.0);
        let met = most
            .and_then(|most| bar(per_file / theirs, most))
            .map(|it| Bar { text: "≥ 300 × less".to_owned(), ..it });
        let what = format!("the same, against {} over {PEER_FILES} of them", peer.name);
        table.0.push(row(&what, per_file, Some(theirs), met));
    }
    let met = bar(per_file / corpus.buildkit, 0.25)
        .map(|it| Bar { text: "≥ 4 × less".to_owned(), ..it });
    let what = "the same, against BuildKit's checks (recorded with the files)";
    table.0.push(row(what, per_file, Some(corpus.buildkit), met));

    let wall = Figure::of(one.iter().map(|it| it.wall.as_secs_f64() * 1e3)).ok_or("no rounds")?;
    let bar = Bar::value(wall.median, MOST_SMALL, "5 ms");
    table.0.push(row("one small file, whole process: wall time", wall.median, None, Some(bar)));
    for (peer, (_, single)) in peers.iter().zip(theirs) {
        let theirs = Figure::of(single.iter().map(|it| it.wall.as_secs_f64() * 1e3));
        let what = format!("the same, against {}", peer.name);
        table.0.push(row(&what, wall.median, theirs.map(|it| it.median), None));
    }
    let peak = |samples: &[Sample]| samples.iter().map(|it| it.peak).max().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a size for the eye")]
    let bytes = |samples: &[Sample]| peak(samples) as f64;
    table.0.push(Row {
        what: "the same: peak memory".to_owned(),
        ours: format!("{:.1} MB", bytes(one) / 1e6),
        peer: peers
            .iter()
            .zip(theirs)
            .map(|(peer, (_, single))| format!("{} {:.1} MB", peer.name, bytes(single) / 1e6))
            .collect::<Vec<_>>()
            .join(", "),
        ratio: None,
        bar: Some(Bar::value(bytes(one), MOST_MEMORY, "10 MB")),
    });
    Ok(())
}

fn row(what: &str, ours: f64, peer: Option<f64>, bar: Option<Bar>) -> Row {
    let shown = |it: f64| if it < 1.0 { format!("{it:.3} ms") } else { format!("{it:.1} ms") };
    Row {
        what: what.to_owned(),
        ours: shown(ours),
        peer: peer.map(shown).unwrap_or_default(),
        ratio: peer.map(|it| ours / it),
        bar,
    }
}

/// How many of the files that BuildKit accepts we accept, and how many each peer does.
fn parsed(corpus: &Corpus, peers: &[peers::Peer], program: &Path, log: &Path) -> Outcome<Row> {
    let mut command = check(program, &[&corpus.directory]);
    command.args(["--select", "syntax-error"]);
    let sample = sample::run(&mut [command], log)?;
    let said = String::from_utf8_lossy(&sample.stdout).into_owned();
    let refused = |it: &&String| said.lines().any(|line| line.contains(it.as_str()));
    let ours = corpus.accepted.len() - corpus.accepted.iter().filter(refused).count();
    let hadolint = peers.iter().find(|it| it.name == "hadolint");
    let refused = hadolint.map(|it| refused_by(it, corpus, log)).transpose()?;
    Ok(Row {
        what: format!("files that parse, of {} that BuildKit accepts", corpus.accepted.len()),
        ours: ours.to_string(),
        peer: refused
            .map(|it| format!("hadolint {}", corpus.accepted.len() - it))
            .unwrap_or_default(),
        ratio: None,
        bar: Some(Bar { text: "all".to_owned(), met: ours == corpus.accepted.len() }),
    })
}

/// How many accepted files hadolint refuses, of those that are known to be hard for it.
fn refused_by(hadolint: &peers::Peer, corpus: &Corpus, log: &Path) -> Outcome<usize> {
    let list = corpus.directory.with_file_name("dockerfiles-hadolint-cannot-parse.tsv");
    let list = fs::read_to_string(list)?;
    let hard: Vec<PathBuf> = list
        .lines()
        .filter_map(|it| it.split('\t').next())
        .filter(|it| corpus.accepted.iter().any(|name| name == it))
        .map(|it| corpus.directory.join(it))
        .collect();
    let sample = sample::run(&mut [hadolint.command(&hard)], log)?;
    let findings: Vec<Value> = serde_json::from_slice(&sample.stdout)?;
    let refused = findings.iter().filter(|it| it["code"] == "DL1000");
    let files: BTreeSet<&str> = refused.filter_map(|it| it["file"].as_str()).collect();
    Ok(files.len())
}

/// Milliseconds of CPU time a file.
fn milliseconds(samples: &[Sample], files: f64) -> Outcome<f64> {
    let figure = Figure::of(samples.iter().map(|it| it.cpu.as_secs_f64() * 1e3 / files));
    Ok(figure.ok_or("no rounds")?.median)
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand files")]
fn count(files: usize) -> f64 {
    files as f64
}

/// The version that a program prints first.
fn version(program: &str) -> Option<String> {
    first_line(Command::new(program).arg("--version"))
}
