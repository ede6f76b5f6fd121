//! The variables that are part of an image: where to listen, and what to log. The rest is for the one
//! who runs it.

use std::collections::BTreeMap;

use super::survey::Program;

/// Their values, by name.
pub(super) fn of(program: &Program) -> BTreeMap<&str, &str> {
    let is_meant = |name: &str| {
        name == "RUST_LOG" || program.ports.iter().any(|it| it.variable.as_deref() == Some(name))
    };
    program
        .variables
        .iter()
        .filter(|it| is_meant(&it.name))
        .filter_map(|it| Some((it.name.as_str(), it.value.as_deref()?)))
        .collect()
}
