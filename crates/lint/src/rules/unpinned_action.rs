//! `unpinned-action`: an action that builds, scans or pushes images is named by what can be moved.

use plimsoll_finding::{Clause, Edit, Fix, Severity};
use plimsoll_syntax::workflow::{ActionName, Uses};

use crate::rule::declare_rule;
use crate::workflow::containers::JobActs;
use crate::workflow::pins::{self, Release};
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports actions for containers (those of Docker, Aqua, Anchore, Snyk, Sigstore and others, the
    /// `codeql-action`, and the checkout before them) that are named by a branch or a tag instead of a
    /// commit. A branch is reported once for each action, tags are reported together.
    ///
    /// ## Why it matters
    /// Whoever gets hold of an action's repository can move its branches and tags, and every
    /// workflow that names them runs the new code with its secrets. In March 2026 that happened to
    /// 76 tags of `aquasecurity/trivy-action`. A commit stays what it is. An action that follows a
    /// branch also changes without any attack, in the middle of a release.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v7.0.1
    ///       - uses: docker/build-push-action@v7
    ///         with:
    ///           context: .
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           context: .
    /// ```
    ///
    /// ## Fix safety
    /// The commit of a release takes the place of the tag, with the version as a comment, which
    /// Dependabot and Renovate keep up to date. It is safe where the tag is that release, or stands for
    /// a range of versions (`v7`, `v7.3`) that the newest known release is in. Where it makes another
    /// version of it, or a release of a branch, it is unsafe. There is no fix for actions whose
    /// commits aren't known.
    pub(crate) static UNPINNED_ACTION = {
        name: "unpinned-action",
        clause: Clause::Pinned,
        summary: "an action that builds, scans or pushes images is named by what can be moved",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &["zizmor/unpinned-uses"],
        default: true,
        workflow: check,
    }
}

/// A step with an action that isn't pinned.
struct Unpinned<'y> {
    uses: Uses<'y>,
    action: ActionName<'y>,
    /// What to name instead, and whether that is the same.
    pin: Option<(Release, bool)>,
}

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some(containers) = facts.containers() else { return };
    let mut tags: [Vec<Unpinned<'_>>; 3] = Default::default();
    let mut branches: Vec<Vec<Unpinned<'_>>> = Vec::new();
    for job in containers.about_containers() {
        for unpinned in of_job(job) {
            if is_branch(unpinned.action.reference) {
                let same = |it: &&mut Vec<Unpinned<'_>>| {
                    it.first().is_some_and(|it| it.action == unpinned.action)
                };
                match branches.iter_mut().find(same) {
                    Some(group) => group.push(unpinned),
                    None => branches.push(vec![unpinned]),
                }
            } else {
                let group = match unpinned.pin {
                    Some((_, true)) => 0,
                    Some((_, false)) => 1,
                    None => 2,
                };
                tags[group].push(unpinned);
            }
        }
    }
    let place = |it: &Unpinned<'_>| it.uses.reference_span();
    for group in branches {
        for part in cx.parted(group, place) {
            report_branch(cx, &part);
        }
    }
    for group in tags {
        for part in cx.parted(group, place) {
            report_tags(cx, &part);
        }
    }
}

fn of_job<'y>(job: &JobActs<'y>) -> Vec<Unpinned<'y>> {
    let releases = job.acts.iter().any(|it| it.kind.is_release());
    let actions = job.actions().filter(|(_, action)| {
        is_for_containers(*action) || releases && action.is("actions", "checkout")
    });
    let unpinned = actions.filter(|(_, action)| !action.is_commit());
    // What must not be used at all needs no pin.
    let unpinned =
        unpinned.filter(|(_, action)| pins::compromise(*action).is_none() && !is_gone(*action));
    let mut found: Vec<Unpinned<'y>> = Vec::new();
    for (act, action) in unpinned {
        // Of a script or step with several acts there is one.
        let is_new = found.last().is_none_or(|it| it.uses.field.span() != act.span);
        if let Some(uses) = act.step.uses().filter(|_| is_new) {
            found.push(Unpinned { uses, action, pin: pin(action) });
        }
    }
    found
}

/// Whether no run with the action succeeds any more.
fn is_gone(action: ActionName<'_>) -> bool {
    let major = action.reference.split('.').next();
    action.is("github", "codeql-action") && matches!(major, Some("v1" | "v2"))
}

fn is_for_containers(action: ActionName<'_>) -> bool {
    let owners = [
        "docker", "aquasecurity", "anchore", "snyk", "sigstore", "hadolint", "redhat-actions",
        "depot", "goodwithtech", "erzz", "imjasonh", "buildpacks", "chainguard-dev", "jfrog", "azure",
    ];
    if action.is("azure", "login") || action.is("azure", "cli") {
        return false;
    }
    if action.owner.eq_ignore_ascii_case("azure") {
        return action.name.contains("docker") || action.name.contains("container");
    }
    owners.iter().any(|it| action.owner.eq_ignore_ascii_case(it))
        || action.is("github", "codeql-action")
        || action.is("crazy-max", "ghaction-github-runtime")
        || action.is("aws-actions", "amazon-ecr-login")
}

/// Whether a reference is a branch, by its name. Whatever has a number in it may be a tag.
fn is_branch(reference: &str) -> bool {
    let has_number = reference.bytes().any(|it| it.is_ascii_digit());
    let last = reference.rsplit('/').next().unwrap_or_default();
    matches!(last, "main" | "master" | "HEAD" | "develop" | "dev" | "trunk" | "next" | "latest")
        || !has_number
}

/// The release to name instead, and whether it is what the reference stands for.
fn pin(action: ActionName<'_>) -> Option<(Release, bool)> {
    let newest = pins::newest(action)?;
    if let Some(release) = pins::release_of(action) {
        return Some((release, true));
    }
    let Some(version) = pins::numbers(action.reference) else {
        return is_branch(action.reference).then_some((newest, false));
    };
    if version.len() < 3
        && let Some(release) = pins::newest_of(action, &version)
    {
        return Some((release, true));
    }
    let same_major = pins::newest_of(action, version.get(..1)?);
    let newer = |it: &Release| pins::numbers(it.tag).is_some_and(|it| it > version);
    same_major.filter(newer).or(Some(newest).filter(newer)).map(|it| (it, false))
}

fn report_branch(cx: &mut WorkflowContext<'_, '_>, group: &[Unpinned<'_>]) {
    let Some((unpinned, others)) = group.split_first() else { return };
    let ActionName { owner, name, reference, .. } = unpinned.action;
    let message =
        format!("`{owner}/{name}` follows the branch `{reference}`, whatever becomes of it");
    let report = cx
        .report(unpinned.uses.reference_span(), message)
        .help(help(unpinned))
        .members(others.iter().map(|it| it.uses.reference_span()), "here too");
    match edits(group) {
        Some(edits) => report.fix(Fix::risky("Name a release by its commit", edits)).done(),
        None => report.done(),
    }
}

fn report_tags(cx: &mut WorkflowContext<'_, '_>, group: &[Unpinned<'_>]) {
    let Some((first, others)) = group.split_first() else { return };
    let ActionName { owner, name, reference, .. } = first.action;
    let message = match others {
        [] => format!("`{owner}/{name}` is named by the tag `{reference}`, which can be moved"),
        [_] => format!("`{owner}/{name}@{reference}` and one more are named by tags, which can be moved"),
        _ => {
            let count = others.len();
            format!("`{owner}/{name}@{reference}` and {count} more are named by tags, which can be moved")
        }
    };
    let report = cx
        .report(first.uses.reference_span(), message)
        .severity(Severity::Note)
        .help(help(first))
        .members(others.iter().map(|it| it.uses.reference_span()), "a tag too");
    let fix = edits(group).map(|edits| {
        let safe = group.iter().all(|it| matches!(it.pin, Some((_, true))));
        let title = "Name releases by their commits";
        if safe { Fix::safe(title, edits) } else { Fix::risky(title, edits) }
    });
    match fix {
        Some(fix) => report.fix(fix).done(),
        None => report.done(),
    }
}

fn help(unpinned: &Unpinned<'_>) -> String {
    let ActionName { owner, name, path, .. } = unpinned.action;
    let path = if path.is_empty() { String::new() } else { format!("/{path}") };
    match unpinned.pin {
        Some((Release { tag, commit, .. }, _)) => format!("Name a commit: `{owner}/{name}{path}@{commit} # {tag}`."),
        None => format!(
            "Name the commit of a release, with its version as a comment: `{owner}/{name}{path}@… # v1.2.3`."
        ),
    }
}

/// The edits that pin all of some actions; `None` where one can't be.
fn edits(group: &[Unpinned<'_>]) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    for Unpinned { uses, action, pin } in group {
        let (release, _) = (*pin)?;
        let span = uses.reference_span();
        let source = uses.field.value.source();
        if span.slice(source) != Some(action.reference) || uses.field.value.is_alias() {
            return None;
        }
        edits.push(Edit::replace(span, release.commit));
        if uses.comment().is_none() {
            let end = uses.field.value.written().end();
            let rest = source.get(end..)?.split('\n').next()?;
            // In braces there is no room for a comment.
            if !rest.trim().is_empty() {
                return None;
            }
            edits.push(Edit::insert(end, format!(" # {}", release.tag)));
        }
    }
    Some(edits)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "unpinned-action";

    fn workflow(steps: &str) -> String {
        format!("on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n{steps}")
    }

    #[test]
    fn branches_are_reported_each_and_tags_together() {
        check(
            RULE,
            &workflow(
                "      - uses: actions/checkout@v4\n      - uses: docker/login-action@master\n      \
                 - uses: docker/build-push-action@v6\n      - uses: appleboy/ssh-action@master\n",
            ),
            "6:32 note: `actions/checkout@v4` and one more are named by tags, which can be moved\n\
             7:35 warning: `docker/login-action` follows the branch `master`, whatever becomes of it",
        );
        check(
            RULE,
            &workflow("      - uses: 'docker/scout-cli@v1.5.0'\n      - run: docker build .\n"),
            "6:33 note: `docker/scout-cli` is named by the tag `v1.5.0`, which can be moved",
        );
    }

    #[test]
    fn jobs_without_containers_are_left_alone() {
        check(RULE, &workflow("      - uses: actions/checkout@v4\n      - run: make\n"), "");
        check(
            RULE,
            &workflow(
                "      - uses: docker/login-action@4907a6ddec9925e35a0a9e82d7399ccc52663121\n      \
                 - uses: ./.github/actions/build\n      - uses: docker://alpine:3.22\n",
            ),
            "",
        );
    }
}
