//! The databases and brokers of a Compose file: what they are, and whom they let in.

mod accounts;
mod image;
mod message_brokers;
mod mysql;
mod postgres;

use std::borrow::Cow;

use plimsoll_syntax::compose::{Compose, Service};

use super::effective_environment::{Environment, HostVariables};
use super::expansion::Written;
use crate::Place;

pub(crate) use image::{ImageParts, Maker};

/// What a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerKind {
    /// PostgreSQL, with the extensions that have images of their own.
    Postgres,
    /// MySQL or MariaDB.
    MySql,
    /// Redis or Valkey.
    Redis,
    /// RabbitMQ.
    RabbitMq,
    /// NATS.
    Nats,
    /// MongoDB.
    Mongo,
}

/// A database or broker.
#[derive(Clone, Debug)]
pub(crate) struct Server<'y> {
    /// What it is.
    pub(crate) kind: ServerKind,
    /// Whose image it is.
    pub(crate) maker: Maker,
    /// The image.
    pub(crate) image: ImageParts<'y>,
    /// Where it listens; `None` where its settings may say otherwise.
    pub(crate) port: Option<u16>,
    /// Whom it lets in.
    pub(crate) accounts: Accounts<'y>,
}

/// Whom a server lets in, and to what.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts<'y> {
    /// The users that it makes.
    pub(crate) users: Vec<Account<'y>>,
    /// The databases or virtual hosts that it makes; those that are always there come last.
    pub(crate) databases: Vec<Given<'y>>,
    /// Whether nothing else may make users or databases.
    pub(crate) is_closed: bool,
}

/// A user.
#[derive(Clone, Debug)]
pub(crate) struct Account<'y> {
    /// The name.
    pub(crate) name: Given<'y>,
    /// The password.
    pub(crate) password: Password<'y>,
}

/// A user's password.
#[derive(Clone, Debug)]
pub(crate) enum Password<'y> {
    /// This.
    Given(Given<'y>),
    /// Nobody is asked for one, and whoever gives one is let in as well.
    NotAsked,
    /// There is none, and whoever gives one is refused.
    Absent,
    /// It isn't known.
    Unknown,
}

/// A value, and where it is said.
#[derive(Clone, Debug)]
pub(crate) struct Given<'y> {
    /// The value; it holds [`super::expansion::UNKNOWN`] where it isn't known.
    pub(crate) text: Cow<'y, str>,
    /// Where it is said; `None` for what the image does by itself.
    pub(crate) written: Option<Written>,
}

/// What the accounts of a server are found out from.
pub(super) struct Setting<'s, 'y> {
    pub(super) compose: &'s Compose<'y>,
    pub(super) service: &'s Service<'y>,
    pub(super) environment: &'s Environment<'y>,
    pub(super) place: Option<&'s Place>,
    pub(super) maker: Maker,
    pub(super) name: &'s str,
}

impl ServerKind {
    /// What a scheme of a URL speaks to.
    pub(crate) fn of_scheme(scheme: &str) -> Option<Self> {
        let mut parts = scheme.split('+');
        parts.find_map(|it| match it {
            "postgres" | "postgresql" | "postgis" | "timescaledb" | "psql" => Some(Self::Postgres),
            "mysql" | "mysql2" | "mariadb" => Some(Self::MySql),
            "redis" | "rediss" | "valkey" | "valkeys" => Some(Self::Redis),
            "amqp" | "amqps" | "pyamqp" => Some(Self::RabbitMq),
            "nats" => Some(Self::Nats),
            "mongodb" => Some(Self::Mongo),
            _ => None,
        })
    }

    /// What people call it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::MySql => "MySQL",
            Self::Redis => "Redis",
            Self::RabbitMq => "RabbitMQ",
            Self::Nats => "NATS",
            Self::Mongo => "MongoDB",
        }
    }

    /// Where it listens unless it is told otherwise.
    pub(crate) fn port(self) -> u16 {
        match self {
            Self::Postgres => 5432,
            Self::MySql => 3306,
            Self::Redis => 6379,
            Self::RabbitMq => 5672,
            Self::Nats => 4222,
            Self::Mongo => 27017,
        }
    }

    /// Whether it keeps data that nobody wants to lose: not a cache or a broker.
    pub(crate) fn is_database(self) -> bool {
        matches!(self, Self::Postgres | Self::MySql | Self::Mongo)
    }
}

impl<'y> Server<'y> {
    /// What a service is by the name of its image; `None` for anything else, and for images that
    /// are built.
    pub(super) fn of(
        compose: &Compose<'y>,
        service: &Service<'y>,
        environment: &Environment<'y>,
        host: &HostVariables,
        place: Option<&Place>,
    ) -> Option<Self> {
        if service.is_built() {
            return None;
        }
        let image = ImageParts::of(service.image()?, host);
        let (kind, maker) = image.server()?;
        if runs_client(service) {
            return None;
        }
        let name = image.last().to_owned();
        let setting = Setting { compose, service, environment, place, maker, name: &name };
        let accounts = match kind {
            ServerKind::Postgres => postgres::accounts(&setting),
            ServerKind::MySql => mysql::accounts(&setting),
            ServerKind::Redis => message_brokers::redis(&setting),
            ServerKind::RabbitMq => message_brokers::rabbitmq(&setting),
            ServerKind::Nats => message_brokers::nats(&setting),
            ServerKind::Mongo => message_brokers::mongo(&setting),
        };
        let port = setting.port(kind);
        Some(Self { kind, maker, image, port, accounts })
    }
}

/// Whether a service uses the image for its client alone: `psql`, or a script that starts no server.
fn runs_client(service: &Service<'_>) -> bool {
    let started = [service.entrypoint(), service.command()];
    let Some(line) = started.into_iter().flatten().find(|it| !it.words.is_empty()) else {
        return false;
    };
    let Some(first) = line.words.first() else { return false };
    let program = first.text.rsplit('/').next().unwrap_or_default();
    let starts_server = |it: &str| {
        const SERVERS: &[&str] = &[
            "postgres",
            "mysqld",
            "mariadbd",
            "redis-server",
            "valkey-server",
            "keydb-server",
            "mongod",
            "rabbitmq-server",
            "nats-server",
            "entrypoint",
            "run.sh",
            "start",
        ];
        SERVERS.iter().any(|server| it.contains(server))
    };
    match program {
        "psql" | "pg_isready" | "pg_dump" | "mysql" | "mysqladmin" | "mariadb" | "redis-cli"
        | "mongo" | "mongosh" | "sleep" | "tail" => true,
        "sh" | "bash" | "/bin/sh" | "until" => {
            let all = line.words.iter().map(|it| &*it.text);
            let mut all = all.chain(line.text.map(|it| it.text));
            let command = service.command();
            let mut more = command.iter().flat_map(|it| it.words.iter()).map(|it| &*it.text);
            !all.any(starts_server) && !more.any(starts_server)
        }
        _ => false,
    }
}
