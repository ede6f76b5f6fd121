//! `unconfined-profile`: a service is let out of seccomp, AppArmor or SELinux.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::Text;
use plimsoll_syntax::yaml::Value;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `security_opt` that switches off what confines a service: `seccomp:unconfined`,
    /// `apparmor:unconfined`, `systempaths=unconfined`, `label:disable`.
    ///
    /// ## Why it matters
    /// Engines filter some forty system calls that programs do not need and attackers do, and keep
    /// containers away from parts of `/proc` and `/sys`. A hole in the kernel that the filter hides is
    /// open again.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     security_opt: ["seccomp:unconfined"]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     security_opt: ["no-new-privileges:true"]
    /// ```
    pub(crate) static UNCONFINED_PROFILE = {
        name: "unconfined-profile",
        clause: Clause::NonRoot,
        summary: "a service is let out of seccomp, AppArmor or SELinux",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let is_development = cx.purpose().is_development();
    let mut known = BTreeSet::new();
    for service in &cx.facts.compose.services {
        // Debuggers need it, and a service with all privileges has no filter anyway.
        let is_light = is_development || service.is_on("privileged");
        for text in service.all("security_opt").flat_map(Value::items).filter_map(Text::of) {
            let option = text.text.replace('=', ":");
            let what = match option.trim() {
                "seccomp:unconfined" => "the filter of system calls",
                "apparmor:unconfined" => "the AppArmor profile",
                "systempaths:unconfined" => "the masks over `/proc` and `/sys`",
                "label:disable" | "label:disable:true" => "the SELinux label",
                _ => continue,
            };
            // Settings that services share are written once.
            if !known.insert(text.span.start()) {
                continue;
            }
            let severity = if is_light { Severity::Note } else { Severity::Warning };
            let message = format!("`{}` runs without {what}", service.name);
            let help = "Leave the option out, or give a profile that allows just what is missing.";
            cx.report(text.span, message).severity(severity).help(help).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn both_separators_are_read() {
        check(
            "unconfined-profile",
            "services:\n  a:\n    security_opt:\n      - seccomp=unconfined\n      - apparmor:unconfined\n      - seccomp:./profile.json\n      - label:type:x\n",
            "4:9 warning: `a` runs without the filter of system calls\n\
             5:9 warning: `a` runs without the AppArmor profile",
        );
    }
}
