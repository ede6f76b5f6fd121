//! What services connect to: addresses in variables and commands, and variables such as `PGHOST` and
//! `DB_HOST` with those beside them.

use std::ops::Range;

use plimsoll_syntax::compose::Service;

use super::connection_url::{self, Address, decoded};
use super::databases::ServerKind;
use super::effective_environment::{EnvVariable, Environment, HostVariables};
use super::expansion::{Expanded, Written, is_known};

/// With more variables than this, none is looked at together with the others.
const MOST_VARIABLES: usize = 1_000;

/// What a service connects to.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    /// The service, by its place in the file.
    pub(crate) service: usize,
    /// The variable that says it; `None` for a command.
    pub(crate) variable: Option<String>,
    /// What serves there, as far as scheme or name tell.
    pub(crate) kind: Option<ServerKind>,
    /// The scheme in lower case, or empty.
    pub(crate) scheme: String,
    /// The user.
    pub(crate) user: Option<Part>,
    /// The password.
    pub(crate) password: Option<Part>,
    /// The hosts with their ports.
    pub(crate) hosts: Vec<(Part, Option<Part>)>,
    /// The database, virtual host or number.
    pub(crate) database: Option<Part>,
    /// The database that knows the user, for MongoDB.
    pub(crate) auth_source: Option<String>,
    /// All of it.
    pub(crate) whole: Written,
    /// Whether it is one text, which says that no user or password is given.
    pub(crate) is_address: bool,
}

/// A part of an address.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Its value; `None` where that isn't known.
    pub(crate) text: Option<String>,
    /// Where it is written.
    pub(crate) written: Written,
    /// The variable that it is the whole value of.
    pub(crate) variable: Option<String>,
}

/// The connections of a service.
pub(crate) fn of_service(
    index: usize,
    service: &Service<'_>,
    environment: &Environment<'_>,
    host: &HostVariables,
) -> Vec<Connection> {
    let mut all = Vec::new();
    for variable in &environment.variables {
        let value = &variable.value;
        let may_be = value.text.contains("://")
            || value.text.contains("@tcp(")
            || value.text.to_ascii_lowercase().contains("host=")
            || value.text.contains("erver=");
        if let Some(address) = may_be.then(|| connection_url::first(&value.text)).flatten() {
            let name = Some(variable.name.to_string());
            all.push(from_address(index, name, value, address));
        }
    }
    if let Some(text) = service.command().and_then(|it| it.text)
        && text.text.contains("://")
    {
        let value = Expanded::new(text, &|name| host.get(name));
        all.extend(
            connection_url::first(&value.text).map(|it| from_address(index, None, &value, it)),
        );
    } else if let Some(command) = service.get("command") {
        for item in command.items() {
            let Some(text) = plimsoll_syntax::compose::Text::of(item) else { continue };
            if text.text.contains("://") {
                let value = Expanded::new(text, &|name| host.get(name));
                let address = connection_url::first(&value.text);
                all.extend(address.map(|it| from_address(index, None, &value, it)));
            }
        }
    }
    if environment.variables.len() <= MOST_VARIABLES {
        all.extend(environment.variables.iter().filter_map(|it| group(index, environment, it)));
    }
    all.retain(|it| !it.hosts.is_empty());
    all
}

fn from_address(
    service: usize,
    variable: Option<String>,
    value: &Expanded<'_>,
    address: Address,
) -> Connection {
    let part = |range: Range<usize>| Part {
        text: value
            .text
            .get(range.clone())
            .filter(|it| is_known(it))
            .and_then(decoded)
            .map(std::borrow::Cow::into_owned),
        written: value.written(range),
        variable: None,
    };
    Connection {
        service,
        variable,
        kind: address.kind,
        auth_source: address.option(&value.text, "authSource").map(str::to_owned),
        user: address.user.map(part),
        password: address.password.map(part),
        hosts: address.hosts.into_iter().map(|(host, port)| (part(host), port.map(part))).collect(),
        database: address.database.map(part),
        scheme: address.scheme,
        whole: value.whole(),
        is_address: true,
    }
}

/// The variables beside one that names a host.
fn group(
    service: usize,
    environment: &Environment<'_>,
    host: &EnvVariable<'_>,
) -> Option<Connection> {
    let prefix = ["_HOSTNAME", "_HOST", "_SERVER", "_ADDR", "HOST"]
        .iter()
        .find_map(|it| host.name.strip_suffix(it))?;
    let separator = if host.name == "PGHOST" { "" } else { "_" };
    if prefix.is_empty()
        || separator == "_" && host.name.ends_with("HOST") && !host.name.ends_with("_HOST")
    {
        return None;
    }
    if host.value.text.contains('/') || host.value.text.is_empty() {
        return None;
    }
    let whole = |variable: &EnvVariable<'_>| Part {
        text: Some(variable.value.text.to_string()).filter(|it| is_known(it)),
        written: variable.value.whole(),
        variable: Some(variable.name.to_string()),
    };
    let find = |names: &[&str]| {
        let mut all = names.iter().filter_map(|it| {
            environment.variables.iter().find(|variable| {
                let rest =
                    variable.name.strip_prefix(prefix).and_then(|it| it.strip_prefix(separator));
                rest == Some(*it) && !variable.value.text.is_empty()
            })
        });
        all.next().map(whole)
    };
    let (host_range, port) = connection_url::host_and_port(&host.value.text, 0)?;
    let at = |range: Range<usize>| Part {
        text: host.value.text.get(range.clone()).filter(|it| is_known(it)).map(str::to_owned),
        written: host.value.written(range),
        variable: Some(host.name.to_string()),
    };
    let port = port.map(at).or_else(|| find(&["PORT"]));
    let (user, password) = (find(&["USER", "USERNAME"]), find(&["PASSWORD", "PASS", "PASSWD"]));
    let kind = kind_of_prefix(prefix);
    let database = find(&["DATABASE", "NAME", "DB", "DBNAME", "DB_NAME", "VHOST"]);
    // A host alone may be anybody's.
    if kind.is_none() && user.is_none() && database.is_none() && port.is_none() {
        return None;
    }
    Some(Connection {
        service,
        variable: Some(host.name.to_string()),
        kind,
        scheme: String::new(),
        user,
        password,
        hosts: vec![(at(host_range), port)],
        database,
        auth_source: None,
        whole: host.value.whole(),
        is_address: false,
    })
}

fn kind_of_prefix(prefix: &str) -> Option<ServerKind> {
    Some(match prefix.rsplit('_').next()? {
        "PG" | "POSTGRES" | "POSTGRESQL" => ServerKind::Postgres,
        "MYSQL" | "MARIADB" => ServerKind::MySql,
        "REDIS" | "VALKEY" => ServerKind::Redis,
        "RABBITMQ" | "AMQP" | "RABBIT" => ServerKind::RabbitMq,
        "NATS" => ServerKind::Nats,
        "MONGO" | "MONGODB" => ServerKind::Mongo,
        _ => return None,
    })
}
