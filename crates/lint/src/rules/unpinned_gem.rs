//! `unpinned-gem`: gems are installed without a version.

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
    /// FROM ruby:3.4-slim-trixie
    /// RUN gem install rb_sys
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM ruby:3.4-slim-trixie
    /// RUN gem install rb_sys:0.9.117
    /// ```
    pub(crate) static UNPINNED_GEM = {
        name: "unpinned-gem",
        clause: Clause::Pinned,
        summary: "gems are installed without a version",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3028"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report::unpinned(cx, &[Manager::Gem], "Name a version, as in `rb_sys:0.9.117`.");
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn an_option_may_say_the_version() {
        check(
            "unpinned-gem",
            "FROM a\n\
             RUN gem install a -v 1 && gem install --version '~> 2' b && gem install c:1 d.gem",
            "",
        );
        check(
            "unpinned-gem",
            "FROM a\nRUN gem i --no-document a -- --with-b c",
            "2:25 note: `a` has no version",
        );
    }
}
