//! `apk-cache-kept`: the cache of apk stays in the image.

use plimsoll_finding::{Clause, Fix, Severity};

use crate::facts::packages::{Cache, Emptied, KeptCache, Operation, PackageRun, at_end, report};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `RUN` in the shipped image that fills the cache of apk and neither keeps it out,
    /// nor removes it, nor has it on a cache mount.
    ///
    /// ## Why it matters
    /// The image carries files that nothing reads again. Removing them in a later `RUN` doesn't
    /// help: the layer keeps them.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// RUN apk add ca-certificates
    /// COPY server /usr/local/bin/
    /// USER 65532:65532
    /// ENTRYPOINT ["server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// RUN apk add --no-cache ca-certificates
    /// COPY server /usr/local/bin/
    /// USER 65532:65532
    /// ENTRYPOINT ["server"]
    /// ```
    ///
    /// ```dockerfile
    /// FROM alpine:3.22
    /// RUN --mount=type=cache,target=/etc/apk/cache apk add ca-certificates
    /// COPY server /usr/local/bin/
    /// USER 65532:65532
    /// ENTRYPOINT ["server"]
    /// ```
    ///
    /// ## Fix safety
    /// Safe: the option or the removal keeps only files out that nothing reads again.
    pub(crate) static APK_CACHE_KEPT = {
        name: "apk-cache-kept",
        clause: Clause::NoNeedlessPackages,
        summary: "the cache of apk stays in the image",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &["DL3019", "DKL-DI-0004"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

const HELP: &str = "Install with `apk add --no-cache`, which needs no `apk update`, or put the \
                    cache on a cache mount.";

fn check(cx: &mut Context<'_, '_>) {
    let kept = cx.facts.kept_caches(Cache::Apk);
    if kept.is_empty() {
        return;
    }
    let emptied = cx.facts.emptied(Cache::Apk);
    for found in &kept {
        let updates = |it: &PackageRun<'_, '_>| it.does.operation == Operation::Update;
        match found.fillers.iter().find(|it| updates(it)) {
            Some(update) => report_update(cx, found, update, &emptied),
            None => report::kept_without_option(cx, found, &emptied, HELP, |_| "--no-cache"),
        }
    }
}

/// Reports a `RUN` that fetches the index itself: an option at the installs alone is no remedy.
fn report_update(
    cx: &mut Context<'_, '_>,
    found: &KeptCache<'_, '_>,
    update: &PackageRun<'_, '_>,
    emptied: &Emptied,
) {
    let facts = cx.facts;
    // Another rule speaks of those.
    if facts.lone_update(update.does.index).is_some() {
        return;
    }
    let install = found.fillers.iter().find(|it| it.does.operation != Operation::Update);
    let shown = install.unwrap_or(update);
    let message = match install {
        Some(it) => format!("`{}` leaves its cache in the image", it.title()),
        None => "`apk update` leaves an index that `--no-cache` never reads".to_owned(),
    };
    let later = emptied.after(update.does.index);
    let edit = at_end(facts, update, "rm -rf /var/cache/apk/*");
    let mut report = cx.report(shown.does.verb, message).help(HELP);
    if let Some(later) = later {
        report = report.related(later, "here it is too late: the layer above keeps it");
    }
    if let Some(edit) = edit {
        report = report.fix(Fix::safe("Remove the cache in the same `RUN`", [edit]));
    }
    report.done();
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn the_option_is_put_to_every_install() {
        let text = "FROM a\nRUN apk add b && apk --update add \\\n    c\n";
        check("apk-cache-kept", text, "2:9 warning: `apk add` leaves its cache in the image");
        check_fixed(
            "apk-cache-kept",
            text,
            "FROM a\nRUN apk add --no-cache b && apk --update add --no-cache \\\n    c\n",
        );
    }

    #[test]
    fn an_update_beside_it_leaves_the_index_too() {
        check(
            "apk-cache-kept",
            "FROM a\nRUN apk update && apk add --no-cache b",
            "2:9 warning: `apk update` leaves an index that `--no-cache` never reads",
        );
        check_fixed(
            "apk-cache-kept",
            "FROM a\nRUN apk update && apk add b\n",
            "FROM a\nRUN apk update && apk add b && rm -rf /var/cache/apk/*\n",
        );
        check("apk-cache-kept", "FROM a\nRUN apk update\nRUN apk add --no-cache b", "");
    }

    #[test]
    fn any_way_to_keep_it_out_will_do() {
        for script in [
            "apk --no-cache add b",
            "apk -U --no-cache add b",
            "apk add b && rm -rf /var/cache/apk/*",
            "apk update && apk add b && rm -rf /var/cache/apk",
            "apk add b && rm -rf /tmp/* /var/cache/*",
            "apk add --root /x b",
        ] {
            check("apk-cache-kept", &format!("FROM a\nRUN {script}"), "");
        }
        for target in ["/var/cache/apk", "/etc/apk/cache", "/var/cache/apk/", "/var/cache"] {
            check(
                "apk-cache-kept",
                &format!("FROM a\nRUN --mount=type=cache,target={target} apk add b"),
                "",
            );
        }
    }

    #[test]
    fn stages_that_are_not_shipped_may_keep_it() {
        check("apk-cache-kept", "FROM a AS b\nRUN apk add c\nFROM a\nCOPY --from=b /d /d", "");
        check(
            "apk-cache-kept",
            "FROM a AS b\nRUN apk add c\nFROM b",
            "2:9 warning: `apk add` leaves its cache in the image",
        );
    }
}
