//! Addresses and ports to listen on.

use plimsoll_project::cargo_files::{Code, Token};

use super::{
    Host, Listen, Meaning, meaning,
    names::is_port,
    owner::{Owner, is_variable},
};

/// Ports of what programs speak to more often than they are it.
const FOREIGN: [u16; 27] = [
    25, 465, 587, 1025, 1433, 1521, 2181, 2379, 3306, 4222, 4317, 4318, 5432, 5433, 5672, 6379,
    6380, 6831, 6832, 8125, 9092, 9200, 11211, 14268, 26257, 27017, 61613,
];
/// Functions that listen on their argument.
const LISTENING: [&str; 16] = [
    "bind",
    "bind_rustls",
    "bind_auto_h2c",
    "listen",
    "run",
    "serve",
    "try_bind",
    "bind_ephemeral",
    "start",
    "start_server",
    "add_tcp",
    "http",
    "launch",
    "bind_with_graceful_shutdown",
    "try_bind_ephemeral",
    "bind_tcp",
];
/// Functions that speak to somebody else.
const SPEAKING: [&str; 16] = [
    "connect",
    "connect_with",
    "get",
    "post",
    "put",
    "delete",
    "request",
    "from_static",
    "open",
    "client",
    "send_to",
    "with_endpoint",
    "new_client",
    "get_async_connection",
    "assert_eq",
    "assert",
];

/// What a token says of where the program listens.
pub(super) fn at(code: &Code<'_>, at: usize) -> Option<Listen> {
    match code.token(at)? {
        Token::Text(text, _) => match address(text) {
            Some((host, port)) => of_address(code, at, host, port),
            None => match host_of(text) {
                Some(host) => of_pair(code, at, at, host),
                None => text.parse().ok().and_then(|it| of_number(code, at, it)),
            },
        },
        Token::Word(word) => match *word {
            "UNSPECIFIED" => of_pair(code, at, at, Host::Any),
            "LOCALHOST" => of_pair(code, at, at, Host::Loopback),
            "0" => of_octets(code, at, "0 , 0 , 0 , 0", Host::Any),
            "127" => of_octets(code, at, "127 , 0 , 0 , 1", Host::Loopback),
            it => number(it).and_then(|it| of_number(code, at, it)),
        },
        Token::Sign(_) => None,
    }
}

/// The host and port of `0.0.0.0:3000`, `[::]:3000` and `127.0.0.1:{port}`.
pub(in crate::init::survey) fn address(text: &str) -> Option<(Host, Option<u16>)> {
    let (host, port) = text.rsplit_once(':')?;
    let host = match host_of(host) {
        Some(host) => host,
        None if host == "[::]" => Host::Any,
        None if host == "[::1]" => Host::Loopback,
        None if host.is_empty() || is_placeholder(host) => Host::Unknown,
        None => return None,
    };
    if is_placeholder(port) {
        return (host != Host::Unknown).then_some((host, None));
    }
    let port = port.parse().ok().filter(|it| *it > 0)?;
    Some((host, Some(port)))
}

fn is_placeholder(text: &str) -> bool {
    text.starts_with('{') && text.ends_with('}') && text.matches('{').count() == 1
}

/// What interfaces a host means.
pub(in crate::init::survey) fn host_of(text: &str) -> Option<Host> {
    match text {
        "0.0.0.0" | "::" => Some(Host::Any),
        "127.0.0.1" | "localhost" | "::1" => Some(Host::Loopback),
        _ => None,
    }
}

/// `3000`, `3_000`, `3000u16`.
fn number(word: &str) -> Option<u16> {
    if !word.starts_with(|it: char| it.is_ascii_digit()) {
        return None;
    }
    let digits = word.trim_end_matches("u16").trim_end_matches("u32").trim_end_matches("usize");
    digits.replace('_', "").parse().ok()
}

/// A text with host and port.
fn of_address(code: &Code<'_>, at: usize, host: Host, port: Option<u16>) -> Option<Listen> {
    let owner = Owner::of(code, at);
    let says = says(&owner);
    let called = |list: &[&str]| owner.calls.iter().take(3).any(|it| list.contains(it));
    if says == Meaning::Foreign || owner.calls.first().is_some_and(|it| SPEAKING.contains(it)) {
        return None;
    }
    let is_listening = called(&LISTENING);
    let is_foreign = port.is_some_and(|it| FOREIGN.contains(&it));
    let weight = match host {
        Host::Any => 90,
        Host::Loopback if is_listening => 88,
        _ if is_foreign => return None,
        Host::Loopback if says == Meaning::Own => 80,
        Host::Loopback if says == Meaning::Secondary => 70,
        Host::Loopback => 30,
        Host::Unknown if is_listening => 60,
        Host::Unknown => return None,
    };
    Some(listen(owner, says, host, port, weight))
}

/// A host that a port may follow.
fn of_pair(code: &Code<'_>, first: usize, last: usize, host: Host) -> Option<Listen> {
    let mut after = last + 1;
    while code.is_sign(after, b')')
        || code.is_row(after, ". into ( )")
        || code.is_row(after, ". to_string ( )")
    {
        after += if code.is_sign(after, b')') { 1 } else { 4 };
    }
    let mut port = None;
    let is_pair = code.is_sign(after, b',');
    if is_pair {
        port = code.word(after + 1).and_then(number).filter(|it| *it > 0);
        // `("0.0.0.0", port)` says that the interface is fixed, `("host", "x")` says nothing.
        let is_dynamic =
            code.word(after + 1).is_some_and(|it| !it.starts_with(|it: char| it.is_ascii_digit()));
        if port.is_none() && !is_dynamic {
            return None;
        }
    }
    let owner = Owner::of(code, first);
    let says = says(&owner);
    if says == Meaning::Foreign || owner.calls.first().is_some_and(|it| SPEAKING.contains(it)) {
        return None;
    }
    let is_listening = owner.calls.iter().take(4).any(|it| LISTENING.contains(it));
    if port.is_none() && says == Meaning::Nothing && !is_listening {
        return None;
    }
    let is_foreign = port.is_some_and(|it| FOREIGN.contains(&it));
    let weight = match host {
        Host::Any => 90,
        _ if is_listening => 88,
        _ if is_foreign => return None,
        _ if says == Meaning::Own => 80,
        _ => 60,
    };
    Some(listen(owner, says, host, port, weight))
}

/// `[0, 0, 0, 0]` and `(127, 0, 0, 1)`.
fn of_octets(code: &Code<'_>, at: usize, row: &str, host: Host) -> Option<Listen> {
    let open = at.checked_sub(1)?;
    let is_group = code.is_sign(open, b'[') || code.is_sign(open, b'(');
    if !is_group || !code.is_row(at, row) || code.close(open) != at + 7 {
        return None;
    }
    of_pair(code, open, at + 7, host)
}

/// A number that a name says to be a port.
fn of_number(code: &Code<'_>, at: usize, port: u16) -> Option<Listen> {
    let is_plausible = matches!(port, 80 | 443) || port >= 1024;
    if !is_plausible
        || at == 0
        || code.is_sign(at + 1, b'.') && code.word(at + 2).and_then(number).is_some()
    {
        return None;
    }
    let before = at - 1;
    let is_value = match code.token(before)? {
        Token::Sign(b'=') => {
            before == 0
                || !matches!(code.token(before - 1), Some(Token::Sign(b'=' | b'!' | b'<' | b'>')))
        }
        Token::Sign(b'>') => before > 0 && code.is_sign(before - 1, b'='),
        Token::Sign(b'(' | b':' | b'{' | b',' | b'|') | Token::Word("return" | "else") => true,
        _ => false,
    };
    if !is_value {
        return None;
    }
    let owner = Owner::of(code, at);
    if owner.calls.first().is_some_and(|it| SPEAKING.contains(it)) {
        return None;
    }
    // Of a number, the nearest name alone tells what it is.
    let name = if let Some(variable) = &owner.variable {
        variable.clone()
    } else {
        let label = owner.labels.first().filter(|it| is_port(it) && it.len() < 30);
        owner.names.first().or(label)?.to_string()
    };
    let says = if is_port(&name) { meaning(&name) } else { Meaning::Nothing };
    let says_otherwise = owner.names.iter().take(2).any(|it| meaning(it) == Meaning::Foreign);
    if !matches!(says, Meaning::Own | Meaning::Secondary) || says_otherwise {
        return None;
    }
    if FOREIGN.contains(&port) && owner.variable.as_deref() != Some("PORT") {
        return None;
    }
    // One program may have several: that of HTTP is what others ask.
    let is_named = ["http", "web", "server", "listen", "api", "bind"];
    let name = name.to_ascii_lowercase();
    let more = if is_named.iter().any(|it| name.contains(it)) { 2 } else { 0 };
    let weight = match &owner.variable {
        Some(_) => 85,
        None if owner.is_option => 84,
        None if port < 1024 => 55,
        None => 65 + more,
    };
    Some(listen(owner, says, Host::Unknown, Some(port), weight))
}

fn says(owner: &Owner<'_>) -> Meaning {
    let variable = owner.variable.as_deref().into_iter();
    let names = owner.names.iter().take(2).copied();
    let labels = owner.labels.iter().take(2).copied();
    let all = variable.chain(names).chain(labels).map(meaning);
    let found: Vec<Meaning> = all.filter(|it| *it != Meaning::Nothing).collect();
    match found.first() {
        Some(Meaning::Own) if found.contains(&Meaning::Foreign) => Meaning::Foreign,
        Some(Meaning::Own) if found.contains(&Meaning::Secondary) => Meaning::Secondary,
        Some(it) => *it,
        None => Meaning::Nothing,
    }
}

fn listen(owner: Owner<'_>, says: Meaning, host: Host, port: Option<u16>, weight: u8) -> Listen {
    let variable = owner.variable.filter(|it| is_variable(it) && meaning(it) != Meaning::Nothing);
    let name = owner.names.first().map(|it| (*it).to_owned());
    Listen { port, host, variable, name, is_secondary: says == Meaning::Secondary, weight }
}
