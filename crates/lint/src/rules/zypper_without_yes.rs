//! `zypper-without-yes`: zypper asks for confirmation during the build.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Manager, report};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports commands of zypper that ask before they change packages, and that neither an option
    /// nor the settings answer.
    ///
    /// ## Why it matters
    /// Nobody is there to answer during a build. The command takes silence for a no and fails, or
    /// waits for ever.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM opensuse/leap:15.6
    /// RUN zypper install openssl && zypper clean
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive install openssl && zypper clean
    /// ```
    ///
    /// ## Fix safety
    /// Safe: the option only answers what would stop the build.
    pub(crate) static ZYPPER_WITHOUT_YES = {
        name: "zypper-without-yes",
        clause: Clause::NoNeedlessPackages,
        summary: "zypper asks for confirmation during the build",
        severity: Severity::Error,
        fix: FixAvailability::Always,
        aliases: &["DL3034"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report::without_yes(cx, Manager::Zypper);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn options_answer_at_either_place() {
        for call in [
            "zypper -n in a",
            "zypper --non-interactive rm a",
            "zypper in -y a",
            "zypper install --no-confirm a",
            "zypper ref",
        ] {
            check("zypper-without-yes", &format!("FROM a\nRUN {call}"), "");
        }
        check_fixed(
            "zypper-without-yes",
            "FROM a\nRUN zypper in a\n",
            "FROM a\nRUN zypper in -y a\n",
        );
    }
}
