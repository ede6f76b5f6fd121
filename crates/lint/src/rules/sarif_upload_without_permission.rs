//! `sarif-upload-without-permission`: what a scan found can't be uploaded.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::workflow::Access;

use crate::rule::declare_rule;
use crate::workflow::acts::{Act, ActKind};
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports `github/codeql-action/upload-sarif` in a job that scans or builds images and whose
    /// token may not write `security-events`. Where a workflow says nothing about permissions, the
    /// repository's settings decide; that is reported as a note.
    ///
    /// ## Why it matters
    /// The upload ends with "Resource not accessible by integration", and what the scan found is
    /// seen by nobody. As soon as any permission is given, all that aren't named are taken away.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    /// permissions:
    ///   contents: read
    /// jobs:
    ///   scan:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: aquasecurity/trivy-action@ed142fd0673e97e23eac54620cfb913e5ce36c25 # v0.36.0
    ///         with:
    ///           image-ref: ghcr.io/acme/api:1.4.2
    ///           format: sarif
    ///           output: trivy.sarif
    ///           exit-code: "1"
    ///       - uses: github/codeql-action/upload-sarif@8aad20d150bbac5944a9f9d289da16a4b0d87c1e # v4.36.2
    ///         if: ${{ !cancelled() }}
    ///         with:
    ///           sarif_file: trivy.sarif
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// on:
    ///   push:
    /// permissions:
    ///   contents: read
    /// jobs:
    ///   scan:
    ///     runs-on: ubuntu-24.04
    ///     permissions:
    ///       contents: read
    ///       security-events: write
    ///     steps:
    ///       - uses: aquasecurity/trivy-action@ed142fd0673e97e23eac54620cfb913e5ce36c25 # v0.36.0
    ///         with:
    ///           image-ref: ghcr.io/acme/api:1.4.2
    ///           format: sarif
    ///           output: trivy.sarif
    ///           exit-code: "1"
    ///       - uses: github/codeql-action/upload-sarif@8aad20d150bbac5944a9f9d289da16a4b0d87c1e # v4.36.2
    ///         if: ${{ !cancelled() }}
    ///         with:
    ///           sarif_file: trivy.sarif
    /// ```
    pub(crate) static SARIF_UPLOAD_WITHOUT_PERMISSION = {
        name: "sarif-upload-without-permission",
        clause: Clause::Scanned,
        summary: "what a scan found can't be uploaded",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        workflow: check,
    }
}

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some(containers) = facts.containers() else { return };
    for job in containers.about_containers() {
        let is_upload = |it: &&Act<'_>| matches!(it.kind, ActKind::UploadSarif);
        let Some(upload) = job.acts.iter().find(is_upload) else { continue };
        // Another token may be given, whatever the documentation says.
        if upload.step.input("token").is_some() {
            continue;
        }
        let id = job.job.id();
        let help = "Give the job `permissions: { contents: read, security-events: write }`; private \
                    repositories also need `actions: read`.";
        let Some(permissions) = job.job.permissions() else {
            if !containers.workflow.triggers().is_reusable() {
                let message = format!(
                    "`{id}` uploads SARIF, and only the repository's settings can give it `security-events: write`"
                );
                cx.report(upload.span, message).severity(Severity::Note).help(help).done();
            }
            continue;
        };
        if permissions.of("security-events") == Access::Write || !permissions.is_known() {
            continue;
        }
        let place = permissions.value.written();
        let message = format!("`{id}` uploads SARIF without `security-events: write`");
        cx.report(upload.span, message)
            .help(help)
            .related(place, "the permissions of the job")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "sarif-upload-without-permission";

    fn workflow(head: &str, job: &str) -> String {
        format!(
            "{head}jobs:\n  a:\n{job}    steps:\n      - run: docker build .\n      \
             - uses: github/codeql-action/upload-sarif@v4\n"
        )
    }

    #[test]
    fn what_may_not_be_written_is_reported() {
        check(
            RULE,
            &workflow("permissions: {security-events: write}\n", "    permissions: {contents: read}\n"),
            "7:15 error: `a` uploads SARIF without `security-events: write`",
        );
        check(
            RULE,
            &workflow("permissions: read-all\n", ""),
            "6:15 error: `a` uploads SARIF without `security-events: write`",
        );
        check(
            RULE,
            &workflow("", ""),
            "5:15 note: `a` uploads SARIF, and only the repository's settings can give it `security-events: write`",
        );
    }

    #[test]
    fn what_may_be_written_is_left_alone() {
        for (head, job) in [
            ("permissions: {security-events: write}\n", ""),
            ("permissions: {}\n", "    permissions: {security-events: write}\n"),
            ("permissions: write-all\n", ""),
            ("on: workflow_call\n", ""),
        ] {
            check(RULE, &workflow(head, job), "");
        }
    }
}
