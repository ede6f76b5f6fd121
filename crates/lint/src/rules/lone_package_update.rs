//! `lone-package-update`: lists of packages are fetched in a layer of their own.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Cache, Manager};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `RUN` that fetches the lists of packages and does nothing with them.
    ///
    /// ## Why it matters
    /// The layer comes from the cache for months, while the archive moves on. An install in a later
    /// `RUN` then looks for versions that are gone and fails, or installs old ones.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update
    /// RUN apt-get install -y --no-install-recommends ca-certificates \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update \
    ///     && apt-get install -y --no-install-recommends ca-certificates \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    pub(crate) static LONE_PACKAGE_UPDATE = {
        name: "lone-package-update",
        clause: Clause::Pinned,
        summary: "lists of packages are fetched in a layer of their own",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["CIS-DI-0007", "CKV_DOCKER_5"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let mut last = None;
    for run in facts.package_runs() {
        let index = run.does.index;
        if last.replace(index) == Some(index) {
            continue;
        }
        let Some(update) = facts.lone_update(index) else { continue };
        let Some(update) = facts.place(update) else { continue };
        let does = update.does;
        let mounted = match does.manager {
            Manager::Apt => facts.is_mounted(index, Cache::AptLists),
            Manager::Apk => facts.is_mounted(index, Cache::Apk),
            _ => false,
        };
        if mounted {
            continue;
        }
        let title = update.title();
        let message = if facts.uses_lists_of(does.stage, index, does.manager) {
            format!("`{title}` is in another layer than what is installed with it")
        } else {
            format!("nothing is installed with the lists of `{title}`")
        };
        let help = match does.manager {
            Manager::Apk => "Remove it: `apk add --no-cache` fetches the index itself.",
            _ => "Join it with the `RUN` that installs, or remove it.",
        };
        cx.report(does.verb, message).help(help).done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const APART: &str =
        "warning: `apt-get update` is in another layer than what is installed with it";

    #[test]
    fn what_installs_nothing_is_alone() {
        check(
            "lone-package-update",
            "FROM a\nRUN set -ex; dpkg --add-architecture arm64 && apt-get update\n\
             RUN apt-get install -y b",
            &format!("2:55 {APART}"),
        );
        check(
            "lone-package-update",
            "FROM a AS b\nRUN apt-get update\nFROM b\nRUN apt-get install -y c",
            &format!("2:13 {APART}"),
        );
        check(
            "lone-package-update",
            "FROM a\nRUN apt-get update\nRUN echo",
            "2:13 warning: nothing is installed with the lists of `apt-get update`",
        );
        check(
            "lone-package-update",
            "FROM a\nRUN apk update\nRUN apk add b",
            "2:9 warning: `apk update` is in another layer than what is installed with it",
        );
    }

    #[test]
    fn what_may_install_is_not_alone() {
        for script in [
            "apt-get update && ./install.sh",
            "apt-get update && curl x | bash",
            "apt-get update && apt-get upgrade -y",
            "apt-get update && apt-cache madison a | xargs apt-get install",
            "apt-get update && apt-get download b",
            "apt-get update && apt-get $X",
            "add-apt-repository x && apt-get update",
            "apk update && apk add b",
        ] {
            check("lone-package-update", &format!("FROM a\nRUN {script}"), "");
        }
    }

    #[test]
    fn lists_on_a_mount_are_left_alone() {
        check(
            "lone-package-update",
            "FROM a\nRUN --mount=type=cache,target=/var/lib/apt/lists apt-get update",
            "",
        );
    }
}
