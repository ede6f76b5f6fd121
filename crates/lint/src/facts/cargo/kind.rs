//! What a cargo command does.

use plimsoll_syntax::shell::ShellWord;

/// What a cargo command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CargoKind {
    /// Builds the project.
    Build,
    /// `cargo install --path`: builds the project and installs its programs.
    InstallPath,
    /// `cargo install`, `cargo binstall`: installs a tool from a registry or repository.
    InstallTool,
    /// `cargo chef cook`.
    Cook,
    /// `cargo chef prepare`.
    Prepare,
    /// `cargo fetch`.
    Fetch,
    /// Builds and runs tests or benches.
    Test,
    /// `cargo check`, `cargo clippy`.
    Check,
    /// `cargo doc`.
    Doc,
    /// `cargo run`.
    Run,
    /// `cargo new`, `cargo init`.
    New,
    /// `cargo clean`.
    Clean,
    /// `cargo vendor`, `cargo tree` and what else reads manifests alone.
    Metadata,
    /// Anything else.
    Other,
}

impl CargoKind {
    /// Whether it builds the project so that its programs can be taken away.
    pub(crate) fn builds(self) -> bool {
        matches!(self, Self::Build | Self::InstallPath)
    }

    /// Whether it compiles the project's dependencies.
    pub(crate) fn compiles(self) -> bool {
        matches!(
            self,
            Self::Build
                | Self::InstallPath
                | Self::Cook
                | Self::Test
                | Self::Check
                | Self::Doc
                | Self::Run
        )
    }

    /// Whether it needs the project's manifest and, with that, a target that the manifest has.
    pub(crate) fn reads_project(self) -> bool {
        self.compiles() && self != Self::Cook || matches!(self, Self::Fetch | Self::Metadata)
    }
}

/// The program's own words, and what is left of them after its subcommand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Invocation<'w, 't> {
    pub(super) kind: CargoKind,
    /// The words before the subcommand, the program left out.
    pub(super) before: &'w [ShellWord<'t>],
    /// The words after the subcommand.
    pub(super) after: &'w [ShellWord<'t>],
    /// Another compiler driver that changes what is compiled: `zigbuild`, `cross`.
    pub(super) through: &'static str,
    /// The subcommand's word.
    pub(super) subcommand: usize,
}

/// Options before a subcommand whose value is the next word.
const GLOBAL_WITH_VALUE: &[&str] = &["-Z", "--config", "-C", "--color", "--manifest-path"];

/// Reads the words of a command, without wrappers; `None` where it is no cargo command or hides
/// behind a variable.
pub(super) fn read<'w, 't>(words: &'w [ShellWord<'t>]) -> Option<Invocation<'w, 't>> {
    let (program, rest) = words.split_first()?;
    let name = program.value.rsplit('/').next()?;
    let (kind, through, at) = match name {
        "cargo" => subcommand(rest)?,
        "cross" | "cross-rs" => subcommand(rest).map(|it| (it.0, "cross", it.2))?,
        "xx-cargo" => subcommand(rest).map(|it| (it.0, "xx", it.2))?,
        "cargo-chef" => (chef(rest.get(usize::from(is_word(rest, "chef"))..)?)?, "", 0),
        "cargo-zigbuild" => (CargoKind::Build, "zigbuild", 0),
        "trunk" if is_word(rest, "build") => (CargoKind::Build, "trunk", 0),
        "dx" if is_word(rest, "build") || is_word(rest, "bundle") => (CargoKind::Build, "dx", 0),
        // They run the rest of their words.
        "mold" if rest.first().is_some_and(|it| matches!(&*it.value, "-run" | "--run")) => {
            return read_behind(rest, 1);
        }
        "rustup" if is_word(rest, "run") => return read_behind(rest, 2),
        "wasm-pack" if is_word(rest, "build") => (CargoKind::Build, "wasm-pack", 0),
        _ => return None,
    };
    let after = rest.get(at + 1..).unwrap_or_default();
    Some(Invocation { kind, before: rest.get(..at)?, after, through, subcommand: at + 1 })
}

/// Reads what follows a number of words, and counts its subcommand from the first of them.
fn read_behind<'w, 't>(rest: &'w [ShellWord<'t>], skip: usize) -> Option<Invocation<'w, 't>> {
    let inner = read(rest.get(skip..)?)?;
    Some(Invocation { subcommand: inner.subcommand + skip + 1, ..inner })
}

fn is_word(words: &[ShellWord<'_>], expected: &str) -> bool {
    words.first().is_some_and(|it| it.value == expected)
}

type Found = (CargoKind, &'static str, usize);

/// The subcommand of cargo's words, and its place.
fn subcommand(words: &[ShellWord<'_>]) -> Option<Found> {
    let mut at = 0;
    loop {
        let value = &*words.get(at)?.value;
        if GLOBAL_WITH_VALUE.contains(&value) {
            at += 2;
        } else if value.starts_with(['-', '+']) {
            at += 1;
        } else {
            break;
        }
    }
    let rest = &words[at + 1..];
    let found = |kind| Some((kind, "", at));
    let through = |name| Some((CargoKind::Build, name, at));
    match &*words[at].value {
        "build" | "b" | "rustc" => found(CargoKind::Build),
        "install" if is_project(rest) => found(CargoKind::InstallPath),
        "install" | "binstall" => found(CargoKind::InstallTool),
        "chef" => Some((chef(rest)?, "", at + 1)),
        "fetch" => found(CargoKind::Fetch),
        "test" | "t" | "bench" | "nextest" | "llvm-cov" | "tarpaulin" | "mutants" => {
            found(CargoKind::Test)
        }
        "check" | "c" | "clippy" => found(CargoKind::Check),
        "doc" | "d" | "rustdoc" => found(CargoKind::Doc),
        "run" | "r" => found(CargoKind::Run),
        "new" | "init" => found(CargoKind::New),
        "clean" => found(CargoKind::Clean),
        "vendor" | "tree" | "metadata" | "generate-lockfile" | "update" | "pkgid"
        | "locate-project" => found(CargoKind::Metadata),
        "zigbuild" => through("zigbuild"),
        // It passes the rest on to another subcommand.
        "auditable" | "hack" | "careful" => nested(rest, at, ""),
        "xwin" => nested(rest, at, "xwin"),
        "leptos" | "lambda" | "dioxus" | "component" | "ndk" | "wasi" | "pgo" => {
            let is_build = rest.iter().any(|it| it.value == "build");
            let name = match &*words[at].value {
                "leptos" => "leptos",
                "lambda" => "lambda",
                "ndk" => "ndk",
                _ => "another driver",
            };
            if is_build { through(name) } else { found(CargoKind::Other) }
        }
        name if words[at].literal || !name.contains('$') => found(CargoKind::Other),
        _ => None,
    }
}

fn nested(rest: &[ShellWord<'_>], at: usize, name: &'static str) -> Option<Found> {
    let (kind, through, inner) = subcommand(rest)?;
    Some((kind, if through.is_empty() { name } else { through }, at + 1 + inner))
}

fn chef(rest: &[ShellWord<'_>]) -> Option<CargoKind> {
    let subcommand = rest.iter().find(|it| !it.value.starts_with('-'))?;
    Some(match &*subcommand.value {
        "cook" => CargoKind::Cook,
        "prepare" => CargoKind::Prepare,
        _ => CargoKind::Other,
    })
}

/// Whether `cargo install` installs the project itself.
fn is_project(rest: &[ShellWord<'_>]) -> bool {
    rest.iter().any(|it| it.value == "--path" || it.value.starts_with("--path="))
}
