//! `zypper-dist-upgrade`: zypper moves the image to another state of the distribution.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Manager, Operation};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `zypper dist-upgrade` and `zypper dup`.
    ///
    /// ## Why it matters
    /// It takes whatever the repositories hold on the day of the build, removals and downgrades
    /// too. A newer tag of the base image gives the same, tested and for all to see.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive dist-upgrade && zypper clean
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive patch && zypper clean
    /// ```
    pub(crate) static ZYPPER_DIST_UPGRADE = {
        name: "zypper-dist-upgrade",
        clause: Clause::Pinned,
        summary: "zypper moves the image to another state of the distribution",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DL3035"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for run in facts.package_runs() {
        let does = run.does;
        if does.manager != Manager::Zypper || does.operation != Operation::Upgrade {
            continue;
        }
        let title = run.title();
        if title.ends_with(" dup") || title.ends_with(" dist-upgrade") {
            cx.report(does.verb, format!("`{title}` changes the whole distribution"))
                .help("Build on a newer tag of the base image instead.")
                .done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn the_short_name_counts_too() {
        check(
            "zypper-dist-upgrade",
            "FROM a\nRUN zypper -n dup --no-recommends",
            "2:15 warning: `zypper dup` changes the whole distribution",
        );
        check("zypper-dist-upgrade", "FROM a\nRUN zypper -n update && zypper -n in dup", "");
    }
}
