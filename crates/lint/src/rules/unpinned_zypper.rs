//! `unpinned-zypper`: packages are installed with zypper without a version.

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
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive install openssl && zypper clean
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive install openssl=3.1.4 && zypper clean
    /// ```
    pub(crate) static UNPINNED_ZYPPER = {
        name: "unpinned-zypper",
        clause: Clause::Pinned,
        summary: "packages are installed with zypper without a version",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3037"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report::unpinned(cx, &[Manager::Zypper], "Name a version, as in `openssl=3.1.4`.");
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn bounds_from_above_and_files_count_as_versions() {
        check("unpinned-zypper", "FROM a\nRUN zypper -n in a=1 'b<2' c.rpm --repo d", "");
        check(
            "unpinned-zypper",
            "FROM a\nRUN zypper in -y a 'b>2'",
            "2:18 note: `a` and `b>2` have no version",
        );
    }
}
