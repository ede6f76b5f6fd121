//! What a service does to limit what a process can do that got out of hand.
//!
//! Few files say anything of it. There, one finding for all is enough; rules about a single key speak
//! where a service has some of the keys and lacks others.

use plimsoll_finding::Fix;
use plimsoll_syntax::compose::Service;
use plimsoll_syntax::yaml::Value;

use super::images;
use crate::ComposeContext;

/// Which of the keys a service has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hardening {
    /// `read_only: true`.
    pub read_only: bool,
    /// `cap_drop` with `ALL`.
    pub drops_all: bool,
    /// `no-new-privileges` in `security_opt`.
    pub no_new_privileges: bool,
}

impl Hardening {
    /// The keys of a service. A variable counts as what it should be.
    pub(crate) fn of(service: &Service<'_>) -> Self {
        let drops = |it: Value<'_>| {
            it.as_str().is_some_and(|it| it.eq_ignore_ascii_case("all") || it.contains('$'))
        };
        Self {
            read_only: service.get("read_only").is_some_and(|it| {
                it.as_bool() == Some(true) || it.as_str().is_some_and(|it| it.contains('$'))
            }),
            drops_all: service.all("cap_drop").flat_map(Value::items).any(drops),
            no_new_privileges: service.all("security_opt").flat_map(Value::items).any(|it| {
                let option = it.as_str().unwrap_or_default();
                option
                    .strip_prefix("no-new-privileges")
                    .is_some_and(|rest| !rest.ends_with("false"))
            }),
        }
    }

    /// How many there are.
    pub(crate) fn count(self) -> usize {
        usize::from(self.read_only)
            + usize::from(self.drops_all)
            + usize::from(self.no_new_privileges)
    }
}

/// Whether a rule about one key speaks of a service that lacks it: whoever named the rule wants
/// all of them. Else the service must have some of the keys; one that is pulled all but this.
pub(crate) fn speaks_of(
    cx: &ComposeContext<'_, '_>,
    service: &Service<'_>,
    has: Hardening,
) -> bool {
    if cx.adds_to_services() || service.extends_elsewhere() || is_hopeless(service) {
        return false;
    }
    if is_strict(cx) {
        return true;
    }
    has.count() >= if images::is_ours(service) { 1 } else { 2 }
}

/// A fix that adds an entry to a service which does not have its key yet, as far as its layout allows.
pub(crate) fn added<'y>(
    cx: &ComposeContext<'_, 'y>,
    service: &Service<'y>,
    title: &str,
    key: &str,
    entry: &str,
) -> Option<Fix> {
    if service.get(key).is_some() {
        return None;
    }
    let edit = cx.edits().entry_added(service.value, entry)?;
    Some(Fix::risky(title, [edit]))
}

/// Whether a rule that weighs what a file is for should not: whoever names it wants to know of each
/// service. To take other rules away is not to ask for more of this one.
pub(crate) fn is_strict(cx: &ComposeContext<'_, '_>) -> bool {
    cx.options.named.contains(cx.sink.rule.name)
}

/// Whether a service has all privileges, so that no key could take some of them.
pub(crate) fn is_hopeless(service: &Service<'_>) -> bool {
    service.is_on("privileged")
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_fixed;
    use crate::{Checked, FileType, Options, RuleSet, check_as};

    const RULES: &[&str] = &[
        "kept-capabilities",
        "missing-init",
        "missing-limits",
        "missing-restart",
        "privilege-escalation",
        "service-without-healthcheck",
        "unbounded-logs",
        "writable-root",
    ];

    /// How often each of the rules is reported in a file that nobody hardened.
    fn counts(rules: RuleSet, named: RuleSet) -> Vec<usize> {
        let text = "services:\n  a: {image: 'x/y:1'}\n  b: {build: .}\n";
        let options = Options { rules: Some(rules), named, ..Options::default() };
        let Checked { findings, .. } = check_as(FileType::Compose, "compose.yaml", text, &options);
        RULES.iter().map(|rule| findings.iter().filter(|it| it.rule == *rule).count()).collect()
    }

    #[test]
    fn taking_a_rule_away_adds_no_findings() {
        let default = RuleSet::of(|it| it.default);
        let nobody = RuleSet::default();
        assert_eq!(counts(default, nobody), [0; 8]);
        for taken in ["unhardened-service", "read-only"] {
            let rules = default.without(crate::resolve(taken).unwrap());
            assert_eq!(counts(rules, nobody), [0; 8], "{taken}");
        }
    }

    #[test]
    fn a_rule_that_is_named_speaks_of_every_service() {
        let named = RuleSet::named(RULES.iter().copied());
        assert_eq!(counts(named, named), [2; 8]);
        assert_eq!(counts(RuleSet::of(|it| it.default), named), [2; 8]);
        let one = RuleSet::named(["missing-init"]);
        assert_eq!(counts(RuleSet::of(|it| it.default), one), [0, 2, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn what_is_found_as_it_was_named_is_fixed() {
        let service = "services:\n  a:\n    image: x/y:1\n";
        let fixed = format!("{service}    read_only: true\n    tmpfs: [/tmp]\n");
        check_fixed("writable-root", service, &fixed);
    }
}
