//! Addresses of databases and brokers as programs are given them: URLs, `host=… user=…`, and the form
//! of Go's MySQL driver, `user:password@tcp(host:port)/database`.

use std::borrow::Cow;
use std::ops::Range;

use super::databases::ServerKind;

/// An address, each part as bytes of the text that it was found in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Address {
    /// What serves there, as the scheme says.
    pub(crate) kind: Option<ServerKind>,
    /// The scheme in lower case, empty for forms without one.
    pub(crate) scheme: String,
    /// The user.
    pub(crate) user: Option<Range<usize>>,
    /// The password. An empty one is none.
    pub(crate) password: Option<Range<usize>>,
    /// The hosts, each with its port.
    pub(crate) hosts: Vec<(Range<usize>, Option<Range<usize>>)>,
    /// The database, virtual host or number.
    pub(crate) database: Option<Range<usize>>,
    /// What follows `?`.
    pub(crate) query: Option<Range<usize>>,
}

/// The first address of a text: most hold none or one.
pub(crate) fn first(text: &str) -> Option<Address> {
    if let Some(found) = url(text) {
        return Some(found);
    }
    if text.contains("@tcp(") {
        return go_mysql(text);
    }
    if text.contains('=') { key_values(text) } else { None }
}

/// The value of a part with `%41` and its like decoded; `None` where that makes no text.
pub(crate) fn decoded(part: &str) -> Option<Cow<'_, str>> {
    if !part.contains('%') {
        return Some(part.into());
    }
    let bytes = part.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = (*byte == b'%').then(|| part.get(at + 1..at + 3)).flatten();
        match code.and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(code) => {
                out.push(code);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).ok().map(Cow::Owned)
}

/// `scheme://user:password@host:port,host/database?query`.
fn url(text: &str) -> Option<Address> {
    let colon = text.find("://")?;
    let before = text.get(..colon)?.as_bytes();
    let is_scheme = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'-' | b'.');
    let scheme_len = before.iter().rev().take_while(|it| is_scheme(it)).count();
    let scheme = text.get(colon - scheme_len..colon)?.to_ascii_lowercase();
    let begin = colon + 3;
    let rest = text.get(begin..)?;
    let stops = [' ', '\t', '\n', '"', '\'', '`', '>', '<', '|', ';'];
    let all_end = begin + rest.find(stops).unwrap_or(rest.len());
    let rest = text.get(begin..all_end)?;
    let authority_end = begin + rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let mut address =
        Address { kind: ServerKind::of_scheme(&scheme), scheme, ..Address::default() };
    let mut hosts_begin = begin;
    if let Some(at) = text.get(begin..authority_end)?.rfind('@') {
        let at = begin + at;
        let colon = text.get(begin..at)?.find(':').map(|it| begin + it);
        let user_end = colon.unwrap_or(at);
        address.user = (user_end > begin).then_some(begin..user_end);
        address.password = colon.map(|it| it + 1..at).filter(|it| !it.is_empty());
        hosts_begin = at + 1;
    }
    let mut start = hosts_begin;
    for part in text.get(hosts_begin..authority_end)?.split(',') {
        address.hosts.extend(host_and_port(part, start));
        start += part.len() + 1;
    }
    let tail = text.get(authority_end..all_end)?;
    if let Some(path) = tail.strip_prefix('/') {
        let end = path.find(['?', '#']).unwrap_or(path.len());
        let range = authority_end + 1..authority_end + 1 + end;
        address.database = (end > 0).then_some(range);
    }
    if let Some(at) = tail.find('?') {
        let begin = authority_end + at + 1;
        let end = text.get(begin..all_end)?.find('#').map_or(all_end, |it| begin + it);
        address.query = Some(begin..end);
        address.read_query(text);
    }
    Some(address)
}

impl Address {
    /// JDBC and libpq let options name the user, the password and the database.
    fn read_query(&mut self, text: &str) {
        let Some(query) = self.query.clone() else { return };
        let mut start = query.start;
        for part in text.get(query).unwrap_or_default().split('&') {
            if let Some((name, value)) = part.split_once('=') {
                let range = start + name.len() + 1..start + part.len();
                let place = match name {
                    "user" | "username" => &mut self.user,
                    "password" => &mut self.password,
                    "dbname" => &mut self.database,
                    _ => &mut None,
                };
                if place.is_none() && !value.is_empty() {
                    *place = Some(range);
                }
            }
            start += part.len() + 1;
        }
    }

    /// The value of an option.
    pub(crate) fn option<'t>(&self, text: &'t str, name: &str) -> Option<&'t str> {
        let query = text.get(self.query.clone()?)?;
        query.split('&').find_map(|it| it.strip_prefix(name)?.strip_prefix('='))
    }
}

/// `host:port`, `[::1]:port`. A text that is no host is none.
pub(crate) fn host_and_port(
    part: &str,
    start: usize,
) -> Option<(Range<usize>, Option<Range<usize>>)> {
    let host_len = match part.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => part.find(':').unwrap_or(part.len()),
    };
    let port = part.get(host_len..)?.strip_prefix(':').filter(|it| !it.is_empty());
    let port = port.map(|it| start + host_len + 1..start + host_len + 1 + it.len());
    (host_len > 0).then_some((start..start + host_len, port))
}

/// `user:password@tcp(host:port)/database?options`.
fn go_mysql(text: &str) -> Option<Address> {
    let at = text.find("@tcp(")?;
    let open = at + "@tcp(".len();
    let close = open + text.get(open..)?.find(')')?;
    let user_start = text.get(..at)?.rfind([' ', '"', '\'', '=']).map_or(0, |it| it + 1);
    let colon = text.get(user_start..at)?.find(':').map(|it| user_start + it);
    let user_end = colon.unwrap_or(at);
    let rest = text.get(close + 1..)?.strip_prefix('/').unwrap_or_default();
    let database_len = rest.find(['?', ' ', '"', '\'']).unwrap_or(rest.len());
    Some(Address {
        kind: Some(ServerKind::MySql),
        user: (user_end > user_start).then_some(user_start..user_end),
        password: colon.map(|it| it + 1..at).filter(|it| !it.is_empty()),
        hosts: host_and_port(text.get(open..close)?, open).into_iter().collect(),
        database: (database_len > 0).then_some(close + 2..close + 2 + database_len),
        ..Address::default()
    })
}

/// `host=db port=5432 user=app` of libpq, `Host=db;Username=app;Database=app` of .NET.
fn key_values(text: &str) -> Option<Address> {
    let separator = if text.contains(';') { ';' } else { ' ' };
    let mut address = Address::default();
    let (mut host, mut port) = (None, None);
    let mut start = 0;
    for part in text.split(separator) {
        if let Some((name, value)) = part.split_once('=') {
            let blanks = value.len() - value.trim_start().len();
            let value = value.trim();
            let quotes =
                usize::from(value.len() > 1 && value.starts_with('\'') && value.ends_with('\''));
            let begin = start + name.len() + 1 + blanks + quotes;
            let range = begin..begin + value.len() - 2 * quotes;
            let place = match &*name.trim().to_ascii_lowercase() {
                "host" | "server" | "data source" => &mut host,
                "port" => &mut port,
                "user" | "username" | "user id" | "uid" => &mut address.user,
                "password" | "pwd" => &mut address.password,
                "dbname" | "database" => &mut address.database,
                _ => &mut None,
            };
            if !value.is_empty() {
                *place = Some(range);
            }
        }
        start += part.len() + 1;
    }
    let host = host?;
    // A host alone may be anything; of .NET's form `host,port` and `tcp:host` are left alone.
    let name = text.get(host.clone())?;
    if address.user.is_none() && address.database.is_none() || name.contains([',', ':', '/']) {
        return None;
    }
    address.hosts.push((host, port));
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<&str> {
        let address = first(text).unwrap();
        let get = |it: &Option<Range<usize>>| it.clone().map_or("-", |it| &text[it]);
        let mut all = vec![get(&address.user), get(&address.password)];
        for (host, port) in &address.hosts {
            all.extend([&text[host.clone()], get(port)]);
        }
        all.push(get(&address.database));
        all
    }

    #[test]
    fn urls_are_split() {
        for (text, expected) in [
            ("postgres://u:p@db:5432/app?sslmode=disable", vec!["u", "p", "db", "5432", "app"]),
            ("x=postgresql+asyncpg://u@db/a b", vec!["u", "-", "db", "-", "a"]),
            ("mongodb://u:p@a:1,b:2,c/x", vec!["u", "p", "a", "1", "b", "2", "c", "-", "x"]),
            ("redis://:pw@redis:6379/2", vec!["-", "pw", "redis", "6379", "2"]),
            ("redis://redis", vec!["-", "-", "redis", "-", "-"]),
            (
                "jdbc:postgresql://db:5432/app?user=u&password=p",
                vec!["u", "p", "db", "5432", "app"],
            ),
            ("amqp://u:p%40x@[::1]:5672/", vec!["u", "p%40x", "[::1]", "5672", "-"]),
            ("u:p@tcp(db:3306)/app?parseTime=true", vec!["u", "p", "db", "3306", "app"]),
            ("host=db port=5432 user=u password='p' dbname=a", vec!["u", "p", "db", "5432", "a"]),
            ("Host=db;Username=u;Password=p;Database=a", vec!["u", "p", "db", "-", "a"]),
            ("postgres://u:p@/a?host=x", vec!["u", "p", "a"]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn schemes_say_what_serves() {
        let kind = |text: &str| first(text).unwrap().kind;
        assert_eq!(kind("postgresql+psycopg2://a"), Some(ServerKind::Postgres));
        assert_eq!(kind("db+postgresql://a"), Some(ServerKind::Postgres));
        assert_eq!(kind("jdbc:mariadb://a"), Some(ServerKind::MySql));
        assert_eq!(kind("rediss://a"), Some(ServerKind::Redis));
        assert_eq!(kind("http://a"), None);
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in ["", "a=b", "host=x", "x", "a:b", "Server=tcp:x,1;Database=a", "@tcp(", "://"] {
            assert!(first(text).is_none_or(|it| it.hosts.is_empty()), "{text}");
        }
    }

    #[test]
    fn codes_are_decoded() {
        assert_eq!(decoded("p%40%2fx").unwrap(), "p@/x");
        assert_eq!(decoded("50%").unwrap(), "50%");
        assert!(decoded("%ff").is_none());
    }
}
