//! Services that wait for one another.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::loaded::Item;
use super::parts::{self, Parts, Use};
use super::problem::{ComposeProblem, ComposeProblemKind as Kind};

/// The services that a service needs: what it depends on, links to, mounts from and shares spaces
/// with.
pub(super) fn dependencies<'i>(service: &'i Item<'_>) -> Vec<Use<'i>> {
    let mut all = parts::uses(service.get("depends_on"));
    let texts = |key: &str| {
        let items = service.get(key).map_or(&[][..], Item::items);
        items.iter().filter_map(|it| Some((it.text()?, it)))
    };
    for (link, item) in texts("links") {
        // Only with exactly one colon is the first part a service.
        let name = link.split_once(':').filter(|it| !it.1.contains(':')).map_or(link, |it| it.0);
        all.push(Use { name: Cow::Borrowed(name), span: item.part(0..name.len()) });
    }
    for key in ["network_mode", "ipc", "pid", "uts", "cgroup"] {
        let Some(item) = service.get(key) else { continue };
        let shared = item.text().and_then(|it| it.strip_prefix("service:"));
        if let Some(name) = shared {
            let span = item.part("service:".len().."service:".len() + name.len());
            all.push(Use { name: Cow::Borrowed(name), span });
        }
    }
    for (from, item) in texts("volumes_from") {
        if !from.starts_with("container:") {
            let name = from.split(':').next().unwrap_or_default();
            all.push(Use { name: Cow::Borrowed(name), span: item.part(0..name.len()) });
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|it| seen.insert(it.name.clone()));
    all
}

/// Reports every circle once, at the step that closes it.
pub(super) fn check(parts: &Parts<'_, '_>, problems: &mut Vec<ComposeProblem>) {
    let needs: BTreeMap<&str, Vec<Use<'_>>> =
        parts.by_name.iter().map(|(name, it)| (*name, dependencies(&it.value))).collect();
    let mut states: BTreeMap<&str, State> = BTreeMap::new();
    for name in needs.keys() {
        // The services on the way, each with the number of the need that comes next.
        let mut way: Vec<(&str, usize)> = Vec::new();
        if !states.contains_key(name) {
            states.insert(name, State::Open);
            way.push((name, 0));
        }
        while let Some((at, next)) = way.last_mut() {
            let Some(need) = needs.get(at).and_then(|it| it.get(*next)) else {
                states.insert(at, State::Done);
                way.pop();
                continue;
            };
            *next += 1;
            let Some((to, _)) = needs.get_key_value(&*need.name) else { continue };
            match states.get(to) {
                None => {
                    states.insert(to, State::Open);
                    way.push((to, 0));
                }
                Some(State::Open) => {
                    let start = way.iter().position(|it| it.0 == *to).unwrap_or_default();
                    problems.push(problem(&way[start..], need));
                }
                Some(State::Done) => {}
            }
        }
    }
}

#[derive(Clone, Copy)]
enum State {
    /// On the way.
    Open,
    Done,
}

fn problem(way: &[(&str, usize)], closing: &Use<'_>) -> ComposeProblem {
    const MOST: usize = 10;
    let mut names: Vec<&str> = way.iter().take(MOST).map(|it| it.0).collect();
    if way.len() > MOST {
        names.push("…");
    }
    names.push(&closing.name);
    let message = format!("services wait for one another: `{}`", names.join("` -> `"));
    let message = message.replace("`…`", "…");
    ComposeProblem::new(Kind::Consistency, "dependency-cycle", closing.span, message)
        .help("remove one of the dependencies")
}
