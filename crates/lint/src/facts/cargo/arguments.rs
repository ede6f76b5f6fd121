//! The options of a cargo command.

use std::collections::BTreeSet;

use plimsoll_syntax::shell::ShellWord;

use super::CargoKind;

/// A choice that is made by an option or a variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Nothing says it.
    #[default]
    Default,
    /// This, as it is written: it may hold variables.
    Is(String),
    /// Options that a variable hides may say it.
    Hidden,
}

/// The features that are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Features {
    /// By name.
    pub(crate) names: BTreeSet<String>,
    /// `--all-features`.
    pub(crate) all: bool,
    /// `--no-default-features`.
    pub(crate) no_default: bool,
}

/// The options of a cargo command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// The profile: `release`, `dev`, or another's name.
    pub(crate) profile: Choice,
    /// `--target`.
    pub(crate) target: Choice,
    /// The features.
    pub(crate) features: Features,
    /// `--package`, `--bin` and what else is built.
    pub(crate) packages: Vec<String>,
    /// `--bin`.
    pub(crate) binaries: Vec<String>,
    /// `--manifest-path`, or `--path` of `cargo install`.
    pub(crate) manifest: Option<String>,
    /// `--target-dir`.
    pub(crate) target_dir: Option<String>,
    /// `--root` of `cargo install`.
    pub(crate) root: Option<String>,
    /// `--recipe-path` of cargo-chef.
    pub(crate) recipe: Option<String>,
    /// Whether the lock file must fit: `--locked` or `--frozen`.
    pub(crate) locked: bool,
    /// Whether nothing is downloaded: `--offline` or `--frozen`.
    pub(crate) offline: bool,
    /// Whether some words are variables or substitutions that may hold any option.
    pub(crate) hidden: bool,
}

/// Options whose value is of no interest, but is no option itself.
const OTHER_WITH_VALUE: &[&str] = &[
    "-j",
    "--jobs",
    "--config",
    "-Z",
    "--message-format",
    "--color",
    "--exclude",
    "--example",
    "--test",
    "--bench",
    "--version",
    "--git",
    "--branch",
    "--tag",
    "--rev",
    "--registry",
    "--index",
    "--timings",
    "--lockfile-path",
    "--artifact-dir",
    "--out-dir",
    "-C",
];

/// Reads the words around a subcommand.
pub(super) fn read<'w, 't: 'w>(
    kind: CargoKind,
    words: impl Iterator<Item = &'w ShellWord<'t>>,
) -> Arguments {
    let mut read = Arguments::default();
    let mut words = words.peekable();
    while let Some(word) = words.next() {
        let value = &*word.value;
        if value == "--" {
            break;
        }
        let (name, attached) = match value.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value)),
            _ => short(value),
        };
        let mut take = || -> Option<String> {
            match attached {
                Some(value) => Some(value.to_owned()),
                None => words.next().map(|it| it.value.clone().into_owned()),
            }
        };
        match name {
            "--release" | "-r" => read.profile = Choice::Is("release".to_owned()),
            "--debug" if kind == CargoKind::InstallPath => {
                read.profile = Choice::Is("dev".to_owned());
            }
            "--profile" => read.profile = take().map_or(Choice::Hidden, Choice::Is),
            "--target" => read.target = take().map_or(Choice::Hidden, Choice::Is),
            "--features" | "-F" => {
                let features = take().unwrap_or_default();
                let names = features.split([',', ' ']).filter(|it| !it.is_empty());
                read.features.names.extend(names.map(str::to_owned));
            }
            "--all-features" => read.features.all = true,
            "--no-default-features" => read.features.no_default = true,
            "--package" | "-p" => read.packages.extend(take()),
            "--bin" => read.binaries.extend(take()),
            "--manifest-path" | "--path" => read.manifest = take(),
            "--target-dir" => read.target_dir = take(),
            "--root" => read.root = take(),
            "--recipe-path" => read.recipe = take(),
            "--locked" => read.locked = true,
            "--frozen" => (read.locked, read.offline) = (true, true),
            "--offline" => read.offline = true,
            name if OTHER_WITH_VALUE.contains(&name) => {
                take();
            }
            _ if !word.literal && !value.starts_with('-') => read.hidden = true,
            _ => {}
        }
    }
    if read.hidden {
        for choice in [&mut read.profile, &mut read.target] {
            if *choice == Choice::Default {
                *choice = Choice::Hidden;
            }
        }
    }
    if kind == CargoKind::InstallPath && read.profile == Choice::Default {
        read.profile = Choice::Is("release".to_owned());
    }
    read
}

/// Splits `-pname` and `-Fname`.
fn short(value: &str) -> (&str, Option<&str>) {
    for name in ["-p", "-F", "-j"] {
        if let Some(rest) = value.strip_prefix(name).filter(|it| !it.is_empty()) {
            return (name, Some(rest.strip_prefix('=').unwrap_or(rest)));
        }
    }
    (value, None)
}

impl Arguments {
    /// The profile's directory below `target/`; `None` where it is hidden.
    pub(crate) fn profile_directory(&self) -> Option<&str> {
        match &self.profile {
            Choice::Default => Some("debug"),
            Choice::Is(name) => Some(match &**name {
                "dev" | "test" => "debug",
                "bench" => "release",
                name => name,
            }),
            Choice::Hidden => None,
        }
    }
}
