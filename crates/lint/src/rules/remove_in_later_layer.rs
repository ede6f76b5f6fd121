//! `remove-in-later-layer`: packages are removed in another layer than they were installed in.

use plimsoll_finding::{Clause, Severity};

use crate::Facts;
use crate::facts::packages::{Cache, Manager, Operation, PackageCommand, PackageRun};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports packages, and lists of packages, that a `RUN` of the shipped image removes although
    /// an earlier `RUN` has brought them.
    ///
    /// ## Why it matters
    /// Layers only add: what an earlier layer holds is hidden, not gone. The image is as large as
    /// before, and everybody still downloads it.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM python:3.13-slim-trixie
    /// RUN apt-get update && apt-get install -y --no-install-recommends gcc \
    ///     && rm -rf /var/lib/apt/lists/*
    /// RUN pip install --no-cache-dir psutil==7.0.0
    /// RUN apt-get purge -y gcc
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM python:3.13-slim-trixie
    /// RUN apt-get update && apt-get install -y --no-install-recommends gcc \
    ///     && pip install --no-cache-dir psutil==7.0.0 \
    ///     && apt-get purge -y --auto-remove gcc \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    pub(crate) static REMOVE_IN_LATER_LAYER = {
        name: "remove-in-later-layer",
        clause: Clause::Size,
        summary: "packages are removed in another layer than they were installed in",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for run in facts.package_runs().filter(|it| it.run.stage.shipped) {
        if run.does.operation != Operation::Remove || run.does.elsewhere {
            continue;
        }
        let Some((install, name)) = brought_before(facts, &run) else { continue };
        let message = match name {
            Some(name) => format!("`{name}` stays in the layer that an earlier `RUN` made"),
            None => {
                format!("`{}` frees nothing of the layers that earlier `RUN`s made", run.title())
            }
        };
        cx.report(run.does.verb, message)
            .help("Install, use and remove it in one `RUN`, or do the work in a stage of its own.")
            .related(install.verb, "installed here")
            .done();
    }
    lists(cx);
}

/// What an earlier `RUN` of the image has installed and this command removes: the package's name,
/// or none where it removes whatever isn't needed.
fn brought_before<'f>(
    facts: &'f Facts<'_>,
    removal: &PackageRun<'f, '_>,
) -> Option<(&'f PackageCommand<'f>, Option<&'f str>)> {
    let does = removal.does;
    let family = does.manager.family();
    let installs = |it: &&PackageCommand<'_>| {
        it.operation == Operation::Install && it.manager.family() == family && !it.elsewhere
    };
    let packages = facts.packages();
    let here: Vec<_> = packages.of_run(does.index).iter().filter(|it| it.at < does.at).collect();
    let mut earlier = facts
        .stages
        .chain(does.stage)
        .flat_map(|it| packages.of_stage(it.index))
        .filter(installs)
        .filter(|it| it.index < does.index);
    if does.packages.is_empty() {
        // It may as well follow a removal or an upgrade of its own `RUN`.
        let alone = here.iter().all(|it| it.manager.family() != family);
        return earlier.next().filter(|_| alone).map(|it| (it, None));
    }
    earlier.find_map(|install| {
        let name = install.packages.iter().find(|it| {
            let fresh = here.iter().any(|own| own.packages.iter().any(|p| p.text == it.text));
            it.known && !fresh && does.removes(install, it)
        })?;
        Some((install, Some(name.text.as_ref())))
    })
}

/// Reports lists of apt that go after a `RUN` that only fetched them. Where that `RUN` installs
/// too, another rule reports that it keeps them.
fn lists(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(last) = facts.stages.last() else { return };
    let mut shipped: Vec<_> = facts.stages.chain(last.index).collect();
    shipped.reverse();
    for stage in shipped {
        for command in facts.packages().of_stage(stage.index) {
            if command.manager == Manager::Apt && command.operation == Operation::Update {
                let update = command;
                let lone = facts.lone_update(update.index).is_some()
                    && !facts.is_mounted(update.index, Cache::AptLists);
                if !lone {
                    continue;
                }
                let emptied = facts.emptied_later(update.index, Cache::AptLists);
                let Some(span) = emptied else { continue };
                if next_update(facts, update).is_some_and(|it| it < span.start()) {
                    continue;
                }
                let message = "the lists of packages stay in the layer that an earlier `RUN` made";
                cx.report(span, message)
                    .help("Fetch them, install and remove them in one `RUN`.")
                    .related(update.verb, "fetched here")
                    .done();
            }
        }
    }
}

/// Where lists are fetched the next time.
fn next_update(facts: &Facts<'_>, update: &PackageCommand<'_>) -> Option<usize> {
    let mut later = facts.package_runs().filter(|it| {
        it.does.index > update.index
            && it.does.manager == Manager::Apt
            && it.does.operation == Operation::Update
    });
    later.next().map(|it| it.does.verb.start())
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check};

    #[test]
    fn packages_of_an_earlier_layer_stay() {
        check(
            "remove-in-later-layer",
            "FROM a\nRUN apk add --no-cache -t .d gcc\nRUN make\nRUN apk del .d",
            "4:9 note: `gcc` stays in the layer that an earlier `RUN` made",
        );
        check(
            "remove-in-later-layer",
            "FROM a\nRUN yum install -y gcc make\nRUN yum remove -y make",
            "3:9 note: `make` stays in the layer that an earlier `RUN` made",
        );
        check(
            "remove-in-later-layer",
            "FROM a AS b\nRUN apt-get install -y c\nFROM b\nRUN apt-get autoremove -y",
            "4:13 note: `apt-get autoremove` frees nothing of the layers that earlier `RUN`s made",
        );
    }

    #[test]
    fn packages_of_the_same_layer_or_of_the_base_are_left_alone() {
        check(
            "remove-in-later-layer",
            "FROM a\n\
             RUN apt-get install -y b && make && apt-get purge -y b && apt-get autoremove -y",
            "",
        );
        check(
            "remove-in-later-layer",
            "FROM a\nRUN apt-get install -y b\nRUN apt-get purge -y c",
            "",
        );
        check(
            "remove-in-later-layer",
            "FROM a\nRUN apt-get install -y b\nRUN apt-get install -y c b && apt-get purge -y b",
            "",
        );
        check(
            "remove-in-later-layer",
            "FROM a AS b\nRUN apk add c\nRUN apk del c\nFROM d\nCOPY --from=b /e /e",
            "",
        );
    }

    #[test]
    fn lists_fetched_in_a_layer_of_their_own_stay() {
        let text = "FROM a\nRUN apt-get update\nRUN apt-get install -y b && rm -rf /var/lib/apt/lists/*";
        check(
            "remove-in-later-layer",
            text,
            "3:29 note: the lists of packages stay in the layer that an earlier `RUN` made",
        );
        check(
            "remove-in-later-layer",
            "FROM a\nRUN apt-get update\n\
             RUN apt-get update && apt-get install -y b && rm -rf /var/lib/apt/lists/*",
            "",
        );
        check(
            "remove-in-later-layer",
            "FROM a\nRUN apt-get update && apt-get install -y b\nRUN rm -rf /var/lib/apt/lists/*",
            "",
        );
    }
}
