//! `sarif-without-category`: results of several scans take each other's place.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::workflow::Field;
use plimsoll_syntax::yaml::Resolved;

use crate::rule::declare_rule;
use crate::workflow::acts::{Act, ActKind};
use crate::workflow::containers::JobActs;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports `github/codeql-action/upload-sarif` in a job with a matrix where `category` is missing or
    /// the same for every value, and a second upload of a job whose category is that of the
    /// first one.
    ///
    /// ## Why it matters
    /// Code scanning keeps one result for each tool and category, and takes what isn't in a new one
    /// for fixed: the last image that is uploaded closes the alerts of all others. Without a category
    /// the values of the matrix make one, but only those that are texts, and alerts are lost
    /// whenever a value or the name of the job changes. A second upload with the same category in
    /// one job is refused.
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
    ///     strategy:
    ///       matrix:
    ///         image: [api, worker]
    ///     steps:
    ///       - uses: aquasecurity/trivy-action@ed142fd0673e97e23eac54620cfb913e5ce36c25 # v0.36.0
    ///         with:
    ///           image-ref: ghcr.io/acme/${{ matrix.image }}:1.4.2
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
    /// jobs:
    ///   scan:
    ///     runs-on: ubuntu-24.04
    ///     permissions:
    ///       security-events: write
    ///     strategy:
    ///       matrix:
    ///         image: [api, worker]
    ///     steps:
    ///       - uses: aquasecurity/trivy-action@ed142fd0673e97e23eac54620cfb913e5ce36c25 # v0.36.0
    ///         with:
    ///           image-ref: ghcr.io/acme/${{ matrix.image }}:1.4.2
    ///           format: sarif
    ///           output: trivy.sarif
    ///           exit-code: "1"
    ///       - uses: github/codeql-action/upload-sarif@8aad20d150bbac5944a9f9d289da16a4b0d87c1e # v4.36.2
    ///         if: ${{ !cancelled() }}
    ///         with:
    ///           sarif_file: trivy.sarif
    ///           category: trivy-${{ matrix.image }}
    /// ```
    pub(crate) static SARIF_WITHOUT_CATEGORY = {
        name: "sarif-without-category",
        clause: Clause::Scanned,
        summary: "results of several scans take each other's place",
        severity: Severity::Warning,
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
        let uploads: Vec<&Act<'_>> = job.acts.iter().filter(is_upload).collect();
        for (index, upload) in uploads.iter().enumerate() {
            let category = upload.step.input("category");
            if let Some(first) = uploads[..index].iter().find(|it| repeats(job, it, upload)) {
                let message = match category {
                    Some(it) => format!("the category `{}` is that of the upload before", it.text()),
                    None => "a second upload without a `category` is refused".to_owned(),
                };
                cx.report(category.map_or(upload.span, Field::span), message)
                    .help("Give each upload of the job a `category` of its own, such as `trivy-api`.")
                    .related(first.span, "the first upload")
                    .done();
            } else {
                check_matrix(cx, job, upload, category);
            }
        }
    }
}

fn check_matrix(
    cx: &mut WorkflowContext<'_, '_>,
    job: &JobActs<'_>,
    upload: &Act<'_>,
    category: Option<Field<'_>>,
) {
    let Some(matrix) = job.job.matrix() else { return };
    if matrix.size().is_some_and(|it| it < 2) {
        return;
    }
    let name = matrix.names().first().copied().unwrap_or("image");
    let help = format!("Name the values that tell the jobs apart: `category: trivy-${{{{ matrix.{name} }}}}`.");
    match category {
        None => {
            let texts = matrix.names().into_iter().all(|name| {
                matrix.values(name).is_some_and(|all| {
                    all.iter().all(|it| matches!(it.resolve(), Some(Resolved::Str(_))))
                })
            });
            // Texts make a category by themselves, for as long as they stay what they are.
            if texts {
                let message =
                    "only the values of the matrix tell apart what its jobs upload without a `category`";
                cx.report(upload.span, message).severity(Severity::Note).help(help).done();
            } else {
                let message = "the jobs of the matrix upload SARIF without a `category` of their own";
                cx.report(upload.span, message).help(help).done();
            }
        }
        Some(category) if category.literal().is_some() => {
            let message = format!(
                "every job of the matrix uploads SARIF as `{}`, and the last one closes the alerts of the others",
                category.text()
            );
            cx.report(category.span(), message).help(help).done();
        }
        Some(_) => {}
    }
}

/// Whether two uploads have one category and one tool, and can happen in the same run.
fn repeats(job: &JobActs<'_>, first: &Act<'_>, second: &Act<'_>) -> bool {
    let tools = tool(job, first).zip(tool(job, second));
    category(first) == category(second)
        && tools.is_some_and(|(first, second)| first == second)
        // Steps with different conditions may exclude each other.
        && condition(first) == condition(second)
}

fn category<'y>(act: &Act<'y>) -> Option<&'y str> {
    act.step.input("category").map(Field::text)
}

fn condition<'y>(act: &Act<'y>) -> Option<&'y str> {
    act.step.condition().map(|it| it.field.text())
}

/// The scanner whose results an upload most likely holds.
fn tool(job: &JobActs<'_>, upload: &Act<'_>) -> Option<&'static str> {
    let before = job.scans().filter(|(scan, _)| scan.span.start() < upload.span.start());
    before.last().map(|(_, scan)| scan.tool.name())
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "sarif-without-category";
    const UPLOAD: &str = "uses: github/codeql-action/upload-sarif@v4";

    #[test]
    fn matrices_need_a_category_for_each_job() {
        let job = "jobs:\n  a:\n    strategy: {matrix: {image: [a, b]}}\n    steps:\n      - run: docker build .\n";
        check(
            RULE,
            &format!("{job}      - {UPLOAD}\n"),
            "6:15 note: only the values of the matrix tell apart what its jobs upload without a `category`",
        );
        check(
            RULE,
            &format!("{job}      - {UPLOAD}\n        with: {{category: x}}\n"),
            "7:26 warning: every job of the matrix uploads SARIF as `x`, and the last one closes the alerts of the others",
        );
        check(RULE, &format!("{job}      - {UPLOAD}\n        with: {{category: \"${{{{ matrix.image }}}}\"}}\n"), "");
        check(
            RULE,
            &format!("jobs:\n  a:\n    strategy: {{matrix: {{image: [a]}}}}\n    steps:\n      - run: docker build .\n      - {UPLOAD}\n"),
            "",
        );
    }

    #[test]
    fn second_uploads_need_a_category() {
        let scan = "      - run: trivy image a/b:1\n";
        let two = format!("jobs:\n  a:\n    steps:\n{scan}      - {UPLOAD}\n{scan}      - {UPLOAD}\n");
        check(RULE, &two, "7:15 warning: a second upload without a `category` is refused");
        let other = two.replacen("trivy image", "grype", 1);
        check(RULE, &other, "");
        check(RULE, &format!("{two}        with: {{category: b}}\n"), "");
    }
}
