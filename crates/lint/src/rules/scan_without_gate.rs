//! `scan-without-gate`: an image with known vulnerabilities is released all the same.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::workflow::acts::Act;
use crate::workflow::containers::Containers;
use crate::workflow::scans::{Gate, Open, Scan, Tool};
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports scans of images with Trivy, Grype, Snyk or Docker Scout that can't fail: without
    /// an exit code for what they find, with `continue-on-error`, with `|| true`, or in a pipe whose
    /// last command decides. One scan of a workflow that can fail is enough; workflows that only
    /// look at images from time to time are left alone.
    ///
    /// ## Why it matters
    /// Trivy and Grype end with 0 whatever they find, unless told otherwise. The table of findings is
    /// in a log that nobody reads, and the image is pushed.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: docker build -t acme/api:1.4.2 .
    ///       - run: trivy image --severity HIGH,CRITICAL acme/api:1.4.2
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
    ///       - run: docker build -t acme/api:1.4.2 .
    ///       - run: trivy image --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1 acme/api:1.4.2
    /// ```
    pub(crate) static SCAN_WITHOUT_GATE = {
        name: "scan-without-gate",
        clause: Clause::Scanned,
        summary: "an image with known vulnerabilities is released all the same",
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
    if containers.scans().any(|(_, _, scan)| !matches!(scan.gate, Gate::Open(..)))
        || only_looks(containers)
    {
        return;
    }
    let root = cx.place().and_then(|it| crate::workflow::files::root(&it.path));
    let configured = |tool| {
        let names: &[&str] = match tool {
            Tool::TrivyAction | Tool::Trivy => &["trivy.yaml", "trivy.yml"],
            Tool::GrypeAction | Tool::Grype => &[".grype.yaml", ".grype.yml", "grype.yaml"],
            _ => &[],
        };
        let place = cx.place();
        place.zip(root).is_some_and(|(place, root)| {
            names.iter().any(|it| place.files().is_file(&plimsoll_project::files::join(root, it)))
        })
    };
    // A second scan of the same image is often there for its report.
    let mut seen: Vec<Option<&str>> = Vec::new();
    let mut found: Vec<(&Act<'_>, &Scan<'_>)> = Vec::new();
    for (_, act, scan) in containers.scans() {
        let image = scan.image().map(|it| &*it.text);
        if scan.is_of_image() && !seen.contains(&image) && !configured(scan.tool) {
            seen.push(image);
            found.push((act, scan));
        }
    }
    for (act, scan) in found {
        report(cx, act, scan);
    }
}

fn report(cx: &mut WorkflowContext<'_, '_>, act: &Act<'_>, scan: &Scan<'_>) {
    let Gate::Open(why, span) = scan.gate else { return };
    let (name, gate) = (scan.tool.name(), scan.tool.gate());
    let message = match why {
        Open::Unset => format!("{name} ends well whatever it finds in the image"),
        Open::Off => format!("{name} is told to end well whatever it finds in the image"),
        Open::ContinueOnError => format!("the job goes on whatever {name} finds in the image"),
        Open::OrTrue => format!("the script goes on whatever {name} finds in the image"),
        Open::Piped => format!("the pipe hides that {name} has found something in the image"),
    };
    let help = match why {
        Open::Unset | Open::Off => format!("Let it fail with {gate}, for the severities that shall stop a release."),
        Open::ContinueOnError => {
            "Remove `continue-on-error`. A report is uploaded all the same with `if: ${{ !cancelled() }}`.".to_owned()
        }
        Open::OrTrue => "Let the command fail. Steps that shall run all the same have `if: ${{ !cancelled() }}`.".to_owned(),
        Open::Piped => "Use `shell: bash`, which turns `pipefail` on, or write to a file.".to_owned(),
    };
    // A report for code scanning at least is read by somebody.
    let severity = if scan.sarif.is_some() { Severity::Note } else { Severity::Warning };
    let severity = if matches!(why, Open::Unset | Open::Off) { severity } else { Severity::Warning };
    let report = cx.report(span, message).severity(severity).help(help);
    if span == act.span { report.done() } else { report.related(act.span, "the scan").done() }
}

/// Whether a workflow only looks at images: it builds and pushes none, and nobody's change starts it.
fn only_looks(containers: &Containers<'_>) -> bool {
    let builds = containers.jobs.iter().flat_map(|it| &it.acts).any(|it| {
        it.kind.is_release() && !matches!(it.kind, crate::workflow::acts::ActKind::Scan(_))
    });
    let triggers = containers.workflow.triggers();
    let changes = ["push", "pull_request", "pull_request_target", "release", "workflow_call"];
    !builds && !changes.iter().any(|it| triggers.has(it)) && triggers.has("schedule")
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "scan-without-gate";

    fn workflow(steps: &str) -> String {
        format!("on: push\njobs:\n  a:\n    steps:\n{steps}")
    }

    #[test]
    fn scans_that_cannot_fail_are_reported() {
        for (step, expected) in [
            ("uses: aquasecurity/trivy-action@v1\n        with: {image-ref: a}", "5:15 warning: Trivy ends well whatever it finds in the image"),
            ("uses: aquasecurity/trivy-action@v1\n        with: {image-ref: a, exit-code: '0'}", "6:41 warning: Trivy is told to end well whatever it finds in the image"),
            ("uses: aquasecurity/trivy-action@v1\n        with: {image-ref: a, format: sarif}", "5:15 note: Trivy ends well whatever it finds in the image"),
            ("uses: anchore/scan-action@v7\n        with: {image: a, fail-build: false}", "6:38 warning: Grype is told to end well whatever it finds in the image"),
            ("uses: snyk/actions/docker@master\n        continue-on-error: true\n        with: {image: a}", "6:28 warning: the job goes on whatever Snyk finds in the image"),
            ("uses: docker/scout-action@v1\n        with: {command: cves, image: a}", "5:15 warning: Docker Scout ends well whatever it finds in the image"),
            ("run: trivy image --exit-code 1 a || true", "5:14 warning: the script goes on whatever Trivy finds in the image"),
            ("run: trivy -q image a --severity HIGH", "5:14 warning: Trivy ends well whatever it finds in the image"),
            ("run: trivy image --exit-code 1 a | tee log", "5:14 warning: the pipe hides that Trivy has found something in the image"),
            ("run: |\n          docker run --rm -v $PWD:/w aquasec/trivy:0.69.3 image --format table a", "6:38 warning: Trivy ends well whatever it finds in the image"),
            ("run: grype a:1 -o table", "5:14 warning: Grype ends well whatever it finds in the image"),
        ] {
            check(RULE, &workflow(&format!("      - {step}\n")), expected);
        }
    }

    #[test]
    fn scans_that_may_fail_are_left_alone() {
        for step in [
            "uses: aquasecurity/trivy-action@v1\n        with: {image-ref: a, exit-code: 1}",
            "uses: aquasecurity/trivy-action@v1\n        with: {image-ref: a, exit-code: '${{ inputs.x }}'}",
            "uses: aquasecurity/trivy-action@v1\n        with: {scan-type: config}",
            "uses: aquasecurity/trivy-action@v1\n        with: {scan-type: fs}",
            "uses: aquasecurity/trivy-action@v1\n        with: {image-ref: a, format: cyclonedx}",
            "uses: aquasecurity/trivy-action@v1\n        env: {TRIVY_EXIT_CODE: 1}\n        with: {image-ref: a}",
            "uses: anchore/scan-action@v7\n        with: {image: a}",
            "uses: snyk/actions/docker@master\n        with: {image: a}",
            "run: trivy image --exit-code=1 a",
            "run: if ! trivy image a; then exit 1; fi",
            "run: trivy image --format spdx-json a",
            "run: grype a --fail-on high",
            "run: docker run anchore/grype:v1 -f high a",
            "run: trivy image a\n      - run: trivy image --exit-code 1 a",
            "run: trivy image --exit-code 1 a | tee log\n        shell: bash",
        ] {
            check(RULE, &workflow(&format!("      - {step}\n")), "");
        }
        check(RULE, "on: {schedule: []}\njobs:\n  a:\n    steps:\n      - run: trivy image a\n", "");
    }
}
