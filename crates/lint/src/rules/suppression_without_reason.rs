//! `suppression-without-reason`: a suppression that does not say why.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a suppression without a reason. It suppresses nothing.
    ///
    /// ## Why it matters
    /// Whoever reads the file later can't tell whether the exception still holds. Comments in the
    /// form of other tools need no reason.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// # plimsoll: allow(root-user)
    /// USER root
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// # plimsoll: allow(root-user): it binds port 80 itself
    /// USER root
    /// ```
    pub(crate) static SUPPRESSION_WITHOUT_REASON = {
        name: "suppression-without-reason",
        clause: Clause::Scanned,
        summary: "a suppression does not say why",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        engine: (),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn an_empty_reason_is_none() {
        check(
            "suppression-without-reason",
            "# plimsoll: allow-file(root-user):  \nFROM scratch\n",
            "1:3 warning: the suppression of `root-user` gives no reason",
        );
    }

    #[test]
    fn other_tools_ask_for_none() {
        check(
            "suppression-without-reason",
            "# check=skip=JSONArgsRecommended\nFROM scratch\n# hadolint ignore=DL3002\nUSER 0\n",
            "",
        );
    }
}
