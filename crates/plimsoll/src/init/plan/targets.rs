//! The targets of the Dockerfile: where each program lies, what process 1 is, how health is asked.

use super::{Linking, Probe, Target, packages};
use crate::{
    args::init::Base,
    init::{
        images::Images,
        survey::{Health, Kind, Program, Signals},
    },
};

/// Where programs lie in images.
const DIRECTORY: &str = "/usr/local/bin";

/// The target of a program.
pub(super) fn of(program: &Program, base: Base, linking: Linking, images: &Images) -> Target {
    Target {
        stage: program.name.clone(),
        path: format!("{DIRECTORY}/{}", program.name),
        // Process 1 ignores signals that it doesn't handle, Ctrl-C of whoever runs it included.
        tini: program.signals == Signals::Unhandled,
        probe: probe(program),
        packages: packages::of(program, base, linking, images),
        program: program.clone(),
    }
}

fn probe(program: &Program) -> Probe {
    let none = |reason: &str| Probe::None { reason: reason.to_owned() };
    // Nobody asks after the health of what is over in a moment, whatever it could answer.
    if program.kind == Kind::Command {
        return none("it does its work and ends");
    }
    let command = |scheme: &str, path: &str| match program.ports.first() {
        Some(port) => Probe::Static {
            command: vec![
                format!("{DIRECTORY}/healthcheck"),
                format!("{scheme}://127.0.0.1:{}{path}", port.number),
            ],
        },
        None => none("its sources don't tell which port it listens on"),
    };
    match &program.health {
        Health::Itself { arguments } => Probe::Itself { arguments: arguments.clone() },
        // A path is part of a command and of a URL: what could end either is not asked for.
        Health::Http { path } if is_plain(path) => command("http", path),
        Health::Http { .. } | Health::Tcp => command("tcp", ""),
        Health::None { reason } => none(reason),
    }
}

fn is_plain(path: &str) -> bool {
    path.starts_with('/')
        && path.bytes().all(|it| it.is_ascii_alphanumeric() || b"/-_.~".contains(&it))
}
