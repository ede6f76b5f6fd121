//! `unused-suppression`: a suppression with nothing to suppress.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a suppression of a rule that finds nothing there. Of a rule that was not run it says
    /// nothing.
    ///
    /// ## Why it matters
    /// The exception outlived its cause, and would hide the next finding of that rule. Comments in
    /// the form of other tools are those tools' affair.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// # plimsoll: allow(syntax-error): it came from a generator
    /// USER 65532
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// # It came from a generator.
    /// USER 65532
    /// ```
    pub(crate) static UNUSED_SUPPRESSION = {
        name: "unused-suppression",
        clause: Clause::Scanned,
        summary: "a suppression has nothing to suppress",
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
    fn rules_that_were_not_run_are_not_judged() {
        check(
            "unused-suppression",
            "FROM scratch\n# plimsoll: allow(root-user): x\nUSER 1\n",
            "",
        );
    }

    #[test]
    fn each_idle_rule_of_a_list_is_named() {
        check(
            "unused-suppression",
            "FROM scratch\n# plimsoll: allow(syntax-error, portable): x\nCOPPY\n\
             # plimsoll: allow(syntax-error): y\nUSER 1\n",
            "4:19 warning: nothing here is found by `syntax-error`",
        );
    }

    #[test]
    fn it_can_be_suppressed_itself() {
        check(
            "unused-suppression",
            "# plimsoll: allow-file(unused-suppression): generated\nFROM scratch\n\
             # plimsoll: allow(syntax-error): x\nUSER 1\n",
            "",
        );
    }
}
