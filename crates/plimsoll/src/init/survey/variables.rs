//! The variables that a program reads, with values for development.

use std::collections::BTreeMap;

use super::{
    Port, Variable,
    code::{Meaning, ProgramCode, What, address, host_of, meaning},
};

/// Parts of names whose values are nobody's business.
const SECRET: [&str; 8] =
    ["SECRET", "PASSWORD", "PASS", "TOKEN", "KEY", "CREDENTIALS", "SALT", "PASSWD"];

/// All variables, sorted by name; those that say where to listen get values that hold in a container.
pub(super) fn of(code: &ProgramCode, ports: &[Port]) -> Vec<Variable> {
    let mut found: BTreeMap<&str, Option<&String>> = BTreeMap::new();
    for what in code.all() {
        if let What::Variable(name, value) = what {
            let known = found.entry(name).or_default();
            *known = known.or(value.as_ref());
        }
    }
    let listening: BTreeMap<&str, u16> =
        ports.iter().filter_map(|it| Some((it.variable.as_deref()?, it.number))).collect();
    for name in listening.keys() {
        found.entry(name).or_default();
    }
    let all = found.into_iter().map(|(name, value)| {
        let is_secret = name.split('_').any(|it| SECRET.contains(&it));
        let value = match listening.get(name) {
            Some(port) => Some(listening_value(name, *port)),
            None if is_secret => None,
            // Nobody else would reach it there.
            None if value.is_some_and(|it| is_own_host(name, it)) => Some("0.0.0.0".to_owned()),
            None => value.cloned(),
        };
        Variable { name: name.to_owned(), value }
    });
    all.collect()
}

fn is_own_host(name: &str, value: &str) -> bool {
    host_of(value).is_some() && meaning(name) == Meaning::Own
}

/// What a variable that says where to listen has to say.
pub(super) fn listening_value(name: &str, port: u16) -> String {
    if name == "ROCKET_ADDRESS" {
        return "0.0.0.0".to_owned();
    }
    let is_port = name.split('_').any(|it| it == "PORT" || it.ends_with("PORT"));
    let value = format!("0.0.0.0:{port}");
    debug_assert!(address(&value).is_some());
    if is_port { port.to_string() } else { value }
}
