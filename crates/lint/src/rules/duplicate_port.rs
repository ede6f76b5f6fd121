//! `duplicate-port`: two services publish the same port of the host.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::Span;
use plimsoll_syntax::compose::{Port, Service};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports ports of the host that are published twice in one file: same protocol, same address or
    /// one of them all addresses, ranges included. Services that are never together, because each has
    /// profiles and none is shared, are left alone.
    ///
    /// ## Why it matters
    /// The second container does not start: `port is already allocated`. Which one is the second is
    /// different from start to start.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     ports: ["127.0.0.1:3000:3000"]
    ///   web:
    ///     image: nginx:1.29-alpine
    ///     ports: ["127.0.0.1:3000:80"]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     ports: ["127.0.0.1:3000:3000"]
    ///   web:
    ///     image: nginx:1.29-alpine
    ///     ports: ["127.0.0.1:8080:80"]
    /// ```
    pub(crate) static DUPLICATE_PORT = {
        name: "duplicate-port",
        clause: Clause::DevCompose,
        summary: "two services publish the same port of the host",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

/// How many ports are kept in mind that may meet the next one: those of hosts with many addresses.
const MOST_OPEN: usize = 64;

#[derive(Clone, Copy)]
struct Published<'f, 'y> {
    service: &'f Service<'y>,
    protocol: &'y str,
    address: &'y str,
    first: u16,
    last: u16,
    span: Span,
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let compose = &cx.facts.compose;
    let mut all: Vec<Published<'_, '_>> = Vec::new();
    for service in &compose.services {
        if service.get("ports").is_some() && service.network_mode().is_none_or(|it| it.text != "host") {
            all.extend(service.ports().iter().filter_map(|it| published(service, it)));
        }
    }
    if all.len() < 2 {
        return;
    }
    all.sort_by_key(|it| (it.first, it.last, it.span.start()));
    let mut open: Vec<Published<'_, '_>> = Vec::new();
    let mut found: Vec<(Published<'_, '_>, Published<'_, '_>)> = Vec::new();
    for next in all {
        open.retain(|it| it.last >= next.first);
        if let Some(other) = open.iter().find(|it| meet(it, &next)) {
            let in_order = other.span.start() < next.span.start();
            found.push(if in_order { (*other, next) } else { (next, *other) });
        }
        if open.len() < MOST_OPEN {
            open.push(next);
        }
    }
    for (first, second) in found {
        let port = first.first.max(second.first);
        let message = if first.service.name == second.service.name {
            format!("`{}` publishes port {port} of the host twice", second.service.name)
        } else {
            format!("port {port} of the host is published by `{}` and by `{}`", first.service.name, second.service.name)
        };
        let report = cx.report(second.span, message).help("Give one of them another port of the host.");
        report.related(first.span, "published here too").done();
    }
}

/// The ports of the host that are taken for sure.
fn published<'f, 'y>(service: &'f Service<'y>, port: &Port<'y>) -> Option<Published<'f, 'y>> {
    let range = port.published_range()?;
    let (first, last) = (*range.start(), *range.end());
    // Of several ports for one of the container the engine takes a free one.
    let is_choice = first != last && port.target_range().is_none_or(|it| it.len() != range.len());
    let address = port.host_ip.map_or("", |it| it.text);
    if first == 0 || is_choice || address.contains('$') {
        return None;
    }
    let address = if matches!(address, "0.0.0.0" | "[::]" | "::") { "" } else { address };
    Some(Published { service, protocol: port.protocol(), address, first, last, span: port.span })
}

fn meet(a: &Published<'_, '_>, b: &Published<'_, '_>) -> bool {
    let same_address = a.address == b.address || a.address.is_empty() || b.address.is_empty();
    a.protocol == b.protocol && same_address && are_together(a.service, b.service)
}

/// Whether two services may run at the same time in the usual way: a service without profiles always
/// runs.
fn are_together(a: &Service<'_>, b: &Service<'_>) -> bool {
    let (one, other) = (a.profiles(), b.profiles());
    match (one.is_empty(), other.is_empty()) {
        (true, true) => true,
        // A variant that is switched on replaces the usual service as often as it joins it.
        (true, false) | (false, true) => a.name == b.name,
        (false, false) => one.iter().any(|it| other.iter().any(|other| it.text == other.text)),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn ranges_addresses_and_protocols_are_compared() {
        check(
            "duplicate-port",
            "services:\n  a: {ports: ['8000-8010:8000-8010', '53:53/udp']}\n  b: {ports: ['127.0.0.1:8005:80', '53:53/tcp']}\n  \
             c: {ports: ['127.0.0.2:8080:80']}\n  d: {ports: ['127.0.0.1:8080:80', {target: 1, published: 8080}]}\n",
            "3:15 error: port 8005 of the host is published by `a` and by `b`\n\
             5:36 error: port 8080 of the host is published by `c` and by `d`",
        );
    }

    #[test]
    fn what_may_be_another_port_is_left_alone() {
        check(
            "duplicate-port",
            "services:\n  a: {ports: ['80', '0:80', '${P}:80', '8000-8010:80']}\n  b: {ports: ['80', '0:80', '${P}:80', '8000-8010:80']}\n  \
             c: {ports: ['81:80'], profiles: [x]}\n  d: {ports: ['81:80'], profiles: [y]}\n  \
             e: {network_mode: host, ports: ['9:9']}\n  f: {ports: ['9:9']}\n",
            "",
        );
    }
}
