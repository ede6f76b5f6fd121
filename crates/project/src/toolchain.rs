//! The compiler that builds in a directory, and what was installed with it.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use cargo_platform::Cfg;
use semver::Version;

/// Why the compiler could not be asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolchainError {
    /// There is no such program as `rustc`.
    #[error("cannot find the program `{}`", rustc.display())]
    NotFound {
        /// What was to be run.
        rustc: PathBuf,
    },
    /// `rustc` could not be run.
    #[error("cannot run `{}` in {}", rustc.display(), directory.display())]
    NotRun {
        /// What was to be run.
        rustc: PathBuf,
        /// Where.
        directory: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// `rustc` failed; under rustup this may mean that the toolchain is not installed.
    #[error("`{} {arguments}` failed in {}:\n{stderr}", rustc.display(), directory.display())]
    Failed {
        /// What was run.
        rustc: PathBuf,
        /// With which arguments.
        arguments: String,
        /// Where.
        directory: PathBuf,
        /// What it wrote to stderr, without white space around it.
        stderr: String,
    },
    /// `rustc` answered what we don't understand.
    #[error("`{} {arguments}` does not say {missing}", rustc.display())]
    Answer {
        /// What was run.
        rustc: PathBuf,
        /// With which arguments.
        arguments: String,
        /// What is missing in the answer.
        missing: String,
    },
}

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

/// A toolchain that rustup manages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rustup {
    /// Its name, such as `1.95.0-x86_64-unknown-linux-gnu`.
    pub toolchain: String,
    /// Whether it is the one that rustup takes where nothing else is said.
    pub is_default: bool,
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
            rustup: rustup(&sysroot, host),
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
        let rustup = self.rustup.as_ref()?;
        // In a directory with a toolchain file this would name the right one without `--toolchain`
        // too, but nobody knows where the line is going to be typed.
        let toolchain = (!rustup.is_default).then(|| format!("--toolchain {} ", rustup.toolchain));
        Some(format!("rustup target add {}{triple}", toolchain.unwrap_or_default()))
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

/// A compiler that was asked and has not answered yet.
struct Running<'a> {
    child: Child,
    rustc: &'a Path,
    directory: &'a Path,
    arguments: String,
}

impl<'a> Running<'a> {
    fn start(
        rustc: &'a Path,
        directory: &'a Path,
        arguments: &[&str],
    ) -> Result<Self, ToolchainError> {
        let child = Command::new(rustc)
            .current_dir(directory)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        match child {
            Ok(child) => Ok(Self { child, rustc, directory, arguments: arguments.join(" ") }),
            // A directory that can't be entered gives the same error as a missing program.
            Err(error) if error.kind() == io::ErrorKind::NotFound && directory.is_dir() => {
                Err(ToolchainError::NotFound { rustc: rustc.to_owned() })
            }
            Err(source) => Err(not_run(rustc, directory, source)),
        }
    }

    fn finish(self) -> Result<String, ToolchainError> {
        let Self { child, rustc, directory, arguments } = self;
        let output =
            child.wait_with_output().map_err(|source| not_run(rustc, directory, source))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(ToolchainError::Failed {
            rustc: rustc.to_owned(),
            arguments,
            directory: directory.to_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }
}

fn not_run(rustc: &Path, directory: &Path, source: io::Error) -> ToolchainError {
    ToolchainError::NotRun { rustc: rustc.to_owned(), directory: directory.to_owned(), source }
}

/// Recognizes `RUSTUP_HOME/toolchains/NAME` by the settings file that rustup keeps there.
///
/// A toolchain linked by `rustup toolchain link` has its sysroot elsewhere, and rustup can't add
/// a target to it.
fn rustup(sysroot: &Path, host: &str) -> Option<Rustup> {
    let toolchain = sysroot.file_name()?.to_str()?.to_owned();
    let toolchains =
        sysroot.parent().filter(|it| it.file_name().is_some_and(|it| it == "toolchains"))?;
    let settings = fs::read_to_string(toolchains.parent()?.join("settings.toml")).ok()?;
    let settings: toml::Table = settings.parse().ok()?;
    let default = settings.get("default_toolchain").and_then(|it| it.as_str());
    // Rustup writes the full name, earlier versions wrote the channel alone.
    let is_default = default.is_some_and(|it| {
        toolchain.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest == format!("-{host}"))
    });
    Some(Rustup { toolchain, is_default })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sysroot_under_rustup(settings: Option<&str>) -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let sysroot = home.path().join("toolchains/1.95.0-x86_64-unknown-linux-gnu");
        fs::create_dir_all(&sysroot).unwrap();
        if let Some(settings) = settings {
            fs::write(home.path().join("settings.toml"), settings).unwrap();
        }
        (home, sysroot)
    }

    fn toolchain(sysroot: &Path) -> Toolchain {
        Toolchain {
            rustc: PathBuf::from("rustc"),
            directory: PathBuf::from("/"),
            host: "x86_64-unknown-linux-gnu".to_owned(),
            release: Version::new(1, 95, 0),
            commit_hash: None,
            rustup: rustup(sysroot, "x86_64-unknown-linux-gnu"),
            sysroot: sysroot.to_owned(),
        }
    }

    #[test]
    fn a_target_is_added_to_the_toolchain_that_builds() {
        for (settings, expected) in [
            (
                "default_toolchain = \"stable-x86_64-unknown-linux-gnu\"",
                "rustup target add --toolchain 1.95.0-x86_64-unknown-linux-gnu T",
            ),
            ("default_toolchain = \"1.95.0-x86_64-unknown-linux-gnu\"", "rustup target add T"),
            ("default_toolchain = \"1.95.0\"", "rustup target add T"),
            (
                "default_toolchain = \"1.9\"",
                "rustup target add --toolchain 1.95.0-x86_64-unknown-linux-gnu T",
            ),
            ("", "rustup target add --toolchain 1.95.0-x86_64-unknown-linux-gnu T"),
        ] {
            let (_home, sysroot) = sysroot_under_rustup(Some(settings));
            assert_eq!(toolchain(&sysroot).target_add_command("T").as_deref(), Some(expected));
        }
    }

    #[test]
    fn without_rustup_there_is_no_command() {
        let (_home, sysroot) = sysroot_under_rustup(None);
        assert_eq!(toolchain(&sysroot).target_add_command("T"), None);
        assert_eq!(toolchain(Path::new("/usr")).target_add_command("T"), None);
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
