//! `unbound-port`: a published port that the whole network can reach.

use std::ops::RangeInclusive;

use plimsoll_finding::{Clause, Edit, Fix, Severity};
use plimsoll_syntax::compose::{Port, Service};

use super::guessable_database_password;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability, YamlEdits};

/// Ports of the web, which are published for everybody on purpose. Inside of a container they say little.
const WEB: &[u16] = &[80, 443];

/// Ports whose service is there for other machines, on the host as in the container: SSH, mail, names,
/// file transfer, telephony, chat, federation, and peers that find one another.
const PUBLIC: &[u16] = &[
    20, 21, 22, 25, 53, 67, 69, 110, 123, 143, 465, 587, 853, 993, 995, 1194, 1883, 1935, 2222, 3478, 4190, 5060, 5061, 5222,
    5269, 5349, 6667, 6697, 6881, 8333, 8448, 8883, 9418, 22000, 25565, 30303, 51820,
];

/// Ports of media, games and private networks, which use datagrams.
const PUBLIC_UDP: &[u16] = &[443, 500, 1701, 4500, 5004, 10000, 19132, 21027, 27015, 34197, 41641];

/// How many ports in a row one publishes to try something. More are for media, or for devices.
const MOST_IN_A_ROW: u16 = 10;

/// Words in the names of files that are not for development.
const NOT_DEVELOPMENT: &[&str] = &["prod", "production", "stack", "swarm", "deploy", "staging"];

declare_rule! {
    /// ## What it does
    /// Reports a port that a Compose file publishes without an address of the host. It leaves out
    /// ports 80 and 443, those whose service is there for other machines (SSH, mail, DNS, VPN), ranges of
    /// more than ten ports, and files whose name says that they are for production.
    ///
    /// ## Why it matters
    /// The port is open on all interfaces: whoever is in the same network reaches the development
    /// database with its well-known password. A firewall on the host does not help, as Docker's own
    /// rules come before it.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.5
    ///     ports:
    ///       - "5432:5432"
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.5
    ///     ports:
    ///       - "127.0.0.1:5432:5432"
    /// ```
    ///
    /// ## Fix safety
    /// The fix is unsafe: other machines can't connect any more, a phone in the same network for
    /// example. It is made where the port is written in the service itself.
    pub(crate) static UNBOUND_PORT = {
        name: "unbound-port",
        clause: Clause::DevCompose,
        summary: "a port is published on all interfaces",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &["dclint/no-unbound-port-interfaces", "CL-0005"],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    if !is_for_development(cx.file_name()) {
        return;
    }
    let facts = cx.facts;
    // What several services share is found once, and what another rule reports is known already.
    let mut seen = guessable_database_password::spoken_of(cx);
    for service in &facts.compose.services {
        if service.get("network_mode").is_some() {
            continue;
        }
        for port in service.ports().iter().filter(|it| is_unbound(it)) {
            if seen.insert(port.span) {
                report(cx, service, port);
            }
        }
    }
}

fn report(cx: &mut ComposeContext<'_, '_>, service: &Service<'_>, port: &Port<'_>) {
    let name = service.name;
    let edit = bound(cx.edits(), port);
    let message = match port.published {
        Some(published) => {
            format!("port {} of `{name}` is open on all interfaces of the host", published.text)
        }
        None => format!(
            "port {} of `{name}` is open on all interfaces of the host, at a random port there",
            port.target.text
        ),
    };
    let report = cx
        .report(port.span, message)
        .help("Publish it for this machine alone, with `127.0.0.1:` before it.");
    match edit {
        Some(edit) => report.fix(Fix::risky("Publish the port on 127.0.0.1", [edit])).done(),
        None => report.done(),
    }
}

/// Whether a port has no address, and that is known.
fn is_unbound(port: &Port<'_>) -> bool {
    // A variable may bring an address with it, unless it is called a port and has no address by
    // default.
    let is_port = |it: &str| {
        !it.contains('$') || (it.to_ascii_lowercase().contains("port") && !it.contains(['.', '[']))
    };
    port.host_ip.is_none()
        && port.mode.is_none_or(|it| it.text != "host")
        && port.published.is_none_or(|it| is_port(it.text))
        && !is_public(port)
        && (port.published.is_some() || !port.target.text.contains('$'))
}

/// Whether a port is one for everybody, outside or inside of the container.
fn is_public(port: &Port<'_>) -> bool {
    let is_wide = |it: Option<RangeInclusive<u16>>| {
        it.is_some_and(|it| it.end().saturating_sub(*it.start()) >= MOST_IN_A_ROW)
    };
    if is_wide(port.published_range()) || is_wide(port.target_range()) {
        return true;
    }
    // Peers that find one another say so in the name of the variable.
    if port.published.is_some_and(|it| it.text.to_ascii_lowercase().contains("p2p")) {
        return true;
    }
    let published = port.published.and_then(|it| first_number(it.text));
    let target = first_number(port.target.text);
    let is_one = |it: u16| PUBLIC.contains(&it) || port.protocol() == "udp" && PUBLIC_UDP.contains(&it);
    published.is_some_and(|it| WEB.contains(&it) || is_one(it)) || target.is_some_and(is_one)
}

/// The port of `80`, the first of `443-445`, the default of `${PORT:-80}`.
fn first_number(text: &str) -> Option<u16> {
    let known = match text.strip_suffix('}').and_then(|it| it.rsplit_once('-')) {
        Some((_, default)) => default,
        None => text.split('-').next().unwrap_or_default(),
    };
    known.parse().ok()
}

/// Gives a port the address of the machine itself.
pub(super) fn bound<'y>(edits: &YamlEdits<'y>, port: &Port<'y>) -> Option<Edit> {
    if !port.is_short() {
        return edits.entry_added(port.value, "host_ip: 127.0.0.1");
    }
    let text = port.value.as_str()?;
    let colon = if port.published.is_some() { "" } else { ":" };
    edits.scalar_replaced(port.value, &format!("127.0.0.1:{colon}{text}"))
}

/// Whether nothing in a file's name speaks against it.
fn is_for_development(name: &str) -> bool {
    let mut words = name.split(|it: char| !it.is_ascii_alphanumeric());
    !words.any(|it| NOT_DEVELOPMENT.contains(&it.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{check, check_fixed};
    use crate::{FileType, Options, RuleSet, check_as};

    fn service(ports: &str) -> String {
        format!("services:\n  a:\n    image: b:1\n    ports:{ports}\n")
    }

    #[test]
    fn both_forms_are_found() {
        check(
            "unbound-port",
            &service("\n      - 8080:80\n      - 54:54/udp\n      - target: 81\n        published: 8081"),
            "5:9 warning: port 8080 of `a` is open on all interfaces of the host\n\
             6:9 warning: port 54 of `a` is open on all interfaces of the host\n\
             7:9 warning: port 8081 of `a` is open on all interfaces of the host",
        );
        check(
            "unbound-port",
            &service(" [3000, \"${WEB_PORT:-8080}:80\"]"),
            "4:13 warning: port 3000 of `a` is open on all interfaces of the host, at a random port \
             there\n\
             4:19 warning: port ${WEB_PORT:-8080} of `a` is open on all interfaces of the host",
        );
    }

    #[test]
    fn what_is_bound_public_or_unknown_is_left_alone() {
        for port in [
            "127.0.0.1:80:80",
            "'[::1]:80:80'",
            "80:80",
            "443:443/tcp",
            "${WEB}:80",
            "${WEB}",
            "127.0.0.1::80",
            "0.0.0.0:8080:80",
            "${HTTP_PORT:-80}:8080",
            "2200:22",
            "${SSH_PORT:-10022}:22",
            "993:10993",
            "53:53/udp",
            "10000:10000/udp",
            "5000-5150:5000-5150",
            "${SQL_PORT:-127.0.0.1:13306}:3306",
        ] {
            check("unbound-port", &service(&format!("\n      - {port}")), "");
        }
        let text = service("\n      - 8080:80") + "    network_mode: host\n";
        check("unbound-port", &text, "");
    }

    #[test]
    fn a_port_with_a_guessable_password_is_reported_once() {
        let text = "services:\n  db:\n    image: postgres:17\n    environment: {POSTGRES_PASSWORD: postgres}\n    \
                    ports: [5432:5432, 8000:8000]\n";
        let rules = RuleSet::named(["unbound-port", "guessable-database-password"]);
        let options = Options { rules: Some(rules), ..Options::default() };
        let found = check_as(FileType::Compose, "compose.yaml", text, &options).findings;
        let rules: Vec<_> = found.iter().map(|it| &*it.rule).collect();
        assert_eq!(rules, ["guessable-database-password", "unbound-port"]);
        check(
            "unbound-port",
            text,
            "5:13 warning: port 5432 of `db` is open on all interfaces of the host\n\
             5:24 warning: port 8000 of `db` is open on all interfaces of the host",
        );
    }

    #[test]
    fn names_say_what_a_file_is_for() {
        assert!(is_for_development("compose.yaml"));
        assert!(is_for_development("docker-compose.product.yml"));
        assert!(!is_for_development("docker-compose.prod.yml"));
        assert!(!is_for_development("compose-production.yaml"));
    }

    #[test]
    fn the_fix_keeps_form_and_quotes() {
        for (ports, expected) in [
            ("\n      - 8080:80 # a", "\n      - 127.0.0.1:8080:80 # a"),
            ("\n    - '8080:80'", "\n    - '127.0.0.1:8080:80'"),
            (" [\"8080:80\", 3000]", " [\"127.0.0.1:8080:80\", \"127.0.0.1::3000\"]"),
            (
                "\n      - target: 80\n        # b\n        published: 8080",
                "\n      - target: 80\n        # b\n        published: 8080\n        host_ip: 127.0.0.1",
            ),
            (
                "\n      - {target: 80, published: 8080}",
                "\n      - {target: 80, published: 8080, host_ip: 127.0.0.1}",
            ),
        ] {
            check_fixed("unbound-port", &service(ports), &service(expected));
        }
    }

    #[test]
    fn what_services_share_is_found_once_and_not_fixed() {
        let text = "x-p: &p\n  ports:\n    - 8080:80\nservices:\n  a:\n    image: b:1\n    <<: *p\n  \
                    c:\n    image: b:1\n    <<: *p\n";
        check(
            "unbound-port",
            text,
            "3:7 warning: port 8080 of `a` is open on all interfaces of the host",
        );
        check_fixed("unbound-port", text, text);
    }
}
