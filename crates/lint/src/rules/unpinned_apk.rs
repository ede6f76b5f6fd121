//! `unpinned-apk`: packages are installed with apk without a version.

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
    /// FROM rust:1.89-alpine3.22
    /// RUN apk add --no-cache musl-dev
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-alpine3.22
    /// RUN apk add --no-cache musl-dev~1.2
    /// ```
    pub(crate) static UNPINNED_APK = {
        name: "unpinned-apk",
        clause: Clause::Pinned,
        summary: "packages are installed with apk without a version",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3018"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let help = "Name a version, as in `musl-dev~1.2`. Alpine keeps only the newest build of a \
                package, so leave out the last parts.";
    report::unpinned(cx, &[Manager::Apk], help);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn groups_and_repositories_are_no_packages() {
        check("unpinned-apk", "FROM a\nRUN apk add --virtual .b -X http://c a~1 d=1 'e<2'", "");
        check(
            "unpinned-apk",
            "FROM a\nRUN apk --no-cache add a@edge",
            "2:24 note: `a@edge` has no version",
        );
    }
}
