//! `malformed-suppression`: a comment that means to suppress and can't be read.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a comment that begins with `plimsoll:` and is no suppression: a misspelt word, a
    /// missing parenthesis, an `allow-begin` without its `allow-end`.
    ///
    /// ## Why it matters
    /// Its author believes that a finding was dealt with. What can't be read suppresses nothing.
    /// No clause speaks of suppressions; their rules stand under `scanned`, where exceptions are
    /// held to account.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// # plimsoll: alow(root-user): it binds port 80 itself
    /// USER root
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// # plimsoll: allow(root-user): it binds port 80 itself
    /// USER root
    /// ```
    pub(crate) static MALFORMED_SUPPRESSION = {
        name: "malformed-suppression",
        clause: Clause::Scanned,
        summary: "a suppression that can't be read",
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
    fn each_thing_that_is_wrong_is_said() {
        check(
            "malformed-suppression",
            "# plimsoll: allow root-user\n\
             FROM scratch\n\
             # plimsoll: allow(root-user: x\n\
             USER 1\n\
             # plimsoll: allow(): x\n\
             USER 2\n\
             # plimsoll: allow(root-user) because\n\
             USER 3\n",
            "1:3 warning: `allow` is not followed by rules in parentheses\n\
             3:3 warning: the parenthesis after `allow` is not closed\n\
             5:3 warning: `allow` names no rule\n\
             7:3 warning: the reason is not separated by a colon",
        );
    }

    #[test]
    fn blocks_begin_and_end() {
        check(
            "malformed-suppression",
            "FROM scratch\n\
             # plimsoll: allow-begin(root-user): x\n\
             USER 1\n\
             # plimsoll: allow-end(unused-suppression)\n\
             USER 2\n",
            "2:3 warning: the block for `root-user` has no `allow-end`\n\
             4:3 warning: no block for `unused-suppression` is open here",
        );
    }

    #[test]
    fn a_comment_may_speak_of_plimsoll() {
        check("malformed-suppression", "# plimsoll checks this\nFROM scratch\n", "");
    }
}
