//! `missing-limits`: a service may use all memory, processors or process numbers of the machine.

use std::collections::BTreeMap;

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::{Limits, Service};

use crate::compose::hardening::is_strict;
use crate::compose::images::{is_ours, is_whole};
use crate::compose::jobs::is_job;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a service without limits of memory, processors and processes, in
    /// `deploy.resources.limits` or in `mem_limit`, `cpus` and `pids_limit`. A service that has some of
    /// them is told what is missing. Services that have none count if they are built here: in
    /// files that serve, and wherever somebody set a limit. Jobs that run once are left alone. One finding stands for all services of a file that lack the same.
    ///
    /// Selected by its name or clause, the rule speaks of every service.
    ///
    /// ## Why it matters
    /// A leak in one service takes the memory of all: the kernel then kills what it likes, often the
    /// database. A fork bomb takes the process numbers of the host. With limits the service that is at
    /// fault dies alone.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     restart: unless-stopped
    ///     mem_limit: 256m
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     restart: unless-stopped
    ///     deploy:
    ///       resources:
    ///         limits: {memory: 256M, cpus: "0.5", pids: 64}
    /// ```
    pub(crate) static MISSING_LIMITS = {
        name: "missing-limits",
        clause: Clause::Limits,
        summary: "a service may use all memory, processors or process numbers of the machine",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

const HELP: &str = "Set `memory`, `cpus` and `pids` in `deploy.resources.limits`, to somewhat more than a busy \
                    day takes.";

fn check(cx: &mut ComposeContext<'_, '_>) {
    if cx.adds_to_services() {
        return;
    }
    let compose = &cx.facts.compose;
    let (is_production, is_strict) = (cx.purpose().is_production(), is_strict(cx));
    let mut found: Vec<(&Service<'_>, &'static str)> = Vec::new();
    let mut somebody_cares = false;
    for service in &compose.services {
        let limits = service.resources().limits;
        let is_unlimited = is_empty(&limits);
        somebody_cares |= !is_unlimited;
        let Some(missing) = missing(&limits).filter(|_| is_whole(service)) else { continue };
        let is_meant = || (!is_unlimited || is_ours(service)) && !is_job(compose, service);
        if is_strict || is_meant() {
            found.push((service, missing));
        }
    }
    if !somebody_cares && !is_production && !is_strict {
        return;
    }
    // Without the wish for each, one finding stands for all that lack the same.
    let mut groups: BTreeMap<(&str, &str), Vec<&Service<'_>>> = BTreeMap::new();
    for (service, missing) in found {
        let each = if is_strict { service.name } else { "" };
        groups.entry((missing, each)).or_default().push(service);
    }
    for ((missing, _), services) in groups {
        for part in cx.parted(services, |it| it.key.written()) {
            report(cx, &part, missing);
        }
    }
}

/// Reports the services that lack the same together.
fn report(cx: &mut ComposeContext<'_, '_>, services: &[&Service<'_>], missing: &str) {
    let Some((service, others)) = services.split_first() else { return };
    let name = service.name;
    let message = match others.len() {
        0 => format!("`{name}` has no limit of {missing}"),
        1 => format!("`{name}` and another service have no limit of {missing}"),
        more => format!("`{name}` and {more} other services have no limit of {missing}"),
    };
    let is_light = !missing.contains("memory") || !is_ours(service) && !is_strict(cx);
    let severity = if is_light { Severity::Note } else { Severity::Warning };
    let others = others.iter().map(|it| it.key.written());
    cx.report(service.key.written(), message)
        .severity(severity)
        .help(HELP)
        .members(others, "it has no such limit either")
        .done();
}

fn is_empty(limits: &Limits<'_>) -> bool {
    limits.memory.is_none() && limits.cpus.is_none() && limits.pids.is_none()
}

/// What is missing, as words of a sentence.
fn missing(limits: &Limits<'_>) -> Option<&'static str> {
    match (limits.memory.is_some(), limits.cpus.is_some(), limits.pids.is_some()) {
        (true, true, true) => None,
        (true, true, false) => Some("processes"),
        (true, false, true) => Some("processors"),
        (true, false, false) => Some("processors and processes"),
        (false, true, true) => Some("memory"),
        (false, true, false) => Some("memory and processes"),
        (false, false, true) => Some("memory and processors"),
        (false, false, false) => Some("memory, processors and processes"),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_with};
    use crate::rules::unhardened_service::UNHARDENED_SERVICE;

    #[test]
    fn each_service_is_told_what_is_missing() {
        check(
            "missing-limits",
            "services:\n  a: {image: x}\n  b: {image: x, mem_limit: 1g, cpus: 1}\n  c: {deploy: {resources: {limits: {cpus: '1', memory: 1G, pids: 9}}}}\n  \
             d: {image: x, deploy: {resources: {limits: {cpus: '1'}}}, pids_limit: 5}\n",
            "2:3 warning: `a` has no limit of memory, processors and processes\n\
             3:3 note: `b` has no limit of processes\n\
             5:3 warning: `d` has no limit of memory",
        );
    }

    #[test]
    fn one_finding_stands_for_a_file_that_does_not_care() {
        let text = "services:\n  a: {build: ., restart: always}\n  b: {build: b, restart: always}\n  \
                    migrate: {build: .}\n  c: {image: 'postgres:17', restart: always}\n";
        let options = crate::Options {
            rules: Some(crate::RuleSet::of(|it| {
                it.name == "missing-limits" || it.name == UNHARDENED_SERVICE.name
            })),
            ..crate::Options::default()
        };
        let found =
            crate::check_as(crate::FileType::Compose, "compose.yaml", text, &options).findings;
        let found: Vec<_> =
            found.iter().filter(|it| it.rule == "missing-limits").map(|it| &*it.message).collect();
        assert_eq!(
            found,
            ["`a` and another service have no limit of memory, processors and processes"]
        );
        check_with("missing-limits", crate::Options::default(), "services: {}\n", "");
    }
}
