//! Runs `cargo build` and listens to what it made.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    io::{self, BufReader},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use cargo_metadata::{Message, TargetKind};
use plimsoll_project::{
    select::Choice,
    workspace::{Features, PackageId},
};

/// What to compile.
#[derive(Debug)]
pub struct Compile<'a> {
    /// The program `cargo`.
    pub cargo: &'a Path,
    /// Where it runs: its toolchain file and configuration count.
    pub directory: &'a Path,
    /// The binaries.
    pub choices: &'a [Choice],
    /// The features.
    pub features: &'a Features,
    /// The profile.
    pub profile: &'a str,
    /// Whether `Cargo.lock` must be there and up to date.
    pub locked: bool,
    /// Whether to do without the network.
    pub offline: bool,
    /// Whether Cargo says nothing but errors.
    pub quiet: bool,
    /// The target.
    pub triple: &'a str,
    /// All flags for the compiler, those of the user included.
    pub rustflags: &'a [String],
    /// More environment variables.
    pub environment: &'a BTreeMap<String, OsString>,
    /// Where Cargo puts things: the target and the build directory.
    pub output_directories: Vec<&'a Path>,
}

/// What was made.
#[derive(Debug, Default)]
pub struct Compiled {
    /// The binaries, in the order of the choices.
    pub executables: Vec<Executable>,
    /// The packages that were compiled for the target, not for the compiler's own use.
    pub linked: BTreeSet<PackageId>,
}

/// A binary that Cargo made, now or earlier.
#[derive(Clone, Debug)]
pub struct Executable {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it was there already.
    pub fresh: bool,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum CargoError {
    /// The program can't be run.
    #[error("cannot run {}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its messages can't be read.
    #[error("cannot read what cargo says")]
    Messages(#[source] io::Error),
    /// It failed; it said why on stderr.
    #[error("cargo build failed ({status})")]
    Failed {
        /// How it ended.
        status: ExitStatus,
        /// Packages whose build scripts had run for the target by then.
        scripts_run: BTreeSet<PackageId>,
    },
    /// It succeeded without making a binary.
    #[error("cargo made no binary `{0}`")]
    NoBinary(String),
}

/// Compiles. Cargo's progress and errors go to this process's stderr.
///
/// # Errors
/// See [`CargoError`].
pub fn compile(request: &Compile<'_>) -> Result<Compiled, CargoError> {
    let mut command = Command::new(request.cargo);
    command
        .current_dir(request.directory)
        .args(["build", "--message-format=json-render-diagnostics"])
        .args(["--target", request.triple, "--profile", request.profile])
        .args(request.features.arguments());
    let packages: BTreeSet<_> = request.choices.iter().map(|it| &it.package).collect();
    for package in packages {
        command.args(["--package", &package.0]);
    }
    for choice in request.choices {
        command.args(["--bin", &choice.binary]);
    }
    for (flag, wanted) in
        [("--locked", request.locked), ("--offline", request.offline), ("--quiet", request.quiet)]
    {
        if wanted {
            command.arg(flag);
        }
    }
    set_flags(&mut command, request.rustflags);
    command.envs(request.environment);
    let heard = listen(command, request.cargo, |path| {
        request.output_directories.iter().any(|it| path.starts_with(it.join(request.triple)))
    })?;
    if !heard.status.success() {
        return Err(CargoError::Failed { status: heard.status, scripts_run: heard.scripts });
    }
    let executables = request
        .choices
        .iter()
        .map(|choice| {
            let key = (choice.package.clone(), choice.binary.clone());
            let found = heard.executables.get(&key).cloned();
            found.ok_or_else(|| CargoError::NoBinary(choice.binary.clone()))
        })
        .collect::<Result<_, _>>()?;
    Ok(Compiled { executables, linked: heard.linked })
}

/// Gives a Cargo process its compiler flags, in place of any others.
pub(crate) fn set_flags(command: &mut Command, rustflags: &[String]) {
    // The variable that wins over all others, and the only one that takes spaces in a flag.
    command.env("CARGO_ENCODED_RUSTFLAGS", rustflags.join("\x1f")).env_remove("RUSTFLAGS");
}

/// What a Cargo process said.
pub(crate) struct Heard {
    pub(crate) status: ExitStatus,
    pub(crate) executables: BTreeMap<(PackageId, String), Executable>,
    pub(crate) linked: BTreeSet<PackageId>,
    scripts: BTreeSet<PackageId>,
}

/// Runs a Cargo process and gathers its messages; `for_target` tells artifacts of the target from
/// those that run in the compiler by where they lie.
pub(crate) fn listen(
    mut command: Command,
    program: &Path,
    for_target: impl Fn(&Path) -> bool,
) -> Result<Heard, CargoError> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|source| CargoError::Start { program: program.to_owned(), source })?;
    let mut executables = BTreeMap::new();
    let (mut linked, mut scripts) = (BTreeSet::new(), BTreeSet::new());
    if let Some(stdout) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(stdout)) {
            match message.map_err(CargoError::Messages)? {
                Message::CompilerArtifact(artifact) => {
                    let package = PackageId(artifact.package_id.repr);
                    if let Some(path) = &artifact.executable
                        && artifact.target.kind.contains(&TargetKind::Bin)
                    {
                        let key = (package.clone(), artifact.target.name.clone());
                        let path = path.clone().into_std_path_buf();
                        executables.insert(key, Executable { path, fresh: artifact.fresh });
                    }
                    let build_script = artifact.target.kind.contains(&TargetKind::CustomBuild);
                    let path = |it: &cargo_metadata::camino::Utf8PathBuf| for_target(it.as_ref());
                    if !build_script && artifact.filenames.iter().any(path) {
                        linked.insert(package);
                    }
                }
                Message::BuildScriptExecuted(script) if for_target(script.out_dir.as_ref()) => {
                    scripts.insert(PackageId(script.package_id.repr));
                }
                _ => {}
            }
        }
    }
    let status = child.wait().map_err(CargoError::Messages)?;
    Ok(Heard { status, executables, linked, scripts })
}
