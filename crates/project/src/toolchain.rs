//! The compiler that builds in a directory, and what was installed with it.

mod error;
mod running;
mod rustup;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

pub use cargo_platform::Cfg;
use semver::Version;

pub use error::ToolchainError;
use running::Running;
pub use rustup::Rustup;

/// A Rust compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// The program, as it was asked for.
    pub rustc: PathBuf,
    /// The directory that it is asked from: a toolchain file there counts.
    pub directory: PathBuf,
    /// The target that it runs on, such as `x86_64-unknown-linux-gnu`.
    pub host: String,
    /// Its version.
    pub release: Version,
    /// The commit that it was built from, where it says so.
    pub commit_hash: Option<String>,
    /// Where its libraries are.
    pub sysroot: PathBuf,
    /// What rustup says about it, if it is one of rustup's.
    pub rustup: Option<Rustup>,
}

impl Toolchain {
    /// Asks `rustc` (a path, or a name that is looked up on `PATH`) from `directory`.
    ///
    /// This takes two processes, which run at the same time.
    pub fn query(rustc: &Path, directory: &Path) -> Result<Self, ToolchainError> {
        let version = Running::start(rustc, directory, &["-vV"])?;
        let sysroot = Running::start(rustc, directory, &["--print", "sysroot"])?;
        let (version, sysroot) = (version.finish()?, sysroot.finish()?);
        let field = |name: &str| {
            let prefix = format!("{name}: ");
            version.lines().find_map(|it| it.strip_prefix(&prefix))
        };
        let missing = |name: &str| ToolchainError::Answer {
            rustc: rustc.to_owned(),
            arguments: "-vV".to_owned(),
            missing: format!("its `{name}`"),
        };
        let host = field("host").ok_or_else(|| missing("host"))?;
        let sysroot = PathBuf::from(sysroot.trim_end_matches(['\r', '\n']));
        Ok(Self {
            rustc: rustc.to_owned(),
            directory: directory.to_owned(),
            rustup: rustup::recognize(&sysroot, host),
            host: host.to_owned(),
            release: field("release")
                .and_then(|it| Version::parse(it).ok())
                .ok_or_else(|| missing("release"))?,
            commit_hash: field("commit-hash").filter(|&it| it != "unknown").map(str::to_owned),
            sysroot,
        })
    }

    /// Tells whether the standard library for a target is installed.
    pub fn has_std(&self, triple: &str) -> bool {
        let libraries = self.sysroot.join("lib/rustlib").join(triple).join("lib");
        fs::read_dir(libraries).is_ok_and(|mut entries| {
            entries.any(|entry| {
                entry.is_ok_and(|it| {
                    let name = it.file_name();
                    let name = name.to_string_lossy();
                    name.starts_with("libstd-") && name.ends_with(".rlib")
                })
            })
        })
    }

    /// Returns the targets whose standard library is installed.
    pub fn installed_targets(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(self.sysroot.join("lib/rustlib")).into_iter().flatten();
        entries
            .filter_map(|it| it.ok()?.file_name().into_string().ok())
            .filter(|it| self.has_std(it))
            .collect()
    }

    /// Returns the linker that comes with the toolchain, if it is there.
    pub fn rust_lld(&self) -> Option<PathBuf> {
        let name = if cfg!(windows) { "rust-lld.exe" } else { "rust-lld" };
        let path = self.sysroot.join("lib/rustlib").join(&self.host).join("bin").join(name);
        path.is_file().then_some(path)
    }

    /// Returns the command that installs a target; nothing if rustup does not manage this toolchain.
    pub fn target_add_command(&self, triple: &str) -> Option<String> {
        self.rustup.as_ref().map(|it| it.target_add_command(triple))
    }

    /// Asks which `cfg` values are set for a target under these flags.
    pub fn cfgs(&self, triple: &str, rustflags: &[String]) -> Result<Vec<Cfg>, ToolchainError> {
        let mut arguments = vec!["--print", "cfg", "--target", triple];
        arguments.extend(rustflags.iter().map(String::as_str));
        let answer = Running::start(&self.rustc, &self.directory, &arguments)?.finish()?;
        let parse = |line: &str| {
            line.parse().map_err(|_| ToolchainError::Answer {
                rustc: self.rustc.clone(),
                arguments: arguments.join(" "),
                missing: format!("`cfg` values that can be read, but `{line}`"),
            })
        };
        answer.lines().map(parse).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toolchain(sysroot: &Path) -> Toolchain {
        Toolchain {
            rustc: PathBuf::from("rustc"),
            directory: PathBuf::from("/"),
            host: "x86_64-unknown-linux-gnu".to_owned(),
            release: Version::new(1, 95, 0),
            commit_hash: None,
            rustup: None,
            sysroot: sysroot.to_owned(),
        }
    }

    #[test]
    fn a_target_is_installed_if_its_std_is_there() {
        let sysroot = tempfile::tempdir().unwrap();
        for file in ["a/lib/libstd-1f.rlib", "b/lib/libcore-1f.rlib", "etc/notes"] {
            let path = sysroot.path().join("lib/rustlib").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let toolchain = toolchain(sysroot.path());
        assert_eq!(toolchain.installed_targets(), BTreeSet::from(["a".to_owned()]));
        assert!(toolchain.has_std("a") && !toolchain.has_std("b") && !toolchain.has_std("c"));
        assert_eq!(toolchain.rust_lld(), None);
    }
}
