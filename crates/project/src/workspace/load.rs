//! Runs `cargo metadata`, and tells why it failed.

use std::{
    io::{self, BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
};

use cargo_metadata::MetadataCommand;

use super::{Features, Workspace, WorkspaceError, convert::workspace};
use crate::upwards::find_upwards;

/// How to ask Cargo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataOptions {
    /// The program: a path, or a name that is looked up on `PATH`.
    pub cargo: PathBuf,
    /// Leaves out what this target does not need.
    pub triple: Option<String>,
    /// Fails rather than write or change `Cargo.lock`.
    pub locked: bool,
    /// Does without the network.
    pub offline: bool,
    /// Which features are on.
    pub features: Features,
}

impl Default for MetadataOptions {
    fn default() -> Self {
        Self {
            cargo: PathBuf::from("cargo"),
            triple: None,
            locked: true,
            offline: false,
            features: Features::default(),
        }
    }
}

/// Loads the workspace that `directory` belongs to.
///
/// Cargo runs in `directory`, so the toolchain file and the Cargo configuration of that place count.
/// `progress` gets each line that Cargo writes to stderr, as it comes: it may be downloading.
pub fn load(
    directory: &Path,
    options: &MetadataOptions,
    progress: &mut dyn FnMut(&str),
) -> Result<Workspace, WorkspaceError> {
    // With the dot, a path that is no directory fails as well.
    let directory = directory
        .join(".")
        .canonicalize()
        .map_err(|source| WorkspaceError::Directory { directory: directory.to_owned(), source })?;
    if find_upwards(&directory, "Cargo.toml").is_none() {
        return Err(WorkspaceError::NoManifest { directory });
    }

    let mut command = Command::new(&options.cargo);
    command.current_dir(&directory).args(["metadata", "--format-version", "1"]);
    if let Some(triple) = &options.triple {
        command.args(["--filter-platform", triple]);
    }
    command.args(options.locked.then_some("--locked"));
    command.args(options.offline.then_some("--offline"));
    command.args(options.features.arguments());

    let (status, stdout, stderr) = run(&mut command, progress).map_err(|source| {
        let cargo = options.cargo.clone();
        match source.kind() {
            io::ErrorKind::NotFound => WorkspaceError::CargoNotFound { cargo },
            _ => WorkspaceError::CargoNotRun { cargo, source },
        }
    })?;
    if !status.success() {
        return Err(explain(directory, options, &stderr));
    }
    match MetadataCommand::parse(String::from_utf8_lossy(&stdout)) {
        Ok(metadata) => Ok(workspace(directory, metadata)),
        Err(source) => Err(WorkspaceError::Answer { directory, source }),
    }
}

/// Runs a command to its end; stdout is collected on a thread of its own while stderr is passed on.
fn run(
    command: &mut Command,
    progress: &mut dyn FnMut(&str),
) -> io::Result<(ExitStatus, Vec<u8>, String)> {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let collector = thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stdout) = stdout {
            stdout.read_to_end(&mut bytes)?;
        }
        io::Result::Ok(bytes)
    });
    let mut said = String::new();
    if let Some(stderr) = stderr {
        for line in BufReader::new(stderr).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            progress(&line);
            said.push_str(&line);
            said.push('\n');
        }
    }
    let status = child.wait()?;
    let stdout =
        collector.join().map_err(|_| io::Error::other("the reader of stdout failed"))??;
    Ok((status, stdout, said))
}

/// Tells the failures of `--locked` from all others.
///
/// Cargo's wording changes between releases, the name of the option does not; so that names the
/// kind of failure, and the file itself tells which of the two it is.
fn explain(directory: PathBuf, options: &MetadataOptions, stderr: &str) -> WorkspaceError {
    let stderr = stderr.trim().to_owned();
    if options.locked
        && stderr.contains("--locked")
        && let Some(root_manifest) = locate_root(&directory, &options.cargo)
    {
        let lock_file = root_manifest.with_file_name("Cargo.lock");
        return if lock_file.exists() {
            WorkspaceError::LockFileOutdated { lock_file, stderr }
        } else {
            WorkspaceError::NoLockFile { lock_file }
        };
    }
    WorkspaceError::Metadata { directory, stderr }
}

fn locate_root(directory: &Path, cargo: &Path) -> Option<PathBuf> {
    let output = Command::new(cargo)
        .current_dir(directory)
        .args(["locate-project", "--workspace", "--message-format", "plain"])
        .output()
        .ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(path.trim_end_matches(['\r', '\n'])))
}
