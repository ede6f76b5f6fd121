//! `kept-capabilities`: a service keeps capabilities that it hardly needs.

use plimsoll_finding::{Clause, Severity};

use crate::compose::hardening::{Hardening, added, speaks_of};
use crate::compose::images::is_ours;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a service without `cap_drop: [ALL]` that is hardened otherwise. Services that set
    /// neither this nor the other keys of hardening are the affair of `unhardened-service`, unless this
    /// rule is selected by its name or clause; services with all privileges are that of `privileged-service`.
    ///
    /// ## Why it matters
    /// Engines give a container fourteen capabilities of root, among them to change owners, to forge
    /// packets and to become any user. A service that listens above port 1024 needs none of them.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     read_only: true
    ///     security_opt: ["no-new-privileges:true"]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     read_only: true
    ///     security_opt: ["no-new-privileges:true"]
    ///     cap_drop: [ALL]
    /// ```
    ///
    /// ## Fix safety
    /// Unsafe: the program may need one of them, to change owners or to become another user when it starts.
    pub(crate) static KEPT_CAPABILITIES = {
        name: "kept-capabilities",
        clause: Clause::NonRoot,
        summary: "a service keeps capabilities that it hardly needs",
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
        if has.drops_all || !speaks_of(cx, service, has) {
            continue;
        }
        let name = service.name;
        let severity = if is_ours(service) { Severity::Warning } else { Severity::Note };
        let message = format!("`{name}` keeps the capabilities that engines give by default: `cap_drop: [ALL]` is missing");
        let help = "Add `cap_drop: [ALL]`, and give back with `cap_add` what it needs.";
        let fix = added(cx, service, "Drop all capabilities", "cap_drop", "cap_drop: [ALL]");
        let report = cx.report(service.key.written(), message).severity(severity).help(help);
        match fix {
            Some(fix) => report.fix(fix).done(),
            None => report.done(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn a_list_without_all_is_left_to_its_author() {
        let text = "services:\n  a: {image: x, cap_drop: [NET_RAW]}\n";
        check(
            "kept-capabilities",
            text,
            "2:3 note: `a` keeps the capabilities that engines give by default: `cap_drop: [ALL]` is missing",
        );
        check_fixed("kept-capabilities", text, text);
    }
}
