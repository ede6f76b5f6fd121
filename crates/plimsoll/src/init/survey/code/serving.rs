//! Calls that listen, and those that go on until the program is told to stop.

use plimsoll_project::cargo_files::Code;

use super::What;

/// Calls that listen, as they are written.
const SERVES: [&str; 36] = [
    "axum :: serve",
    "axum :: Server",
    "axum_server :: bind",
    "axum_server :: from_tcp",
    "HttpServer :: new",
    "warp :: serve",
    "rocket :: build",
    "rocket :: custom",
    "rocket :: ignite",
    "Rocket :: build",
    "Rocket :: custom",
    "TcpListener :: bind",
    "UdpSocket :: bind",
    "UnixListener :: bind_addr",
    "Server :: bind",
    "Server :: builder",
    "Server :: http",
    "Server :: https",
    "Server :: try_bind",
    "Server :: new ( TcpListener",
    "tide :: new",
    "tide :: with_state",
    "rouille :: start_server",
    "gotham :: start",
    "trillium_tokio :: run",
    "trillium_tokio :: config",
    "Endpoint :: server",
    "hyper :: server",
    "http1 :: Builder",
    "server :: TcpListener",
    "TcpAcceptor :: new",
    "web :: server",
    "TcpListener :: from_std",
    "poem :: Server",
    "salvo :: Server",
    "Server :: configure",
];
/// Methods of which the name alone tells.
const METHODS: [&str; 12] = [
    "serve_with_shutdown",
    "serve_with_incoming",
    "serve_with_incoming_shutdown",
    "serve_connection",
    "serve_connection_with_upgrades",
    "bind_with_graceful_shutdown",
    "bind_rustls",
    "bind_openssl",
    "try_bind_with_graceful_shutdown",
    "bind_auto_h2c",
    "add_tcp",
    "with_graceful_shutdown",
];
/// Calls that go on for as long as the program runs.
const STAYS: [&str; 9] = [
    "time :: interval",
    "Interval :: new",
    "JobScheduler :: new",
    "StreamConsumer",
    "Controller :: new",
    "Monitor :: new",
    "PgListener :: connect",
    "WorkerBuilder :: new",
    "SignalKind :: terminate",
];
const STAYS_METHODS: [&str; 8] = [
    "basic_consume",
    "queue_subscribe",
    "subscribe",
    "recv",
    "run_forever",
    "next_message",
    "xread_options",
    "brpop",
];

/// What a word says of what the program does.
pub(super) fn at(code: &Code<'_>, at: usize) -> Option<What> {
    let word = code.word(at)?;
    let row = |list: &[&'static str]| {
        list.iter().copied().find(|row| row.split(' ').next() == Some(word) && code.is_row(at, row))
    };
    let is_call = || code.is_sign(at + 1, b'(');
    if let Some(row) = row(&SERVES) {
        return Some(What::Serves(row.replace(' ', "")));
    }
    if METHODS.contains(&word) && is_call() {
        return Some(What::Serves(word.to_owned()));
    }
    // `app.listen("…")` of tide; `listen(&mut receiver)` is anything.
    if word == "listen"
        && at > 0
        && code.is_sign(at - 1, b'.')
        && is_call()
        && code.literal(at + 2).is_some()
    {
        return Some(What::Serves(word.to_owned()));
    }
    if let Some(row) = row(&STAYS) {
        return Some(What::Stays(row.replace(' ', "")));
    }
    let is_loop = word == "loop" && code.is_sign(at + 1, b'{') && waits(code, at + 1);
    if is_loop || STAYS_METHODS.contains(&word) && is_call() && is_in_loop(code, at) {
        return Some(What::Stays(word.to_owned()));
    }
    None
}

/// Whether a loop sleeps.
fn waits(code: &Code<'_>, open: usize) -> bool {
    (open..code.close(open)).any(|it| {
        matches!(code.word(it), Some("sleep" | "tick" | "sleep_until"))
            && code.is_sign(it + 1, b'(')
    })
}

/// Whether a token is in a loop.
fn is_in_loop(code: &Code<'_>, at: usize) -> bool {
    let mut around = code.around(at);
    while let Some(open) = around {
        if open > 0 && code.word(open - 1) == Some("loop") {
            return true;
        }
        around = code.around(open);
    }
    let before = at.saturating_sub(30)..at;
    let statement =
        before.rev().take_while(|it| !code.is_sign(*it, b';') && !code.is_sign(*it, b'{'));
    statement.filter_map(|it| code.word(it)).any(|it| it == "while")
}
