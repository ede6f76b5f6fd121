//! `unpinned-go`: Go programs are installed from a moving version.

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
    /// FROM golang:1.25-alpine
    /// RUN go install github.com/rakyll/hey@latest
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM golang:1.25-alpine
    /// RUN go install github.com/rakyll/hey@v0.1.4
    /// ```
    pub(crate) static UNPINNED_GO = {
        name: "unpinned-go",
        clause: Clause::Pinned,
        summary: "Go programs are installed from a moving version",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3062"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report::unpinned(cx, &[Manager::Go], "Name a version, as in `@v0.1.4`.");
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn what_go_get_brings_is_the_latest() {
        check(
            "unpinned-go",
            "FROM a\nRUN go get -u -v a.b/c d ./... e.f/g@v1",
            "2:18 note: `a.b/c` has no version",
        );
    }

    #[test]
    fn the_module_around_decides_without_a_version() {
        check(
            "unpinned-go",
            "FROM a\nRUN go install -ldflags '-s -w' ./... && go install a.b/c && go install d@$V",
            "",
        );
        check(
            "unpinned-go",
            "FROM a\nRUN go install a.b/c@main d/e@v1",
            "2:16 note: `a.b/c@main` has no version",
        );
    }
}
