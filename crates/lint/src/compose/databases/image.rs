//! What an image is by its name.

use std::borrow::Cow;

use plimsoll_syntax::compose::Text;

use super::ServerKind;
use crate::compose::effective_environment::HostVariables;
use crate::compose::expansion::{Expanded, UNKNOWN};

/// An image in parts, its variables replaced.
#[derive(Clone, Debug)]
pub(crate) struct ImageParts<'y> {
    /// As it is written.
    pub(crate) written: Text<'y>,
    full: Cow<'y, str>,
}

/// Whose image a server is: it decides which variables are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Maker {
    /// The official image.
    Official,
    /// One that is made from the official one and takes the same variables.
    Derived,
    /// Bitnami.
    Bitnami,
    /// Somebody else, whose variables aren't known.
    Other,
}

impl<'y> ImageParts<'y> {
    pub(crate) fn of(text: Text<'y>, host: &HostVariables) -> Self {
        let full = Expanded::new(text, &|name| host.get(name)).text;
        Self { written: text, full }
    }

    /// What comes before tag and digest, registries of the official images left out.
    pub(crate) fn name(&self) -> &str {
        let name = self.split().0;
        for registry in
            ["docker.io/", "index.docker.io/", "mirror.gcr.io/", "public.ecr.aws/docker/"]
        {
            if let Some(rest) = name.strip_prefix(registry) {
                return rest.strip_prefix("library/").unwrap_or(rest);
            }
        }
        name.strip_prefix("library/").unwrap_or(name)
    }

    /// The last part of the name.
    pub(crate) fn last(&self) -> &str {
        let name = self.name();
        name.rsplit('/').next().unwrap_or(name)
    }

    /// The tag; `None` for none, a digest alone, or one that isn't known.
    pub(crate) fn tag(&self) -> Option<&str> {
        self.split().1.filter(|it| !it.contains(UNKNOWN))
    }

    /// Whether nothing of it depends on what isn't known.
    pub(crate) fn is_known(&self) -> bool {
        !self.full.contains(UNKNOWN)
    }

    /// Whether a digest names it.
    pub(crate) fn has_digest(&self) -> bool {
        self.full.contains('@')
    }

    /// The number that the tag begins with.
    pub(crate) fn major(&self) -> Option<u32> {
        let tag = self.tag()?;
        let digits = tag.bytes().take_while(u8::is_ascii_digit).count();
        let rest = tag.as_bytes().get(digits);
        let is_number = rest.is_none_or(|it| matches!(it, b'.' | b'-' | b'a'..=b'z'));
        tag.get(..digits).filter(|_| is_number)?.parse().ok()
    }

    fn split(&self) -> (&str, Option<&str>) {
        let rest = self.full.split_once('@').map_or(&*self.full, |it| it.0);
        match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        }
    }

    /// What serves in it, and whose image it is.
    pub(super) fn server(&self) -> Option<(ServerKind, Maker)> {
        use ServerKind::{Mongo, MySql, Nats, Postgres, RabbitMq, Redis};
        let name = self.name();
        if name.contains(UNKNOWN) && !self.last().contains(UNKNOWN) {
            // The registry is a variable: what stands behind it is most often a mirror.
            return official(self.last()).map(|it| (it, Maker::Derived));
        }
        if let Some(kind) = official(name) {
            return Some((kind, Maker::Official));
        }
        let last = self.last();
        let owner = name.rsplit('/').nth(1).unwrap_or_default();
        if owner.starts_with("bitnami") {
            let kind = match last {
                "postgresql" => Postgres,
                "mysql" | "mariadb" => MySql,
                "redis" | "valkey" => Redis,
                "rabbitmq" => RabbitMq,
                "nats" => Nats,
                "mongodb" => Mongo,
                _ => return None,
            };
            return Some((kind, Maker::Bitnami));
        }
        let derived = match name {
            "postgis/postgis"
            | "imresamu/postgis"
            | "timescale/timescaledb"
            | "pgvector/pgvector"
            | "ankane/pgvector"
            | "tensorchord/pgvecto-rs"
            | "tensorchord/vchord-postgres"
            | "citusdata/citus"
            | "apache/age"
            | "paradedb/paradedb"
            | "cimg/postgres"
            | "circleci/postgres"
            | "timescale/timescaledb-ha"
            | "ghcr.io/immich-app/postgres" => Postgres,
            "cimg/mysql"
            | "percona"
            | "percona/percona-server"
            | "mysql/mysql-server"
            | "container-registry.oracle.com/mysql/community-server" => MySql,
            "valkey/valkey"
            | "redis/redis-stack"
            | "redis/redis-stack-server"
            | "eqalpha/keydb"
            | "ghcr.io/valkey-io/valkey"
            | "cimg/redis" => Redis,
            "mongodb/mongodb-community-server" => Mongo,
            _ => {
                let kind = match last {
                    "postgres" | "postgresql" | "postgis" | "pgvector" | "timescaledb" => Postgres,
                    "mysql" | "mariadb" => MySql,
                    "redis" | "valkey" => Redis,
                    "rabbitmq" => RabbitMq,
                    "nats" => Nats,
                    "mongo" | "mongodb" => Mongo,
                    _ => return None,
                };
                // Mirrors keep the path of the official images.
                let maker = if owner == "library" { Maker::Derived } else { Maker::Other };
                return Some((kind, maker));
            }
        };
        Some((derived, Maker::Derived))
    }
}

/// The official images.
fn official(name: &str) -> Option<ServerKind> {
    Some(match name {
        "postgres" => ServerKind::Postgres,
        "mysql" | "mariadb" => ServerKind::MySql,
        "redis" | "valkey" => ServerKind::Redis,
        "rabbitmq" => ServerKind::RabbitMq,
        "nats" => ServerKind::Nats,
        "mongo" => ServerKind::Mongo,
        _ => return None,
    })
}
