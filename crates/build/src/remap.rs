//! Keeps this machine's paths out of programs, so that every machine makes the same bytes.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use memchr::memmem;
use plimsoll_project::{
    toolchain::Toolchain,
    workspace::{Source, Workspace},
};

/// How much of a file is searched at once.
const READ_SIZE: usize = 1024 * 1024;
/// Shorter paths, such as `/src`, stand in programs by chance.
const SHORTEST_PATH: usize = 6;

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
        Self::in_order(map)
    }

    /// A directory within another comes after it, as the last one that fits counts.
    fn in_order(mut map: Vec<(PathBuf, String)>) -> Self {
        map.sort_by_key(|(from, _)| from.as_os_str().len());
        Self(map)
    }

    /// The directories of a build that has nothing but Cargo's own.
    pub fn outside_workspace(cargo_home: &Path, target: &Path) -> Self {
        Self::in_order(vec![
            (cargo_home.to_owned(), CARGO_HOME.to_owned()),
            (target.to_owned(), TARGET.to_owned()),
        ])
    }

    /// Flags for the Rust compiler.
    pub fn rustflags(&self) -> Vec<String> {
        self.entries().map(|(from, to)| format!("--remap-path-prefix={from}={to}")).collect()
    }

    /// Flags for a C compiler (GCC 8 and later, and Clang 10). Paths with white space are left out,
    /// as build scripts split flags at it.
    pub fn cflags(&self) -> String {
        let flags: Vec<_> = self
            .entries()
            .filter(|(from, _)| !from.contains(char::is_whitespace))
            .map(|(from, to)| format!("-ffile-prefix-map={from}={to}"))
            .collect();
        flags.join(" ")
    }

    /// The first of the directories whose path stands in a file, if any does.
    pub fn find_in(&self, path: &Path) -> io::Result<Option<&Path>> {
        let finders: Vec<_> = self
            .0
            .iter()
            .filter(|(from, _)| from.as_os_str().len() >= SHORTEST_PATH)
            .filter_map(|(from, _)| Some((memmem::Finder::new(from.to_str()?), from.as_path())))
            .collect();
        let overlap = finders.iter().map(|(it, _)| it.needle().len()).max().unwrap_or(1) - 1;
        let mut file = File::open(path)?;
        let mut block = vec![0; overlap + READ_SIZE];
        let mut kept = 0;
        loop {
            let count = file.read(&mut block[kept..])?;
            if count == 0 {
                return Ok(None);
            }
            let filled = kept + count;
            let found = finders.iter().find(|(it, _)| it.find(&block[..filled]).is_some());
            if let Some((_, directory)) = found {
                return Ok(Some(directory));
            }
            // A path may begin in this block and end in the next one.
            kept = filled.min(overlap);
            block.copy_within(filled - kept..filled, 0);
        }
    }

    fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        // A path that is not UTF-8 can't be an argument here; such a build only is less portable.
        self.0.iter().filter_map(|(from, to)| Some((from.to_str()?, to.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_wherever_it_stands_in_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let remap = Remap(vec![("/home/somebody/project".into(), WORKSPACE.to_owned())]);
        let needle = b"/home/somebody/project/src/main.rs";
        for offset in [0, 5, READ_SIZE - 1, READ_SIZE, READ_SIZE + 20, 3 * READ_SIZE - 7] {
            let mut bytes = vec![0; offset];
            bytes.extend_from_slice(needle);
            let path = directory.path().join("program");
            std::fs::write(&path, &bytes).unwrap();
            assert!(remap.find_in(&path).unwrap().is_some(), "{offset}");
            std::fs::write(&path, &bytes[..offset + 10]).unwrap();
            assert!(remap.find_in(&path).unwrap().is_none(), "{offset}");
        }
    }

    #[test]
    fn flags_name_each_directory_and_its_new_name() {
        let remap = Remap::outside_workspace(Path::new("/t/.cargo"), Path::new("/t"));
        // The one within the other comes last, and wins.
        let flags = ["--remap-path-prefix=/t=/target", "--remap-path-prefix=/t/.cargo=/cargo"];
        assert_eq!(remap.rustflags(), flags);
        assert_eq!(
            remap.cflags(),
            "-ffile-prefix-map=/t=/target -ffile-prefix-map=/t/.cargo=/cargo"
        );
    }

    #[test]
    fn a_path_with_a_space_is_no_flag_of_a_c_compiler() {
        let remap = Remap::outside_workspace(Path::new("/my cargo"), Path::new("/t"));
        assert_eq!(remap.cflags(), "-ffile-prefix-map=/t=/target");
        assert_eq!(remap.rustflags().len(), 2);
    }
}
