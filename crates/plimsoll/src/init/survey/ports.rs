//! Which ports a program listens on.

use std::collections::BTreeMap;

use super::{
    Port,
    code::{Host, Listen, Near, ProgramCode, What},
};

/// More ports than any program needs in an image.
const PORTS_LIMIT: usize = 4;
/// Where frameworks listen without being told, with the variable that tells them.
const DEFAULTS: [(&str, u16, &str, Host); 3] = [
    ("rocket", 8000, "ROCKET_ADDRESS", Host::Loopback),
    ("loco-rs", 5150, "PORT", Host::Loopback),
    ("leptos_axum", 3000, "LEPTOS_SITE_ADDR", Host::Loopback),
];

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) ports: Vec<Port>,
    /// How sure the first one is.
    pub(super) weight: u8,
    /// Where it is reached by nobody but the machine itself: the evidence, and the variable that says
    /// otherwise.
    pub(super) loopback: Option<(String, Option<String>)>,
}

struct Candidate {
    near: Near,
    listen: Listen,
    evidence: String,
}

/// Chooses among all that the code and `configured` (settings files) say.
pub(super) fn of(
    code: &ProgramCode,
    configured: Vec<(String, Listen)>,
    depends: &dyn Fn(&str) -> bool,
    wanted: Option<u16>,
) -> Found {
    let said = code.facts().filter_map(|(near, fact)| match &fact.what {
        What::Listens(listen) => {
            Some(Candidate { near, listen: listen.clone(), evidence: fact.evidence.clone() })
        }
        _ => None,
    });
    let configured = configured.into_iter().map(|(evidence, listen)| Candidate {
        near: Near::Own,
        listen,
        evidence,
    });
    let mut all: Vec<Candidate> = said.chain(configured).collect();
    let rest = DEFAULTS.iter().filter(|(name, ..)| depends(name));
    all.extend(rest.map(|(name, port, variable, host)| Candidate {
        near: Near::Other,
        evidence: format!("the default of {name}"),
        listen: Listen {
            port: Some(*port),
            host: *host,
            variable: Some((*variable).to_owned()),
            is_secondary: false,
            weight: 50,
        },
    }));
    // Of each port, the best candidate.
    let mut best: BTreeMap<u16, Candidate> = BTreeMap::new();
    let mut hosts = Vec::new();
    for it in all {
        hosts.push((
            it.listen.host,
            it.evidence.clone(),
            it.listen.variable.clone(),
            it.listen.weight,
        ));
        let Some(port) = it.listen.port else { continue };
        match best.get_mut(&port) {
            Some(known) if rank(&it) > rank(known) => {
                let variable = it.listen.variable.clone().or(known.listen.variable.clone());
                *known = it;
                known.listen.variable = variable;
            }
            Some(known) => {
                let variable = &mut known.listen.variable;
                *variable = variable.take().or(it.listen.variable);
            }
            None => {
                best.insert(port, it);
            }
        }
    }
    let mut best: Vec<(u16, Candidate)> = best.into_iter().collect();
    best.sort_by_key(|(_, it)| std::cmp::Reverse(rank(it)));
    let Some(first) = best.first() else {
        return Found { ports: forced(wanted, None), weight: 0, loopback: None };
    };
    let (weight, is_loopback) = (first.1.listen.weight, first.1.listen.host == Host::Loopback);
    let evidence = first.1.evidence.clone();
    let main = first.1.listen.variable.clone();
    let variables: Vec<Option<String>> =
        best.iter().map(|it| it.1.listen.variable.clone()).collect();
    let mut ports: Vec<Port> = Vec::new();
    for (index, (number, it)) in best.into_iter().enumerate() {
        // A second default of the same variable is another way to the same listener.
        let is_same = it.listen.variable.is_some()
            && variables.iter().take(index).any(|known| *known == it.listen.variable);
        let is_second_listener =
            it.listen.is_secondary && it.listen.weight >= 65 || it.listen.weight >= 84;
        if index > 0 && (is_same || !is_second_listener || ports.len() >= PORTS_LIMIT) {
            continue;
        }
        ports.push(Port { number, evidence: it.evidence, variable: it.listen.variable });
    }
    let is_open = hosts.iter().any(|(host, ..)| *host == Host::Any);
    let closed = hosts.iter().find(|(host, _, _, weight)| *host == Host::Loopback && *weight >= 50);
    let loopback = match closed {
        _ if is_open => None,
        _ if is_loopback => Some((evidence, main.clone())),
        Some((_, evidence, variable, _)) => Some((evidence.clone(), variable.clone())),
        None => None,
    };
    if wanted.is_some() {
        ports = forced(wanted, main);
    }
    Found { ports, weight, loopback }
}

/// Own ports before those for metrics; then sure ones before others, and near ones before far ones.
fn rank(it: &Candidate) -> (bool, u8, std::cmp::Reverse<Near>) {
    (!it.listen.is_secondary, it.listen.weight, std::cmp::Reverse(it.near))
}

fn forced(wanted: Option<u16>, variable: Option<String>) -> Vec<Port> {
    let port = |number| Port { number, evidence: "--port".to_owned(), variable };
    wanted.map(port).into_iter().collect()
}
