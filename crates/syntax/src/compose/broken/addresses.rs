//! Subnets, and the addresses in them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use plimsoll_finding::Span;

use super::{Report, filled};
use crate::compose::loaded::{Field, Item};
use crate::compose::parts::Parts;

/// More subnets than this are not compared with one another.
const MOST_SUBNETS: usize = 100;

/// A range of addresses.
#[derive(Clone, Copy, Debug)]
struct Subnet {
    address: IpAddr,
    bits: u32,
    span: Span,
}

impl Subnet {
    fn parse(text: &str, span: Span) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let is_number = bits.bytes().all(|it| it.is_ascii_digit());
        let bits: u32 = bits.parse().ok().filter(|it| *it <= most && is_number)?;
        Some(Self { address, bits, span })
    }

    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32 - self.bits;
                shift == 32 || own.to_bits() >> shift == other.to_bits() >> shift
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - self.bits;
                shift == 128 || own.to_bits() >> shift == other.to_bits() >> shift
            }
            _ => false,
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.contains(other.address) && self.bits <= other.bits
            || other.contains(self.address) && other.bits <= self.bits
    }
}

/// What is known of the subnets of a network.
#[derive(Default)]
struct Network {
    subnets: Vec<Subnet>,
    /// Whether there may be more, which can't be seen here.
    is_open: bool,
}

pub(super) fn check(parts: &Parts<'_, '_>, report: &mut Report<'_>) {
    let mut networks: BTreeMap<&str, Network> = BTreeMap::new();
    let mut all: Vec<(&str, Subnet)> = Vec::new();
    for field in parts.root.get("networks").map_or(&[][..], Item::fields) {
        external(field, report);
        let network = network(field, report);
        for subnet in &network.subnets {
            let clash = all.iter().find(|(name, it)| *name != field.name && it.overlaps(subnet));
            if let Some((other, clash)) = clash {
                let message =
                    format!("the subnets of networks `{other}` and `{}` overlap", field.name);
                report
                    .add("overlapping-subnets", subnet.span, message)
                    .help("give one of them another subnet")
                    .related(clash.span, "the other is here");
            }
            if all.len() < MOST_SUBNETS {
                all.push((field.name, *subnet));
            }
        }
        networks.insert(field.name, network);
    }
    let mut taken = BTreeMap::new();
    for service in &parts.services {
        for field in service.value.get("networks").map_or(&[][..], Item::fields) {
            addresses(parts, service.name, field, &networks, &mut taken, report);
        }
        literal_addresses(service, report);
    }
    for section in ["networks", "secrets", "configs"] {
        for field in parts.root.get(section).map_or(&[][..], Item::fields) {
            if section != "networks" {
                external(field, report);
            }
        }
    }
}

/// Settings of what is made elsewhere: nobody reads them.
fn external(field: &Field<'_>, report: &mut Report<'_>) {
    let item = &field.value;
    let Some(external) = item.field("external") else { return };
    if !external.value.is_map() && external.value.boolean() != Some(true) {
        return;
    }
    let other = item.fields().iter().find(|it| {
        !matches!(it.name, "name" | "external" | "labels") && !it.name.starts_with("x-")
    });
    if let Some(other) = other {
        let message = format!("`{}` is external, and `{}` is passed over", field.name, other.name);
        report
            .add("external-with-settings", other.key.written(), message)
            .help("remove it, or `external`")
            .related(external.key.written(), "it is external by this");
    }
}

fn network(field: &Field<'_>, report: &mut Report<'_>) -> Network {
    let mut network = Network::default();
    let item = &field.value;
    let driver = item.get("driver").and_then(Item::text);
    network.is_open = item.has("external") || !matches!(driver, None | Some("bridge" | "overlay"));
    let Some(config) = item.at(&["ipam", "config"]) else { return network };
    network.is_open |= config.is_unknown();
    for pool in config.items() {
        let Some(subnet) = pool.get("subnet") else { continue };
        let Some(text) = subnet.text() else {
            network.is_open = true;
            continue;
        };
        let Some(parsed) = Subnet::parse(text, subnet.span()) else {
            network.is_open = true;
            let message = format!("`{text}` of network `{}` is no subnet", field.name);
            let help = "write an address and its bits, such as `172.28.0.0/16`";
            report.add("invalid-subnet", subnet.span(), message).help(help);
            continue;
        };
        network.subnets.push(parsed);
        pool_addresses(field.name, pool, &parsed, report);
    }
    network
}

fn pool_addresses(network: &str, pool: &Item<'_>, subnet: &Subnet, report: &mut Report<'_>) {
    for key in ["gateway", "ip_range"] {
        let Some((text, field)) = filled(pool, key) else { continue };
        let address = text.split('/').next().unwrap_or_default();
        let span = field.value.span();
        match address.parse::<IpAddr>() {
            Err(_) => {
                let message = format!("`{key}` of network `{network}` is no address: `{text}`");
                report.add("invalid-address", span, message).help("write an IP address");
            }
            Ok(address) if !subnet.contains(address) => {
                let message = format!("`{key}` of network `{network}` is outside of its subnet");
                report
                    .add("address-outside-subnet", span, message)
                    .help("use an address of the subnet")
                    .related(subnet.span, "the subnet is here");
            }
            Ok(_) => {}
        }
    }
}

type Addresses<'i> = BTreeMap<(&'i str, IpAddr), (Span, &'i str)>;

fn addresses<'i>(
    parts: &Parts<'_, '_>,
    service: &'i str,
    field: &'i Field<'_>,
    networks: &BTreeMap<&str, Network>,
    taken: &mut Addresses<'i>,
    report: &mut Report<'_>,
) {
    for key in ["ipv4_address", "ipv6_address"] {
        let Some((text, it)) = filled(&field.value, key) else { continue };
        let span = it.value.span();
        let address = match text.parse::<IpAddr>() {
            Ok(address) if address.is_ipv4() == (key == "ipv4_address") => address,
            _ => {
                let message =
                    format!("`{key}` of service `{service}` is no such address: `{text}`");
                report.add("invalid-address", span, message).help("write an IP address");
                continue;
            }
        };
        if let Some((first, other)) = taken.insert((field.name, address), (span, service))
            && super::names::may_run_together(parts, service, other)
        {
            let message = format!("services `{other}` and `{service}` have the same address");
            report
                .add("equal-addresses", span, message)
                .help("give one of them another")
                .related(first, "the other is here");
        }
        let default = Network { is_open: parts.is_open, ..Network::default() };
        let network = match networks.get(field.name) {
            Some(network) => network,
            None if field.name == "default" => &default,
            None => continue,
        };
        if network.is_open || parts.is_open {
            continue;
        }
        let mut of_kind =
            network.subnets.iter().filter(|it| it.address.is_ipv4() == address.is_ipv4());
        if of_kind.clone().any(|it| it.contains(address)) {
            continue;
        }
        let name = field.name;
        if let Some(subnet) = of_kind.next() {
            let message = format!("`{key}` of service `{service}` is outside of network `{name}`");
            report
                .add("address-outside-subnet", span, message)
                .help("use an address of the network's subnet")
                .related(subnet.span, "the subnet is here");
        } else {
            let message =
                format!("network `{name}` has no subnet for `{key}` of service `{service}`");
            let help = "name a subnet in `ipam.config` of the network";
            report.add("address-without-subnet", span, message).help(help);
        }
    }
}

/// Addresses of name servers and of hosts.
fn literal_addresses(service: &Field<'_>, report: &mut Report<'_>) {
    let item = &service.value;
    let dns = item.get("dns");
    let single = dns.and_then(|it| Some((it.text()?, it)));
    for (text, it) in super::texts(dns).chain(single) {
        if !text.is_empty() && text.parse::<IpAddr>().is_err() {
            let message = format!("`{text}` in `dns` of service `{}` is no address", service.name);
            report.add("invalid-address", it.span(), message).help("write an IP address");
        }
    }
    let hosts = item.get("extra_hosts");
    let listed = super::texts(hosts).filter_map(|(text, it)| {
        Some((text.split_once('=').or_else(|| text.split_once(':'))?.1, it.span()))
    });
    let mapped = hosts.map_or(&[][..], Item::fields).iter();
    let mapped = mapped.filter_map(|it| Some((it.value.text()?, it.value.span())));
    for (addresses, span) in listed.chain(mapped) {
        for address in addresses.split(',') {
            let bare = address.trim_matches(['[', ']']);
            if bare != "host-gateway" && bare.parse::<IpAddr>().is_err() {
                let message = format!(
                    "`{address}` in `extra_hosts` of service `{}` is no address",
                    service.name
                );
                let help = "write an IP address, or `host-gateway`";
                report.add("invalid-address", span, message).help(help);
            }
        }
    }
}
