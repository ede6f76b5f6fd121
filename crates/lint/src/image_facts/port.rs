//! The port that a program listens on, as far as its image tells.

use super::{ImageFacts, Placed};
use crate::facts::paths;
use crate::facts::start::Start;

/// Variables that programs read their port from, or the address with it.
const VARIABLES: &[&str] = &[
    "PORT",
    "HTTP_PORT",
    "APP_PORT",
    "SERVER_PORT",
    "LISTEN_PORT",
    "ROCKET_PORT",
    "LEPTOS_SITE_ADDR",
    "BIND_ADDR",
    "BIND_ADDRESS",
    "LISTEN_ADDR",
    "LISTEN_ADDRESS",
    "SERVER_ADDR",
    "SERVER_ADDRESS",
    "HTTP_ADDR",
    "ASPNETCORE_HTTP_PORTS",
    "ASPNETCORE_URLS",
];

/// Options that take a port, or an address with it.
const OPTIONS: &[&str] = &[
    "--port",
    "--http-port",
    "--bind",
    "--listen",
    "--addr",
    "--address",
    "--listen-addr",
    "--listen-address",
    "--bind-address",
    "--http-addr",
];

/// What well-known base images expose themselves.
const BASES: &[(&str, &[u16])] = &[
    ("nginx", &[80]),
    ("nginxinc/nginx-unprivileged", &[8080]),
    ("httpd", &[80]),
    ("caddy", &[80, 443, 2019]),
    ("postgres", &[5432]),
    ("postgis/postgis", &[5432]),
    ("mysql", &[3306, 33060]),
    ("mariadb", &[3306]),
    ("redis", &[6379]),
    ("mongo", &[27017]),
    ("tomcat", &[8080]),
    ("jetty", &[8080]),
    ("traefik", &[80]),
    ("haproxy", &[]),
];

/// The ports that a base image exposes by itself; `None` where that is not known from here.
pub(super) fn of_base(image: &str) -> Option<&'static [u16]> {
    let name = image.split('@').next().unwrap_or_default();
    let (name, tag) = match name.rfind(':') {
        Some(colon) if !name[colon..].contains('/') => (&name[..colon], &name[colon + 1..]),
        _ => (name, ""),
    };
    let name = crate::bases::canonical_name(name);
    if matches!(name, "php" | "wordpress") {
        // The tag may be one of either kind in other words.
        return match (tag.contains("apache"), tag.contains("fpm")) {
            (true, _) => Some(&[80]),
            (_, true) => Some(&[9000]),
            _ => None,
        };
    }
    BASES.iter().find(|it| it.0 == name).map(|it| it.1)
}

/// The port that `ENV` or the arguments of the program name.
pub(super) fn program_port(image: &ImageFacts, start: Option<&Start<'_>>) -> Option<Placed<u16>> {
    start.and_then(of_arguments).or_else(|| {
        VARIABLES.iter().find_map(|name| {
            let variable = image.variable(name)?;
            let value = port_of(&variable.value)?;
            Some(Placed { value, span: variable.span, varies: variable.varies })
        })
    })
}

fn of_arguments(start: &Start<'_>) -> Option<Placed<u16>> {
    let words = &start.command.as_ref()?.words;
    words.iter().enumerate().find_map(|(at, word)| {
        let (name, value) = match word.value.split_once('=') {
            Some((name, value)) => (name, Some((value, word.span))),
            None => (&*word.value, None),
        };
        if !OPTIONS.contains(&name) {
            return None;
        }
        let next = || words.get(at + 1).map(|it| (&*it.value, it.span));
        let (value, span) = value.or_else(next)?;
        Some(Placed { value: port_of(value)?, span, varies: value.contains('$') })
    })
}

/// The port of `8080`, `:8080`, `0.0.0.0:8080`, `[::]:8080`, `http://+:8080`.
pub(crate) fn port_of(text: &str) -> Option<u16> {
    let text = text.trim_end_matches('/');
    let last = text.rsplit(':').next()?;
    let is_address = text.contains(':') || last == text;
    let digits = paths::file_name(last);
    (is_address && digits == last).then(|| digits.parse().ok()).flatten().filter(|it| *it != 0)
}
