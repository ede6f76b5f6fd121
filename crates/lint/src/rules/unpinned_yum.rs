//! `unpinned-yum`: packages are installed with yum without a version.

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
    /// FROM amazonlinux:2
    /// RUN yum install -y openssl && yum clean all
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM amazonlinux:2
    /// RUN yum install -y openssl-1.0.2k && yum clean all
    /// ```
    pub(crate) static UNPINNED_YUM = {
        name: "unpinned-yum",
        clause: Clause::Pinned,
        summary: "packages are installed with yum without a version",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3033"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report::unpinned(cx, &[Manager::Yum], "Name a version, as in `openssl-1.0.2k`.");
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn files_groups_and_patterns_are_left_alone() {
        check(
            "unpinned-yum",
            "FROM a\nRUN yum -y install https://a/b.rpm c-$V @d e-1* && yum groupinstall -y 'F G'",
            "",
        );
        check(
            "unpinned-yum",
            "FROM a\nRUN yum -y install a-devel",
            "2:20 note: `a-devel` has no version",
        );
    }
}
