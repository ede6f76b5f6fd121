//! What the files of a Cargo workspace say, read without Cargo, with the place of everything.
//!
//! Cargo would tell more, but it needs a toolchain, downloads, and sources that compile. This reads
//! manifests, the lock file, toolchain files and configuration through [`Files`], so that a checker
//! can point at the line of a manifest that a Dockerfile contradicts. Broken files give what can be
//! read of them; [`CargoWorkspace::complete`] tells whether that is all.

mod choice;
mod code;
mod config_file;
mod dependencies;
mod inputs;
mod lock;
mod member;
mod members;
mod place;
mod profiles;
mod root;
mod rust_tokens;
mod sqlx;
mod targets;
mod toolchain_file;
mod tree;

#[cfg(test)]
mod tests;

pub use choice::Choice;
pub use code::{Code, Item, sources_from};
pub use config_file::ConfigFile;
pub use dependencies::{Dependency, DependencyKind, DependencySource};
pub use inputs::{Input, InputKind};
pub use lock::{LockFile, LockedPackage, LockedSource};
pub use member::Member;
pub use members::MissingMember;
pub use place::{Place, SourceText, Stated};
pub use profiles::{Profile, profile_directory};
pub use rust_tokens::Token;
pub use sqlx::SqlxUse;
pub use targets::{Target, TargetKind};
pub use toolchain_file::ToolchainFile;

use crate::files::{Files, below, join, parent};
use tree::parse;

/// A workspace; or a package that is in none, which is a workspace of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CargoWorkspace {
    /// The directory of its root, absolute.
    pub directory: String,
    /// The root's manifest.
    pub manifest: SourceText,
    /// Whether the root has no package of its own.
    pub is_virtual: bool,
    /// The packages, sorted by directory.
    pub members: Vec<Member>,
    /// What the manifest lists and is not there.
    pub missing: Vec<MissingMember>,
    /// The members that commands in the root mean where they name none, by index.
    pub default_members: Vec<usize>,
    /// Directories of path dependencies outside of the workspace, and the members' to them.
    pub outside: Vec<String>,
    /// Profiles of the root's manifest.
    pub profiles: Vec<Profile>,
    /// What `[patch]` and `[replace]` put in place of packages.
    pub patches: Vec<Dependency>,
    /// `[workspace.dependencies]`.
    pub shared: Vec<Dependency>,
    /// `Cargo.lock`.
    pub lock: Option<LockFile>,
    /// Toolchain files of the root and of members' directories.
    pub toolchains: Vec<ToolchainFile>,
    /// Configuration of the root and of members' directories.
    pub configs: Vec<ConfigFile>,
    /// Whether every manifest was read without errors.
    pub complete: bool,
}

impl CargoWorkspace {
    /// The workspace that Cargo would work on in a directory: that of the nearest `Cargo.toml` in it
    /// or above it. A package below a workspace that it is no member of stands for itself.
    pub fn find(files: &dyn Files, directory: &str) -> Option<Self> {
        let nearest = root::nearest_manifest(files, directory)?;
        let found = root::of(files, &nearest)
            .filter(|root| *root != nearest)
            .and_then(|root| Self::at(files, &root))
            .filter(|it| it.members.iter().any(|it| it.manifest.path == nearest));
        found.or_else(|| Self::at(files, &nearest))
    }

    /// The workspace of a root's manifest.
    pub fn at(files: &dyn Files, manifest: &str) -> Option<Self> {
        let source = SourceText::read(files, manifest.to_owned())?;
        let directory = parent(manifest)?.to_owned();
        let text = source.text.clone();
        let (table, complete) = parse(&text);
        let root = member::Root { source: &source, table: &table };
        let (members, missing) = members::read(files, root, &directory);
        let is_virtual = !members.iter().any(|it| it.directory == directory);
        if is_virtual && !members::is_workspace(&table) {
            return None;
        }
        let places = places(&directory, &members);
        let below = |keys: &[&str]| tree::table_at(&table, keys);
        let mut patches = Vec::new();
        for (_, it) in below(&["patch"]).into_iter().flatten() {
            patches.extend(tree::as_table(it).map(|it| dependencies::table(&source, it)));
        }
        patches.extend(below(&["replace"]).map(|it| dependencies::table(&source, it)));
        Some(Self {
            is_virtual,
            default_members: members::defaults(files, &table, &directory, &members),
            outside: members::outside(&members),
            profiles: profiles::read(&table, &text),
            patches: patches.into_iter().flatten().collect(),
            shared: below(&["workspace", "dependencies"])
                .map(|it| dependencies::table(&source, it))
                .unwrap_or_default(),
            lock: LockFile::in_directory(files, &directory),
            toolchains: places
                .iter()
                .filter_map(|it| ToolchainFile::in_directory(files, it))
                .collect(),
            configs: places.iter().filter_map(|it| ConfigFile::in_directory(files, it)).collect(),
            complete: complete && members.iter().all(|it| it.complete),
            missing,
            members,
            directory,
            manifest: source,
        })
    }

    /// The member of a name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|it| it.name == name)
    }

    /// The member whose directory is the one given, or the nearest above it.
    pub fn member_at(&self, directory: &str) -> Option<&Member> {
        let around = self.members.iter().filter(|it| below(&it.directory, directory).is_some());
        around.max_by_key(|it| it.directory.len())
    }

    /// The binaries of all members, each with its member.
    pub fn binaries(&self) -> impl Iterator<Item = (&Member, &Target)> {
        self.members.iter().flat_map(|member| member.binaries().map(move |it| (member, it)))
    }

    /// The profile of a name, as the manifest has it.
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|it| it.name == name)
    }

    /// Whether there is such a profile: Cargo's own, or one of the manifest.
    pub fn has_profile(&self, name: &str) -> bool {
        matches!(name, "dev" | "release" | "test" | "bench") || self.profile(name).is_some()
    }

    /// The toolchain file that holds in the root.
    pub fn toolchain(&self) -> Option<&ToolchainFile> {
        self.toolchains.iter().find(|it| it.directory == self.directory)
    }

    /// The configuration in the root.
    pub fn config(&self) -> Option<&ConfigFile> {
        self.configs.iter().find(|it| it.directory == self.directory)
    }

    /// Where results go when no command, variable or other file says otherwise.
    pub fn target_directory(&self) -> String {
        let configured = self.config().and_then(|it| it.target_dir.as_ref());
        join(&self.directory, configured.map_or("target", |it| &it.0))
    }
}

/// The root's directory, and those of members, without what lies between.
fn places(directory: &str, members: &[Member]) -> Vec<String> {
    let others = members.iter().map(|it| it.directory.clone()).filter(|it| it != directory);
    std::iter::once(directory.to_owned()).chain(others).collect()
}
