//! `apt-lists-kept`: the lists of apt-get update stay in the image.

use plimsoll_finding::{Clause, Fix, Severity};

use crate::facts::packages::{Cache, Manager, at_end};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `RUN` in the shipped image that fetches the lists of packages and neither removes
    /// them at its end nor has them on a cache mount.
    ///
    /// ## Why it matters
    /// The lists are tens of megabytes that nothing reads again. Removing them in a later `RUN`
    /// doesn't help: the layer keeps them.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update \
    ///     && apt-get install -y --no-install-recommends ca-certificates
    /// COPY server /usr/local/bin/
    /// CMD ["server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update \
    ///     && apt-get install -y --no-install-recommends ca-certificates \
    ///     && rm -rf /var/lib/apt/lists/*
    /// COPY server /usr/local/bin/
    /// CMD ["server"]
    /// ```
    ///
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    ///     --mount=type=cache,target=/var/cache/apt,sharing=locked \
    ///     apt-get update && apt-get install -y --no-install-recommends ca-certificates
    /// COPY server /usr/local/bin/
    /// CMD ["server"]
    /// ```
    ///
    /// ## Fix safety
    /// Safe where nothing after the `RUN` installs from its lists; not offered where something
    /// does; unsafe where a script that isn't seen may.
    pub(crate) static APT_LISTS_KEPT = {
        name: "apt-lists-kept",
        clause: Clause::NoNeedlessPackages,
        summary: "the lists of apt-get update stay in the image",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &["DL3009", "DKL-DI-0005"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

const REMOVE: &str = "rm -rf /var/lib/apt/lists/*";

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let kept = facts.kept_caches(Cache::AptLists);
    if kept.is_empty() {
        return;
    }
    let (emptied, unseen) = (facts.emptied(Cache::AptLists), facts.unseen_scripts());
    for found in kept {
        let Some(first) = found.first() else { continue };
        let (stage, index) = (first.does.stage, first.does.index);
        // That the lists are stale where they are used is worse; another rule says so.
        if facts.lone_update(index).is_some() {
            continue;
        }
        let used = facts.uses_lists_of(stage, index, Manager::Apt);
        let edit = if used { None } else { at_end(facts, first, REMOVE) };
        let fix = edit.map(|edit| {
            let title = format!("Add `{REMOVE}`");
            if unseen.may_use_lists_of(facts, stage, index) {
                Fix::risky(title, [edit])
            } else {
                Fix::safe(title, [edit])
            }
        });
        let help = if used {
            "Install all packages in one `RUN` and end it with `rm -rf /var/lib/apt/lists/*`."
        } else {
            "Add `rm -rf /var/lib/apt/lists/*` to the end of the same `RUN`."
        };
        let message = format!("`{}` leaves its lists in the image", first.title());
        let later = emptied.after(index);
        let mut report = cx.report(first.does.verb, message).help(help);
        if let Some(later) = later {
            report = report.related(later, "here it is too late: the layer above keeps them");
        }
        if let Some(fix) = fix {
            report = report.fix(fix);
        }
        report.done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const UPDATE: &str = "warning: `apt-get update` leaves its lists in the image";

    #[test]
    fn any_way_to_remove_them_will_do() {
        for end in [
            "rm -rf /var/lib/apt/lists/*",
            "rm -r /var/lib/apt/lists",
            "rm -rf /tmp/* /var/lib/apt/*",
            "rm -rf /var/lib/{apt,dpkg,cache,log}/",
            "rm -rf /var/lib/apt/lists/{archive,deb}*",
            "apt-get dist-clean",
            "find /var/lib/apt/lists -type f -delete",
            "rm -fr /var/lib/apt/lists/*_*",
        ] {
            check(
                "apt-lists-kept",
                &format!("FROM a\nRUN apt-get update && apt-get install -y b && {end}"),
                "",
            );
        }
        check(
            "apt-lists-kept",
            "FROM a\nRUN apt-get update && apt-get install -y b && apt-get clean",
            &format!("2:13 {UPDATE}"),
        );
    }

    #[test]
    fn an_install_may_fetch_them() {
        let text = "FROM a\nRUN apt-get install --update -y b && apt-get install -y c";
        check(
            "apt-lists-kept",
            text,
            "2:13 warning: `apt-get install` leaves its lists in the image",
        );
    }

    #[test]
    fn mounts_keep_them_out() {
        for mount in [
            "type=cache,target=/var/lib/apt",
            "type=cache,target=/var/lib/apt/lists,sharing=locked",
            "type=tmpfs,target=/var/lib/apt/lists/",
        ] {
            check(
                "apt-lists-kept",
                &format!("FROM a\nRUN --mount={mount} apt-get update && apt-get install -y b"),
                "",
            );
        }
        check(
            "apt-lists-kept",
            "FROM a\n\
             RUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y b",
            &format!("2:54 {UPDATE}"),
        );
    }

    #[test]
    fn a_removal_before_the_update_or_in_another_layer_is_of_no_use() {
        check(
            "apt-lists-kept",
            "FROM a\nRUN rm -rf /var/lib/apt/lists/* && apt-get update && apt-get install -y b",
            &format!("2:44 {UPDATE}"),
        );
        check_fixed(
            "apt-lists-kept",
            "FROM a\nRUN apt-get update && apt-get install -y b\nRUN rm -rf /var/lib/apt/lists/*\n",
            "FROM a\n\
             RUN apt-get update && apt-get install -y b && rm -rf /var/lib/apt/lists/*\n\
             RUN rm -rf /var/lib/apt/lists/*\n",
        );
    }

    #[test]
    fn lists_that_are_used_later_are_not_removed() {
        let text = "FROM a AS b\nRUN apt-get update && apt-get install -y c\nFROM b\n\
             RUN apt-get install -y d\n";
        check("apt-lists-kept", text, &format!("2:13 {UPDATE}"));
        check_fixed("apt-lists-kept", text, text);
    }

    #[test]
    fn only_what_is_shipped_counts() {
        check(
            "apt-lists-kept",
            "FROM a AS b\nRUN apt-get update && apt-get install -y c\nFROM d\nCOPY --from=b /e /e",
            "",
        );
        check(
            "apt-lists-kept",
            "FROM a AS b\nRUN apt-get update && apt-get install -y c\nFROM b",
            &format!("2:13 {UPDATE}"),
        );
    }

    #[test]
    fn heredocs_are_continued_where_failures_are_seen() {
        check_fixed(
            "apt-lists-kept",
            "FROM a\nRUN <<E\nset -e\napt-get update\napt-get install -y b\nE\n",
            "FROM a\nRUN <<E\nset -e\napt-get update\napt-get install -y b\n\
             rm -rf /var/lib/apt/lists/*\nE\n",
        );
    }
}
