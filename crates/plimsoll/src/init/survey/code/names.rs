//! What names of variables, fields and options say about ports and addresses.

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::init::survey) enum Meaning {
    /// Where the program listens.
    Own,
    /// Where it listens for metrics or administration.
    Secondary,
    /// Where something else listens that it speaks to.
    Foreign,
    /// Nothing of the kind.
    Nothing,
}

const PLACES: [&str; 13] = [
    "port",
    "ports",
    "addr",
    "address",
    "addrs",
    "addresses",
    "listen",
    "listener",
    "bind",
    "host",
    "hostname",
    "ip",
    "socket",
];
const FOREIGN: [&str; 62] = [
    "db",
    "database",
    "pg",
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "redis",
    "valkey",
    "smtp",
    "mail",
    "email",
    "mailer",
    "remote",
    "target",
    "upstream",
    "proxy",
    "peer",
    "peers",
    "client",
    "nats",
    "amqp",
    "rabbitmq",
    "kafka",
    "mongo",
    "mongodb",
    "ldap",
    "dns",
    "ssh",
    "source",
    "src",
    "dest",
    "dst",
    "destination",
    "cache",
    "broker",
    "mqtt",
    "elastic",
    "elasticsearch",
    "clickhouse",
    "socks",
    "socks5",
    "ftp",
    "jaeger",
    "otel",
    "otlp",
    "collector",
    "statsd",
    "syslog",
    "influx",
    "influxdb",
    "vite",
    "export",
    "exporter",
    "backend",
    "gateway",
    "zipkin",
    "s3",
    "minio",
    "consul",
    "etcd",
    "memcached",
];
const SECONDARY: [&str; 17] = [
    "metrics",
    "metric",
    "admin",
    "prometheus",
    "debug",
    "internal",
    "management",
    "mgmt",
    "telemetry",
    "stats",
    "monitoring",
    "probe",
    "profiling",
    "pprof",
    "console",
    "gossip",
    "p2p",
];

/// What a name says: `METRICS_PORT`, `listenAddr`, `server.port`.
pub(in crate::init::survey) fn meaning(name: &str) -> Meaning {
    let parts = parts(name);
    let has = |list: &[&str]| parts.iter().any(|it| list.contains(&&**it));
    if !has(&PLACES)
        && !parts.iter().any(|it| it.ends_with("port") && it.len() > 6 && is_compound(it))
    {
        return Meaning::Nothing;
    }
    if has(&FOREIGN) {
        return Meaning::Foreign;
    }
    if has(&SECONDARY) { Meaning::Secondary } else { Meaning::Own }
}

/// `serverport`, but not `support` or `transport`.
fn is_compound(part: &str) -> bool {
    matches!(part, "serverport" | "httpport" | "listenport" | "webport" | "bindport")
}

/// Whether a name is about a port rather than about an address.
pub(super) fn is_port(name: &str) -> bool {
    parts(name).iter().any(|it| matches!(&**it, "port" | "ports") || is_compound(it))
}

/// The words of a name, in small letters.
fn parts(name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut part = String::new();
    let mut was_small = false;
    for character in name.chars() {
        let is_break = !character.is_ascii_alphanumeric();
        if is_break || character.is_ascii_uppercase() && was_small {
            found.extend(Some(std::mem::take(&mut part)).filter(|it| !it.is_empty()));
        }
        if !is_break {
            part.push(character.to_ascii_lowercase());
        }
        was_small = character.is_ascii_lowercase();
    }
    found.extend(Some(part).filter(|it| !it.is_empty()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_whose_port_it_is() {
        for (name, expected) in [
            ("PORT", Meaning::Own),
            ("listen_addr", Meaning::Own),
            ("server.port", Meaning::Own),
            ("bindAddress", Meaning::Own),
            ("METRICS_PORT", Meaning::Secondary),
            ("DB_PORT", Meaning::Foreign),
            ("smtp_host", Meaning::Foreign),
            ("support", Meaning::Nothing),
            ("import", Meaning::Nothing),
            ("timeout", Meaning::Nothing),
        ] {
            assert_eq!(meaning(name), expected, "{name}");
        }
        assert!(is_port("http-port") && !is_port("listen"));
    }
}
