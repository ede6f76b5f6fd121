//! What rules about several package managers say in the same way.

use std::collections::BTreeSet;

use plimsoll_finding::{Edit, Fix, Severity};

use super::versions::is_bare_go_address;
use super::{
    Cache, Emptied, KeptCache, Manager, Operation, Package, PackageRun, Settings, asks, ends,
    is_pinned,
};
use crate::Context;

/// Reports installed packages that have no version.
pub(crate) fn unpinned(cx: &mut Context<'_, '_>, managers: &[Manager], help: &str) {
    let facts = cx.facts;
    for run in facts.package_runs() {
        let does = run.does;
        if does.operation != Operation::Install
            || !managers.contains(&does.manager)
            || is_pinned_as_a_whole(&run)
        {
            continue;
        }
        let mut seen = BTreeSet::new();
        // `go install` takes the versions of the module around, `go get` brings new ones.
        let gets = does.manager == Manager::Go && run.title() == "go get";
        let open = |it: &&Package<'_>| {
            !is_pinned(does.manager, it) || gets && is_bare_go_address(&it.text)
        };
        let names: Vec<&Package<'_>> =
            does.packages.iter().filter(open).filter(|it| seen.insert(&*it.text)).collect();
        let message = match names.as_slice() {
            [] => continue,
            [one] => format!("`{}` has no version", one.text),
            [one, other] => format!("`{}` and `{}` have no version", one.text, other.text),
            [one, rest @ ..] => {
                format!("`{}` and {} other packages have no version", one.text, rest.len())
            }
        };
        cx.report(names[0].span, message).help(help).done();
    }
}

/// Whether the versions of all packages of a command are given elsewhere.
fn is_pinned_as_a_whole(run: &PackageRun<'_, '_>) -> bool {
    let command = run.command();
    match run.does.manager {
        Manager::Gem => command.has_flag('v', "version") || command.has_flag('g', "file"),
        Manager::Pip => {
            command.option(&["-c", "--constraint", "--constraints"]).is_some()
                || command.has_flag('\0', "require-hashes")
        }
        Manager::Apt => command.args().iter().any(|it| it.value == "build-dep"),
        Manager::Yum | Manager::Dnf => {
            let words = ["group", "groups", "groupinstall", "builddep"];
            command.args().iter().any(|it| words.contains(&it.value.as_ref()))
        }
        _ => false,
    }
}

/// Reports commands that ask for confirmation.
pub(crate) fn without_yes(cx: &mut Context<'_, '_>, manager: Manager) {
    let facts = cx.facts;
    let mut settings = None;
    for run in facts.package_runs().filter(|it| it.does.manager == manager) {
        if !asks(&run) {
            continue;
        }
        let settings = settings.get_or_insert_with(|| Settings::answers(facts, manager));
        let answered =
            settings.hold(facts, &run) || Settings::come_with_base(facts, manager, run.does.stage);
        if answered {
            continue;
        }
        // Nobody can answer, but there may be nothing to ask: apt takes a package that needs no
        // other without a word, upgrades find nothing, `microdnf` asks only where it is set up to.
        let severe = run.does.operation == Operation::Install && run.program() != "microdnf";
        let severity = if severe { Severity::Error } else { Severity::Warning };
        let message =
            format!("`{}` has no `-y`, and nobody can confirm it during a build", run.title());
        let fix = Fix::safe("Add `-y`", [Edit::insert(run.does.verb.end(), " -y")]);
        cx.report(run.does.verb, message)
            .help("Add `-y`: a command that asks without a terminal gives up, and the build fails.")
            .severity(severity)
            .fix(fix)
            .done();
    }
}

/// Reports caches that stay in the layer of the `RUN` that filled them, and empties them at the end
/// of that `RUN`.
pub(crate) fn kept(
    cx: &mut Context<'_, '_>,
    cache: Cache,
    help: &str,
    command: impl Fn(&KeptCache<'_, '_>) -> Option<String>,
) {
    let facts = cx.facts;
    let kept = facts.kept_caches(cache);
    if kept.is_empty() {
        return;
    }
    let emptied = facts.emptied(cache);
    for found in kept {
        let Some(first) = found.first() else { continue };
        // Another rule speaks of those.
        if facts.lone_update(first.does.index).is_some() {
            continue;
        }
        let message = format!("`{}` leaves its cache in the image", first.title());
        let later = emptied.after(first.does.index);
        let fix = command(&found).and_then(|command| {
            let edit = ends::at_end(facts, first, &command)?;
            Some(Fix::safe(format!("Add `{command}`"), [edit]))
        });
        let mut report = cx.report(first.does.verb, message).help(help);
        if let Some(later) = later {
            report = report.related(later, "here it is too late: the layer above keeps it");
        }
        if let Some(fix) = fix {
            report = report.fix(fix);
        }
        report.done();
    }
}

/// Reports a cache that an option keeps from being filled.
pub(crate) fn kept_without_option(
    cx: &mut Context<'_, '_>,
    found: &KeptCache<'_, '_>,
    emptied: &Emptied,
    help: &str,
    option: impl Fn(&PackageRun<'_, '_>) -> &'static str,
) {
    let Some(first) = found.first() else { return };
    let message = format!("`{}` leaves its cache in the image", first.title());
    let edits: Vec<Edit> = found
        .fillers
        .iter()
        .map(|it| Edit::insert(it.does.verb.end(), format!(" {}", option(it))))
        .collect();
    let fix = Fix::safe(format!("Add `{}`", option(first)), edits);
    let mut report = cx.report(first.does.verb, message).help(help).fix(fix);
    if let Some(later) = emptied.after(first.does.index) {
        report = report.related(later, "here it is too late: the layer above keeps it");
    }
    report.done();
}
