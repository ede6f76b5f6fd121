//! `host-namespace`: a service shares a namespace of the host.

use plimsoll_finding::{Clause, Severity};

use plimsoll_syntax::compose::Service;

use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `network_mode: host`, `pid: host`, `ipc: host`, `uts: host`, `userns_mode: host` and
    /// `cgroup: host`. The network alone is a note in files to develop with, and where the service is given
    /// `NET_ADMIN`: it is there to manage the network.
    ///
    /// ## Why it matters
    /// In the host's network a service reaches what listens on localhost and can take any port; in the
    /// host's process namespace it sees the environment of every process and may signal it. The border
    /// of the container has a hole there.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     restart: unless-stopped
    ///     pid: host
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     restart: unless-stopped
    ///     ports: ["127.0.0.1:3000:3000"]
    /// ```
    pub(crate) static HOST_NAMESPACE = {
        name: "host-namespace",
        clause: Clause::NonRoot,
        summary: "a service shares a namespace of the host",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

/// The keys, what they share, and what it means.
const KEYS: &[(&str, &str)] = &[
    ("network_mode", "the host's network: it reaches all that listens on localhost"),
    ("pid", "the host's processes: it sees and may signal them"),
    ("ipc", "the host's shared memory"),
    ("uts", "the host's name, which it may change"),
    ("userns_mode", "the host's users: root in it is root outside"),
    ("cgroup", "the host's control groups"),
];

fn check(cx: &mut ComposeContext<'_, '_>) {
    let in_network =
        |it: &&Service<'_>| it.network_mode().is_some_and(|it| it.text == "host");
    let mut others = cx.facts.compose.services.iter().filter(in_network).count();
    let manages_network =
        cx.facts.compose.services.iter().filter(in_network).all(manages_network);
    for service in &cx.facts.compose.services {
        for (key, what) in KEYS {
            let Some(value) = service.text(key).filter(|it| it.text == "host") else { continue };
            let is_light = match *key {
                "network_mode" => cx.purpose().is_development() || manages_network,
                // What the network is for tells more than its name.
                "uts" | "cgroup" => true,
                _ => false,
            };
            let severity = if is_light { Severity::Note } else { Severity::Warning };
            let name = service.name;
            let message = match others {
                // One finding stands for all services in the network.
                2.. if *key == "network_mode" => {
                    let more = others - 1;
                    let more = if more == 1 { "another service".to_owned() } else { format!("{more} other services") };
                    format!("`{name}` and {more} share the host's network: they reach all that listens on localhost")
                }
                0 if *key == "network_mode" => continue,
                _ => format!("`{name}` shares {what}"),
            };
            if *key == "network_mode" {
                others = 0;
            }
            let help = match *key {
                "network_mode" => "Publish the ports that it serves, and reach other services by their names.",
                _ => "Leave the key out.",
            };
            cx.report(value.span, message).severity(severity).help(help).done();
        }
    }
}

fn manages_network(service: &Service<'_>) -> bool {
    let added = service.texts("cap_add");
    added.iter().any(|it| matches!(it.text, "NET_ADMIN" | "CAP_NET_ADMIN" | "net_admin"))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn one_finding_stands_for_all_in_the_network() {
        check(
            "host-namespace",
            "services:\n  a: {network_mode: host}\n  b: {network_mode: host}\n",
            "2:21 warning: `a` and another service share the host's network: they reach all that \
             listens on localhost",
        );
    }

    #[test]
    fn what_manages_the_network_is_a_note() {
        check(
            "host-namespace",
            "services:\n  a: {network_mode: host, cap_add: [NET_ADMIN], pid: host}\n",
            "2:21 note: `a` shares the host's network: it reaches all that listens on localhost\n\
             2:54 warning: `a` shares the host's processes: it sees and may signal them",
        );
    }

    #[test]
    fn only_the_hosts_own_are_reported() {
        check(
            "host-namespace",
            "services:\n  a: {network_mode: host, pid: 'service:b'}\n  b: {network_mode: bridge, ipc: host, pid: \"host\"}\n",
            "2:21 warning: `a` shares the host's network: it reaches all that listens on localhost\n\
             3:34 warning: `b` shares the host's shared memory\n\
             3:45 warning: `b` shares the host's processes: it sees and may signal them",
        );
    }
}
