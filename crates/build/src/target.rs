//! Which Rust target a platform is built for, and how it is linked.
//!
//! musl comes first, as its programs are static and need nothing of the image. glibc, linked
//! statically, takes its place where musl is not installed, or where C code is in the way that only
//! glibc's compiler can compile here.

use std::path::{Path, PathBuf};

use plimsoll_image::Platform;
use plimsoll_project::{Environment, toolchain::Toolchain};

mod c_compiler;
mod triple;

pub use triple::{Libc, Triple, host_platform, triples};

/// How one platform is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetPlan {
    /// The platform.
    pub platform: Platform,
    /// The target, such as `x86_64-unknown-linux-musl`.
    pub triple: String,
    /// The C library that the program is linked with.
    pub libc: Libc,
    /// Flags for the compiler that this target needs here.
    pub rustflags: Vec<String>,
    /// What the user should know of the choice.
    pub notes: Vec<Note>,
}

/// Something about a choice that is not obvious.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// musl would have been better, but is not installed.
    MuslNotInstalled {
        /// The musl target.
        musl: String,
        /// What was taken.
        taken: String,
    },
    /// musl is installed, but there is C code and no C compiler for musl.
    CodeInC {
        /// The crates that compile C code.
        crates: Vec<String>,
        /// The target that was taken for it.
        taken: String,
    },
    /// There is C code, and no C compiler for the target was found.
    NoCCompiler {
        /// The crates that compile C code.
        crates: Vec<String>,
        /// The target.
        triple: String,
        /// What to do about it, as in "install gcc-aarch64-linux-gnu (Debian's name)".
        remedy: String,
    },
    /// The linker that comes with Rust links, as there is no other for this target.
    RustLld {
        /// The target.
        triple: String,
    },
}

/// Why a platform cannot be built for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Rust has no target for it, or none that this program knows.
    #[error("there is no Rust target for the platform {0}")]
    UnknownPlatform(Platform),
    /// The target's standard library is not installed.
    #[error("the Rust target {triple} is not installed")]
    Missing {
        /// The target to install.
        triple: String,
        /// The command that installs it, where rustup manages the toolchain.
        command: Option<String>,
    },
    /// Nothing here links for the target.
    #[error("nothing here links for {triple}: there is no `{linker}`")]
    NoLinker {
        /// The target.
        triple: String,
        /// The program that would link.
        linker: String,
        /// What to install.
        install: String,
    },
}

/// What is known of this machine and its settings.
#[derive(Debug)]
pub struct Machine<'a> {
    /// The compiler.
    pub toolchain: &'a Toolchain,
    /// Environment variables.
    pub environment: &'a Environment,
}

/// Plans how to build for `platform`.
///
/// `c_crates` are the crates that compile C code; `linker_configured` tells whether Cargo's
/// configuration names a linker for a target.
///
/// # Errors
/// See [`TargetError`].
pub fn plan(
    platform: &Platform,
    machine: &Machine<'_>,
    c_crates: &[String],
    linker_configured: impl Fn(&str) -> bool,
) -> Result<TargetPlan, TargetError> {
    let known = triples(platform);
    let first = known.first().ok_or_else(|| TargetError::UnknownPlatform(platform.clone()))?;
    let candidates: Vec<Candidate> = known
        .iter()
        .filter(|it| machine.toolchain.has_std(&it.name))
        .map(|triple| Candidate::new(triple, machine, &linker_configured))
        .collect();
    let usable = |it: &&Candidate| it.linking.is_ok() && (c_crates.is_empty() || it.has_cc);
    let chosen = candidates
        .iter()
        .find(usable)
        .or_else(|| candidates.iter().find(|it| it.linking.is_ok()))
        .or_else(|| candidates.first());
    let Some(chosen) = chosen else {
        let triple = first.name.clone();
        let command = machine.toolchain.target_add_command(&triple);
        return Err(TargetError::Missing { triple, command });
    };
    let linking = chosen.linking.clone()?;
    let mut rustflags = linking.flags();
    if chosen.triple.libc == Libc::Glibc {
        rustflags.extend(["-C".to_owned(), "target-feature=+crt-static".to_owned()]);
    }
    let triple = chosen.triple.name.clone();
    let mut notes = Vec::new();
    if chosen.triple.libc != first.libc {
        let taken = triple.clone();
        notes.push(if machine.toolchain.has_std(&first.name) {
            Note::CodeInC { crates: c_crates.to_vec(), taken }
        } else {
            Note::MuslNotInstalled { musl: first.name.clone(), taken }
        });
    }
    if linking == Linking::RustLld {
        notes.push(Note::RustLld { triple: triple.clone() });
    }
    if !c_crates.is_empty() && !chosen.has_cc {
        let crates = c_crates.to_vec();
        let remedy = remedy(&known, chosen.triple, machine);
        notes.push(Note::NoCCompiler { crates, triple: triple.clone(), remedy });
    }
    Ok(TargetPlan {
        platform: platform.clone(),
        triple,
        libc: chosen.triple.libc,
        rustflags,
        notes,
    })
}

/// What gets C code compiled: most often glibc's compiler for the architecture, and its target.
fn remedy(known: &[Triple], chosen: &Triple, machine: &Machine<'_>) -> String {
    let triple = known.iter().find(|it| it.libc == Libc::Glibc).unwrap_or(chosen);
    let path = machine.environment.get("PATH").unwrap_or_default();
    let native = is_native(&machine.toolchain.host, triple);
    let compiler = if native { "cc".to_owned() } else { triple.gcc() };
    let mut steps = Vec::new();
    if c_compiler::find_program(path, &compiler).is_none() {
        steps.push(format!("install {} (Debian's name)", triple.c_compiler_package()));
    }
    if !machine.toolchain.has_std(&triple.name) {
        let command = machine.toolchain.target_add_command(&triple.name);
        let command = command.map(|it| format!("run `{it}`"));
        steps.push(command.unwrap_or_else(|| format!("install the target {}", triple.name)));
    }
    let variable = chosen.name.replace('-', "_");
    steps.push(format!("or name a compiler in CC_{variable}"));
    steps.join("; ")
}

/// How a target is linked here.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Linking {
    /// As the compiler and Cargo's configuration have it.
    AsConfigured,
    /// By this C compiler.
    By(PathBuf),
    /// By the linker that comes with Rust, which needs no C library's files but Rust's own.
    RustLld,
}

impl Linking {
    fn flags(&self) -> Vec<String> {
        let flags: &[&str] = match self {
            Self::AsConfigured => &[],
            Self::By(linker) => &["-C", &format!("linker={}", linker.display())],
            Self::RustLld => &["-C", "linker=rust-lld", "-C", "link-self-contained=yes"],
        };
        flags.iter().map(|it| (*it).to_owned()).collect()
    }
}

struct Candidate<'a> {
    triple: &'a Triple,
    linking: Result<Linking, TargetError>,
    has_cc: bool,
}

impl<'a> Candidate<'a> {
    fn new(
        triple: &'a Triple,
        machine: &Machine<'_>,
        linker_configured: &impl Fn(&str) -> bool,
    ) -> Self {
        let path = machine.environment.get("PATH").unwrap_or_default();
        let find = |name: &str| c_compiler::find_program(path, name);
        let native = is_native(&machine.toolchain.host, triple);
        let by_default = native && find("cc").is_some();
        let linking = if by_default || linker_configured(&triple.name) {
            Ok(Linking::AsConfigured)
        } else if triple.libc == Libc::Musl && machine.toolchain.rust_lld().is_some() {
            Ok(Linking::RustLld)
        } else {
            let linker = if native { "cc".to_owned() } else { triple.gcc() };
            find(&linker).map(|_| Linking::By(Path::new(&linker).to_owned())).ok_or_else(|| {
                let install = triple.c_compiler_package();
                TargetError::NoLinker { triple: triple.name.clone(), linker, install }
            })
        };
        let has_cc = c_compiler::is_there(triple, native, machine.environment);
        Self { triple, linking, has_cc }
    }
}

/// Whether programs for the target run on this machine, so that its compiler links them.
fn is_native(host: &str, triple: &Triple) -> bool {
    host.contains("-linux-") && host.split('-').next() == triple.name.split('-').next()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    struct Fixture {
        directory: tempfile::TempDir,
        toolchain: Toolchain,
    }

    impl Fixture {
        /// A machine with these targets and programs.
        fn new(targets: &[&str], programs: &[&str]) -> Self {
            let directory = tempfile::tempdir().unwrap();
            let sysroot = directory.path().join("sysroot");
            for target in targets {
                let library = sysroot.join(format!("lib/rustlib/{target}/lib"));
                fs::create_dir_all(&library).unwrap();
                fs::write(library.join("libstd-0.rlib"), "").unwrap();
            }
            let host = "x86_64-unknown-linux-gnu";
            let tools = sysroot.join(format!("lib/rustlib/{host}/bin"));
            fs::create_dir_all(&tools).unwrap();
            fs::write(tools.join("rust-lld"), "").unwrap();
            let bin = directory.path().join("bin");
            fs::create_dir(&bin).unwrap();
            for program in programs {
                c_compiler::tests::program(&bin.join(program));
            }
            let toolchain = Toolchain {
                rustc: "rustc".into(),
                directory: directory.path().to_owned(),
                host: host.to_owned(),
                release: semver::Version::new(1, 90, 0),
                commit_hash: None,
                sysroot,
                rustup: None,
            };
            Self { directory, toolchain }
        }

        fn plan(&self, platform: &str, c_crates: &[&str]) -> Result<TargetPlan, TargetError> {
            let bin = self.directory.path().join("bin");
            let environment = [("PATH", bin.to_str().unwrap())].into_iter().collect();
            let machine = Machine { toolchain: &self.toolchain, environment: &environment };
            let c_crates: Vec<_> = c_crates.iter().map(|it| (*it).to_owned()).collect();
            plan(&platform.parse().unwrap(), &machine, &c_crates, |_| false)
        }
    }

    const MUSL: &str = "x86_64-unknown-linux-musl";
    const GNU: &str = "x86_64-unknown-linux-gnu";
    const ARM_MUSL: &str = "aarch64-unknown-linux-musl";
    const ARM_GNU: &str = "aarch64-unknown-linux-gnu";

    #[test]
    fn musl_comes_first_and_glibc_is_linked_statically() {
        let plan = Fixture::new(&[MUSL, GNU], &["cc"]).plan("linux/amd64", &[]).unwrap();
        assert_eq!((&*plan.triple, plan.rustflags.len(), plan.notes.len()), (MUSL, 0, 0));
        let plan = Fixture::new(&[GNU], &["cc"]).plan("linux/amd64", &[]).unwrap();
        assert_eq!(plan.triple, GNU);
        assert_eq!(plan.rustflags, ["-C", "target-feature=+crt-static"]);
        assert!(matches!(&*plan.notes, [Note::MuslNotInstalled { .. }]));
    }

    #[test]
    fn c_code_without_a_compiler_for_musl_goes_to_glibc() {
        let crates = ["libsqlite3-sys"];
        let plan = Fixture::new(&[MUSL, GNU], &["cc"]).plan("linux/amd64", &crates).unwrap();
        assert_eq!(plan.triple, GNU);
        assert!(matches!(&*plan.notes, [Note::CodeInC { .. }]));
        let fixture = Fixture::new(&[MUSL, GNU], &["cc", "musl-gcc"]);
        assert_eq!(fixture.plan("linux/amd64", &crates).unwrap().triple, MUSL);
    }

    #[test]
    fn another_architecture_links_by_rust_lld() {
        let plan = Fixture::new(&[GNU, ARM_MUSL], &["cc"]).plan("linux/arm64", &[]).unwrap();
        assert_eq!(plan.triple, ARM_MUSL);
        assert_eq!(plan.rustflags, ["-C", "linker=rust-lld", "-C", "link-self-contained=yes"]);
    }

    #[test]
    fn c_code_for_another_architecture_takes_its_cross_compiler_or_says_what_is_missing() {
        let cross = Fixture::new(&[ARM_MUSL, ARM_GNU], &["cc", "aarch64-linux-gnu-gcc"]);
        let plan = cross.plan("linux/arm64", &["ring"]).unwrap();
        assert_eq!(plan.triple, ARM_GNU);
        assert!(plan.rustflags.contains(&"linker=aarch64-linux-gnu-gcc".to_owned()));
        let plan = Fixture::new(&[ARM_MUSL], &["cc"]).plan("linux/arm64", &["ring"]).unwrap();
        assert_eq!(
            remedy_for(&plan),
            "install gcc-aarch64-linux-gnu (Debian's name); install the target \
             aarch64-unknown-linux-gnu; or name a compiler in CC_aarch64_unknown_linux_musl"
        );
        // The compiler is there, and lacks its target.
        let cross = Fixture::new(&[ARM_MUSL], &["cc", "aarch64-linux-gnu-gcc"]);
        let remedy = remedy_for(&cross.plan("linux/arm64", &["ring"]).unwrap());
        assert!(remedy.starts_with("install the target aarch64-unknown-linux-gnu"), "{remedy}");
    }

    fn remedy_for(plan: &TargetPlan) -> String {
        let remedy = plan.notes.iter().find_map(|note| match note {
            Note::NoCCompiler { crates, remedy, .. } if *crates == ["ring"] => Some(remedy.clone()),
            _ => None,
        });
        remedy.unwrap()
    }

    #[test]
    fn a_missing_target_is_named() {
        let error = Fixture::new(&[GNU], &["cc"]).plan("linux/arm64", &[]).unwrap_err();
        assert!(matches!(error, TargetError::Missing { triple, .. } if triple == ARM_MUSL));
        let error = Fixture::new(&[GNU], &["cc"]).plan("windows/amd64", &[]).unwrap_err();
        assert!(matches!(error, TargetError::UnknownPlatform(_)));
    }

    #[test]
    fn glibc_of_another_architecture_needs_its_linker() {
        let error = Fixture::new(&[ARM_GNU], &["cc"]).plan("linux/arm64", &[]).unwrap_err();
        let TargetError::NoLinker { linker, install, .. } = error else { panic!("{error}") };
        assert_eq!((&*linker, &*install), ("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"));
    }

    #[test]
    fn without_a_c_compiler_musl_links_by_rust_lld() {
        let plan = Fixture::new(&[MUSL, GNU], &[]).plan("linux/amd64", &[]).unwrap();
        assert_eq!(plan.rustflags[1], "linker=rust-lld");
    }
}
