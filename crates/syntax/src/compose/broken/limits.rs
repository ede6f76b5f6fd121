//! Limits that the engine refuses.

use super::Report;
use crate::compose::loaded::{Field, Item};
use crate::compose::units;

/// The engine takes no less.
const LEAST_MEMORY: i64 = 6 * 1024 * 1024;

pub(super) fn check(service: &Field<'_>, report: &mut Report<'_>) {
    let (item, name) = (&service.value, service.name);
    let resources = |kind: &str, key: &str| item.at(&["deploy", "resources", kind])?.field(key);
    let limit = item.field("mem_limit").or_else(|| resources("limits", "memory"));
    let reservation = item.field("mem_reservation").or_else(|| resources("reservations", "memory"));
    let swap = item.field("memswap_limit");
    if let Some((field, bytes)) = bytes(limit) {
        if (1..LEAST_MEMORY).contains(&bytes) {
            let message = format!("the memory of service `{name}` is less than 6 MiB");
            let help = "give it more: the engine refuses less";
            report.add("memory-too-small", field.value.span(), message).help(help);
        }
        let more = self::bytes(reservation).filter(|it| bytes > 0 && it.1 > bytes);
        if let Some((reservation, _)) = more {
            let message = format!("service `{name}` reserves more memory than it may have");
            report
                .add("reservation-above-limit", reservation.value.span(), message)
                .help("lower the reservation")
                .related(field.value.span(), "the limit is here");
        }
        let less = self::bytes(swap).filter(|it| it.1 > 0 && it.1 < bytes);
        if let Some((swap, _)) = less {
            let message = format!("`memswap_limit` of service `{name}` is less than its memory");
            report
                .add("swap-below-memory", swap.value.span(), message)
                .help("it is memory and swap together: raise it")
                .related(field.value.span(), "the memory is here");
        }
    }
    for field in item.get("ulimits").map_or(&[][..], Item::fields) {
        let value = |key: &str| field.value.get(key).and_then(Item::int);
        if let (Some(soft), Some(hard)) = (value("soft"), value("hard"))
            && hard >= 0
            && (soft > hard || soft == -1)
        {
            let message = format!(
                "the soft limit `{}` of service `{name}` is above the hard one",
                field.name
            );
            report.add("soft-above-hard", field.value.span(), message).help("lower it");
        }
    }
    for (key, field) in [
        ("cpus", item.field("cpus")),
        ("deploy.resources.limits.cpus", resources("limits", "cpus")),
    ] {
        let Some(field) = field else { continue };
        if field.value.number().is_some_and(|it| it < 0.0) {
            let message = format!("`{key}` of service `{name}` is negative");
            report
                .add("negative-limit", field.value.span(), message)
                .help("write a number above 0");
        }
    }
}

fn bytes<'i, 'y>(field: Option<&'i Field<'y>>) -> Option<(&'i Field<'y>, i64)> {
    let field = field?;
    let item = &field.value;
    let bytes = match item.text() {
        Some(text) => units::bytes(text)?,
        None => i64::try_from(item.int()?).ok()?,
    };
    Some((field, bytes))
}
