//! `cargo xtask bench registry`: images on their way to a registry and back.
//!
//! The registry is Debian's `docker-registry` on loopback, started and ended here, or the one that
//! `PLIMSOLL_REGISTRY` names (HOST:PORT, plain HTTP, without passwords).

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use super::{
    Outcome, Places, Report,
    build::{inputs, ours},
    compile, machine, note,
    rounds::{REST, change},
    sample::{self, Figure, Sample},
    table::{Bar, Row, Table},
    tool::{must, remove_directory},
};

mod peers;
mod server;

use peers::{Carrier, Docker, Plimsoll, Skopeo};
use server::Server;

/// Milliseconds of a push that has nothing to send.
const MOST_UNCHANGED: f64 = 15.0;

/// An image that nobody has seen, in the forms that the tools take.
#[derive(Debug)]
struct Image {
    layout: PathBuf,
    archive: PathBuf,
}

/// What is timed of each tool.
const STEPS: [&str; 3] = ["push", "push again", "pull"];

type Results = BTreeMap<(String, &'static str), Vec<Sample>>;

/// Runs everybody and compares.
///
/// # Errors
/// When there is no registry, or a tool that is there fails.
pub(super) fn run(places: &Places, rounds: usize) -> Outcome<Report> {
    let program = compile(places)?;
    let directory = places.bench.join("registry");
    remove_directory(&directory)?;
    let input = inputs::small(places, &directory.join("small"))?;
    let project = ours::project(&directory.join("project"))?;
    let server = Server::start(&directory.join("server"))?;

    let plimsoll = Plimsoll { program: program.clone() };
    let (skopeo, docker) = (Skopeo::find(), Docker::find());
    let mut carriers: Vec<&dyn Carrier> = vec![&plimsoll];
    let mut versions = vec![server.version.clone()];
    for found in [skopeo.as_ref().map(as_carrier), docker.as_ref().map(as_carrier)] {
        match found {
            Ok((carrier, version)) => {
                carriers.push(carrier);
                versions.push(version.clone());
            }
            Err(reason) => {
                note(reason);
                versions.push(reason.clone());
            }
        }
    }

    let load = machine::load();
    let log = directory.join("last.log");
    let mut results = Results::new();
    let mut changes = 0;
    for round in 0..=rounds {
        note(&format!("round {round} of {rounds}"));
        for carrier in &carriers {
            changes += 1;
            change(&input, changes)?;
            thread::sleep(REST);
            let image = image(&program, &project, &input, &directory)?;
            let reference = format!("{}/bench-{changes}/app:latest", server.host);
            carrier.prepare(&image, &reference)?;
            for step in STEPS {
                let to = directory.join("pulled");
                remove_directory(&to)?;
                let mut commands = match step {
                    "pull" => {
                        carrier.forget(&reference)?;
                        carrier.pull(&reference, &to)
                    }
                    _ => carrier.push(&image, &reference),
                };
                // What others wrote must not wait for the disk at this one's expense.
                must(&mut Command::new("sync"))?;
                let sample = sample::run(&mut commands, &log)?;
                if round > 0 {
                    results.entry((carrier.name(), step)).or_default().push(sample);
                }
            }
            carrier.forget(&reference)?;
        }
    }
    let table = table(&results, &input)?;
    let missed = table.missed();
    Ok(Report { table, missed, load, versions })
}

fn as_carrier<T: Carrier>((carrier, version): &(T, String)) -> (&dyn Carrier, &String) {
    (carrier, version)
}

/// Packs the input, which was changed just before.
fn image(program: &Path, project: &Path, input: &Path, directory: &Path) -> Outcome<Image> {
    let image = Image { layout: directory.join("image.oci"), archive: directory.join("image.tar") };
    let mut command = Command::new(program);
    command.arg("build").arg(project).arg("--binary").arg(input).arg("--quiet");
    command.arg("-o").arg(format!("oci:{}", image.layout.display()));
    command.arg("-o").arg(format!("docker-archive:{}", image.archive.display()));
    must(&mut command)?;
    Ok(image)
}

fn table(results: &Results, input: &Path) -> Outcome<Table> {
    let figure = |name: &str, step| {
        let samples = results.get(&(name.to_owned(), step))?;
        Figure::of(samples.iter().map(|it| it.wall.as_secs_f64() * 1e3))
    };
    #[expect(clippy::cast_precision_loss, reason = "a size for the eye")]
    let size = format!("image of {:.1} MB", fs::metadata(input)?.len() as f64 / 1e6);
    let mut rows = Vec::new();
    for (step, what, bars) in [
        ("push", format!("{size}, pushed to a new repository"), [Some(0.5), None]),
        ("push again", format!("{size}, pushed again: nothing is new"), [None, None]),
        ("pull", format!("{size}, pulled"), [Some(0.7), None]),
    ] {
        let ours = figure("plimsoll", step).ok_or("nothing was measured of ours")?;
        if step == "push again" {
            let bar = Bar::value(ours.median, MOST_UNCHANGED, &format!("{MOST_UNCHANGED} ms"));
            rows.push(row(&what, ours, None, Some(bar)));
        }
        for (peer, most) in ["skopeo", "docker"].into_iter().zip(bars) {
            let Some(theirs) = figure(peer, step) else { continue };
            let bar = most.map(|most| Bar::ratio(ours.median / theirs.median, most));
            rows.push(row(&format!("{what}, against `{peer}`"), ours, Some(theirs), bar));
        }
    }
    Ok(Table(rows))
}

fn row(what: &str, ours: Figure, peer: Option<Figure>, bar: Option<Bar>) -> Row {
    Row {
        what: what.to_owned(),
        ours: milliseconds(ours),
        peer: peer.map(milliseconds).unwrap_or_default(),
        ratio: peer.map(|it| ours.median / it.median),
        bar,
    }
}

fn milliseconds(figure: Figure) -> String {
    let digits = if figure.median < 20.0 { 1 } else { 0 };
    format!("{:.digits$} ms (min {:.digits$})", figure.median, figure.least)
}
