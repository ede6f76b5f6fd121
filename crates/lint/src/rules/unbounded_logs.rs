//! `unbounded-logs`: the logs of a service grow until the disk is full.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::Service;
use plimsoll_syntax::yaml::Value;

use crate::compose::hardening::is_strict;
use crate::compose::images::is_whole;
use crate::compose::jobs::is_job;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a service with the log driver `json-file` (also where none is named, but options are)
    /// and no `max-size`, and one in a file where others have it. In a file that serves and says
    /// nothing of logs, nothing is reported, as the engine's own settings may do it.
    ///
    /// Selected by its name or clause, the rule speaks of every service that names no driver.
    ///
    /// ## Why it matters
    /// The default driver keeps every line for as long as the container lives. A service that logs
    /// requests fills the disk of a small server within months, and then nothing can be written any
    /// more.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     logging:
    ///       driver: json-file
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     logging:
    ///       driver: json-file
    ///       options: {max-size: 10m, max-file: "3"}
    /// ```
    pub(crate) static UNBOUNDED_LOGS = {
        name: "unbounded-logs",
        clause: Clause::Logs,
        summary: "the logs of a service grow until the disk is full",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    if cx.adds_to_services() {
        return;
    }
    let compose = &cx.facts.compose;
    let is_strict = is_strict(cx);
    let somebody_cares = compose.services.iter().any(|it| logs(it) == Some(Logs::Bounded));
    for service in &compose.services {
        if !is_whole(service) {
            continue;
        }
        let span = match logs(service) {
            Some(Logs::Unbounded) => service.get("logging").map_or(service.key.written(), Value::written),
            None if is_strict || somebody_cares && !is_job(compose, service) => service.key.written(),
            _ => continue,
        };
        let message = format!("the logs of `{}` grow until the disk is full", service.name);
        let help = "Set `max-size` and `max-file` in `logging.options`.";
        cx.report(span, message).help(help).done();
    }
}

/// What becomes of logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Logs {
    Bounded,
    Unbounded,
    /// Another driver has them.
    Elsewhere,
}

fn logs(service: &Service<'_>) -> Option<Logs> {
    let logging = service.get("logging").filter(|it| it.is_mapping())?;
    let driver = logging.get("driver").and_then(Value::as_str);
    let has = |key: &str| logging.at(&["options", key]).is_some();
    Some(match driver {
        // It rotates by itself.
        Some("local") => Logs::Bounded,
        Some("json-file") | None if has("max-size") => Logs::Bounded,
        Some("json-file") => Logs::Unbounded,
        _ => Logs::Elsewhere,
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn drivers_that_rotate_or_send_away_are_left_alone() {
        check(
            "unbounded-logs",
            "services:\n  a: {image: x, logging: {driver: local}}\n  b: {image: x, logging: {driver: json-file}}\n  c: {image: x, logging: {options: {max-size: 1m}}}\n  \
             d: {image: x, logging: {driver: none}}\n  e: {image: x}\n  f: {image: x, logging: {driver: '${D}'}}\n",
            "3:26 note: the logs of `b` grow until the disk is full\n\
             6:3 note: the logs of `e` grow until the disk is full",
        );
    }
}
