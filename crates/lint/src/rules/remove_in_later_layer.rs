//! `remove-in-later-layer`: packages are removed in another layer than they were installed in.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Cache, Manager, Operation, PackageCommand, bare_name};
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

/// The packages of a manager's family, by name, and the command that brought each.
type Brought<'f, 'd> = BTreeMap<(Manager, &'f str), &'f PackageCommand<'d>>;

fn check(cx: &mut Context<'_, '_>) {
    packages(cx);
    lists(cx);
}

/// Reports packages that another `RUN` has brought.
fn packages(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    // Few files remove anything: the others need no book of what they install.
    if facts.package_runs().all(|it| it.does.operation != Operation::Remove) {
        return;
    }
    let mut layers = Layers::default();
    for run in facts.package_runs().filter(|it| it.run.stage.shipped && !it.does.elsewhere) {
        layers.enter(run.does.index);
        if run.does.operation == Operation::Remove
            && let Some((name, install)) = layers.removed(run.does)
        {
            let message = if let Some(name) = name {
                format!("`{name}` stays in the layer that an earlier `RUN` made")
            } else {
                let title = run.title();
                format!("`{title}` frees nothing of the layers that earlier `RUN`s made")
            };
            cx.report(run.does.verb, message)
                .help("Do all of it in one `RUN`, or do the work in a stage that is not shipped.")
                .related(install.verb, "installed here")
                .done();
        }
        layers.add(run.does);
    }
}

/// What the layers so far have brought.
#[derive(Default)]
struct Layers<'f, 'd> {
    earlier: Brought<'f, 'd>,
    /// Of the `RUN` that is being read.
    here: Brought<'f, 'd>,
    /// The families of managers that it has called.
    called: BTreeSet<Manager>,
    index: usize,
}

impl<'f, 'd> Layers<'f, 'd> {
    /// Goes to the `RUN` with a number.
    fn enter(&mut self, index: usize) {
        if self.index != index {
            self.index = index;
            self.called.clear();
            for (key, install) in std::mem::take(&mut self.here) {
                self.earlier.entry(key).or_insert(install);
            }
        }
    }

    fn add(&mut self, command: &'f PackageCommand<'d>) {
        let family = command.manager.family();
        self.called.insert(family);
        if command.operation == Operation::Install {
            let brought = command.packages.iter().chain(&command.group).filter(|it| it.known);
            for package in brought {
                let name = bare_name(command.manager, &package.text);
                self.here.entry((family, name)).or_insert(command);
            }
        }
    }

    /// What a command removes that an earlier `RUN` has brought: the package's name, or none where
    /// it removes whatever isn't needed.
    fn removed(
        &self,
        removal: &'f PackageCommand<'d>,
    ) -> Option<(Option<&'f str>, &'f PackageCommand<'d>)> {
        let family = removal.manager.family();
        if removal.packages.is_empty() {
            // It may as well follow a removal or an upgrade of its own `RUN`.
            let alone = !self.called.contains(&family);
            let first = self.earlier.range((family, "")..).next().filter(|_| alone)?;
            return (first.0.0 == family).then_some((None, *first.1));
        }
        removal.packages.iter().filter(|it| it.known).find_map(|it| {
            let key = (family, bare_name(removal.manager, &it.text));
            let install = self.earlier.get(&key).filter(|_| !self.here.contains_key(&key))?;
            Some((Some(key.1), *install))
        })
    }
}

/// Reports lists of apt that go after a `RUN` that only fetched them. Where that `RUN` installs
/// too, another rule reports that it keeps them.
fn lists(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let updates: Vec<&PackageCommand<'_>> = facts
        .package_runs()
        .filter(|it| it.run.stage.shipped && it.does.manager == Manager::Apt)
        .map(|it| it.does)
        .filter(|it| it.operation == Operation::Update)
        .collect();
    if updates.is_empty() {
        return;
    }
    let emptied = facts.emptied(Cache::AptLists);
    for (at, update) in updates.iter().enumerate() {
        let Some(span) = emptied.after(update.index) else { continue };
        let lone = facts.lone_update(update.index).is_some_and(|it| it.at == update.at);
        let renewed = updates.get(at + 1).is_some_and(|it| it.verb.start() < span.start());
        if lone && !renewed && !facts.is_mounted(update.index, Cache::AptLists) {
            let message = "the lists of packages stay in the layer that an earlier `RUN` made";
            cx.report(span, message)
                .help("Fetch them, install and remove them in one `RUN`.")
                .related(update.verb, "fetched here")
                .done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn packages_of_an_earlier_layer_stay() {
        check(
            "remove-in-later-layer",
            "FROM a\nRUN apk add --no-cache -t .d gcc\nRUN make\nRUN apk del .d",
            "4:9 note: `.d` stays in the layer that an earlier `RUN` made",
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
        let text =
            "FROM a\nRUN apt-get update\nRUN apt-get install -y b && rm -rf /var/lib/apt/lists/*";
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
