//! The caches that package managers leave behind in layers.

mod emptying;

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Command, Lookup, MountKind};
use plimsoll_syntax::shell::{Script, ShellCommand};

use super::{Manager, Operation, PackageRun};
use crate::Facts;

/// How many commands back a variable is looked for that switches a cache off.
const MOST_COMMANDS: usize = 1_000;

/// A cache of a package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cache {
    /// The lists of packages that `apt-get update` fetches.
    AptLists,
    /// The index and the packages of `apk`.
    Apk,
    /// Of `yum`.
    Yum,
    /// Of `dnf`, `microdnf` and `tdnf`.
    Dnf,
    /// Of `zypper`.
    Zypper,
    /// Of `pip` and `uv pip`.
    Pip,
    /// Of `yarn`.
    Yarn,
    /// Of `npm`.
    Npm,
}

/// A `RUN` that leaves a cache behind.
#[derive(Debug)]
pub(crate) struct KeptCache<'f, 'd> {
    /// The commands that fill the cache, in order; never empty.
    pub(crate) fillers: Vec<PackageRun<'f, 'd>>,
}

impl<'f, 'd> KeptCache<'f, 'd> {
    /// The first command that fills the cache.
    pub(crate) fn first(&self) -> Option<&PackageRun<'f, 'd>> {
        self.fillers.first()
    }
}

const APT_LISTS: &[&str] = &["/var/lib/apt/lists"];
const APK: &[&str] = &["/var/cache/apk", "/etc/apk/cache"];
const YUM: &[&str] = &["/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/tdnf"];
const ZYPPER: &[&str] = &["/var/cache/zypp", "/var/cache/zypper"];
const PIP: &[&str] = &["/root/.cache/pip", "/root/.cache/uv"];
const YARN: &[&str] = &["/usr/local/share/.cache", "/root/.cache/yarn", "/root/.yarn"];
const NPM: &[&str] = &["/root/.npm"];

impl Cache {
    /// Where it is, for the user root. Each is enough.
    pub(crate) const fn paths(self) -> &'static [&'static str] {
        match self {
            Self::AptLists => APT_LISTS,
            Self::Apk => APK,
            Self::Yum | Self::Dnf => YUM,
            Self::Zypper => ZYPPER,
            Self::Pip => PIP,
            Self::Yarn => YARN,
            Self::Npm => NPM,
        }
    }

    /// The part of a path that tells the cache in the home of any user.
    const fn home(self) -> Option<&'static str> {
        match self {
            Self::Pip => Some("/.cache"),
            Self::Yarn => Some("yarn"),
            Self::Npm => Some("/.npm"),
            _ => None,
        }
    }

    const fn manager(self) -> Manager {
        match self {
            Self::AptLists => Manager::Apt,
            Self::Apk => Manager::Apk,
            Self::Yum => Manager::Yum,
            Self::Dnf => Manager::Dnf,
            Self::Zypper => Manager::Zypper,
            Self::Pip => Manager::Pip,
            Self::Yarn => Manager::Yarn,
            Self::Npm => Manager::Npm,
        }
    }

    /// Whether a path is the cache, lies in it, or holds it.
    pub(crate) fn is_at(self, path: &str) -> bool {
        let at = self.paths().iter().any(|it| covers(path, it) || covers(it, path));
        at || self.home().is_some_and(|it| path.contains(it))
    }

    /// Whether a command fills the cache.
    fn is_filled_by(self, facts: &Facts<'_>, run: &PackageRun<'_, '_>) -> bool {
        use Operation::{Install, Update, Upgrade};
        let (does, command) = (run.does, run.command());
        if does.manager != self.manager() || does.elsewhere {
            return false;
        }
        let flag = |long: &str| command.has_flag('\0', long);
        match self {
            Self::AptLists => {
                let fetches = does.operation == Install && command.has_flag('U', "update");
                does.operation == Update || fetches
            }
            Self::Apk => {
                matches!(does.operation, Install | Upgrade | Update)
                    && !flag("no-cache")
                    && !flag("no-network")
                    && !flag("cache-dir")
            }
            Self::Yum | Self::Dnf => {
                matches!(does.operation, Install | Upgrade | Update) && !flag("cacheonly")
            }
            Self::Zypper => matches!(does.operation, Install | Upgrade | Update),
            Self::Pip => {
                does.operation == Install
                    && !flag("no-cache-dir")
                    && !flag("no-cache")
                    && !flag("no-index")
                    && !flag("cache-dir")
                    && !flag("dry-run")
                    && !command.has_flag('h', "help")
                    && !is_uncached(
                        facts,
                        run,
                        &["PIP_NO_CACHE_DIR", "PIP_CACHE_DIR", "UV_NO_CACHE", "UV_CACHE_DIR"],
                    )
            }
            Self::Yarn => {
                does.operation == Install
                    && !flag("cache-folder")
                    && !is_uncached(facts, run, &["YARN_CACHE_FOLDER"])
            }
            Self::Npm => {
                does.operation == Install
                    && !flag("cache")
                    && !is_uncached(facts, run, &["npm_config_cache", "NPM_CONFIG_CACHE"])
            }
        }
    }
}

/// Whether a directory is another one or holds it.
fn covers(directory: &str, path: &str) -> bool {
    let directory = directory.trim_end_matches('/');
    path.strip_prefix(directory).is_some_and(|it| it.is_empty() || it.starts_with('/'))
}

/// Whether variables switch the cache off, or put it to another place.
fn is_uncached(facts: &Facts<'_>, run: &PackageRun<'_, '_>, names: &[&str]) -> bool {
    let set_before = |script: &Script<'_>| {
        script.commands[..=run.does.at].iter().rev().take(MOST_COMMANDS).any(|it| {
            let own = it.assignments.iter().any(|a| names.contains(&a.name.as_ref()));
            own || it.words.iter().any(|word| {
                let name = word.value.split('=').next().unwrap_or_default();
                name.len() < word.value.len() && names.contains(&name)
            })
        })
    };
    if set_before(run.run.script) {
        return true;
    }
    let (stage, index) = (run.does.stage, run.does.index);
    names.iter().any(|name| match facts.scopes().value(stage, index, name) {
        Lookup::Value(value) => {
            !name.contains("NO_CACHE")
                || !matches!(value.to_ascii_lowercase().as_str(), "" | "0" | "false" | "off" | "no")
        }
        Lookup::Declared => true,
        Lookup::Undefined => false,
    })
}

impl<'d> Facts<'d> {
    /// The `RUN`s of shipped stages that leave a cache in the image.
    pub(crate) fn kept_caches(&self, cache: Cache) -> Vec<KeptCache<'_, 'd>> {
        let mut kept = Vec::new();
        let Some(last) = self.stages.last() else { return kept };
        if !self.packages().commands.iter().any(|it| it.manager == cache.manager()) {
            return kept;
        }
        let mut shipped: Vec<usize> = self.stages.chain(last.index).map(|it| it.index).collect();
        shipped.reverse();
        for stage in shipped {
            let mut commands = self.packages().of_stage(stage);
            while let Some(first) = commands.first() {
                let length = commands.partition_point(|it| it.index == first.index);
                let (run, rest) = commands.split_at(length);
                commands = rest;
                let fillers: Vec<_> = run
                    .iter()
                    .filter_map(|it| self.place(it))
                    .filter(|it| cache.is_filled_by(self, it))
                    .collect();
                let Some(last) = fillers.last() else { continue };
                if self.is_mounted(first.index, cache) || is_emptied_after(last, cache) {
                    continue;
                }
                kept.push(KeptCache { fillers });
            }
        }
        kept
    }

    /// Whether a cache lies on a mount of a `RUN`, so that it isn't in the layer.
    pub(crate) fn is_mounted(&self, index: usize, cache: Cache) -> bool {
        let Some(instruction) = self.file.instructions.get(index) else { return false };
        let Command::Run(run) = &instruction.command else { return false };
        run.mounts.iter().any(|mount| {
            let kept_out = matches!(mount.kind, MountKind::Cache | MountKind::Tmpfs);
            let target = mount.target().map(|it| self.expand(index, it));
            kept_out
                && target
                    .is_some_and(|it| it.contains('$') || cache.is_at(it.trim_end_matches('/')))
        })
    }

    /// The commands of the shipped stages that empty a cache.
    pub(crate) fn emptied(&self, cache: Cache) -> Emptied {
        let shipped = self.stages.all.iter().filter(|it| it.shipped);
        let commands = shipped.flat_map(|it| self.run_commands_of(it));
        let emptying = commands.filter(|it| cache.is_emptied_by(it.command));
        Emptied(emptying.map(|it| (it.index, it.command.span)).collect())
    }
}

/// Where a cache is emptied: the number of the `RUN` and the command, in order.
#[derive(Debug)]
pub(crate) struct Emptied(Vec<(usize, Span)>);

impl Emptied {
    /// The first place after a `RUN`: in a layer of its own, where it doesn't help any more.
    pub(crate) fn after(&self, index: usize) -> Option<Span> {
        let after = self.0.partition_point(|it| it.0 <= index);
        self.0.get(after).map(|it| it.1)
    }
}

/// Whether a later command of the same `RUN` empties the cache.
fn is_emptied_after(run: &PackageRun<'_, '_>, cache: Cache) -> bool {
    let later = run.run.script.commands.iter().skip(run.does.at + 1);
    // What a trap or a function holds stands before, and runs after.
    let held =
        run.run.script.commands.iter().take(run.does.at).filter(|it| it.program() == Some("trap"));
    later.clone().any(|it| cache.is_emptied_by(it))
        || held
            .flat_map(ShellCommand::args)
            .any(|it| cache.paths().iter().any(|path| it.value.contains(path)))
}
