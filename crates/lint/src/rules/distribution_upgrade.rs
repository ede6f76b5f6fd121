//! `distribution-upgrade`: all packages of the base image are upgraded.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Manager, Operation};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `apt-get upgrade`, `dist-upgrade` and `full-upgrade` of all packages in the shipped
    /// image.
    ///
    /// ## Why it matters
    /// The layer holds again what the base image already has, and the result depends on the day of
    /// the build. A newer base image brings the same fixes, smaller and for all to see. Where the
    /// base image is slow to follow, allow it and say so.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update \
    ///     && apt-get dist-upgrade -y \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-20251117-slim
    /// RUN apt-get update \
    ///     && apt-get install -y --no-install-recommends ca-certificates \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    pub(crate) static DISTRIBUTION_UPGRADE = {
        name: "distribution-upgrade",
        clause: Clause::Pinned,
        summary: "all packages of the base image are upgraded",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DKL-DI-0003"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for run in facts.package_runs() {
        let does = run.does;
        let all = does.manager == Manager::Apt
            && does.operation == Operation::Upgrade
            && does.packages.is_empty()
            && run.run.stage.shipped;
        if all && !run.command().has_flag('s', "simulate") {
            cx.report(does.verb, format!("`{}` upgrades what the base image holds", run.title()))
                .help("Build on a newer tag or digest of the base image instead.")
                .done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn only_upgrades_of_everything_count() {
        check(
            "distribution-upgrade",
            "FROM a\n\
             RUN apt-get -y upgrade openssl && apt-get install -y --only-upgrade b && apt-get -s upgrade",
            "",
        );
        check(
            "distribution-upgrade",
            "FROM a\nRUN apt-get update && apt-get -qqy full-upgrade",
            "2:36 note: `apt-get full-upgrade` upgrades what the base image holds",
        );
    }

    #[test]
    fn builders_are_left_alone() {
        check(
            "distribution-upgrade",
            "FROM a AS b\nRUN apt-get -y upgrade\nFROM a\nCOPY --from=b /c /c",
            "",
        );
    }
}
