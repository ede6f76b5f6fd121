//! Settings of a service that exclude one another once it runs.

use super::{Report, filled, texts};
use crate::compose::loaded::{Field, Item};

pub(super) fn check(service: &Field<'_>, report: &mut Report<'_>) {
    let (item, name) = (&service.value, service.name);
    if let Some((mode, field)) = filled(item, "network_mode") {
        // The other container's own settings hold.
        let shares = mode.starts_with("service:") || mode.starts_with("container:");
        for key in ["hostname", "dns", "extra_hosts", "mac_address", "links", "expose"] {
            let Some(other) = item.field(key).filter(|_| shares) else { continue };
            if other.value.text() == Some("") || key == "expose" && other.value.items().is_empty() {
                continue;
            }
            let message =
                format!("with `network_mode: {mode}` service `{name}` can't have `{key}`");
            report
                .add("exclusive-settings", other.key.written(), message)
                .help("set it at the other container")
                .related(field.key.written(), "the mode is here");
        }
        if mode == "host" {
            host_network(service, field, report);
        }
    }
    if let Some(deploy) = item.get("deploy")
        && let Some(mode) = deploy.field("mode").filter(|it| it.value.text() == Some("global"))
        && let Some(replicas) = deploy.field("replicas")
    {
        let message = format!("service `{name}` is `global`, and has `replicas`");
        report
            .add("exclusive-settings", replicas.key.written(), message)
            .help("remove one of them")
            .related(mode.key.written(), "it is global by this");
    }
    let add: Vec<_> = texts(item.get("cap_add")).take(100).collect();
    for (text, dropped) in texts(item.get("cap_drop")) {
        if let Some((_, added)) = add.iter().find(|it| it.0.eq_ignore_ascii_case(text)) {
            let message = format!("service `{name}` adds and drops the capability `{text}`");
            report
                .add("exclusive-settings", dropped.span(), message)
                .help("remove one of them")
                .related(added.span(), "it is added here");
        }
    }
}

fn host_network(service: &Field<'_>, mode: &Field<'_>, report: &mut Report<'_>) {
    let sysctls = service.value.get("sysctls");
    let listed = texts(sysctls).map(|(text, it)| (text, it.span()));
    let mapped = sysctls.map_or(&[][..], Item::fields).iter();
    let mapped = mapped.map(|it| (it.name, it.key.written()));
    let own = listed.chain(mapped).find(|it| it.0.starts_with("net."));
    if let Some((_, span)) = own {
        let message =
            format!("service `{}` can't change `net.` settings of the host", service.name);
        report
            .add("exclusive-settings", span, message)
            .help("remove it, or `network_mode: host`")
            .related(mode.key.written(), "it is in the host's network by this");
    }
}
