//! Our own model of a workspace, so that no other crate depends on Cargo's.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
};

use semver::Version;

use crate::PackageFacts;

/// Cargo's identifier of a package; opaque, and unique within a workspace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId(pub String);

impl fmt::Display for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A workspace and everything it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// The directory that was asked about, without symbolic links.
    pub directory: PathBuf,
    /// The directory of the workspace's root manifest.
    pub root: PathBuf,
    /// Where Cargo puts what it builds.
    pub target_directory: PathBuf,
    /// Where Cargo puts intermediate files, if this Cargo says so (1.91 and newer).
    pub build_directory: Option<PathBuf>,
    /// The members, by name.
    pub members: Vec<Member>,
    /// The members that Cargo takes when none is named; empty if this Cargo does not say.
    pub default_members: BTreeSet<PackageId>,
    /// Every package of the graph, members included.
    pub packages: BTreeMap<PackageId, Package>,
    /// The resolved graph. Its features are those of all members together: a single member may be
    /// built with fewer.
    pub resolve: BTreeMap<PackageId, Node>,
}

impl Workspace {
    /// Returns the member with this id.
    pub fn member(&self, id: &PackageId) -> Option<&Member> {
        self.members.iter().find(|it| it.id == *id)
    }

    /// Returns the member whose directory we stand in: the deepest one that holds [`Self::directory`].
    pub fn current_member(&self) -> Option<&Member> {
        let holds = |it: &&Member| self.directory.starts_with(it.directory());
        self.members.iter().filter(holds).max_by_key(|it| it.directory().components().count())
    }
}

/// A member of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub id: PackageId,
    /// What it says about itself.
    pub facts: PackageFacts,
    /// Its `Cargo.toml`.
    pub manifest_path: PathBuf,
    /// The binary that its author wants run when none is named.
    pub default_run: Option<String>,
    /// Its binary targets by name. Examples, tests and benchmarks are none.
    pub binaries: Vec<Binary>,
}

impl Member {
    /// The directory of its manifest.
    pub fn directory(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }
}

/// A binary target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binary {
    /// The target's name, which is the file's name too.
    pub name: String,
    /// The features without which Cargo does not build it.
    pub required_features: Vec<String>,
    /// Its main source file.
    pub src_path: PathBuf,
}

/// A package of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its id.
    pub id: PackageId,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Where its source comes from.
    pub source: Source,
    /// Its `Cargo.toml`.
    pub manifest_path: PathBuf,
    /// The native library that it links (`links` in its manifest).
    pub links: Option<String>,
    /// Whether it has a build script.
    pub build_script: bool,
    /// Whether it is a procedural macro: it runs in the compiler and is never linked.
    pub proc_macro: bool,
    /// The names of the packages that its build script uses here, such as `cc` or `bindgen`.
    pub build_dependencies: BTreeSet<String>,
}

/// Where a package comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The public registry.
    CratesIo,
    /// Another registry, by its URL.
    Registry(String),
    /// A git repository, by its URL.
    Git(String),
    /// A directory of this machine.
    Local,
}

/// What a package depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// The dependencies, by id.
    pub dependencies: Vec<Dependency>,
    /// The features that are on, sorted.
    pub features: Vec<String>,
}

/// An edge of the graph.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// What is depended on.
    pub package: PackageId,
    /// The name of the crate in the dependent's code; a renamed dependency has its new name.
    pub name: String,
    /// What it is needed for; one package may be needed for several things.
    pub kinds: BTreeSet<DependencyKind>,
}

/// What a dependency is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DependencyKind {
    /// For the program.
    Normal,
    /// For a build script.
    Build,
    /// For tests, examples and benchmarks.
    Development,
}
