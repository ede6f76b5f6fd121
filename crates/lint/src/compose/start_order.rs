//! In which order services start.

use std::collections::BTreeSet;

use plimsoll_syntax::compose::{Compose, Condition, Service};

/// Whether a service starts after another one, be it over others.
pub(crate) fn comes_after(compose: &Compose<'_>, from: &Service<'_>, name: &str) -> bool {
    reaches(compose, from, &|_, it| it == name, &|_| true)
}

/// Whether a service starts only when another one is ready, be it over others that wait.
pub(crate) fn is_awaited(compose: &Compose<'_>, from: &Service<'_>, name: &str) -> bool {
    let ready = |condition| matches!(condition, Condition::Healthy | Condition::Other);
    let waits = |condition| condition != Condition::Started;
    reaches(compose, from, &|condition, it| it == name && ready(condition), &waits)
}

/// Whether a service is started again when it fails.
pub(crate) fn is_restarted(service: &Service<'_>) -> bool {
    let policy = service.text("restart").map(|it| it.text);
    policy.is_some_and(|it| {
        it.starts_with("on-failure")
            || matches!(it, "always" | "unless-stopped")
            || it.contains('$')
    })
}

fn reaches(
    compose: &Compose<'_>,
    from: &Service<'_>,
    is_it: &dyn Fn(Condition, &str) -> bool,
    follows: &dyn Fn(Condition) -> bool,
) -> bool {
    let mut seen = BTreeSet::from([from.name]);
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        for (name, condition) in first(at) {
            if is_it(condition, name) {
                return true;
            }
            if follows(condition) && seen.insert(name) {
                open.extend(compose.service(name));
            }
        }
    }
    false
}

/// What a service starts after, said outright or because it shares something.
fn first<'y>(service: &Service<'y>) -> Vec<(&'y str, Condition)> {
    let mut all: Vec<_> =
        service.depends_on().iter().map(|it| (it.name.text, it.condition)).collect();
    for key in ["links", "volumes_from"] {
        let names = service.texts(key);
        let names = names.iter().filter_map(|it| it.text.split(':').next());
        all.extend(names.map(|it| (it, Condition::Started)));
    }
    let shared = service.network_mode().and_then(|it| it.text.strip_prefix("service:"));
    all.extend(shared.map(|it| (it, Condition::Started)));
    all
}
