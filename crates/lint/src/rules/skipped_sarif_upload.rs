//! `skipped-sarif-upload`: what a scan found is not uploaded when it finds something.

use plimsoll_finding::{Clause, Fix, Severity};

use plimsoll_syntax::workflow::{Condition, Field};

use crate::rule::declare_rule;
use crate::workflow::acts::{Act, ActKind};
use crate::workflow::scans::Gate;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports `github/codeql-action/upload-sarif` behind a scan that fails when it finds something,
    /// in the same job, without a condition such as `!cancelled()` or `always()`.
    ///
    /// ## Why it matters
    /// After a step has failed the others are skipped. So the findings reach code scanning only when
    /// there are none, and those that stopped the build have to be read in its log.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   scan:
    ///     runs-on: ubuntu-24.04
    ///     permissions:
    ///       security-events: write
    ///     steps:
    ///       - uses: aquasecurity/trivy-action@ed142fd0673e97e23eac54620cfb913e5ce36c25 # v0.36.0
    ///         with:
    ///           image-ref: ghcr.io/acme/api:1.4.2
    ///           format: sarif
    ///           output: trivy.sarif
    ///           exit-code: "1"
    ///       - uses: github/codeql-action/upload-sarif@8aad20d150bbac5944a9f9d289da16a4b0d87c1e # v4.36.2
    ///         with:
    ///           sarif_file: trivy.sarif
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   scan:
    ///     runs-on: ubuntu-24.04
    ///     permissions:
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
    ///
    /// ## Fix safety
    /// The condition is added to a step that has none. It is safe: the step runs in more cases and does
    /// the same.
    pub(crate) static SKIPPED_SARIF_UPLOAD = {
        name: "skipped-sarif-upload",
        clause: Clause::Scanned,
        summary: "what a scan found is not uploaded when it finds something",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
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
        for upload in job.acts.iter().filter(is_upload) {
            if upload.step.condition().is_some_and(Condition::runs_after_failure) {
                continue;
            }
            let file = upload.step.input("sarif_file").and_then(Field::literal);
            let closed = job.scans().filter(|(act, scan)| {
                act.span.start() < upload.span.start() && scan.gate == Gate::Closed
            });
            // The scan that writes the file, if it says so; with several it may be another one's.
            let closed = closed.filter(|(act, _)| match (file, written_by(act)) {
                (Some(file), Some(written)) => file.trim_start_matches("./") == written.trim_start_matches("./"),
                _ => true,
            });
            let Some((scan_act, scan)) = closed.last() else { continue };
            let message = format!(
                "the upload is skipped when {} finds something, as the scan fails then",
                scan.tool.name()
            );
            let added = match upload.step.condition() {
                Some(_) => None,
                None => upload.step.value.entry("uses").and_then(|entry| {
                    cx.edits().entry_after(upload.step.value, &entry, "if: ${{ !cancelled() }}")
                }),
            };
            let report = cx
                .report(upload.span, message)
                .help("Add `if: ${{ !cancelled() }}` to the step.")
                .related(scan_act.span, "the scan that fails");
            match added {
                Some(edit) => report.fix(Fix::safe("Upload whatever the scan finds", [edit])).done(),
                None => report.done(),
            }
        }
    }
}

/// The file that a scan writes.
fn written_by<'y>(act: &Act<'y>) -> Option<&'y str> {
    ["output", "output-file", "sarif-file"].iter().find_map(|it| act.step.input(it)?.literal())
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "skipped-sarif-upload";

    fn workflow(scan: &str, condition: &str) -> String {
        format!(
            "jobs:\n  a:\n    steps:\n      - {scan}\n      - uses: github/codeql-action/upload-sarif@v4\n        \
             {condition}\n        with: {{sarif_file: a.sarif}}\n"
        )
    }

    #[test]
    fn uploads_behind_scans_that_fail_are_reported() {
        check(
            RULE,
            &workflow("run: trivy image --exit-code 1 -f sarif -o a.sarif x/y:1", ""),
            "5:15 warning: the upload is skipped when Trivy finds something, as the scan fails then",
        );
        check(
            RULE,
            &workflow("{uses: anchore/scan-action@v7, with: {image: x}}", "if: github.ref == 'refs/heads/main'"),
            "5:15 warning: the upload is skipped when Grype finds something, as the scan fails then",
        );
    }

    #[test]
    fn uploads_that_run_all_the_same_are_left_alone() {
        let scan = "run: trivy image --exit-code 1 -f sarif -o a.sarif x/y:1";
        check(RULE, &workflow(scan, "if: always() && true"), "");
        check(RULE, &workflow(scan, "if: ${{ success() || failure() }}"), "");
        check(RULE, &workflow("run: trivy image x/y:1", ""), "");
        check(RULE, &workflow("{run: 'trivy image --exit-code 1 x:1', continue-on-error: true}", ""), "");
        let other = "{uses: aquasecurity/trivy-action@v1, with: {image-ref: x, exit-code: 1, output: b.sarif}}";
        check(RULE, &workflow(other, ""), "");
    }
}
