//! `unknown-suppression`: a suppression names what is no rule.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a suppression that names no rule, clause or alias.
    ///
    /// ## Why it matters
    /// It suppresses nothing, though its author believes that it does. Rules that comments in the
    /// form of other tools name are those tools' affair.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// # plimsoll: allow(root-usr): it binds port 80 itself
    /// USER root
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// # plimsoll: allow(root-user): it binds port 80 itself
    /// USER root
    /// ```
    pub(crate) static UNKNOWN_SUPPRESSION = {
        name: "unknown-suppression",
        clause: Clause::Scanned,
        summary: "a suppression names no rule",
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
    fn the_word_itself_is_pointed_at() {
        check(
            "unknown-suppression",
            "FROM scratch\n# plimsoll: allow(DL3002, root-usr): x\nUSER 1\n",
            "2:27 warning: `root-usr` is no rule, clause or alias",
        );
    }
}
