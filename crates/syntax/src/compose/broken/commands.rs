//! Commands, healthchecks and environments.

use std::collections::BTreeMap;

use plimsoll_finding::Span;

use super::{Report, filled, same_origin, texts};
use crate::compose::command_line::split;
use crate::compose::loaded::{Field, Item};
use crate::compose::units;

pub(super) fn check(service: &Field<'_>, report: &mut Report<'_>) {
    let item = &service.value;
    for key in ["command", "entrypoint"] {
        lost_command(service, key, report);
    }
    if let Some(healthcheck) = item.field("healthcheck").filter(|it| it.value.is_map()) {
        check_healthcheck(service, healthcheck, report);
    }
    environment(service, report);
    if let Some((path, field)) = filled(item, "working_dir")
        && !is_absolute(path)
    {
        let message = format!("`working_dir` of service `{}` is not absolute", service.name);
        report.add("relative-path", field.value.span(), message).help("begin it with `/`");
    }
}

/// Whether a path of a container is absolute, be it of Windows.
pub(super) fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '\\', '%']) || path.as_bytes().get(1) == Some(&b':')
}

/// What Compose doesn't pass on, as only a shell could do something with it.
fn lost_command(service: &Field<'_>, key: &str, report: &mut Report<'_>) {
    let Some((text, field)) = filled(&service.value, key) else { return };
    let split = split(text);
    let Some(at) = split.stops_at.filter(|_| !split.is_broken) else { return };
    let operator = text[at..].chars().take_while(|it| matches!(it, '&' | '|' | ';' | '<' | '>'));
    let operator: String = operator.take(3).collect();
    let message =
        format!("`{key}` of service `{}` ends at `{operator}`: no shell runs it", service.name);
    let span = field.value.part(at..at + operator.len());
    let help = "write `[\"sh\", \"-c\", \"…\"]`";
    report.add("command-cut-off", span, message).help(help);
}

fn check_healthcheck(service: &Field<'_>, field: &Field<'_>, report: &mut Report<'_>) {
    let (item, name) = (&field.value, service.name);
    let test = item.field("test").filter(|it| !it.value.is_null());
    let is_disabled = item.get("disable").and_then(Item::boolean) == Some(true);
    if let Some(test) = test.filter(|_| is_disabled) {
        let is_none = test.value.items().first().and_then(Item::text) == Some("NONE");
        if !is_none {
            let message =
                format!("`healthcheck` of service `{name}` is disabled, and has a `test`");
            let disable = item.field("disable").map_or(field.key.written(), |it| it.key.written());
            report
                .add("healthcheck-disabled", test.key.written(), message)
                .help("remove one of them")
                .related(disable, "it is disabled here");
        }
    }
    if test.is_none() && !is_disabled && !item.fields().is_empty() {
        let message = format!("`healthcheck` of service `{name}` has no `test`");
        let help = "add one, unless the image has its own";
        report.add("healthcheck-without-test", field.key.written(), message).help(help);
    }
    if let Some(test) = test {
        let items = test.value.items();
        let kind = items.first().and_then(Item::text);
        let is_empty = matches!(kind, Some("CMD" | "CMD-SHELL"))
            && items[1..].iter().all(|it| it.text() == Some(""));
        if is_empty || test.value.text() == Some("") {
            let message = format!("the healthcheck of service `{name}` runs nothing");
            report.add("test-without-command", test.value.span(), message).help("name a command");
        }
    }
    for key in ["interval", "timeout", "start_period", "start_interval"] {
        let Some((text, field)) = filled(item, key) else { continue };
        if units::duration(text).is_some_and(|it| it != 0 && it < 1_000_000) {
            let message = format!("`healthcheck.{key}` of service `{name}` is less than 1ms");
            report.add("time-too-short", field.value.span(), message).help("write a longer time");
        }
    }
}

fn environment(service: &Field<'_>, report: &mut Report<'_>) {
    let environment = service.value.get("environment");
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for (text, item) in texts(environment) {
        let name = text.split('=').next().unwrap_or_default();
        // A blank at the end is refused by the loader.
        check_name(name.trim_end(), item.part(0..name.len()), service.name, report);
        if let Some(first) = seen.insert(name, item.span())
            && same_origin(service, first, item.span())
        {
            let message =
                format!("`{name}` is set twice in `environment` of service `{}`", service.name);
            report
                .add("equal-variables", item.span(), message)
                .help("remove one of them: the last one counts")
                .related(first, "it is set here first");
        }
    }
    for field in environment.map_or(&[][..], Item::fields) {
        check_name(field.name, field.key.written(), service.name, report);
    }
}

fn check_name(name: &str, span: Span, service: &str, report: &mut Report<'_>) {
    if name.is_empty() || name.contains(char::is_whitespace) {
        let what = if name.is_empty() { "has no name" } else { "has a blank in its name" };
        let message = format!("a variable in `environment` of service `{service}` {what}");
        report.add("invalid-variable-name", span, message).help("write `NAME=value`");
    }
}
