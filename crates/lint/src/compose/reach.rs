//! Which services see one another, and by which names.

use std::collections::BTreeSet;

use plimsoll_syntax::compose::{Compose, Service, Text};

use super::effective_environment::HostVariables;
use super::expansion::Expanded;

/// A host as a service sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// A service of the file, by its place in it.
    Service(usize),
    /// The container itself.
    Itself,
    /// No service of the file, although nothing else can be meant.
    Nobody,
    /// Anything.
    Unknown,
}

/// The networks of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Networks<'y> {
    /// These.
    Named(BTreeSet<&'y str>),
    /// Those of the machine, of another container, or none at all.
    Other,
}

/// The networks that a service is in.
pub(crate) fn networks<'y>(service: &Service<'y>) -> Networks<'y> {
    if service.network_mode().is_some() || service.extends_elsewhere() {
        return Networks::Other;
    }
    let named: BTreeSet<&str> = service.networks().iter().map(|it| it.name.text).collect();
    if named.iter().any(|it| it.contains('$')) {
        return Networks::Other;
    }
    Networks::Named(if named.is_empty() { BTreeSet::from(["default"]) } else { named })
}

/// Whether two services share a network; `None` where that isn't known.
pub(crate) fn share_network(a: &Service<'_>, b: &Service<'_>) -> Option<bool> {
    match (networks(a), networks(b)) {
        (Networks::Named(a), Networks::Named(b)) => Some(!a.is_disjoint(&b)),
        _ => None,
    }
}

/// Whom a service reaches by a name.
pub(crate) fn resolve(
    compose: &Compose<'_>,
    host_variables: &HostVariables,
    from: &Service<'_>,
    host: &str,
) -> Host {
    let host = host.trim_end_matches('.');
    let mode = from.network_mode().map(|it| it.text);
    if matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "::1" | "0.0.0.0") {
        return if mode.is_none() { Host::Itself } else { Host::Unknown };
    }
    if mode.is_some() || host.is_empty() || !host.bytes().all(is_host_byte) {
        return Host::Unknown;
    }
    if let Some(target) = linked(from, host) {
        return place_of(compose, target).map_or(Host::Unknown, Host::Service);
    }
    if let Some(found) = place_of(compose, host) {
        return Host::Service(found);
    }
    let is_other_name = |it: &Service<'_>| {
        let named = [it.container_name(), it.text("hostname")];
        named.into_iter().flatten().any(|it| is_text(it, host_variables, host))
            || it.networks().iter().any(|it| {
                let aliases = it.value.get("aliases");
                aliases.is_some_and(|it| it.items().any(|it| it.as_str() == Some(host)))
            })
    };
    if let Some(found) = compose.services.iter().position(is_other_name) {
        return Host::Service(found);
    }
    let names_templates = compose.services.iter().any(|it| {
        [it.container_name(), it.text("hostname")].into_iter().flatten().any(Text::is_templated)
    });
    if host.contains('.') || names_templates || may_be_elsewhere(compose, from, host) {
        return Host::Unknown;
    }
    Host::Nobody
}

fn is_text(text: Text<'_>, host_variables: &HostVariables, expected: &str) -> bool {
    Expanded::new(text, &|name| host_variables.get(name)).text == expected
}

/// Whether a name may come from outside of the file.
fn may_be_elsewhere(compose: &Compose<'_>, from: &Service<'_>, host: &str) -> bool {
    let is_external = |name: &str| {
        let found = compose.networks.iter().find(|it| it.name == name);
        found.is_some_and(|it| it.is_external())
    };
    let in_external = match networks(from) {
        Networks::Named(names) => names.into_iter().any(is_external),
        Networks::Other => true,
    };
    let extra = from.texts("extra_hosts");
    let has_extra = extra.iter().any(|it| it.text.split([':', '=']).next() == Some(host))
        || from.get("extra_hosts").is_some_and(|it| it.get(host).is_some());
    in_external
        || has_extra
        || compose.has_includes
        || from.get("external_links").is_some()
        || from.extends_elsewhere()
        // The names of containers: `project-db-1`.
        || compose.services.iter().any(|it| is_container_of(host, it.name))
}

fn is_container_of(host: &str, service: &str) -> bool {
    let rest = host.trim_end_matches(|it: char| it.is_ascii_digit());
    rest.len() < host.len()
        && rest.strip_suffix(['-', '_']).is_some_and(|it| {
            it == service || { it.strip_suffix(service).is_some_and(|it| it.ends_with(['-', '_'])) }
        })
}

/// The service that `links` gives another name to.
fn linked<'y>(from: &Service<'y>, host: &str) -> Option<&'y str> {
    from.get("links")?;
    from.texts("links").iter().find_map(|it| {
        let (service, alias) = it.text.split_once(':')?;
        (alias == host).then_some(service)
    })
}

fn place_of(compose: &Compose<'_>, name: &str) -> Option<usize> {
    compose.place_of(name)
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}
