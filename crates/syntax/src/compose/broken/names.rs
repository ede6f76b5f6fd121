//! Names that more than one container can't have, and names that none can have.

use std::collections::BTreeMap;

use plimsoll_finding::Span;

use super::{Report, filled};
use crate::compose::loaded::Item;
use crate::compose::parts::Parts;

/// More profiles than this are not compared.
const MOST_PROFILES: usize = 50;

pub(super) fn check(parts: &Parts<'_, '_>, report: &mut Report<'_>) {
    let mut containers: BTreeMap<&str, (Span, &str)> = BTreeMap::new();
    for service in &parts.services {
        let Some((name, field)) = filled(&service.value, "container_name") else { continue };
        let span = field.value.span();
        let rest = name.strip_prefix('/').unwrap_or(name);
        let is_right = rest.len() > 1
            && rest.starts_with(|it: char| it.is_ascii_alphanumeric())
            && rest
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b'-'));
        if !is_right {
            let message = format!("no container can be named `{name}`");
            let help = "use letters, digits, `_`, `.` and `-`, two or more";
            report.add("invalid-container-name", span, message).help(help);
        }
        let Some((first, other)) = containers.get(name) else {
            containers.insert(name, (span, service.name));
            continue;
        };
        if may_run_together(parts, service.name, other) {
            let message = format!(
                "services `{other}` and `{}` both name their container `{name}`",
                service.name
            );
            report
                .add("equal-container-names", span, message)
                .help("rename one of them, or remove `container_name`")
                .related(*first, "the other is here");
        }
    }
    missing_profiles(parts, report);
}

/// Whether two services are started at the same time: unless each has profiles and they share none.
pub(super) fn may_run_together(parts: &Parts<'_, '_>, one: &str, other: &str) -> bool {
    let profiles = |name: &str| {
        let service = parts.by_name.get(name)?;
        service.value.get("profiles").map(Item::items).filter(|it| !it.is_empty())
    };
    match (profiles(one), profiles(other)) {
        (Some(one), Some(other)) => {
            let other = &other[..other.len().min(MOST_PROFILES)];
            one.iter().take(MOST_PROFILES).any(|it| other.contains(it))
        }
        // With a profile that nobody asks for, one of them is not started.
        (None, Some(_)) | (Some(_), None) => false,
        (None, None) => true,
    }
}

/// Services that are always started and need one that is only started on request.
fn missing_profiles(parts: &Parts<'_, '_>, report: &mut Report<'_>) {
    let has_profiles = |item: &Item<'_>| {
        item.get("profiles").is_some_and(|it| !it.items().is_empty() || it.is_unknown())
    };
    let always = parts.services.iter().filter(|it| !has_profiles(&it.value));
    for service in always.filter(|it| !parts.incomplete.contains(it.name)) {
        let depends_on = service.value.get("depends_on");
        for it in crate::compose::parts::uses(depends_on) {
            let Some(other) = parts.by_name.get(&*it.name).filter(|it| has_profiles(&it.value))
            else {
                continue;
            };
            let required = depends_on.and_then(|on| on.get(&it.name)?.get("required"));
            if required.and_then(Item::boolean) == Some(false) {
                continue;
            }
            let message = format!(
                "service `{}` needs service `{}`, which only runs with a profile",
                service.name, other.name
            );
            let span = other.value.field("profiles").map_or(it.span, |it| it.key.written());
            report
                .add("needs-profile", it.span, message)
                .help("set `required: false`, or give both the same profiles")
                .related(span, "its profiles are here");
        }
    }
}
