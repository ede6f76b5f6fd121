//! What rules about development services share: environments, servers, connections.

use std::cell::OnceCell;

use plimsoll_syntax::compose::{Compose, Condition, Service};

use super::comparable::is_comparable;
use super::connections::{self, Connection, Part};
use super::databases::{Server, ServerKind};
use super::effective_environment::{Environment, HostVariables};
use super::reach::{self, Host};
use crate::{ComposeContext, Place};

/// How many connections of a file are looked at, each against all services.
const MOST_CONNECTIONS: usize = 2_000;

/// What is known of the services of a file.
#[derive(Debug)]
pub(crate) struct Development<'y> {
    /// What Compose replaces variables by.
    pub(crate) host: HostVariables,
    environments: Vec<OnceCell<Environment<'y>>>,
    servers: OnceCell<Vec<Option<Server<'y>>>>,
    connections: OnceCell<Vec<Connection>>,
    links: OnceCell<Vec<Link>>,
}

/// A connection to a service of the file.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// The connection, by its place in the list of all.
    pub(crate) connection: usize,
    /// The host, by its place in the connection's.
    pub(crate) host: usize,
    /// Whom it reaches.
    pub(crate) target: Host,
}

impl<'y> Development<'y> {
    pub(super) fn new(compose: &Compose<'y>, place: Option<&Place>) -> Self {
        Self {
            host: HostVariables::beside(place),
            environments: compose.services.iter().map(|_| OnceCell::new()).collect(),
            servers: OnceCell::new(),
            connections: OnceCell::new(),
            links: OnceCell::new(),
        }
    }
}

impl<'c, 'y> ComposeContext<'c, 'y> {
    /// The services of the file; none, where they are too many to hold them against one another.
    pub(crate) fn services(&self) -> &'c [Service<'y>] {
        let compose = &self.facts.compose;
        if is_comparable(compose) { &compose.services } else { &[] }
    }

    /// What the services are, each by its place in the file.
    pub(crate) fn servers(&self) -> &'c [Option<Server<'y>>] {
        let facts = self.development();
        let compose = &self.facts.compose;
        facts.servers.get_or_init(|| {
            let each = self.services().iter().enumerate().map(|(at, service)| {
                // Most images are told by their names alone.
                service.image()?;
                let empty = Environment::default();
                let environment = self.environment(at).unwrap_or(&empty);
                Server::of(compose, service, environment, &facts.host, self.place())
            });
            each.collect()
        })
    }

    /// The servers with their services.
    pub(crate) fn served(&self) -> impl Iterator<Item = (usize, &'c Service<'y>, &'c Server<'y>)> {
        let servers = self.servers().iter().enumerate();
        let services = self.services();
        servers.filter_map(move |(at, it)| Some((at, services.get(at)?, it.as_ref()?)))
    }

    /// The environment of a service.
    pub(crate) fn environment(&self, service: usize) -> Option<&'c Environment<'y>> {
        let facts = self.development();
        let (cell, service) = (facts.environments.get(service)?, self.services().get(service)?);
        Some(cell.get_or_init(|| Environment::of(service, &facts.host, self.place())))
    }

    /// What the services connect to.
    pub(crate) fn connections(&self) -> &'c [Connection] {
        let facts = self.development();
        facts.connections.get_or_init(|| {
            let each = self.services().iter().enumerate();
            let each = each.filter_map(|(at, service)| {
                Some(connections::of_service(at, service, self.environment(at)?, &facts.host))
            });
            each.flatten().take(MOST_CONNECTIONS).collect()
        })
    }

    /// Whom the connections reach.
    pub(crate) fn links(&self) -> &'c [Link] {
        let facts = self.development();
        facts.links.get_or_init(|| {
            let mut links = Vec::new();
            for (at, connection) in self.connections().iter().enumerate() {
                let Some(from) = self.services().get(connection.service) else { continue };
                for (host, (name, _)) in connection.hosts.iter().enumerate() {
                    let target = match &name.text {
                        Some(name) => reach::resolve(&self.facts.compose, &facts.host, from, name),
                        None => Host::Unknown,
                    };
                    links.push(Link { connection: at, host, target });
                }
            }
            links
        })
    }

    /// The connections to servers of the file, each once.
    pub(crate) fn server_links(
        &self,
    ) -> impl Iterator<Item = (&'c Connection, usize, &'c Server<'y>)> {
        let (connections, servers) = (self.connections(), self.servers());
        self.links().iter().filter_map(move |link| {
            let connection = connections.get(link.connection)?;
            let Host::Service(target) = link.target else { return None };
            let server = servers.get(target)?.as_ref()?;
            let fits = match connection.kind {
                Some(kind) => kind == server.kind,
                // An address with another scheme is for something else that runs there.
                None => connection.scheme.is_empty(),
            };
            (fits && target != connection.service).then_some((connection, target, server))
        })
    }

    /// The only server of a kind.
    pub(crate) fn only_server(&self, kind: ServerKind) -> Option<usize> {
        let mut found = self.served().filter(|it| it.2.kind == kind);
        let first = found.next()?.0;
        found.next().is_none().then_some(first)
    }

    /// The services that start only when another one is healthy.
    pub(crate) fn awaited_by(&self, name: &str) -> Option<&'c Service<'y>> {
        self.services().iter().find(|it| {
            it.get("depends_on").is_some_and(plimsoll_syntax::yaml::Value::is_mapping)
                && it
                    .depends_on()
                    .iter()
                    .any(|it| it.name.text == name && it.condition == Condition::Healthy)
        })
    }

    /// What Compose replaces variables by.
    pub(crate) fn host_variables(&self) -> &'c HostVariables {
        &self.development().host
    }

    fn development(&self) -> &'c Development<'y> {
        let facts = self.facts;
        facts.development.get_or_init(|| Development::new(&facts.compose, self.place()))
    }
}

impl Connection {
    /// What it is called: the variable, or the command.
    pub(crate) fn title(&self) -> String {
        match &self.variable {
            Some(name) => format!("`{name}`"),
            None => "the command".to_owned(),
        }
    }

    /// What a part of it is called.
    pub(crate) fn title_of(&self, part: &Part) -> String {
        match &part.variable {
            Some(name) => format!("`{name}`"),
            None => self.title(),
        }
    }
}
