//! `cargo xtask bench init`: what comes of the files that `plimsoll init` writes for the example.
//!
//! Images are built by the engine that `DOCKER_HOST` or the machine has; it must have the base images, or reach them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    Outcome, Places, Report, compile, machine, note,
    sample::{self, Figure, Sample},
    table::{Bar, Row, Table},
    tool::{must, remove_directory},
};

mod engine;
mod project;
mod rebuilds;

use self::{
    engine::Engine,
    project::Way,
    rebuilds::{Event, Rebuilds},
};

/// Bases, the one first whose Dockerfile is rebuilt.
const BASES: [&str; 4] = ["scratch", "distroless", "alpine", "debian"];
/// Runs of `init` for each round: one is over before much can be said.
const RUNS: usize = 5;
/// Milliseconds of `init` without a network.
const MOST_INIT: f64 = 100.0;
/// What an image on scratch may have beside its program, in bytes.
const MOST_BESIDE: u64 = 200_000;
const PROGRAM: &str = "html-to-markdown";

/// Runs everything and compares.
///
/// # Errors
/// When no engine answers, or something can't be built.
pub(super) fn run(places: &Places, rounds: usize) -> Outcome<Report> {
    let program = compile(places)?;
    let engine = Engine::find()?;
    let directory = places.bench.join("init");
    remove_directory(&directory)?;
    fs::create_dir_all(&directory)?;
    let example = places.root.join("examples").join(PROGRAM);
    let log = directory.join("last.log");
    let load = machine::load();

    let bare = directory.join("bare");
    project::copy(&example, &bare)?;
    let mut inits = Vec::new();
    note("plimsoll init");
    for _ in 0..rounds * RUNS {
        let mut command = Command::new(&program);
        command.args(["init", "--dry-run", "--offline", "--quiet"]).arg(&bare);
        inits.push(sample::run(&mut [command], &log)?);
    }

    let mut sizes = Vec::new();
    for base in BASES {
        note(&format!("building on {base}"));
        let made = directory.join(base);
        project::copy(&example, &made)?;
        let mut init = Command::new(&program);
        must(init.args(["init", "--yes", "--quiet", "--base", base]).arg(&made))?;
        let tag = format!("plimsoll-bench-init-{base}");
        must(&mut engine.build(&made, "Dockerfile", &tag))?;
        sizes.push((base, engine.size(&tag)?, engine.size_of_file(&tag, &in_image())?));
    }

    let ours = directory.join(BASES[0]);
    project::write_ways(&ours, PROGRAM)?;
    let tag = |way: Way| format!("plimsoll-bench-init-{}", way.dockerfile().to_lowercase());
    for way in Way::ALL {
        note(&format!("building by {}", way.called()));
        must(&mut engine.build(&ours, way.dockerfile(), &tag(way)))?;
    }
    let naive_size = engine.size(&tag(Way::Naive))?;
    let mut rebuilds = Rebuilds::default();
    let mut number = 0;
    for round in 1..=rounds {
        note(&format!("round {round} of {rounds}"));
        for (event, way) in Event::ALL.into_iter().flat_map(|it| Way::ALL.map(|way| (it, way))) {
            // Each has an edit of its own, so that none finds what another one's build has left.
            number += 1;
            match event {
                Event::Source => project::edit(&example, &ours, number)?,
                Event::Lock => project::edit_lock(&ours, number)?,
                Event::OtherMachine => {
                    engine.forget_mounts()?;
                    project::edit(&example, &ours, number)?;
                }
            }
            let sample =
                sample::run(&mut [engine.build(&ours, way.dockerfile(), &tag(way))], &log)?;
            rebuilds.0.entry((event, way)).or_default().push(sample);
        }
    }
    let bases = BASES.map(|base| format!("plimsoll-bench-init-{base}"));
    engine.remove(bases.iter().chain(&Way::ALL.map(tag)))?;

    let mut table = Table(images(&sizes, naive_size));
    table.0.extend(rebuilds.rows()?);
    table.0.extend(init(&inits)?);
    let missed = table.missed();
    Ok(Report { table, missed, load, versions: vec![engine.version] })
}

/// Where the program lies in every image.
fn in_image() -> PathBuf {
    Path::new("/usr/local/bin").join(PROGRAM)
}

/// Images by base, with the size of each and of its program, beside what is usual.
fn images(sizes: &[(&str, u64, u64)], naive: u64) -> Vec<Row> {
    let row = |&(base, image, program): &(&str, u64, u64)| {
        let bar = (base == "scratch").then(|| Bar {
            text: format!("≤ its program + {} KB", MOST_BESIDE / 1000),
            met: image <= program + MOST_BESIDE,
        });
        Row {
            what: format!("image on {base}, against compiling into Debian's slim image"),
            ours: format!("{} (its program {})", megabytes(image), megabytes(program)),
            peer: megabytes(naive),
            ratio: Some(real(image) / real(naive)),
            bar,
        }
    };
    sizes.iter().map(row).collect()
}

fn init(samples: &[Sample]) -> Outcome<[Row; 2]> {
    let row = |what: &str, time: fn(&Sample) -> f64, most: Option<f64>| -> Outcome<Row> {
        let figure = Figure::of(samples.iter().map(time)).ok_or("nothing was measured")?;
        Ok(Row {
            what: format!("`plimsoll init --offline`: {what} time"),
            ours: format!("{:.1} ms (min {:.1})", figure.median, figure.least),
            peer: String::new(),
            ratio: None,
            bar: most.map(|most| Bar::value(figure.median, most, &format!("{most} ms"))),
        })
    };
    Ok([
        row("wall", |it| it.wall.as_secs_f64() * 1e3, Some(MOST_INIT))?,
        row("CPU", |it| it.cpu.as_secs_f64() * 1e3, None)?,
    ])
}

fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", real(bytes) / 1e6)
}

#[expect(clippy::cast_precision_loss, reason = "a size for the eye")]
fn real(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_on_scratch_may_have_little_beside_its_program() {
        let met = |image| {
            images(&[("scratch", image, 1_000_000)], 80_000_000)[0].bar.as_ref().unwrap().met
        };
        assert!(met(1_200_000) && !met(1_200_001));
        assert!(images(&[("alpine", 9_000_000, 1)], 80_000_000)[0].bar.is_none());
    }
}
