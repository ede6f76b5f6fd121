//! `privilege-escalation`: the processes of a service may gain privileges.

use plimsoll_finding::{Clause, Fix, Severity};

use crate::compose::hardening::{Hardening, added, speaks_of};
use crate::compose::images::is_ours;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a service without `no-new-privileges` that is hardened otherwise. Services that set
    /// neither this nor the other keys of hardening are the affair of `unhardened-service`, unless this
    /// rule is selected by its name or clause; services with all privileges are that of `privileged-service`.
    ///
    /// ## Why it matters
    /// A setuid program of the image, such as `su` or `mount`, makes root of any user. `no-new-
    /// privileges` has the kernel ignore the setuid bit.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     read_only: true
    ///     cap_drop: [ALL]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     read_only: true
    ///     cap_drop: [ALL]
    ///     security_opt: ["no-new-privileges:true"]
    /// ```
    ///
    /// ## Fix safety
    /// Unsafe: the program may start others that are setuid, such as `sudo`.
    pub(crate) static PRIVILEGE_ESCALATION = {
        name: "privilege-escalation",
        clause: Clause::NonRoot,
        summary: "the processes of a service may gain privileges",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let has = Hardening::of(service);
        if has.no_new_privileges || !speaks_of(cx, service, has) {
            continue;
        }
        let name = service.name;
        let severity = if is_ours(service) { Severity::Warning } else { Severity::Note };
        let message = format!("processes of `{name}` may gain privileges: `no-new-privileges` is missing");
        let help = "Add `security_opt: [\"no-new-privileges:true\"]`.";
        let title = "Keep processes from gaining privileges";
        let item = "\"no-new-privileges:true\"";
        let list = service.own("security_opt").and_then(|it| cx.edits().item_added(it, item));
        let fix = match list {
            Some(edit) => Some(Fix::risky(title, [edit])),
            None => added(cx, service, title, "security_opt", &format!("security_opt: [{item}]")),
        };
        let report = cx.report(service.key.written(), message).severity(severity).help(help);
        match fix {
            Some(fix) => report.fix(fix).done(),
            None => report.done(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_fixed;

    #[test]
    fn the_fix_joins_what_is_there() {
        check_fixed(
            "privilege-escalation",
            "services:\n  a:\n    build: . # y\n    read_only: true\n    security_opt:\n      - label:type:x\n  \
             b: {build: ., read_only: true}\n",
            "services:\n  a:\n    build: . # y\n    read_only: true\n    security_opt:\n      - label:type:x\n      \
             - \"no-new-privileges:true\"\n  \
             b: {build: ., read_only: true, security_opt: [\"no-new-privileges:true\"]}\n",
        );
    }
}
