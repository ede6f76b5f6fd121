//! The package managers, and what their words mean.

use plimsoll_syntax::shell::ShellCommand;

use super::options::{APK, APT, COMPOSER, CONDA, GEM, GO, NPM, PACMAN, PIP, YUM, ZYPPER};

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Manager {
    /// `apt-get`, `apt` and `aptitude`.
    Apt,
    /// `apk` of Alpine.
    Apk,
    /// `yum`.
    Yum,
    /// `dnf`, `dnf5`, `microdnf` and `tdnf`.
    Dnf,
    /// `zypper`.
    Zypper,
    /// `pacman`.
    Pacman,
    /// `pip`, `python -m pip` and `uv pip`.
    Pip,
    /// `npm`.
    Npm,
    /// `yarn`.
    Yarn,
    /// `pnpm`.
    Pnpm,
    /// `gem`.
    Gem,
    /// `go install` and `go get`.
    Go,
    /// `conda`, `mamba` and `micromamba`.
    Conda,
    /// `composer`.
    Composer,
}

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Fetches lists of packages.
    Update,
    /// Brings packages.
    Install,
    /// Brings newer versions of what is there.
    Upgrade,
    /// Empties caches.
    Clean,
    /// Takes packages out.
    Remove,
}

/// How a package manager's command line is read.
pub(super) struct Grammar {
    pub(super) manager: Manager,
    /// The options whose value is the next word.
    pub(super) with_value: &'static [&'static str],
    /// The words before the verb that count as none: `pip` of `uv pip install`.
    pub(super) prefix: &'static [&'static str],
    /// The options that name another root.
    pub(super) roots: &'static [&'static str],
}

/// How the command line of a program is read; `None` for programs that are no package manager.
pub(super) fn grammar(program: &str) -> Option<Grammar> {
    let plain = |manager, with_value, roots| Grammar { manager, with_value, roots, prefix: &[] };
    Some(match program {
        "apt-get" | "apt" | "aptitude" => plain(Manager::Apt, APT, &[]),
        "apk" => plain(Manager::Apk, APK, &["-p", "--root"]),
        "yum" => plain(Manager::Yum, YUM, &["--installroot"]),
        "dnf" | "dnf5" | "microdnf" | "tdnf" => plain(Manager::Dnf, YUM, &["--installroot"]),
        "zypper" => plain(Manager::Zypper, ZYPPER, &["-R", "--root", "--installroot"]),
        "pacman" => plain(Manager::Pacman, PACMAN, &["-r", "--root", "--sysroot"]),
        "npm" => plain(Manager::Npm, NPM, &[]),
        "yarn" | "yarnpkg" => Grammar { prefix: &["global"], ..plain(Manager::Yarn, NPM, &[]) },
        "pnpm" => plain(Manager::Pnpm, NPM, &[]),
        "gem" => plain(Manager::Gem, GEM, &[]),
        "go" => plain(Manager::Go, GO, &[]),
        "conda" | "mamba" | "micromamba" => plain(Manager::Conda, CONDA, &[]),
        "composer" | "composer.phar" => {
            Grammar { prefix: &["global"], ..plain(Manager::Composer, COMPOSER, &[]) }
        }
        "uv" => Grammar { prefix: &["pip"], ..plain(Manager::Pip, PIP, &[]) },
        _ if is_pip(program) => plain(Manager::Pip, PIP, &[]),
        // `-m` is an option without a value here, so that `pip` is an operand.
        _ if is_python(program) => Grammar { prefix: &["pip"], ..plain(Manager::Pip, PIP, &[]) },
        _ => return None,
    })
}

/// Whether a command may be a package manager's, told by its program alone.
pub(super) fn is_interesting(command: &ShellCommand<'_>) -> bool {
    command.program().is_some_and(|it| grammar(it).is_some())
}

/// Whether a program of `SHELL` is a shell of Unix.
pub(super) fn is_unix_shell(program: &str) -> bool {
    let name = program.rsplit(['/', '\\']).next().unwrap_or_default();
    matches!(
        name,
        "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh" | "mksh" | "busybox" | "env" | "tini"
    )
}

fn is_pip(program: &str) -> bool {
    is_versioned(program, "pip")
}

/// Whether a program is Python.
pub(super) fn is_python(program: &str) -> bool {
    is_versioned(program, "python")
}

/// Whether a program is `pip`, `pip3` or `pip3.12`.
fn is_versioned(program: &str, name: &str) -> bool {
    let version = program.strip_prefix(name);
    version.is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit() || it == b'.'))
}

impl Manager {
    /// What a verb does; `None` for those that are of no interest.
    pub(super) fn operation(self, verb: &str) -> Option<Operation> {
        use Operation::{Clean, Install, Remove, Update, Upgrade};
        let verbs: &[(Operation, &[&str])] = match self {
            Self::Apt => &[
                (Update, &["update", "upd"]),
                (Install, &["install", "build-dep", "reinstall", "satisfy"]),
                (Upgrade, &["upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade"]),
                (Clean, &["clean", "autoclean", "dist-clean", "distclean"]),
                (Remove, &["remove", "purge", "autoremove", "auto-remove", "autopurge"]),
            ],
            Self::Apk => &[
                (Update, &["update"]),
                (Install, &["add"]),
                (Upgrade, &["upgrade", "fix"]),
                (Remove, &["del"]),
            ],
            Self::Yum | Self::Dnf => &[
                (Update, &["makecache", "check-update"]),
                (Install, &["install", "localinstall", "reinstall", "groupinstall", "builddep"]),
                (Upgrade, &["update", "upgrade", "distro-sync", "update-minimal"]),
                (Upgrade, &["upgrade-minimal", "groupupdate"]),
                (Clean, &["clean"]),
                (Remove, &["remove", "erase", "autoremove"]),
            ],
            Self::Zypper => &[
                (Update, &["refresh", "ref"]),
                (Install, &["install", "in", "source-install", "si"]),
                (Upgrade, &["update", "up", "patch", "dist-upgrade", "dup"]),
                (Clean, &["clean", "cc"]),
                (Remove, &["remove", "rm"]),
            ],
            Self::Pip => &[(Install, &["install"]), (Remove, &["uninstall"])],
            Self::Npm => &[
                (Install, &["install", "i", "in", "ins", "add", "ci", "clean-install"]),
                (Upgrade, &["update"]),
                (Remove, &["uninstall", "remove", "rm"]),
            ],
            Self::Yarn => {
                &[(Install, &["install", "add"]), (Upgrade, &["upgrade"]), (Remove, &["remove"])]
            }
            Self::Pnpm => &[(Install, &["install", "i", "add", "ci"]), (Remove, &["remove", "rm"])],
            Self::Gem => &[
                (Install, &["install", "i"]),
                (Upgrade, &["update"]),
                (Clean, &["cleanup"]),
                (Remove, &["uninstall"]),
            ],
            Self::Go => &[(Install, &["install", "get"])],
            Self::Conda => &[
                (Install, &["install", "create"]),
                (Upgrade, &["update"]),
                (Clean, &["clean"]),
                (Remove, &["remove"]),
            ],
            Self::Composer => &[
                (Install, &["install", "require"]),
                (Upgrade, &["update"]),
                (Clean, &["clear-cache", "clearcache"]),
                (Remove, &["remove"]),
            ],
            Self::Pacman => &[],
        };
        verbs.iter().find(|it| it.1.contains(&verb)).map(|it| it.0)
    }

    /// The managers that work on the same packages have the same family.
    pub(crate) fn family(self) -> Self {
        match self {
            Self::Dnf => Self::Yum,
            Self::Yarn | Self::Pnpm => Self::Npm,
            it => it,
        }
    }
}
