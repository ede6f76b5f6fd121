//! `sensitive-mount`: a service is given files of the host that lead out of the container.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::{Mount, MountKind};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports binds of directories of the system (`/`, `/etc`, `/var/run`, `/proc`, `/sys`, `/dev`,
    /// `/boot`, `/root` …) and of those with keys and logins (`~/.ssh`, `~/.aws`, `~/.docker` and
    /// others). A mount that can only be read is a note. The sockets of engines are the affair of
    /// `docker-socket-mounted`.
    ///
    /// ## Why it matters
    /// Who can write to `/etc` or `/root` of the host can log in to it, and who reads `~/.ssh` can do
    /// so elsewhere. What a container is given is lost together with it.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     volumes: ["/etc:/host/etc"]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     volumes: ["/etc/localtime:/etc/localtime:ro"]
    /// ```
    pub(crate) static SENSITIVE_MOUNT = {
        name: "sensitive-mount",
        clause: Clause::NonRoot,
        summary: "a service is given files of the host that lead out of the container",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

/// Directories of the system.
const SYSTEM: &[&str] = &[
    "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys",
    "/usr", "/usr/bin", "/usr/lib", "/usr/local/bin", "/usr/sbin", "/var", "/var/lib", "/var/lib/docker",
    "/var/run", "/etc/ssh", "/etc/shadow", "/etc/sudoers", "/etc/cron.d", "/etc/systemd", "/etc/docker",
    "/etc/kubernetes", "/proc/1", "/proc/sys", "/dev/mem", "/dev/kmem", "/run/systemd", "/sys/fs/cgroup",
];

/// What holds keys and logins, below somebody's home.
const KEYS: &[&str] = &[
    ".ssh", ".aws", ".azure", ".config/gcloud", ".docker", ".docker/config.json", ".gnupg", ".kube",
    ".kube/config", ".netrc", ".npmrc", ".cargo/credentials.toml", ".git-credentials", ".aws/credentials",
    ".ssh/id_rsa", ".ssh/id_ed25519", ".pypirc",
];

/// The ways to write somebody's home.
const HOMES: &[&str] = &["~", "$HOME", "${HOME}", "/root", "$USERPROFILE", "${USERPROFILE}"];

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        if service.get("volumes").is_none() {
            continue;
        }
        for mount in service.volumes() {
            let Some((path, holds)) = sensitive(&mount) else { continue };
            let severity = if mount.read_only { Severity::Note } else { Severity::Warning };
            let name = service.name;
            let message = match (holds, mount.read_only) {
                (Holds::Keys, _) => format!("`{name}` is given `{path}`, where keys and logins are kept"),
                (Holds::System, true) => format!("`{name}` may read `{path}` of the host"),
                (Holds::System, false) => format!("`{name}` may write to `{path}` of the host"),
            };
            let help = match holds {
                Holds::Keys => "Give it the one secret that it needs, with `secrets`.",
                Holds::System if mount.read_only => "Mount the file that it needs instead of the directory.",
                Holds::System => "Mount the file that it needs, read-only, or a volume.",
            };
            cx.report(mount.span, message).severity(severity).help(help).done();
        }
    }
}

/// What makes a mount sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    System,
    Keys,
}

fn sensitive<'y>(mount: &Mount<'y>) -> Option<(&'y str, Holds)> {
    let source = mount.source.filter(|_| matches!(mount.kind, MountKind::Bind | MountKind::Unknown))?;
    let path = source.text;
    let plain = if path.len() > 1 { path.trim_end_matches('/') } else { path };
    let home = HOMES.iter().find_map(|it| plain.strip_prefix(it));
    let below = home.or_else(|| {
        let (_, rest) = plain.strip_prefix("/home/").or_else(|| plain.strip_prefix("/Users/"))?.split_once('/')?;
        Some(rest)
    });
    if let Some(below) = below {
        let below = below.trim_start_matches('/');
        if KEYS.contains(&below) {
            return Some((path, Holds::Keys));
        }
        if below.is_empty() && home.is_some() {
            return Some((path, Holds::System));
        }
    }
    SYSTEM.contains(&plain).then_some((path, Holds::System))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn homes_and_systems_are_known() {
        check(
            "sensitive-mount",
            "services:\n  a:\n    volumes:\n      - ~/.ssh:/root/.ssh:ro\n      - ${HOME}/.aws/:/aws\n      - /:/host:ro\n      \
             - /var/run/:/x\n      - /home/x/.kube/config:/k\n      - {type: bind, source: /etc, target: /e, read_only: true}\n",
            "4:9 note: `a` is given `~/.ssh`, where keys and logins are kept\n\
             5:9 warning: `a` is given `${HOME}/.aws/`, where keys and logins are kept\n\
             6:9 note: `a` may read `/` of the host\n\
             7:9 warning: `a` may write to `/var/run/` of the host\n\
             8:9 warning: `a` is given `/home/x/.kube/config`, where keys and logins are kept\n\
             9:9 note: `a` may read `/etc` of the host",
        );
    }

    #[test]
    fn what_is_usual_is_left_alone() {
        check(
            "sensitive-mount",
            "services:\n  a:\n    volumes: ['/etc/localtime:/etc/localtime:ro', './etc:/etc', 'etc:/etc', '/data:/data', \
             '/var/lib/app:/x', '~/data:/d', '/var/run/docker.sock:/s', '/etc/letsencrypt:/l', /tmp]\n",
            "",
        );
    }
}
