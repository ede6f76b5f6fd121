//! `privileged-service`: a service has all privileges.

use plimsoll_finding::{Clause, Severity};
use crate::compose::images;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `privileged: true`. Images that run containers themselves, such as `docker:dind`, can
    /// hardly do without and are notes.
    ///
    /// ## Why it matters
    /// A privileged container has every capability, every device of the host and no filter of system
    /// calls: whoever is root in it mounts the host's disk and is root on the host.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     privileged: true
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     devices: ["/dev/ttyUSB0"]
    /// ```
    pub(crate) static PRIVILEGED_SERVICE = {
        name: "privileged-service",
        clause: Clause::NonRoot,
        summary: "a service has all privileges",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let Some(value) = service.get("privileged").filter(|it| it.as_bool() == Some(true)) else {
            continue;
        };
        let runs_containers = images::of(service)
            .is_some_and(|it| it.full.contains("dind") || it.full.contains("systemd") || it.last() == "k3s");
        let severity = if runs_containers { Severity::Note } else { Severity::Warning };
        let message = format!("`{}` has all privileges of the host's root", service.name);
        let help = "Give it the devices and the capabilities that it needs, with `devices` and `cap_add`.";
        cx.report(value.written(), message).severity(severity).help(help).done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn truth_is_read_as_yaml_has_it() {
        check(
            "privileged-service",
            "services:\n  a: {privileged: true}\n  b: {privileged: false}\n  c: {image: 'docker:28-dind', privileged: true}\n",
            "2:19 warning: `a` has all privileges of the host's root\n\
             4:44 note: `c` has all privileges of the host's root",
        );
    }
}
