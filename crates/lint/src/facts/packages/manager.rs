//! The package managers, and what their words mean.

use plimsoll_syntax::shell::ShellCommand;

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

const APT: &[&str] = &[
    "-o",
    "--option",
    "-t",
    "--target-release",
    "--default-release",
    "-c",
    "--config-file",
    "-a",
    "--host-architecture",
    "-P",
    "--build-profiles",
];
const APK: &[&str] = &[
    "-p",
    "--root",
    "-X",
    "--repository",
    "--arch",
    "-t",
    "--virtual",
    "--keys-dir",
    "--repositories-file",
    "--wait",
    "--cache-dir",
    "--cache-max-age",
    "--timeout",
    "--progress-fd",
];
const YUM: &[&str] = &[
    "-c",
    "--config",
    "-d",
    "--debuglevel",
    "-e",
    "--errorlevel",
    "-R",
    "--randomwait",
    "--enablerepo",
    "--disablerepo",
    "--repo",
    "--repoid",
    "--repofrompath",
    "-x",
    "--exclude",
    "--excludepkgs",
    "--installroot",
    "--releasever",
    "--setopt",
    "--forcearch",
    "--disableplugin",
    "--enableplugin",
    "--downloaddir",
    "--destdir",
    "--comment",
    "--advisory",
];
const ZYPPER: &[&str] = &[
    "-R",
    "--root",
    "--installroot",
    "-C",
    "--cache-dir",
    "-c",
    "--config",
    "-D",
    "--reposd-dir",
    "-p",
    "--plus-repo",
    "--plus-content",
    "-r",
    "--repo",
    "--from",
    "-t",
    "--type",
    "--releasever",
];
const PACMAN: &[&str] = &[
    "-b",
    "--dbpath",
    "-r",
    "--root",
    "--cachedir",
    "--config",
    "--arch",
    "--color",
    "--ignore",
    "--ignoregroup",
    "--overwrite",
    "--gpgdir",
    "--hookdir",
    "--logfile",
    "--sysroot",
    "--assume-installed",
];
const PIP: &[&str] = &[
    "-r",
    "--requirement",
    "--requirements",
    "-c",
    "--constraint",
    "--constraints",
    "-e",
    "--editable",
    "-t",
    "--target",
    "-i",
    "--index-url",
    "--extra-index-url",
    "--index",
    "--default-index",
    "-f",
    "--find-links",
    "--prefix",
    "--root",
    "--src",
    "--platform",
    "--python-version",
    "--python-platform",
    "--implementation",
    "--abi",
    "--upgrade-strategy",
    "--no-binary",
    "--only-binary",
    "--progress-bar",
    "--global-option",
    "--install-option",
    "-C",
    "--config-settings",
    "--config-setting",
    "--trusted-host",
    "--allow-insecure-host",
    "--proxy",
    "--retries",
    "--timeout",
    "--default-timeout",
    "--exists-action",
    "--cert",
    "--client-cert",
    "--cache-dir",
    "--log",
    "-p",
    "--python",
    "--report",
    "--group",
    "--extra",
    "--override",
    "--build-constraint",
    "--use-feature",
    "--use-deprecated",
    "--index-strategy",
    "--resolution",
    "--prerelease",
    "--link-mode",
    "--torch-backend",
    "-P",
    "--upgrade-package",
    "--exclude-newer",
    "--directory",
    "--project",
    "--config-file",
];
const NPM: &[&str] = &[
    "--prefix",
    "-C",
    "--dir",
    "--registry",
    "--loglevel",
    "--cache",
    "--userconfig",
    "-w",
    "--workspace",
    "--filter",
    "-F",
    "--omit",
    "--include",
    "--only",
    "--tag",
    "--fetch-retries",
    "--fetch-timeout",
    "--fetch-retry-mintimeout",
    "--fetch-retry-maxtimeout",
    "--network-timeout",
    "--maxsockets",
    "--cwd",
    "--cache-folder",
    "--modules-folder",
    "--global-folder",
    "--mutex",
    "--store-dir",
    "--network-concurrency",
    "--use-yarnrc",
    "--install-strategy",
    "--reporter",
    "--store",
];
const GEM: &[&str] = &[
    "-v",
    "--version",
    "-i",
    "--install-dir",
    "-n",
    "--bindir",
    "--build-root",
    "-P",
    "--trust-policy",
    "-s",
    "--source",
    "-p",
    "--http-proxy",
    "--platform",
    "-g",
    "--file",
    "--without",
    "--config-file",
    "-B",
    "--bulk-threshold",
];
const GO: &[&str] = &[
    "-ldflags",
    "-gcflags",
    "-asmflags",
    "-gccgoflags",
    "-tags",
    "-mod",
    "-modfile",
    "-o",
    "-C",
    "-p",
    "-buildmode",
    "-compiler",
    "-overlay",
    "-pkgdir",
    "-toolexec",
    "-exec",
    "-installsuffix",
    "-pgo",
];
const CONDA: &[&str] = &[
    "-c",
    "--channel",
    "-n",
    "--name",
    "-p",
    "--prefix",
    "-f",
    "--file",
    "-r",
    "--root-prefix",
    "--solver",
    "--platform",
    "--subdir",
    "--repodata-fn",
];
const COMPOSER: &[&str] = &["-d", "--working-dir", "--prefer-install", "--apcu-autoloader-prefix"];

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
        Some(match (self, verb) {
            (Self::Apt, "update" | "upd")
            | (Self::Apk, "update")
            | (Self::Yum | Self::Dnf, "makecache" | "check-update")
            | (Self::Zypper, "refresh" | "ref") => Update,
            (Self::Apt, "install" | "build-dep" | "reinstall" | "satisfy")
            | (Self::Apk, "add")
            | (
                Self::Yum | Self::Dnf,
                "install" | "localinstall" | "reinstall" | "groupinstall" | "builddep"
                | "install-n" | "install-na" | "install-nevra",
            )
            | (Self::Zypper, "install" | "in" | "source-install" | "si")
            | (Self::Pip | Self::Conda | Self::Pnpm, "install")
            | (Self::Conda, "create")
            | (
                Self::Npm,
                "install" | "i" | "in" | "ins" | "add" | "ci" | "clean-install" | "isntall",
            )
            | (Self::Yarn | Self::Pnpm, "add")
            | (Self::Yarn, "install")
            | (Self::Pnpm, "i" | "ci")
            | (Self::Gem, "install" | "i")
            | (Self::Go, "install" | "get")
            | (Self::Composer, "install" | "require") => Install,
            (Self::Apt, "upgrade" | "dist-upgrade" | "full-upgrade" | "safe-upgrade")
            | (Self::Apk, "upgrade" | "fix")
            | (
                Self::Yum | Self::Dnf,
                "update"
                | "upgrade"
                | "distro-sync"
                | "distribution-synchronization"
                | "update-minimal"
                | "upgrade-minimal"
                | "groupupdate",
            )
            | (Self::Zypper, "update" | "up" | "patch" | "dist-upgrade" | "dup")
            | (Self::Npm | Self::Conda | Self::Composer | Self::Gem, "update")
            | (Self::Yarn, "upgrade") => Upgrade,
            (Self::Apt, "clean" | "autoclean" | "dist-clean" | "distclean")
            | (Self::Yum | Self::Dnf | Self::Conda, "clean")
            | (Self::Zypper, "clean" | "cc")
            | (Self::Gem, "cleanup")
            | (Self::Composer, "clear-cache" | "clearcache") => Clean,
            (Self::Apt, "remove" | "purge" | "autoremove" | "auto-remove" | "autopurge")
            | (Self::Apk, "del")
            | (Self::Yum | Self::Dnf, "remove" | "erase" | "autoremove")
            | (Self::Zypper, "remove" | "rm")
            | (Self::Pip | Self::Npm | Self::Gem, "uninstall")
            | (Self::Conda | Self::Yarn | Self::Composer, "remove") => Remove,
            _ => return None,
        })
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
