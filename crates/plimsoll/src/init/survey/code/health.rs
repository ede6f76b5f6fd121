//! Routes and arguments by which a program tells its health.

use plimsoll_project::cargo_files::{Code, Token};

use super::{
    What,
    owner::{Owner, called, field_after},
};

/// Routes that tell a server's health, the best to ask first.
pub(in crate::init::survey) const ROUTES: [&str; 27] = [
    "/healthz",
    "/health",
    "/livez",
    "/live",
    "/health/live",
    "/health/liveness",
    "/liveness",
    "/alive",
    "/health_check",
    "/health-check",
    "/healthcheck",
    "/_health",
    "/-/healthy",
    "/api/healthz",
    "/api/health",
    "/api/v1/health",
    "/api/healthcheck",
    "/v1/health",
    "/api/alive",
    "/ping",
    "/api/ping",
    "/up",
    "/__heartbeat__",
    "/__lbheartbeat__",
    "/readyz",
    "/ready",
    "/health/ready",
];
/// Arguments that have a program ask itself.
const ARGUMENTS: [&str; 7] = [
    "healthcheck",
    "health-check",
    "health_check",
    "--healthcheck",
    "--health-check",
    "--health_check",
    "--health",
];
/// Functions that put a route below a path.
const MOUNTS: [&str; 5] = ["nest", "nest_service", "mount", "scope", "nest_api_service"];

/// What a token says of health.
pub(super) fn at(code: &Code<'_>, at: usize) -> Option<What> {
    match code.token(at)? {
        Token::Text(text, _) => route(code, at, text).or_else(|| argument(code, at, text)),
        Token::Word(word) if MOUNTS.contains(word) => mounts(code, at),
        Token::Word(word @ ("healthcheck" | "health_check" | "health")) => flag(code, at, word),
        _ => None,
    }
}

fn route(code: &Code<'_>, at: usize, text: &str) -> Option<What> {
    let open = code.around(at)?;
    let by = called(code, open).unwrap_or_default();
    // `warp::path!("health")` and `warp::path("health")`
    let path = if by == "path" && !text.contains('/') && code.close(open) == at + 1 {
        format!("/{text}")
    } else {
        text.to_owned()
    };
    let known = ROUTES.contains(&&*path) || ROUTES.contains(&path.trim_end_matches('/'));
    let is_compared = code.is_row(at + 1, "=>")
        || at >= 2 && code.is_row(at - 2, "==")
        || code.is_row(at + 1, ") =>");
    let is_route = matches!(
        by,
        "route"
            | "get"
            | "at"
            | "path"
            | "resource"
            | "route_service"
            | "nest"
            | "head"
            | "handle"
            | "api_route"
            | "route_with_tsr"
            | "push"
            | "with_path"
            | "on"
            | "service"
            | "oai"
            | "any"
            | "add_route"
            | "add"
    ) || is_compared;
    if !known || !is_route {
        return None;
    }
    let owner = Owner::of(code, at);
    let prefix = mounted(code, at);
    let names = owner.names.iter().map(|it| (*it).to_owned()).collect();
    Some(What::Route(joined(&prefix, &path), names))
}

/// Two paths as one, with one slash between them.
pub(in crate::init::survey) fn joined(prefix: &str, path: &str) -> String {
    format!("{}{path}", prefix.trim_end_matches('/'))
}

/// The paths that a route stands below in the same expression.
fn mounted(code: &Code<'_>, at: usize) -> String {
    let mut found = String::new();
    let mut here = at;
    for _ in 0..8 {
        let Some(open) = code.around(here) else { break };
        if code.is_sign(open, b'{') {
            break;
        }
        let by = called(code, open).unwrap_or_default();
        let first = code.literal(open + 1).filter(|_| open + 1 != at);
        if let Some(path) = first.filter(|_| MOUNTS.contains(&by)) {
            found = joined(path, &found);
        }
        // `scope("/a").route("/b")`: the chain before the call.
        let around = code.around(open);
        let low = open.saturating_sub(120);
        let chain = (low..open).rev().take_while(|it| {
            code.around(*it) != around
                || !matches!(code.token(*it), Some(Token::Sign(b',' | b';' | b'=' | b'{' | b'}')))
        });
        let scope = chain.filter(|it| code.around(*it) == around && code.is_row(*it, "scope ("));
        let scope = scope.filter_map(|it| code.literal(it + 2)).last();
        if let Some(path) = scope {
            found = joined(path, &found);
        }
        here = open;
    }
    found
}

/// `nest("/a", names(…))`, `mount("/a", routes![name])`, `scope("/a").configure(name)`.
fn mounts(code: &Code<'_>, at: usize) -> Option<What> {
    let open = at + 1;
    let path = code.literal(open + 1).filter(|_| code.is_sign(open, b'('))?;
    let mut names: Vec<String> = Vec::new();
    let mut end = code.close(open);
    if code.word(at) == Some("scope") {
        // What follows in the chain.
        while code.is_sign(end + 1, b'.') && code.is_sign(end + 3, b'(') && end < at + 400 {
            end = code.close(end + 3);
        }
    }
    names.extend((open + 2..end).take(400).filter_map(|it| code.word(it)).map(str::to_owned));
    names.retain(|it| {
        !matches!(&**it, "routes" | "service" | "route" | "get" | "new" | "web" | "Router")
    });
    (path != "/" && !path.is_empty()).then(|| What::Mounts(path.to_owned(), names))
}

/// `Some("healthcheck") =>`, `== "--healthcheck"`, `Command::new("healthcheck")`, `.long("health")`.
fn argument(code: &Code<'_>, at: usize, text: &str) -> Option<What> {
    let by = code.around(at).and_then(|it| called(code, it)).unwrap_or_default();
    let is_first = at > 0 && code.is_sign(at - 1, b'(');
    let is_option = by == "long" && is_first;
    if is_option && matches!(text, "healthcheck" | "health-check" | "health") {
        return Some(What::AsksItself(format!("--{text}")));
    }
    if !ARGUMENTS.contains(&text) {
        return None;
    }
    let is_command = is_first
        && matches!(by, "new" | "with_name")
        && at > 4
        && matches!(code.word(at - 5), Some("Command" | "SubCommand" | "App"));
    let is_matched = code.is_row(at + 1, "=>")
        || code.is_row(at + 1, ") =>")
        || code.is_row(at + 1, "|")
        || at >= 2 && code.is_row(at - 2, "==")
        || at >= 4 && code.is_row(at - 4, "== Some (")
        || by == "any";
    let reads_arguments = || {
        code.places_of("args").any(|it| code.is_sign(it + 1, b'('))
            || code.places_of("pico_args").next().is_some()
    };
    (is_command || is_matched && reads_arguments()).then(|| What::AsksItself(text.to_owned()))
}

/// `#[arg(long)] health_check: bool`
fn flag(code: &Code<'_>, at: usize, word: &str) -> Option<What> {
    if !code.is_row(at + 1, ": bool") {
        return None;
    }
    // The nearest attribute before the field.
    let close = (at.saturating_sub(4)..at).rev().find(|it| code.is_sign(*it, b']'))?;
    let from = close.saturating_sub(40);
    let open =
        (from..close).rev().find(|it| code.is_row(*it, "# [") && code.close(it + 1) == close)? + 1;
    if !matches!(code.word(open + 1), Some("arg" | "clap" | "structopt"))
        || field_after(code, close + 1) != Some(word)
    {
        return None;
    }
    let long = (open..close).find(|it| code.word(*it) == Some("long"))?;
    let named = code.literal(long + 2).filter(|_| code.is_sign(long + 1, b'='));
    let name = named.map_or_else(|| word.replace('_', "-"), str::to_owned);
    Some(What::AsksItself(format!("--{name}")))
}
