//! `docker build` in the scripts of a workflow.

use plimsoll_project::files::{self, Files};
use plimsoll_syntax::shell::ShellCommand;
use plimsoll_syntax::workflow::{Job, Step};

use super::{Checkout, Described, Row};
use crate::project::ImageBuild;

/// The options of `docker build` that are followed by a value.
const WITH_VALUE: &[&str] = &[
    "-f",
    "--file",
    "-t",
    "--tag",
    "--target",
    "--build-arg",
    "--platform",
    "--label",
    "--secret",
    "--ssh",
    "--cache-from",
    "--cache-to",
    "-o",
    "--output",
    "--network",
    "--progress",
    "--iidfile",
    "--builder",
    "--build-context",
    "--add-host",
    "--attest",
    "--annotation",
    "--metadata-file",
    "--ulimit",
    "--shm-size",
    "-m",
    "--memory",
    "--cgroup-parent",
    "--isolation",
    "--security-opt",
    "--allow",
    "--call",
    "--sbom",
    "--provenance",
    "--no-cache-filter",
    "-c",
    "--cpu-shares",
    "--cpuset-cpus",
    "--format",
    "-v",
    "--volume",
    "--squash-all",
    "--jobs",
    "--ignorefile",
    "--manifest",
    "--arch",
    "--os",
];

/// The builds of a step's script.
pub(super) fn builds(
    files: &dyn Files,
    checkout: &Checkout,
    job: Job<'_>,
    step: Step<'_>,
    row: &Row,
) -> Vec<ImageBuild> {
    let Some(run) = step.run().filter(|it| it.text().contains(" build")) else { return Vec::new() };
    if !["docker", "podman"].iter().any(|it| run.text().contains(it)) {
        return Vec::new();
    }
    let Some(script) = step.script() else { return Vec::new() };
    let directory = step
        .working_directory()
        .or_else(|| job.default_directory())
        .or_else(|| job.workflow().default_directory());
    let directory = match directory.map(|it| row.replace(it.text())) {
        None => String::new(),
        Some(Some(directory)) => directory,
        // Nobody knows where it runs.
        Some(None) => return Vec::new(),
    };
    let commands = script.commands.iter().filter(|it| is_build(it) && !it.lost);
    let described = commands.filter_map(|command| {
        let mut described = described(command, row)?;
        let own = command.directory.as_deref().unwrap_or(".");
        described.directory =
            files::join(&files::join("/", &directory), own).trim_start_matches('/').to_owned();
        (!described.directory.contains('$')).then_some(described)
    });
    described.map(|it| it.build(files, checkout)).collect()
}

/// Whether a command is `docker build`, `docker buildx build` or the like.
fn is_build(command: &ShellCommand<'_>) -> bool {
    let words = command.args().iter().map(|it| &*it.value).filter(|it| !it.starts_with('-'));
    let words: Vec<&str> = words.take(2).collect();
    matches!(command.program(), Some("docker" | "podman"))
        && matches!(words[..], ["build", ..] | ["buildx" | "image" | "builder", "build"])
}

fn described(command: &ShellCommand<'_>, row: &Row) -> Option<Described> {
    let operands: Vec<_> = command.operands(WITH_VALUE).collect();
    let known = |text: &str| row.replace(text).filter(|it| !it.contains(['$', '`']));
    let context = operands.last()?;
    // What is piped in, and what is written in front of the context.
    if matches!(&*context.value, "build" | "-") {
        return None;
    }
    let value = |names: &[&str]| command.option(names).map(|it| known(it.value));
    let args = command.option_values(&["--build-arg"]);
    let args = args.filter_map(|it| {
        let (name, value) =
            it.value.split_once('=').map_or((it.value, None), |(name, value)| (name, Some(value)));
        let is_name =
            !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
        is_name.then(|| (name.to_owned(), value.and_then(known)))
    });
    Some(Described {
        context: known(&context.value),
        file: value(&["-f", "--file"]),
        target: value(&["--target"]),
        args: args.collect(),
        directory: String::new(),
    })
}
