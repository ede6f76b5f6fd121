//! `missing-restart`: a service stays down once it has ended.

use plimsoll_finding::{Clause, Severity};
use crate::compose::hardening::is_strict;
use crate::compose::images::is_ours;
use crate::compose::jobs::is_job;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a service without `restart` and without `deploy.restart_policy`, in a file that serves.
    /// Jobs that run once are left alone, as are services for a cluster, which starts them again by
    /// itself. Services whose image others made get a note.
    ///
    /// Chosen without `unhardened-service`, the rule speaks of every service.
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
    let is_strict = is_strict(cx);
    if !cx.purpose().is_production() && !is_strict {
        return;
    }
    let compose = &cx.facts.compose;
    for service in &compose.services {
        let is_told = service.get("restart").is_some() || service.get("deploy").is_some();
        let is_elsewhere = service.extends_elsewhere() || service.get("image").is_none() && !is_ours(service);
        if is_told || is_elsewhere || (!is_strict && is_job(compose, service)) {
            continue;
        }
        let severity = if is_ours(service) { Severity::Warning } else { Severity::Note };
        let message = format!("nothing starts `{}` again when it has ended", service.name);
        let help = "Add `restart: unless-stopped`, or `restart: \"no\"` if it is meant to end.";
        cx.report(service.key.written(), message).severity(severity).help(help).done();
    }
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
