//! `missing-package-lists`: packages are installed after their lists were removed.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `apt-get install` in a `RUN` where the lists of packages are gone: an earlier `RUN`
    /// has removed them, and nothing since can have fetched them again.
    ///
    /// ## Why it matters
    /// apt-get doesn't know the packages any more. The build fails, unless all of them are there
    /// already.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update \
    ///     && apt-get install -y --no-install-recommends ca-certificates \
    ///     && rm -rf /var/lib/apt/lists/*
    /// RUN apt-get install -y --no-install-recommends tini
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update \
    ///     && apt-get install -y --no-install-recommends ca-certificates tini \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    pub(crate) static MISSING_PACKAGE_LISTS = {
        name: "missing-package-lists",
        clause: Clause::NoNeedlessPackages,
        summary: "packages are installed after their lists were removed",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for install in facts.installs_without_lists() {
        let from_lists =
            |it: &str| !it.starts_with(['.', '/', '$', '~']) && !it.contains(['*', '/']);
        let named = install.packages.iter().any(|it| it.known && from_lists(&it.text));
        let Some(run) = facts.place(install).filter(|_| named) else { continue };
        let title = run.title();
        cx.report(install.verb, format!("`{title}` has no lists: an earlier `RUN` removed them"))
            .help("Run `apt-get update` in the same `RUN`, or install all in one `RUN`.")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const GONE: &str = "warning: `apt-get install` has no lists: an earlier `RUN` removed them";
    const FIRST: &str = "FROM a AS b\n\
        RUN apt-get update && apt-get install -y c && rm -rf /var/lib/apt/lists/*";

    #[test]
    fn lists_are_gone_for_all_that_follows() {
        check(
            "missing-package-lists",
            &format!("{FIRST}\nRUN mkdir /x\nRUN apt-get install -y d"),
            &format!("4:13 {GONE}"),
        );
        check(
            "missing-package-lists",
            &format!("{FIRST}\nFROM b\nRUN apt-get install -y d"),
            &format!("4:13 {GONE}"),
        );
    }

    #[test]
    fn what_may_fetch_them_again_is_believed() {
        for script in [
            "apt-get update && apt-get install -y d",
            "curl -L https://e/setup | bash - && apt-get install -y d",
            "add-apt-repository x && apt-get install -y d",
            "./f && apt-get install -y d",
            "apt-get install -y ./g.deb",
            "apt-get install -y $X",
            "apt-get install -f -y",
        ] {
            check("missing-package-lists", &format!("{FIRST}\nRUN {script}"), "");
        }
        check(
            "missing-package-lists",
            &format!(
                "{FIRST}\nRUN --mount=type=cache,target=/var/lib/apt/lists apt-get install -y d",
            ),
            "",
        );
        check("missing-package-lists", &format!("{FIRST}\nFROM a\nRUN apt-get install -y d"), "");
    }
}
