//! `host-namespace`: a service shares a namespace of the host.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::compose::Service;

use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `network_mode: host`, `pid: host`, `ipc: host`, `uts: host`, `userns_mode: host` and
    /// `cgroup: host`. The network alone is a note in files to develop with.
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
    let mut in_network: Vec<(&str, Span)> = Vec::new();
    for service in &cx.facts.compose.services {
        for (key, what) in KEYS {
            let Some(value) = service.text(key).filter(|it| it.text == "host") else { continue };
            if *key == "network_mode" {
                in_network.push((service.name, value.span));
                continue;
            }
            // What these are for tells more than their name.
            let is_light = matches!(*key, "uts" | "cgroup");
            let severity = if is_light { Severity::Note } else { Severity::Warning };
            let message = format!("`{}` shares {what}", service.name);
            cx.report(value.span, message).severity(severity).help("Leave the key out.").done();
        }
    }
    for part in cx.parted(in_network, |(_, span)| *span) {
        report_network(cx, &part);
    }
}

/// Reports the services in the host's network together.
fn report_network(cx: &mut ComposeContext<'_, '_>, services: &[(&str, Span)]) {
    let Some(((name, span), others)) = services.split_first() else { return };
    let message = match others.len() {
        0 => format!("`{name}` shares {NETWORK}: it reaches all that listens on localhost"),
        1 => format!(
            "`{name}` and another service share {NETWORK}: they reach all that listens on localhost"
        ),
        more => format!(
            "`{name}` and {more} other services share {NETWORK}: they reach all that listens on localhost"
        ),
    };
    let of_name = |name: &str| cx.facts.compose.service(name).is_some_and(manages_network);
    let is_light = cx.purpose().is_development() || services.iter().all(|it| of_name(it.0));
    let severity = if is_light { Severity::Note } else { Severity::Warning };
    cx.report(*span, message)
        .severity(severity)
        .help("Publish the ports that it serves, and reach other services by their names.")
        .members(others.iter().map(|(_, span)| *span), "it shares the host's network too")
        .done();
}

/// Whether a service is there to change the network.
fn manages_network(service: &Service<'_>) -> bool {
    let added = service.texts("cap_add");
    added.iter().any(|it| matches!(it.text, "NET_ADMIN" | "CAP_NET_ADMIN" | "net_admin"))
}

const NETWORK: &str = "the host's network";

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
