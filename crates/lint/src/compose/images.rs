//! The images that services run: their parts, and what the well-known ones are for.

use std::borrow::Cow;
use std::collections::BTreeSet;

use plimsoll_finding::Span;
use plimsoll_syntax::compose::{Compose, Service, Text};

use crate::ComposeContext;
use crate::bases::{self, Description};

/// The image of a service, in its parts. Nothing is normalized: `postgres` is `postgres`.
#[derive(Clone, Debug)]
pub(crate) struct Image<'y> {
    /// As it is written.
    pub text: Text<'y>,
    /// With the defaults of its variables in their places.
    pub full: Cow<'y, str>,
    /// Whether variables without defaults leave a part unknown; they stay in [`Self::full`].
    pub is_known: bool,
}

/// The images that a rule has told of: one finding stands for all services that name the same.
#[derive(Debug, Default)]
pub(crate) struct Told<'y>(BTreeSet<&'y str>);

impl<'y> Told<'y> {
    /// Whether a rule is to tell of an image here. A comment that suppresses the rule hides its own
    /// place alone.
    pub(crate) fn is_new(&mut self, cx: &ComposeContext<'_, 'y>, image: &Image<'y>) -> bool {
        cx.allows(image.text.span) || self.0.insert(image.text.text)
    }

    /// Leaves an image to another rule.
    pub(crate) fn leave(&mut self, image: &Image<'y>) {
        self.0.insert(image.text.text);
    }
}

/// What a well-known image is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Keeps data or passes on messages: databases, caches, brokers, object stores.
    Store,
    /// Stands before or beside other services: proxies, monitoring, tools for people.
    Tool,
}

/// The image that a service names, whether it is built or pulled.
pub(crate) fn of<'y>(service: &Service<'y>) -> Option<Image<'y>> {
    let text = service.image().filter(|it| !it.text.is_empty())?;
    let (full, is_known) = with_defaults(text.text);
    Some(Image { text, full, is_known })
}

/// The image that a service pulls: nothing, if it is built here.
pub(crate) fn pulled<'y>(service: &Service<'y>) -> Option<Image<'y>> {
    if service.is_built() { None } else { of(service) }
}

/// Whether a service says what it runs. One that doesn't adds to a service of another file, whose keys
/// are not here.
pub(crate) fn is_whole(service: &Service<'_>) -> bool {
    !service.extends_elsewhere() && (service.is_built() || service.get("image").is_some())
}

/// The images that services pull, each place once however many services share it. Those that a service
/// of the file builds and names are not pulled; nor are those that are never asked of a registry.
pub(crate) fn pulled_images<'f, 'y>(compose: &'f Compose<'y>) -> Vec<(&'f Service<'y>, Image<'y>)> {
    let mut places: BTreeSet<Span> = BTreeSet::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for built in compose.services.iter().filter(|it| it.is_built()) {
        known.extend(built.image().map(|it| it.text));
    }
    let mut all = Vec::with_capacity(compose.services.len());
    for service in &compose.services {
        let policy = service.text("pull_policy").map(|it| it.text);
        if matches!(policy, Some("never" | "build")) {
            continue;
        }
        let Some(image) = pulled(service) else { continue };
        if !known.contains(image.text.text) && places.insert(image.text.span) {
            all.push((service, image));
        }
    }
    all
}

/// Whether what runs in a service is our own: it is built from here.
pub(crate) fn is_ours(service: &Service<'_>) -> bool {
    service.is_built()
}

/// What the image of a service is for, where it is well known.
pub(crate) fn role_of(service: &Service<'_>) -> Option<Role> {
    of(service).and_then(|it| role(it.last()))
}

impl Image<'_> {
    /// What comes before tag and digest.
    pub(crate) fn name(&self) -> &str {
        split(&self.full).0
    }

    /// The tag, if there is one.
    pub(crate) fn tag(&self) -> Option<&str> {
        split(&self.full).1
    }

    /// The digest, if there is one.
    pub(crate) fn digest(&self) -> Option<&str> {
        split(&self.full).2
    }

    /// What the tables of base images have of it.
    pub(crate) fn describe(&self) -> Option<Description<'_>> {
        let (name, tag, digest) = split(&self.full);
        bases::describe(name, tag, digest)
    }

    /// Whether a registry has it, as far as its name tells: it names a registry or an owner, or is well
    /// known. A single word may be an image that somebody built on the machine.
    pub(crate) fn is_published(&self) -> bool {
        let name = self.name();
        // No image has such a name, which is somebody else's to say.
        if name.bytes().any(|it| it.is_ascii_uppercase()) {
            return false;
        }
        if let Some((first, _)) = name.split_once('/') {
            return !matches!(first, "localhost" | "local") && !first.starts_with("localhost:");
        }
        role(name).is_some() || self.describe().is_some_and(|it| it.is_known)
    }

    /// The last part of the name: `postgresql` of `bitnami/postgresql:17`.
    pub(crate) fn last(&self) -> &str {
        let name = self.name();
        name.rsplit('/').next().unwrap_or(name)
    }
}

/// Name, tag and digest.
fn split(image: &str) -> (&str, Option<&str>, Option<&str>) {
    let (rest, digest) = match image.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (image, None),
    };
    match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains(['/', '}']) => (name, Some(tag), digest),
        _ => (rest, None, digest),
    }
}

/// A text with `word` for each `${NAME:-word}` and `${NAME-word}`; whether no other variable is in it.
fn with_defaults(text: &str) -> (Cow<'_, str>, bool) {
    if !text.contains('$') {
        return (Cow::Borrowed(text), true);
    }
    let (mut out, mut rest, mut is_known) = (String::with_capacity(text.len()), text, true);
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        is_known &= !before.contains('$');
        // Variables within defaults are rare enough to stay unknown.
        let inner = after.split_once('}').filter(|(inner, _)| !inner.contains('$'));
        let Some((inner, after)) = inner else { return (Cow::Borrowed(text), false) };
        match inner.split_once(":-").or_else(|| inner.split_once('-')) {
            Some((_, default)) if !default.is_empty() => out.push_str(default),
            _ => {
                is_known = false;
                out.push_str("${}");
            }
        }
        rest = after;
    }
    is_known &= !rest.contains('$');
    out.push_str(rest);
    (Cow::Owned(out), is_known)
}

/// What images of a name are for; the name is the last part of a longer one.
fn role(name: &str) -> Option<Role> {
    if STORES.contains(&name) {
        Some(Role::Store)
    } else {
        TOOLS.contains(&name).then_some(Role::Tool)
    }
}

const STORES: &[&str] = &[
    "postgres",
    "postgresql",
    "postgis",
    "timescaledb",
    "timescaledb-ha",
    "pgvector",
    "mysql",
    "mysql-server",
    "mariadb",
    "percona",
    "redis",
    "redis-stack",
    "redis-stack-server",
    "valkey",
    "keydb",
    "dragonfly",
    "memcached",
    "mongo",
    "mongodb",
    "mongodb-community-server",
    "rabbitmq",
    "nats",
    "kafka",
    "cp-kafka",
    "cp-zookeeper",
    "zookeeper",
    "redpanda",
    "elasticsearch",
    "opensearch",
    "clickhouse-server",
    "clickhouse",
    "cassandra",
    "scylla",
    "couchdb",
    "neo4j",
    "influxdb",
    "minio",
    "etcd",
    "consul",
    "vault",
    "mssql",
    "server",
    "localstack",
    "dynamodb-local",
    "azurite",
    "mailhog",
    "mailpit",
    "meilisearch",
    "typesense",
    "qdrant",
    "weaviate",
    "cockroach",
    "surrealdb",
    "activemq",
    "eventstore",
    "solr",
    "manticore",
    "pulsar",
];

const TOOLS: &[&str] = &[
    "nginx",
    "traefik",
    "caddy",
    "haproxy",
    "envoy",
    "httpd",
    "prometheus",
    "grafana",
    "loki",
    "promtail",
    "tempo",
    "jaeger",
    "all-in-one",
    "alertmanager",
    "node-exporter",
    "cadvisor",
    "postgres-exporter",
    "pushgateway",
    "adminer",
    "phpmyadmin",
    "pgadmin4",
    "pgadmin",
    "redis-commander",
    "redisinsight",
    "mongo-express",
    "portainer",
    "portainer-ce",
    "watchtower",
    "keycloak",
    "kibana",
    "logstash",
    "filebeat",
    "otel-collector",
    "opentelemetry-collector",
    "opentelemetry-collector-contrib",
    "netdata",
    "telegraf",
    "fluentd",
    "fluent-bit",
    "vector",
    "certbot",
    "nginx-proxy",
    "acme-companion",
    "cp-schema-registry",
    "kafka-ui",
    "dozzle",
    "autoheal",
    "agent",
    "dind",
];

#[cfg(test)]
mod tests {
    use super::{split, with_defaults};

    #[test]
    fn names_are_split() {
        assert_eq!(split("a.b:5000/c"), ("a.b:5000/c", None, None));
        assert_eq!(split("a.b:5000/c:1@sha256:0"), ("a.b:5000/c", Some("1"), Some("sha256:0")));
        assert_eq!(split("c@sha256:0"), ("c", None, Some("sha256:0")));
    }

    #[test]
    fn defaults_take_the_place_of_variables() {
        for (text, expected, is_known) in [
            ("a:1", "a:1", true),
            ("${R:-x.y/}a:${T-2}", "x.y/a:2", true),
            ("a:${T}", "a:${}", false),
            ("a:$T", "a:$T", false),
            ("a:${T:-${U}}", "a:${T:-${U}}", false),
            ("a:${T:-}", "a:${}", false),
        ] {
            let (full, known) = with_defaults(text);
            assert_eq!((&*full, known), (expected, is_known), "{text}");
        }
    }
}
