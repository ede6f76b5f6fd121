//! Ports that can't be published, or not all at once.

use std::collections::BTreeMap;
use std::net::IpAddr;

use plimsoll_finding::Span;

use super::names::may_run_together;
use super::scalars::is_sexagesimal;
use super::{Report, filled, texts};
use crate::compose::loaded::{Data, Field, Item};
use crate::compose::parts::Parts;
use crate::compose::ports::range;
use crate::compose::units::port_problem;

/// A port of the host that a service takes.
struct Taken<'i> {
    service: &'i str,
    host: Option<IpAddr>,
    span: Span,
}

/// The ports of the host, by protocol and number.
type Host<'i> = BTreeMap<(&'static str, u16), Vec<Taken<'i>>>;

/// More ports in a row than this are not compared one by one.
const MOST_IN_A_ROW: u16 = 1000;

pub(super) fn check(parts: &Parts<'_, '_>, report: &mut Report<'_>) {
    let mut host = Host::new();
    for service in &parts.services {
        without_network(service, report);
        exposed(service, report);
        for item in service.value.get("ports").map_or(&[][..], Item::items) {
            if is_sexagesimal(item) {
                let text = item.node.as_str().unwrap_or_default();
                let message = format!("`{text}` is a number of base 60 for other readers of YAML");
                let help = format!("write `\"{text}\"`");
                report.add("sexagesimal-port", item.span(), message).help(help);
            }
            if item.is_map() {
                long(service.name, item, report);
            }
            publish(parts, service, item, &mut host, report);
        }
    }
}

fn without_network(service: &Field<'_>, report: &mut Report<'_>) {
    let item = &service.value;
    let Some((mode, field)) = filled(item, "network_mode") else { return };
    let Some(ports) = item.field("ports").filter(|it| !it.value.items().is_empty()) else { return };
    let what = match mode {
        "host" => "are the host's own",
        "none" => "reach nothing",
        _ if mode.starts_with("service:") || mode.starts_with("container:") => {
            "are for that container to publish"
        }
        _ => return,
    };
    let name = service.name;
    let message = format!("with `network_mode: {mode}` the ports of service `{name}` {what}");
    report
        .add("ports-without-network", ports.key.written(), message)
        .help("remove `ports` or `network_mode`")
        .related(field.key.written(), "the mode is here");
}

fn exposed(service: &Field<'_>, report: &mut Report<'_>) {
    for (text, item) in texts(service.value.get("expose")) {
        if text.contains(':') || port_problem(text).is_some() {
            let message = format!("`{text}` in `expose` of service `{}` is no port", service.name);
            report.add("invalid-port", item.span(), message).help("write `PORT[/PROTOCOL]`");
        }
    }
}

/// The words of the long form, which the loader takes as they are.
fn long(service: &str, item: &Item<'_>, report: &mut Report<'_>) {
    if let Some((mode, field)) = filled(item, "mode")
        && !matches!(mode, "host" | "ingress")
    {
        let message = format!("`{mode}` is no mode of a port, in service `{service}`");
        let help = "write `host` or `ingress`";
        report.add("unknown-word", field.value.span(), message).help(help);
    }
    if let Some((protocol, field)) = filled(item, "protocol")
        && !["tcp", "udp", "sctp"].contains(&&*protocol.to_ascii_lowercase())
    {
        let message = format!("`{protocol}` is no protocol, in service `{service}`");
        let help = "write `tcp`, `udp` or `sctp`";
        report.add("unknown-word", field.value.span(), message).help(help);
    }
    if let Some((published, field)) = filled(item, "published")
        && (published.contains([':', '/']) || port_problem(published).is_some())
    {
        let message = format!("`{published}` is no port of a host, in service `{service}`");
        let help = "write a number, or two with a `-` between them";
        report.add("invalid-port", field.value.span(), message).help(help);
    }
}

fn publish<'i>(
    parts: &Parts<'i, '_>,
    service: &'i Field<'_>,
    item: &'i Item<'_>,
    host: &mut Host<'i>,
    report: &mut Report<'_>,
) {
    let number = |it: &Item<'_>| match &it.data {
        Data::Int(number) => Some(number.to_string()),
        Data::Text(text) => Some(text.clone().into_owned()),
        _ => None,
    };
    let (published, target, address, protocol) = if item.is_map() {
        let text = |key: &str| item.get(key).and_then(number);
        (text("published"), text("target"), text("host_ip"), text("protocol"))
    } else {
        let Some(text) = number(item).filter(|it| port_problem(it).is_none()) else { return };
        split(&text)
    };
    let span = item.span();
    if target.as_deref() == Some("0") {
        let message = format!("service `{}` has no port 0", service.name);
        report.add("port-zero", span, message).help("name the port that it listens on");
    }
    let Some(ports) = published.as_deref().and_then(range) else { return };
    if *ports.start() == 0 {
        let message =
            format!("port 0 of the host stands for any port, in service `{}`", service.name);
        report.add("port-zero", span, message).help("name a port, or leave it to the engine");
        return;
    }
    // A range for one port of the container leaves the choice to the engine.
    let is_choice = ports.start() != ports.end()
        && target.as_deref().and_then(range).is_some_and(|it| it.start() == it.end());
    if is_choice || ports.end() - ports.start() > MOST_IN_A_ROW {
        return;
    }
    copies(service, &ports, span, report);
    let protocol = match protocol.as_deref() {
        Some("udp") => "udp",
        Some("sctp") => "sctp",
        _ => "tcp",
    };
    let address = address.as_deref().and_then(|it| it.trim_matches(['[', ']']).parse().ok());
    for port in ports {
        let taken = host.entry((protocol, port)).or_default();
        let clash = taken.iter().find(|it| {
            overlap(it.host, address)
                && it.service != service.name
                && may_run_together(parts, it.service, service.name)
        });
        if let Some(other) = clash {
            let message = format!(
                "services `{}` and `{}` both publish port {port}",
                other.service, service.name
            );
            report
                .add("equal-host-ports", span, message)
                .help("publish one of them at another port")
                .related(other.span, "the other is here");
            return;
        }
        if taken.len() < 16 {
            taken.push(Taken { service: service.name, host: address, span });
        }
    }
}

/// Several containers of a service can't share a port.
fn copies(
    service: &Field<'_>,
    range: &std::ops::RangeInclusive<u16>,
    span: Span,
    report: &mut Report<'_>,
) {
    let item = &service.value;
    let scale = item.field("scale").or_else(|| item.get("deploy")?.field("replicas"));
    let Some(field) = scale.filter(|it| it.value.int().is_some_and(|it| it > 1)) else { return };
    if range.start() == range.end() {
        let message = format!(
            "service `{}` has more than one container, and one port of the host",
            service.name
        );
        report
            .add("copies-share-port", span, message)
            .help("publish a range of ports, or leave the choice to the engine")
            .related(field.key.written(), "their number is here");
    }
}

/// Whether two addresses take the same ports; none stands for all.
fn overlap(one: Option<IpAddr>, other: Option<IpAddr>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            one == other
                || (one.is_ipv4() == other.is_ipv4()
                    && (one.is_unspecified() || other.is_unspecified()))
        }
        _ => true,
    }
}

type Split = (Option<String>, Option<String>, Option<String>, Option<String>);

/// Host port, target, address and protocol of a short form.
fn split(text: &str) -> Split {
    let (rest, target) = text.rsplit_once(':').unwrap_or(("", text));
    let (address, published) = rest.rsplit_once(':').unwrap_or(("", rest));
    let (target, protocol) = target.split_once('/').unwrap_or((target, ""));
    let filled = |it: &str| (!it.is_empty()).then(|| it.to_owned());
    let protocol = filled(protocol).map(|it| it.to_ascii_lowercase());
    (filled(published), filled(target), filled(address), protocol)
}
