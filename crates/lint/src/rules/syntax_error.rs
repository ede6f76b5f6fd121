//! `syntax-error`: the file would be refused.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports what the builder would refuse: an unknown instruction or flag, a missing argument,
    /// a heredoc without an end. It is always on. The rest of the file is still checked.
    ///
    /// ## Why it matters
    /// The build fails before its first step. No clause speaks of syntax; the rule stands under
    /// `portable`, as a file that no builder takes runs nowhere.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPPY app /app
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY app /app
    /// ```
    pub(crate) static SYNTAX_ERROR = {
        name: "syntax-error",
        clause: Clause::Portable,
        summary: "the builder refuses the file",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["DL1000", "DL3043", "DL3061", "tally/invalid-onbuild-trigger", "tally/require-stages", "tally/unknown-instruction"],
        default: true,
        scope: Scope::Build,
        engine: (),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn the_rest_of_the_file_is_still_checked() {
        check(
            "malformed-suppression",
            "FROM scratch\nCOPPY a b\n# plimsoll: alow(x): y\nUSER 1\n",
            "2:1 error: `COPPY` is not an instruction; did you mean `COPY`?\n\
             3:3 warning: `alow` is no suppression",
        );
    }
}
