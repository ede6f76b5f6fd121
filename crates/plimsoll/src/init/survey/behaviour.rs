//! How a program behaves: what it is started with, how it tells its health, what signals do to it.

use super::{
    Health, Kind, Signals,
    code::{Near, ProgramCode, ROUTES, Subcommand, What, joined},
};

/// Subcommands that serve, the surest first.
const SERVING: [&str; 12] = [
    "serve",
    "server",
    "start-server",
    "run-server",
    "serve-http",
    "start",
    "listen",
    "daemon",
    "web",
    "up",
    "node",
    "run",
];
/// Subcommands that ask for health.
const HEALTH: [&str; 4] = ["healthcheck", "health-check", "health_check", "health"];
/// How deep subcommands nest.
const DEPTH_LIMIT: usize = 3;

/// What the program does.
pub(super) fn kind(code: &ProgramCode, has_ports: bool, weight: u8) -> Kind {
    let serves = code.all().any(|it| matches!(it, What::Serves(_)));
    if has_ports && (serves || weight >= 84) {
        return Kind::Service;
    }
    let surely_serves = code.facts().any(|(near, it)| match &it.what {
        What::Serves(by) => {
            near != Near::Other && !by.starts_with("TcpListener") && !by.starts_with("UdpSocket")
        }
        _ => false,
    });
    if surely_serves {
        return Kind::Service;
    }
    let stays = code.all().any(|it| matches!(it, What::Stays(_)));
    if stays { Kind::Worker } else { Kind::Command }
}

/// The subcommand by which the program serves; a note where it needs more than that.
pub(super) fn arguments(code: &ProgramCode) -> Vec<String> {
    command(code, &SERVING).unwrap_or_default()
}

/// The first of some subcommands that the command line takes, with those above it.
fn command(code: &ProgramCode, names: &[&str]) -> Option<Vec<String>> {
    let first = code.all().find_map(|it| match it {
        What::TakesSubcommand { is_first: true, subcommands, .. } => Some(subcommands),
        _ => None,
    })?;
    below(code, first, names, DEPTH_LIMIT)
}

fn below(
    code: &ProgramCode,
    subcommands: &str,
    names: &[&str],
    depth: usize,
) -> Option<Vec<String>> {
    let all: &Vec<Subcommand> = code.all().find_map(|it| match it {
        What::Subcommands(name, all) if name == subcommands => Some(all),
        _ => None,
    })?;
    let one = names.iter().find_map(|name| all.iter().find(|it| it.name == *name))?;
    let needs_more = one.needs_more
        || code.all().any(
            |it| matches!(it, What::Arguments(name, true) if Some(name) == one.arguments.as_ref()),
        );
    if needs_more {
        return None;
    }
    let mut found = vec![one.name.clone()];
    // A subcommand may have its own.
    let inner = one.arguments.as_ref().and_then(|arguments| {
        code.all().find_map(|it| match it {
            What::TakesSubcommand { holder, subcommands, .. } if holder == arguments => {
                Some(subcommands)
            }
            What::Subcommands(name, _) if name == arguments => Some(name),
            _ => None,
        })
    });
    if let Some(inner) = inner.filter(|_| depth > 0) {
        found.extend(below(code, inner, names, depth - 1)?);
    }
    Some(found)
}

/// How a program tells its health.
pub(super) fn health(code: &ProgramCode, kind: Kind, has_ports: bool) -> Health {
    let by_itself = command(code, &HEALTH).or_else(|| {
        code.facts().find_map(|(near, it)| match &it.what {
            What::AsksItself(argument) if near != Near::Other => Some(vec![argument.clone()]),
            _ => None,
        })
    });
    if let Some(arguments) = by_itself.filter(|_| kind == Kind::Service) {
        return Health::Itself { arguments };
    }
    if kind != Kind::Service {
        return Health::None { reason: "it does not listen".to_owned() };
    }
    if !has_ports {
        return Health::None { reason: "its port is not known".to_owned() };
    }
    match route(code) {
        Some(path) => Health::Http { path },
        None => Health::Tcp,
    }
}

/// The best route to ask, with the paths that it is put below.
fn route(code: &ProgramCode) -> Option<String> {
    let place = |path: &str| {
        let plain = path.trim_end_matches('/');
        ROUTES.iter().position(|it| *it == plain).unwrap_or(ROUTES.len())
    };
    let routes = code.facts().filter_map(|(near, it)| match &it.what {
        What::Route(path, names) => Some((place(path), near, path, names)),
        _ => None,
    });
    let (_, _, path, names) = routes.min_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)))?;
    let mut path = path.clone();
    let mut names: Vec<&String> = names.iter().take(2).collect();
    for _ in 0..3 {
        let mount = code.all().find_map(|it| match it {
            What::Mounts(prefix, mounted) if mounted.iter().any(|it| names.contains(&it)) => {
                Some(prefix)
            }
            _ => None,
        });
        let Some(prefix) = mount.filter(|it| !path.starts_with(it.as_str())) else { break };
        path = joined(prefix, &path);
        names.clear();
    }
    Some(path)
}

/// What becomes of SIGTERM. `terminates` tells whether `ctrlc` was built to handle it.
pub(super) fn signals(code: &ProgramCode, terminates: bool) -> Signals {
    let leaves = code.all().any(|it| matches!(it, What::LeavesSignals));
    let handled = code.facts().find_map(|(_, it)| match &it.what {
        What::Handles(by) if !(leaves && matches!(&**by, "actix-web" | "ntex")) => {
            Some(format!("{} ({by})", it.evidence))
        }
        _ => None,
    });
    match handled {
        Some(evidence) => Signals::Handled(evidence),
        None if terminates => Signals::Handled("ctrlc with the feature `termination`".to_owned()),
        None => Signals::Unhandled,
    }
}
