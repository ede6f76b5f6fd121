//! `added-capability`: a service is given a capability that leads out of the container.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::Text;
use plimsoll_syntax::yaml::Value;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `cap_add` of capabilities with which a process can take over the host or look into other
    /// processes: `ALL`, `SYS_ADMIN`, `SYS_MODULE` and others. `NET_ADMIN`, `SYS_PTRACE`, `PERFMON` and
    /// the like, which some programs are made for, are notes.
    ///
    /// ## Why it matters
    /// With `SYS_ADMIN` a process mounts the host's file systems, with `SYS_MODULE` it loads code into
    /// the kernel, with `SYS_RAWIO` it writes to the memory of the machine. The container is no border
    /// then.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     cap_add: [SYS_ADMIN]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     cap_drop: [ALL]
    ///     cap_add: [NET_BIND_SERVICE]
    /// ```
    pub(crate) static ADDED_CAPABILITY = {
        name: "added-capability",
        clause: Clause::NonRoot,
        summary: "a service is given a capability that leads out of the container",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

/// Capabilities that lead out, and what they allow.
const DANGEROUS: &[(&str, &str)] = &[
    ("ALL", "everything that root can do"),
    ("SYS_ADMIN", "to mount file systems and much that makes root"),
    ("SYS_MODULE", "to load code into the kernel"),
    ("SYS_RAWIO", "to reach the memory and the devices of the host"),
    ("SYS_BOOT", "to restart the host and to load another kernel"),
    ("DAC_READ_SEARCH", "to read every file of the host"),
    ("MAC_ADMIN", "to change the policy of mandatory access control"),
    ("MAC_OVERRIDE", "to pass over mandatory access control"),
    ("BPF", "to run programs in the kernel"),
];

/// Capabilities that some programs are made for.
const DOUBTFUL: &[(&str, &str)] = &[
    ("NET_ADMIN", "to change networks and firewalls"),
    ("SYS_PTRACE", "to look into other processes"),
    ("PERFMON", "to watch the kernel"),
    ("SYS_TIME", "to set the clock of the host"),
    ("SYSLOG", "to read the kernel's log"),
    ("CHECKPOINT_RESTORE", "to freeze and change other processes"),
];

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let added = service.all("cap_add").flat_map(Value::items).filter_map(Text::of);
        for text in added {
            let name = text.text.to_ascii_uppercase();
            let short = name.strip_prefix("CAP_").unwrap_or(&name);
            let find = |of: &[(&str, &'static str)]| of.iter().find(|it| it.0 == short).map(|it| it.1);
            let (allows, severity) = match (find(DANGEROUS), find(DOUBTFUL)) {
                (Some(allows), _) => (allows, Severity::Warning),
                (None, Some(allows)) => (allows, Severity::Note),
                (None, None) => continue,
            };
            // Who has all privileges has this one too.
            if service.is_on("privileged") {
                continue;
            }
            let message = format!("`{}` is given `{}`: {allows}", service.name, text.text);
            let help = "Leave it out, or name a smaller capability that is enough.";
            cx.report(text.span, message).severity(severity).help(help).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn names_are_read_in_each_spelling() {
        check(
            "added-capability",
            "services:\n  a:\n    cap_add: [cap_sys_admin, ALL, NET_ADMIN, CHOWN, '${CAP}']\n  b: {privileged: true, cap_add: [ALL]}\n",
            "3:15 warning: `a` is given `cap_sys_admin`: to mount file systems and much that makes root\n\
             3:30 warning: `a` is given `ALL`: everything that root can do\n\
             3:35 note: `a` is given `NET_ADMIN`: to change networks and firewalls",
        );
    }
}
