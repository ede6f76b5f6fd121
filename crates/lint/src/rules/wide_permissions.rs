//! `wide-permissions`: a workflow that builds images may write everything.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::workflow::{Access, Permissions};

use crate::rule::declare_rule;
use crate::workflow::containers::JobActs;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports `permissions: write-all`, and permissions with four scopes or more that may be
    /// written beside those of releases, for jobs that build, scan or push images.
    ///
    /// ## Why it matters
    /// A build runs code of many others: base images, build scripts of dependencies, actions. With a
    /// token that may write everything, any of them can change the repository and its
    /// releases. Pushing an image needs `packages: write`, uploading what a scan found
    /// `security-events: write`, signing and attesting `id-token: write` and `attestations: write`.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    /// permissions: write-all
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           context: .
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// on:
    ///   push:
    /// permissions:
    ///   contents: read
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     permissions:
    ///       contents: read
    ///       packages: write
    ///     steps:
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           context: .
    /// ```
    pub(crate) static WIDE_PERMISSIONS = {
        name: "wide-permissions",
        clause: Clause::NoSecrets,
        summary: "a workflow that builds images may write everything",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["zizmor/excessive-permissions"],
        default: true,
        workflow: check,
    }
}

/// What releases of images need to write.
const OF_RELEASES: &[&str] = &["packages", "security-events", "id-token", "attestations"];

/// More scopes than a release needs to write beside those.
const MANY: usize = 4;

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some(containers) = facts.containers() else { return };
    let releases = |it: &&JobActs<'_>| it.acts.iter().any(|it| it.kind.is_release());
    let mut jobs = containers.jobs.iter().filter(releases);
    if let Some(permissions) = containers.workflow.permissions()
        && jobs.any(|it| it.job.own_permissions().is_none())
    {
        report(cx, permissions, "the workflow");
    }
    for job in containers.jobs.iter().filter(releases) {
        if let Some(permissions) = job.job.own_permissions() {
            report(cx, permissions, &format!("the job `{}`", job.job.id()));
        }
    }
}

fn report(cx: &mut WorkflowContext<'_, '_>, permissions: Permissions<'_>, who: &str) {
    let scopes = permissions.scopes();
    let written = scopes.iter().filter(|(entry, access)| {
        *access == Access::Write && !OF_RELEASES.contains(&entry.name())
    });
    let written = written.count();
    let message = match permissions.all() {
        Some(Access::Write) => format!("{who} builds images and may write everything"),
        _ if written >= MANY => format!("{who} builds images and may write {written} kinds of other things"),
        _ => return,
    };
    let span = scopes.first().map_or(permissions.value.span(), |(entry, _)| entry.key.span());
    cx.report(span, message)
        .help(
            "Begin with `contents: read` for the workflow, and give each job what it needs: \
             `packages: write` to push to ghcr.io, `security-events: write` to upload SARIF.",
        )
        .done();
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "wide-permissions";

    #[test]
    fn everything_and_many_scopes_are_reported() {
        check(
            RULE,
            "permissions: write-all\njobs:\n  a:\n    steps: [{run: docker build .}]\n  b:\n    \
             permissions: write-all\n    steps: [{run: docker push a/b}]\n",
            "1:14 warning: the workflow builds images and may write everything\n\
             6:18 warning: the job `b` builds images and may write everything",
        );
        check(
            RULE,
            "jobs:\n  a:\n    permissions:\n      contents: write\n      packages: write\n      actions: write\n      \
             id-token: write\n      checks: write\n      issues: write\n    steps: [{run: docker build .}]\n",
            "4:7 warning: the job `a` builds images and may write 4 kinds of other things",
        );
    }

    #[test]
    fn what_jobs_need_is_left_alone() {
        for text in [
            "permissions: write-all\njobs: {a: {steps: [{run: make docker}]}}\n",
            "permissions: write-all\njobs: {a: {permissions: {packages: write}, steps: [{run: docker build .}]}}\n",
            "permissions: read-all\njobs: {a: {steps: [{run: docker build .}]}}\n",
            "jobs: {a: {permissions: {contents: read, packages: write, id-token: write, attestations: write, security-events: write}, steps: [{run: docker build .}]}}\n",
        ] {
            check(RULE, text, "");
        }
    }
}
