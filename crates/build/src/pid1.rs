//! Process 1 for images whose program can't be it: the crate `pid1-exe`, built once and kept.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use plimsoll_project::workspace::PackageId;

use crate::{
    audit::{self, Graph, Package, Source},
    cargo::{self, CargoError},
    remap::Remap,
};

/// The crate, its binary, and the version that this release was tested with.
const CRATE: &str = "pid1-exe";
const BINARY: &str = "pid1";
const VERSION: &str = "0.1.6";

/// A built `pid1`.
#[derive(Debug)]
pub struct Pid1 {
    /// The program.
    pub path: PathBuf,
    /// The list of its crates, for its section `.dep-v0`.
    pub audit: Vec<u8>,
}

/// How to build it.
#[derive(Debug)]
pub struct Request<'a> {
    /// The program `cargo`.
    pub cargo: &'a Path,
    /// Where it runs, so that the project's toolchain builds it.
    pub directory: &'a Path,
    /// Where built ones are kept.
    pub cache: &'a Path,
    /// The target.
    pub triple: &'a str,
    /// The compiler's release: another one builds anew.
    pub rustc: &'a str,
    /// The flags that the target needs.
    pub rustflags: &'a [String],
    /// Cargo's home.
    pub cargo_home: &'a Path,
    /// Whether to do without the network.
    pub offline: bool,
    /// Whether Cargo says nothing but errors.
    pub quiet: bool,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum Pid1Error {
    /// Cargo could not build it.
    #[error("cannot build {CRATE} {VERSION}, which `init = \"pid1\"` puts into the image")]
    Cargo(#[source] CargoError),
    /// It can't be kept.
    #[error("cannot write {}", path.display())]
    Io {
        /// Which path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Gives the program, building it if this is the first time for this compiler and target.
///
/// # Errors
/// See [`Pid1Error`].
pub fn pid1(request: &Request<'_>) -> Result<Pid1, Pid1Error> {
    let name = format!("{CRATE}-{VERSION}-{}-{}", request.triple, request.rustc);
    let place = request.cache.join(&name);
    fs::create_dir_all(request.cache).map_err(failed(request.cache))?;
    // One build at a time, which also clears away what a killed one left.
    let lock = request.cache.join("lock");
    let locked = fs::File::create(&lock).and_then(|file| file.lock().map(|()| file));
    let _lock = locked.map_err(failed(&lock))?;
    let built = || Pid1 {
        path: place.join("bin").join(BINARY),
        audit: fs::read(place.join("dep-v0")).unwrap_or_default(),
    };
    if place.exists() {
        return Ok(built());
    }
    // Beside its place, which it takes when it is complete.
    let new = request.cache.join("new");
    if new.exists() {
        fs::remove_dir_all(&new).map_err(failed(&new))?;
    }
    fs::create_dir(&new).map_err(failed(&new))?;
    let result = build(request, &new).and_then(|audit| {
        fs::write(new.join("dep-v0"), audit).map_err(failed(&new))?;
        fs::remove_dir_all(new.join("target")).map_err(failed(&new))?;
        fs::rename(&new, &place).map_err(failed(&place))
    });
    result.map(|()| built())
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> Pid1Error {
    move |source| Pid1Error::Io { path: path.to_owned(), source }
}

fn build(request: &Request<'_>, root: &Path) -> Result<Vec<u8>, Pid1Error> {
    let target = root.join("target");
    let mut flags = request.rustflags.to_vec();
    flags.extend(Remap::outside_workspace(request.cargo_home, &target).rustflags());
    let mut command = Command::new(request.cargo);
    command
        .current_dir(request.directory)
        .args(["install", CRATE, "--version", &format!("={VERSION}"), "--locked", "--no-track"])
        .args(["--message-format", "json-render-diagnostics"])
        .args(["--target", request.triple])
        .args(["--config", "profile.release.strip=true"])
        .arg("--root")
        .arg(root)
        .arg("--target-dir")
        .arg(&target);
    for (flag, wanted) in [("--offline", request.offline), ("--quiet", request.quiet)] {
        if wanted {
            command.arg(flag);
        }
    }
    cargo::set_flags(&mut command, &flags);
    let output = target.join(request.triple);
    let heard = cargo::listen(command, request.cargo, |path| path.starts_with(&output))
        .map_err(Pid1Error::Cargo)?;
    if !heard.status.success() {
        let failed = CargoError::Failed { status: heard.status, scripts_run: BTreeSet::new() };
        return Err(Pid1Error::Cargo(failed));
    }
    list(&heard.linked).map_err(|source| Pid1Error::Io { path: root.to_owned(), source })
}

/// The list of crates: `cargo install` tells which were linked, not which depends on which.
fn list(linked: &BTreeSet<PackageId>) -> io::Result<Vec<u8>> {
    let mut packages = BTreeMap::new();
    let mut root = String::new();
    for id in linked {
        let Some((name, version)) = name_and_version(&id.0) else { continue };
        if name == CRATE {
            root.clone_from(&id.0);
        }
        let package = Package {
            name: name.to_owned(),
            version,
            source: Source::CratesIo,
            dependencies: BTreeSet::new(),
        };
        packages.insert(id.0.clone(), package);
    }
    let others = packages.keys().filter(|id| **id != root).cloned().collect();
    if let Some(package) = packages.get_mut(&root) {
        package.dependencies = others;
    }
    let compiled = packages.keys().cloned().collect();
    let list = audit::list(&Graph { root, packages, compiled }).map_err(io::Error::other)?;
    audit::encode(&list)
}

/// Takes a package id apart: `registry+URL#name@1.2.3`.
fn name_and_version(id: &str) -> Option<(&str, semver::Version)> {
    let (name, version) = id.rsplit_once('#')?.1.split_once('@')?;
    Some((name, version.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_ids_are_taken_apart() {
        let id = "registry+https://example.org/index#pid1-exe@0.1.6";
        assert_eq!(name_and_version(id), Some(("pid1-exe", semver::Version::new(0, 1, 6))));
        assert_eq!(name_and_version("path+file:///a#0.1.0"), None);
    }

    #[test]
    fn the_list_has_the_program_as_its_root() {
        let linked = ["pid1-exe@0.1.6", "clap@4.5.0"]
            .map(|it| PackageId(format!("registry+https://example.org/index#{it}")))
            .into();
        let bytes = list(&linked).unwrap();
        let mut json = String::new();
        io::Read::read_to_string(&mut flate2::read::ZlibDecoder::new(&*bytes), &mut json).unwrap();
        let list: auditable_serde::VersionInfo = json.parse().unwrap();
        assert_eq!(list.packages.len(), 2);
        assert!(list.packages.iter().any(|it| it.root && it.name == "pid1-exe"));
    }
}
