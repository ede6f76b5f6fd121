//! The linters that are compared, where they are on PATH.

use std::{path::PathBuf, process::Command};

/// A peer.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) name: &'static str,
    version: String,
    /// What makes it check files without failing on findings or asking the network.
    arguments: &'static [&'static str],
}

/// Everybody who may be there.
const KNOWN: [(&str, &[&str]); 2] = [
    ("hadolint", &["--no-fail", "--format", "json"]),
    (
        "tally",
        &[
            "lint",
            "--format",
            "json",
            "--fail-level",
            "none",
            "--slow-checks",
            "off",
            "--no-config",
        ],
    ),
];

impl Peer {
    /// The command that checks files.
    pub(super) fn command(&self, files: &[PathBuf]) -> Command {
        let mut command = Command::new(self.name);
        command.args(self.arguments).args(files);
        command
    }
}

/// Those that are there.
pub(super) fn found() -> Vec<Peer> {
    let known = KNOWN.into_iter();
    known
        .filter_map(|(name, arguments)| {
            let version = super::version(name)?;
            Some(Peer { name, version, arguments })
        })
        .collect()
}

/// A line for each peer, for those that are left out too.
pub(super) fn versions(found: &[Peer]) -> Vec<String> {
    let line = |(name, _): (&str, _)| match found.iter().find(|it| it.name == name) {
        Some(peer) => format!("{name}: {}", peer.version),
        None => format!("{name}: left out, it is not on PATH"),
    };
    KNOWN.into_iter().map(line).collect()
}
