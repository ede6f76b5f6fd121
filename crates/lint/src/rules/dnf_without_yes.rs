//! `dnf-without-yes`: dnf asks for confirmation during the build.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Manager, report};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports commands of dnf that ask before they change packages, and that neither an option nor
    /// the settings answer.
    ///
    /// ## Why it matters
    /// Nobody is there to answer during a build. The command takes silence for a no and fails, or
    /// waits for ever.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM fedora:43
    /// RUN dnf install openssl && dnf clean all
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM fedora:43
    /// RUN dnf install -y openssl && dnf clean all
    /// ```
    ///
    /// ## Fix safety
    /// Safe: the option only answers what would stop the build.
    pub(crate) static DNF_WITHOUT_YES = {
        name: "dnf-without-yes",
        clause: Clause::NoNeedlessPackages,
        summary: "dnf asks for confirmation during the build",
        severity: Severity::Error,
        fix: FixAvailability::Always,
        aliases: &["DL3038"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report::without_yes(cx, Manager::Dnf);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn its_smaller_kin_may_not_ask() {
        check(
            "dnf-without-yes",
            "FROM a\nRUN dnf upgrade && microdnf install a",
            "2:9 warning: `dnf upgrade` has no `-y`, and nobody can confirm it during a build\n\
             2:29 warning: `microdnf install` has no `-y`, and nobody can confirm it during a build",
        );
    }

    #[test]
    fn options_answer() {
        check(
            "dnf-without-yes",
            "FROM a\nRUN dnf -qy install a && dnf makecache && dnf clean all",
            "",
        );
        check_fixed(
            "dnf-without-yes",
            "FROM a\nRUN dnf module install a:1\n",
            "FROM a\nRUN dnf module install -y a:1\n",
        );
    }
}
