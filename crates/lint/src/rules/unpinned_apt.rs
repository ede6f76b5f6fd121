//! `unpinned-apt`: packages are installed with apt without a version.

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
    /// FROM debian:trixie-slim
    /// RUN apt-get update \
    ///     && apt-get install -y --no-install-recommends ca-certificates \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update \
    ///     && apt-get install -y --no-install-recommends ca-certificates=20250419 \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    pub(crate) static UNPINNED_APT = {
        name: "unpinned-apt",
        clause: Clause::Pinned,
        summary: "packages are installed with apt without a version",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3008"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let help = "Name a version, as in `ca-certificates=20250419`, or build from a snapshot of the \
                archive.";
    report::unpinned(cx, &[Manager::Apt], help);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn packages_of_one_command_are_one_finding() {
        check(
            "unpinned-apt",
            "FROM a\nRUN apt-get install -y a b=1 \\\n  c a",
            "2:24 note: `a` and `c` have no version",
        );
        check(
            "unpinned-apt",
            "FROM a\nRUN apt install a b c",
            "2:17 note: `a` and 2 other packages have no version",
        );
    }

    #[test]
    fn variables_are_seen_through_where_they_are_known() {
        check(
            "unpinned-apt",
            "FROM a\nENV P='a=1 b'\nRUN apt-get install -y $P",
            "3:24 note: `b` has no version",
        );
        check("unpinned-apt", "FROM a\nARG P\nRUN apt-get install -y $P c=$V $(cat list)", "");
    }

    #[test]
    fn what_is_no_package_of_the_archive_is_left_alone() {
        check(
            "unpinned-apt",
            "FROM a\n\
             RUN apt-get install -y -t trixie-backports ./a.deb b- && apt-get build-dep x && apt-get remove y",
            "",
        );
    }
}
