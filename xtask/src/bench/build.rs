//! `cargo xtask bench build`: packing a program that was built elsewhere.

use std::collections::BTreeMap;

use plimsoll_image::Compression;

use super::{
    Outcome, Places, Report, compile, machine, note,
    rounds::{self, Case, State},
    tool::{Tool, remove_directory},
};

mod buildah;
pub(super) mod docker;
pub(super) mod inputs;
mod layout;
pub(super) mod ours;
mod rows;
mod umoci;

use ours::Plimsoll;

/// The key of the small input.
const SMALL: &str = "small";
/// The key of the large one.
const LARGE: &str = "large";

/// Makes the inputs, runs everybody and compares.
///
/// # Errors
/// When an input can't be made or a tool that is there fails.
pub(super) fn run(places: &Places, rounds: usize) -> Outcome<Report> {
    let program = compile(places)?;
    let directory = places.bench.join("build");
    remove_directory(&directory)?;
    let files = BTreeMap::from([
        (SMALL, inputs::small(places, &directory.join(SMALL))?),
        (LARGE, inputs::large(places, &directory.join(LARGE))?),
    ]);
    let project = ours::project(&directory.join("project"))?;

    let ours = |compression| Plimsoll {
        program: program.clone(),
        project: project.clone(),
        output: directory.join(format!("{compression}.oci")),
        compression,
    };
    let [gzip, zstd, none] = Compression::ALL.map(ours);
    let (docker, docker_version) = or_reason("docker build", docker::find(&directory));
    let (umoci, umoci_version) = or_reason("umoci", umoci::find(&directory));
    let (buildah, buildah_version) = or_reason("buildah", buildah::find(&directory));

    let mut cases = Vec::new();
    // Whoever is compared comes right after us, and nobody twice in a row.
    for (input, tool, state) in [
        (SMALL, Some(&gzip as &dyn Tool), State::Changed),
        (SMALL, docker.as_ref().map(as_tool), State::Changed),
        (SMALL, Some(&gzip), State::Unchanged),
        (SMALL, docker.as_ref().map(as_tool), State::Unchanged),
        (LARGE, Some(&gzip), State::Changed),
        (LARGE, umoci.as_ref().map(as_tool), State::Changed),
        (LARGE, Some(&zstd), State::Changed),
        (SMALL, umoci.as_ref().map(as_tool), State::Changed),
        (LARGE, Some(&none), State::Changed),
        (SMALL, buildah.as_ref().map(as_tool), State::Changed),
        (LARGE, Some(&gzip), State::Unchanged),
    ] {
        cases.extend(tool.map(|tool| Case { input, tool, state }));
    }
    let load = machine::load();
    let results = rounds::run(&cases, &files, rounds, &directory)?;
    // Ours holds the large file, which was its last; the peer has a layout for each.
    let mut sizes = BTreeMap::new();
    sizes.insert(gzip.name(), layout::sizes(&gzip.output)?);
    if let Some(umoci) = &umoci {
        sizes.insert(umoci.name(), layout::sizes(&umoci.layout(&files[LARGE]))?);
    }
    for case in &cases {
        case.tool.clear(&files[case.input])?;
    }
    let table = rows::table(&results, &sizes, &files)?;
    let missed = table.missed();
    let versions = vec![docker_version, umoci_version, buildah_version];
    Ok(Report { table, missed, load, versions })
}

/// A peer that was found, with its version.
type Found<T> = Result<(T, String), String>;

fn or_reason<T>(name: &str, found: Found<T>) -> (Option<T>, String) {
    match found {
        Ok((tool, version)) => (Some(tool), version),
        Err(reason) => {
            let text = format!("{name}: left out, {reason}");
            note(&text);
            (None, text)
        }
    }
}

fn as_tool<T: Tool>(tool: &T) -> &dyn Tool {
    tool
}
