//! Which ports a program listens on.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Port,
    code::{Host, Listen, Meaning, Near, ProgramCode, What, is_port, meaning},
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
    /// Whether the program says the first one itself, so that it need not show what listens there.
    pub(super) is_sure: bool,
    /// Where it is reached by nobody but the machine itself: the evidence, and the variable that says
    /// otherwise.
    pub(super) loopback: Option<(String, Option<String>)>,
}

struct Candidate {
    near: Near,
    listen: Listen,
    evidence: String,
    /// Its number among all that was said.
    place: usize,
}

/// Chooses among all that the code and `configured` (settings files) say.
pub(super) fn of(
    code: &ProgramCode,
    configured: Vec<(String, Listen)>,
    depends: &dyn Fn(&str) -> bool,
    wanted: Option<u16>,
) -> Found {
    let said = code.facts().filter_map(|(near, fact)| match &fact.what {
        What::Listens(listen) => Some(Candidate {
            near,
            listen: listen.clone(),
            evidence: fact.evidence.clone(),
            place: 0,
        }),
        _ => None,
    });
    let configured = configured.into_iter().map(|(evidence, listen)| Candidate {
        near: Near::Own,
        listen,
        evidence,
        place: 0,
    });
    let mut all: Vec<Candidate> = said.chain(configured).collect();
    let rest = DEFAULTS.iter().filter(|(name, ..)| depends(name));
    all.extend(rest.map(|(name, port, variable, host)| Candidate {
        near: Near::Other,
        evidence: format!("the default of {name}"),
        place: 0,
        listen: Listen {
            port: Some(*port),
            host: *host,
            variable: Some((*variable).to_owned()),
            name: None,
            is_secondary: false,
            weight: 50,
        },
    }));
    for (place, it) in all.iter_mut().enumerate() {
        it.place = place;
    }
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
    // Of equals, what stands first in the code.
    best.sort_by(|(_, a), (_, b)| rank(b).cmp(&rank(a)).then(a.place.cmp(&b.place)));
    let Some(first) = best.first() else {
        return Found { ports: forced(wanted, None), is_sure: false, loopback: None };
    };
    let is_sure = first.1.near != Near::Other && first.1.listen.weight >= 84;
    let is_loopback = first.1.listen.host == Host::Loopback;
    let evidence = first.1.evidence.clone();
    let main = first.1.listen.variable.clone().or_else(|| only_variable(code));
    let known: Vec<(Option<String>, Option<String>)> =
        best.iter().map(|(_, it)| (it.listen.variable.clone(), it.listen.name.clone())).collect();
    let mut ports: Vec<Port> = Vec::new();
    for (index, (number, it)) in best.into_iter().enumerate() {
        // A second default of the same variable is another way to the same listener.
        let is_same = known.iter().take(index).any(|(variable, name)| {
            variable.is_some() && *variable == it.listen.variable
                || name.is_some() && *name == it.listen.name && variable.is_none()
        });
        let is_second_listener =
            it.listen.is_secondary && it.listen.weight >= 65 || it.listen.weight >= 84;
        if index > 0 && (is_same || !is_second_listener || ports.len() >= PORTS_LIMIT) {
            continue;
        }
        let variable = if index == 0 { main.clone() } else { it.listen.variable };
        ports.push(Port { number, evidence: it.evidence, variable });
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
    Found { ports, is_sure, loopback }
}

/// The variable of the program that is about a port, where there is but one.
fn only_variable(code: &ProgramCode) -> Option<String> {
    let names = code.all().filter_map(|it| match it {
        What::Variable(name, _) if is_port(name) && meaning(name) == Meaning::Own => Some(name),
        _ => None,
    });
    let names: BTreeSet<&String> = names.collect();
    names.first().filter(|_| names.len() == 1).map(|it| (*it).clone())
}

/// Own ports before those for metrics; then sure ones before others, and near ones before far ones.
fn rank(it: &Candidate) -> (bool, u8, std::cmp::Reverse<Near>) {
    (!it.listen.is_secondary, it.listen.weight, std::cmp::Reverse(it.near))
}

fn forced(wanted: Option<u16>, variable: Option<String>) -> Vec<Port> {
    let port = |number| Port { number, evidence: "--port".to_owned(), variable };
    wanted.map(port).into_iter().collect()
}
