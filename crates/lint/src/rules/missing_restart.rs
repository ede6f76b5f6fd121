//! `missing-restart`: a service stays down once it has ended.

use crate::compose::hardening::is_strict;
use crate::compose::images::{is_ours, is_whole};
use crate::compose::jobs::is_job;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};
use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::Service;

declare_rule! {
    /// ## What it does
    /// Reports a service without `restart` and without `deploy.restart_policy`, in a file that serves.
    /// Jobs that run once are left alone, as are services for a cluster, which starts them again by
    /// itself. Services whose image others made get a note.
    ///
    /// Selected by its name or clause, the rule speaks of every service.
    ///
    /// ## Why it matters
    /// Without a policy nothing starts the service again: not after a crash, and not after the machine
    /// was restarted for an update.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.6
    ///     restart: unless-stopped
    ///   api:
    ///     build: .
    ///     environment: {APP_ENV: production}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.6
    ///     restart: unless-stopped
    ///   api:
    ///     build: .
    ///     restart: unless-stopped
    ///     environment: {APP_ENV: production}
    /// ```
    pub(crate) static MISSING_RESTART = {
        name: "missing-restart",
        clause: Clause::DevCompose,
        summary: "a service stays down once it has ended",
        severity: Severity::Warning,
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
    let is_strict = is_strict(cx);
    if !cx.purpose().is_production() && !is_strict {
        return;
    }
    let compose = &cx.facts.compose;
    let is_told = |it: &Service<'_>| it.get("restart").is_some() || it.get("deploy").is_some();
    let is_meant =
        |it: &&Service<'_>| is_whole(it) && !is_told(it) && (is_strict || !is_job(compose, it));
    let services: Vec<&Service<'_>> = compose.services.iter().filter(is_meant).collect();
    // Without the wish for each, one finding stands for all.
    let most = if is_strict { 1 } else { services.len().max(1) };
    for group in services.chunks(most) {
        for part in cx.parted(group.to_vec(), |it| it.key.written()) {
            report(cx, &part);
        }
    }
}

/// Reports some services together.
fn report(cx: &mut ComposeContext<'_, '_>, services: &[&Service<'_>]) {
    let Some((service, others)) = services.split_first() else { return };
    let severity = if is_ours(service) { Severity::Warning } else { Severity::Note };
    let name = service.name;
    let message = match others.len() {
        0 => format!("nothing starts `{name}` again when it has ended"),
        1 => format!("nothing starts `{name}` and another service again when they have ended"),
        more => {
            format!("nothing starts `{name}` and {more} other services again when they have ended")
        }
    };
    let help = "Add `restart: unless-stopped`, or `restart: \"no\"` if it is meant to end.";
    let others = others.iter().map(|it| it.key.written());
    cx.report(service.key.written(), message)
        .severity(severity)
        .help(help)
        .members(others, "nothing starts it again either")
        .done();
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn any_policy_will_do() {
        check(
            "missing-restart",
            "services:\n  a: {build: .}\n  b: {image: x, restart: 'no'}\n  c: {image: x, deploy: {replicas: 1}}\n  \
             d: {image: x}\n  e: {extends: {file: a.yaml}}\n",
            "2:3 warning: nothing starts `a` again when it has ended\n\
             5:3 note: nothing starts `d` again when it has ended",
        );
    }
}
