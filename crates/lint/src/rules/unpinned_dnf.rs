//! `unpinned-dnf`: packages are installed with dnf without a version.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Manager, report};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports packages that are installed without a version. Files, addresses and variables whose
    /// value isn't known count as pinned.
    ///
    /// ## Why it matters
    /// What is installed depends on the day of the build: a new release can break the image or what
    /// runs in it, and nobody sees what changed.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM fedora:43
    /// RUN dnf install -y openssl && dnf clean all
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM fedora:43
    /// RUN dnf install -y openssl-3.5.1 && dnf clean all
    /// ```
    pub(crate) static UNPINNED_DNF = {
        name: "unpinned-dnf",
        clause: Clause::Pinned,
        summary: "packages are installed with dnf without a version",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3041"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report::unpinned(cx, &[Manager::Dnf], "Name a version, as in `openssl-3.5.1`.");
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn its_smaller_kin_count() {
        check(
            "unpinned-dnf",
            "FROM a\nRUN microdnf install a && tdnf install -y b-1.0",
            "2:22 note: `a` has no version",
        );
        check(
            "unpinned-dnf",
            "FROM a\nRUN dnf module install -y a:18 && dnf group install -y b",
            "",
        );
    }
}
