//! `writable-root`: a service may write to its root file system.

use plimsoll_finding::{Clause, Severity};

use crate::compose::hardening::{Hardening, added, speaks_of};
use crate::compose::images::is_ours;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a service without `read_only: true` that is hardened otherwise. Services that set
    /// neither this nor the other keys of hardening are the affair of `unhardened-service`, unless this
    /// rule is selected by its name or clause; services with all privileges are that of `privileged-service`.
    ///
    /// ## Why it matters
    /// A process that got out of hand can replace the program and drop tools beside it. What a service
    /// must write belongs into volumes and `tmpfs`, where it is seen.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     cap_drop: [ALL]
    ///     security_opt: ["no-new-privileges:true"]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     read_only: true
    ///     tmpfs: ["/tmp:size=16m"]
    ///     cap_drop: [ALL]
    ///     security_opt: ["no-new-privileges:true"]
    /// ```
    ///
    /// ## Fix safety
    /// Unsafe: the program may write where neither a volume nor memory is.
    pub(crate) static WRITABLE_ROOT = {
        name: "writable-root",
        clause: Clause::ReadOnly,
        summary: "a service may write to its root file system",
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
        if has.read_only || !speaks_of(cx, service, has) {
            continue;
        }
        let name = service.name;
        let severity = if is_ours(service) { Severity::Warning } else { Severity::Note };
        let message = format!("`{name}` may write to its root file system: `read_only` is missing");
        let help = "Add `read_only: true`, and `tmpfs: [/tmp]` or volumes for what it must write.";
        let tmpfs = if service.get("tmpfs").is_some() { "" } else { "tmpfs: [/tmp]" };
        let entry = match (tmpfs, service.value.is_flow()) {
            ("", _) => "read_only: true".to_owned(),
            (_, true) => format!("read_only: true, {tmpfs}"),
            (_, false) => format!("read_only: true\n{tmpfs}"),
        };
        let fix = added(cx, service, "Make the root file system read-only", "read_only", &entry);
        let report = cx.report(service.key.written(), message).severity(severity).help(help);
        match fix {
            Some(fix) => report.fix(fix).done(),
            None => report.done(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;
    use crate::{Options, RuleSet};

    #[test]
    fn chosen_alone_it_speaks_of_every_service() {
        check(
            "writable-root",
            "services:\n  a: {image: x}\n  b: {image: x, read_only: false}\n  c: {image: x, read_only: true}\n  \
             d: {image: x, read_only: '${RO}'}\n  e: {image: x, privileged: true}\n  f: {extends: {file: a.yaml}}\n",
            "2:3 note: `a` may write to its root file system: `read_only` is missing\n\
             3:3 note: `b` may write to its root file system: `read_only` is missing",
        );
    }

    #[test]
    fn by_default_the_others_keys_must_be_there() {
        let found = |text: &str| {
            let options = Options { rules: Some(RuleSet::of(|it| it.default)), ..Options::default() };
            let found = crate::check_as(crate::FileType::Compose, "compose.yaml", text, &options);
            found.findings.iter().any(|it| it.rule == "writable-root")
        };
        assert!(found("services: {a: {build: ., cap_drop: [all]}}\n"));
        assert!(found("services: {a: {image: 'x/y:1', cap_drop: [ALL], security_opt: [no-new-privileges]}}\n"));
        assert!(!found("services: {a: {build: .}}\n"));
        assert!(!found("services: {a: {image: 'x/y:1', cap_drop: [ALL]}}\n"));
        assert!(!found("services: {a: {build: ., security_opt: ['no-new-privileges:false']}}\n"));
    }
}
