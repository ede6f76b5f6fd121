//! Runs `cargo metadata` and puts its answer into our model.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
};

use cargo_metadata::{DependencyKind as MetadataKind, Metadata, MetadataCommand, TargetKind};

use super::{
    Binary, Dependency, DependencyKind, Member, Node, Package, PackageId, Source, Workspace,
    WorkspaceError,
};
use crate::{PackageFacts, upwards::find_upwards};

/// Which features are on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// `--features`, each a feature or `package/feature`.
    pub named: Vec<String>,
    /// `--all-features`.
    pub all: bool,
    /// `--no-default-features`.
    pub no_default: bool,
}

impl Features {
    /// Gives the arguments for any Cargo command.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        if !self.named.is_empty() {
            arguments.push("--features".to_owned());
            arguments.push(self.named.join(","));
        }
        if self.all {
            arguments.push("--all-features".to_owned());
        }
        if self.no_default {
            arguments.push("--no-default-features".to_owned());
        }
        arguments
    }
}

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
    let opened = directory.canonicalize().and_then(|it| it.read_dir().map(|_| it));
    let directory = opened
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

fn workspace(directory: PathBuf, metadata: Metadata) -> Workspace {
    let mut default_members = BTreeSet::new();
    if metadata.workspace_default_members.is_available() {
        default_members.extend(metadata.workspace_default_members.iter().map(id));
    }
    let mut members: Vec<Member> = metadata
        .packages
        .iter()
        .filter(|it| metadata.workspace_members.contains(&it.id))
        .map(member)
        .collect();
    members.sort_by(|a, b| (&a.facts.name, &a.id).cmp(&(&b.facts.name, &b.id)));

    let resolve: BTreeMap<PackageId, Node> =
        metadata.resolve.iter().flat_map(|it| &it.nodes).map(|it| (id(&it.id), node(it))).collect();
    let names: BTreeMap<PackageId, &str> =
        metadata.packages.iter().map(|it| (id(&it.id), it.name.as_str())).collect();
    let packages = metadata
        .packages
        .iter()
        .map(|it| (id(&it.id), package(it, resolve.get(&id(&it.id)), &names)))
        .collect();

    Workspace {
        directory,
        root: metadata.workspace_root.into(),
        target_directory: metadata.target_directory.into(),
        build_directory: metadata.build_directory.map(Into::into),
        members,
        default_members,
        packages,
        resolve,
    }
}

fn id(id: &cargo_metadata::PackageId) -> PackageId {
    PackageId(id.repr.clone())
}

fn member(package: &cargo_metadata::Package) -> Member {
    let mut binaries: Vec<Binary> = package
        .targets
        .iter()
        .filter(|it| it.is_kind(TargetKind::Bin))
        .map(|it| Binary {
            name: it.name.clone(),
            required_features: it.required_features.clone(),
            src_path: it.src_path.clone().into(),
        })
        .collect();
    binaries.sort();
    Member {
        id: id(&package.id),
        facts: PackageFacts {
            name: package.name.to_string(),
            version: package.version.clone(),
            description: package.description.clone(),
            license: package.license.clone(),
            repository: package.repository.clone(),
            homepage: package.homepage.clone(),
            documentation: package.documentation.clone(),
            authors: package.authors.clone(),
        },
        manifest_path: package.manifest_path.clone().into(),
        default_run: package.default_run.clone(),
        binaries,
    }
}

fn node(node: &cargo_metadata::Node) -> Node {
    let mut dependencies: Vec<Dependency> = node
        .deps
        .iter()
        .map(|it| Dependency {
            package: id(&it.pkg),
            name: it.name.clone(),
            kinds: it.dep_kinds.iter().filter_map(|it| kind(it.kind)).collect(),
        })
        .collect();
    dependencies.sort();
    let mut features: Vec<String> = node.features.iter().map(ToString::to_string).collect();
    features.sort();
    Node { dependencies, features }
}

fn kind(kind: MetadataKind) -> Option<DependencyKind> {
    match kind {
        MetadataKind::Normal => Some(DependencyKind::Normal),
        MetadataKind::Build => Some(DependencyKind::Build),
        MetadataKind::Development => Some(DependencyKind::Development),
        MetadataKind::Unknown => None,
    }
}

fn package(
    package: &cargo_metadata::Package,
    node: Option<&Node>,
    names: &BTreeMap<PackageId, &str>,
) -> Package {
    let has = |kind: TargetKind| package.targets.iter().any(|it| it.is_kind(kind.clone()));
    Package {
        id: id(&package.id),
        name: package.name.to_string(),
        version: package.version.clone(),
        source: package.source.as_ref().map_or(Source::Local, |it| source(&it.repr)),
        manifest_path: package.manifest_path.clone().into(),
        links: package.links.clone(),
        build_script: has(TargetKind::CustomBuild),
        proc_macro: has(TargetKind::ProcMacro),
        build_dependencies: node
            .into_iter()
            .flat_map(|it| &it.dependencies)
            .filter(|it| it.kinds.contains(&DependencyKind::Build))
            .filter_map(|it| names.get(&it.package).map(|&name| name.to_owned()))
            .collect(),
    }
}

/// Reads the `source` of Cargo's package ids: a kind, `+`, and a URL.
fn source(repr: &str) -> Source {
    match repr.split_once('+') {
        Some(
            ("registry", "https://github.com/rust-lang/crates.io-index")
            | ("sparse", "https://index.crates.io/"),
        ) => Source::CratesIo,
        Some(("registry" | "sparse", url)) => Source::Registry(url.to_owned()),
        Some(("git", url)) => Source::Git(url.to_owned()),
        Some(("path", _)) => Source::Local,
        _ => Source::Registry(repr.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_apart() {
        for (repr, expected) in [
            ("registry+https://github.com/rust-lang/crates.io-index", Source::CratesIo),
            (
                "registry+https://example.com/index",
                Source::Registry("https://example.com/index".into()),
            ),
            ("sparse+https://example.com/i/", Source::Registry("https://example.com/i/".into())),
            (
                "git+https://example.com/r?rev=1#1f",
                Source::Git("https://example.com/r?rev=1#1f".into()),
            ),
        ] {
            assert_eq!(source(repr), expected);
        }
    }

    #[test]
    fn features_become_arguments() {
        let features =
            Features { named: vec!["a".into(), "b/c".into()], all: false, no_default: true };
        assert_eq!(features.arguments(), ["--features", "a,b/c", "--no-default-features"]);
        assert!(Features::default().arguments().is_empty());
    }
}
