//! Keeps this machine's paths out of programs, so that every machine makes the same bytes.

use std::path::{Path, PathBuf};

use plimsoll_project::{
    toolchain::Toolchain,
    workspace::{Source, Workspace},
};

/// What directories are called in programs.
const WORKSPACE: &str = "/workspace";
const TARGET: &str = "/target";
const CARGO_HOME: &str = "/cargo";

/// Directories and their names in programs. Of several that hold a path, the last one counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remap(Vec<(PathBuf, String)>);

impl Remap {
    /// The directories from which a workspace is built.
    pub fn new(workspace: &Workspace, toolchain: &Toolchain, cargo_home: &Path) -> Self {
        let mut map = vec![(cargo_home.to_owned(), CARGO_HOME.to_owned())];
        // Where the component rust-src is installed, the standard library is called by its place.
        if let Some(commit) = &toolchain.commit_hash {
            let source = toolchain.sysroot.join("lib/rustlib/src/rust");
            map.push((source, format!("/rustc/{commit}")));
        }
        map.push((workspace.root.clone(), WORKSPACE.to_owned()));
        // Path dependencies from elsewhere.
        for package in workspace.packages.values() {
            let directory = package.manifest_path.parent().unwrap_or(Path::new("/"));
            let covered = directory.starts_with(&workspace.root);
            if package.source == Source::Local && !covered {
                map.push((directory.to_owned(), format!("/path/{}", package.name)));
            }
        }
        map.push((workspace.target_directory.clone(), TARGET.to_owned()));
        if let Some(build) = &workspace.build_directory
            && *build != workspace.target_directory
        {
            map.push((build.clone(), TARGET.to_owned()));
        }
        Self(map)
    }

    /// The directories of a build that has nothing but Cargo's own.
    pub fn outside_workspace(cargo_home: &Path, target: &Path) -> Self {
        Self(vec![
            (cargo_home.to_owned(), CARGO_HOME.to_owned()),
            (target.to_owned(), TARGET.to_owned()),
        ])
    }

    /// Flags for the Rust compiler.
    pub fn rustflags(&self) -> Vec<String> {
        self.entries().map(|(from, to)| format!("--remap-path-prefix={from}={to}")).collect()
    }

    /// Flags for a C compiler (GCC 8 and later, and Clang 10).
    pub fn cflags(&self) -> String {
        let flags: Vec<_> =
            self.entries().map(|(from, to)| format!("-ffile-prefix-map={from}={to}")).collect();
        flags.join(" ")
    }

    /// The directories as they stand on this machine.
    pub fn directories(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|(directory, _)| directory.as_path())
    }

    fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        // A path that is not UTF-8 can't be an argument here; such a build only is less portable.
        self.0.iter().filter_map(|(from, to)| Some((from.to_str()?, to.as_str())))
    }
}
