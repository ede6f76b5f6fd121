//! What a file declares and no service uses.

use std::collections::BTreeSet;

use plimsoll_finding::Span;
use plimsoll_syntax::compose::{Compose, MountKind, Resource, Service};
use plimsoll_syntax::yaml::Value;

use crate::{ComposeContext, FileType};

/// The names of one kind of resource that services use; `None` where variables hide some.
type Used<'y> = Option<BTreeSet<&'y str>>;

/// Reports each resource that nothing uses. Files that include others, or have no services, are parts
/// of something larger. So is a file beside which another Compose file speaks of the name.
pub(crate) fn report<'y>(
    cx: &mut ComposeContext<'_, 'y>,
    resources: for<'f> fn(&'f Compose<'y>) -> &'f [Resource<'y>],
    used: fn(&Compose<'y>) -> Used<'y>,
    what: &str,
    help: &str,
) {
    let compose = &cx.facts.compose;
    let resources = resources(compose);
    if resources.is_empty() || compose.services.is_empty() || compose.has_includes {
        return;
    }
    if compose.services.iter().any(Service::extends_elsewhere) {
        return;
    }
    let Some(used) = used(compose) else { return };
    let unused: Vec<(&str, Span)> = resources
        .iter()
        .filter(|it| !used.contains(it.name) && !it.name.is_empty())
        .map(|it| (it.name, it.key.written()))
        .collect();
    for (name, span) in unused {
        if is_named_beside(cx, name) {
            continue;
        }
        let message = format!("no service uses the {what} `{name}`");
        cx.report(span, message).help(help).done();
    }
}

/// Whether another Compose file of the directory holds a name: files are often used together.
fn is_named_beside(cx: &ComposeContext<'_, '_>, name: &str) -> bool {
    let Some(place) = cx.place() else { return false };
    let directory = place.directory();
    let files = &place.project.files;
    files.list(directory).iter().any(|it| {
        if FileType::of(&it.name) != Some(FileType::Compose) {
            return false;
        }
        let path = place.resolve(&it.name);
        *path != *place.path && files.text(&path).is_some_and(|text| text.contains(name))
    })
}

/// The volumes that services mount.
pub(crate) fn volumes<'y>(compose: &Compose<'y>) -> Used<'y> {
    let mut used = BTreeSet::new();
    for service in &compose.services {
        if service.get("volumes").is_none() {
            continue;
        }
        for mount in service.volumes() {
            let Some(source) = mount.source else { continue };
            if source.text.contains('$') && mount.kind != MountKind::Bind {
                return None;
            }
            used.insert(source.text);
        }
    }
    Some(used)
}

/// The networks that services are in, or are built in. `default` is used by whoever names none.
pub(crate) fn networks<'y>(compose: &Compose<'y>) -> Used<'y> {
    let mut used = BTreeSet::from(["default"]);
    for service in &compose.services {
        if service.get("networks").is_some() {
            used.extend(service.networks().iter().map(|it| it.name.text));
        }
        if let Some(network) = service.build().and_then(|it| it.get("network")) {
            used.extend(network.as_str());
        }
    }
    all_known(used)
}

/// The secrets that services and their builds are given.
pub(crate) fn secrets<'y>(compose: &Compose<'y>) -> Used<'y> {
    let mut used = BTreeSet::new();
    for service in &compose.services {
        if service.get("secrets").is_some() {
            used.extend(service.secrets().iter().map(|it| it.source.text));
        }
        if let Some(build) = service.build() {
            used.extend(build.secrets().iter().map(|it| it.source.text));
        }
    }
    all_known(used)
}

/// The configs that services are given.
pub(crate) fn configs<'y>(compose: &Compose<'y>) -> Used<'y> {
    let mut used = BTreeSet::new();
    for service in &compose.services {
        if service.get("configs").is_some() {
            used.extend(service.configs().iter().map(|it| it.source.text));
        }
        let of_credentials = service.get("credential_spec").and_then(|it| it.get("config"));
        used.extend(of_credentials.and_then(Value::as_str));
    }
    all_known(used)
}

fn all_known(used: BTreeSet<&str>) -> Used<'_> {
    if used.iter().any(|it| it.contains('$')) { None } else { Some(used) }
}
