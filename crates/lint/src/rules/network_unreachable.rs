//! `network-unreachable`: a service connects to one that is in none of its networks.

use plimsoll_finding::{Clause, Severity};

use crate::compose::reach::{self, Host};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports addresses of services that share no network with the service that is given them.
    ///
    /// ## Why it matters
    /// Names are known and packets go only within a network: the other service's name can't even be
    /// resolved.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   app:
    ///     build: .
    ///     environment:
    ///       REDIS_URL: redis://cache:6379
    ///     networks: [front]
    ///   cache:
    ///     image: redis:8
    ///     networks: [back]
    /// networks:
    ///   front:
    ///   back:
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   app:
    ///     build: .
    ///     environment:
    ///       REDIS_URL: redis://cache:6379
    ///     networks: [front, back]
    ///   cache:
    ///     image: redis:8
    ///     networks: [back]
    /// networks:
    ///   front:
    ///   back:
    /// ```
    pub(crate) static NETWORK_UNREACHABLE = {
        name: "network-unreachable",
        clause: Clause::DevCompose,
        summary: "a service connects to one with which it shares no network",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let compose = &cx.facts.compose;
    let has_several = compose.services.iter().any(|it| it.get("networks").is_some());
    // Two networks may be one by another name.
    if !has_several || compose.networks.iter().any(|it| it.get("name").is_some()) || cx.is_override() {
        return;
    }
    for link in cx.links() {
        let Host::Service(target) = link.target else { continue };
        let Some(connection) = cx.connections().get(link.connection) else { continue };
        let Some((host, _)) = connection.hosts.get(link.host) else { continue };
        let services = (cx.services().get(connection.service), cx.services().get(target));
        let (Some(from), Some(to)) = services else { continue };
        if target == connection.service
            || from.get("links").is_some()
            || reach::share_network(from, to) != Some(false)
        {
            continue;
        }
        let message = format!(
            "{} connects to `{}`, but `{}` is in none of its networks",
            connection.title_of(host),
            to.name,
            from.name
        );
        let place = to.get("networks").map_or_else(|| to.key.span(), |it| it.written());
        cx.report_written(&host.written, message)
            .help("Put both services into one network.")
            .related(place, "the networks of the other service")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "network-unreachable";

    #[test]
    fn services_must_share_a_network() {
        check(
            RULE,
            "services:\n  a: {image: a, environment: {U: 'http://b:80/'}, networks: [x]}\n  b: {image: b}\nnetworks: {x: {}}\n",
            "2:42 error: `U` connects to `b`, but `a` is in none of its networks",
        );
    }

    #[test]
    fn those_that_do_are_fine() {
        for (a, b) in [
            ("networks: [x]", "networks: {x: {aliases: [c]}, y: {}}"),
            ("networks: [x, default]", "image: b"),
            ("network_mode: host", "networks: [x]"),
            ("image: a", "image: b"),
            ("networks: ['${N}']", "networks: [y]"),
        ] {
            check(
                RULE,
                &format!("services:\n  a: {{environment: {{U: 'http://b:80/'}}, {a}}}\n  b: {{{b}}}\n"),
                "",
            );
        }
    }
}
