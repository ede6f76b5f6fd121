//! `severity-dropped-in-sarif`: `trivy-action` ignores `severity` when it writes SARIF.

use plimsoll_finding::{Clause, Fix, Severity};

use crate::rule::declare_rule;
use crate::workflow::scans::{Gate, Tool};
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports `severity` of `aquasecurity/trivy-action` together with `format: sarif` and without
    /// `limit-severities-for-sarif: true`.
    ///
    /// ## Why it matters
    /// For SARIF the action drops the filter and reports everything. Code scanning fills with
    /// what was meant to be left out, and with an `exit-code` the job fails on any finding of low
    /// severity.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   scan:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: aquasecurity/trivy-action@ed142fd0673e97e23eac54620cfb913e5ce36c25 # v0.36.0
    ///         with:
    ///           image-ref: ghcr.io/acme/api:1.4.2
    ///           format: sarif
    ///           output: trivy.sarif
    ///           severity: HIGH,CRITICAL
    ///           exit-code: "1"
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   scan:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: aquasecurity/trivy-action@ed142fd0673e97e23eac54620cfb913e5ce36c25 # v0.36.0
    ///         with:
    ///           image-ref: ghcr.io/acme/api:1.4.2
    ///           format: sarif
    ///           output: trivy.sarif
    ///           severity: HIGH,CRITICAL
    ///           limit-severities-for-sarif: true
    ///           exit-code: "1"
    /// ```
    ///
    /// ## Fix safety
    /// The input is added below `severity`. It is unsafe: alerts of the severities that are left out go
    /// away.
    pub(crate) static SEVERITY_DROPPED_IN_SARIF = {
        name: "severity-dropped-in-sarif",
        clause: Clause::Scanned,
        summary: "`trivy-action` ignores `severity` when it writes SARIF",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &[],
        default: true,
        workflow: check,
    }
}

/// All severities, which is no filter.
const ALL: usize = 5;

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some(containers) = facts.containers() else { return };
    for (_, act, scan) in containers.scans() {
        let (Some(severity), Some(format)) = (scan.severity, scan.sarif) else { continue };
        if scan.tool != Tool::TrivyAction || scan.limited || severity.text().split(',').count() >= ALL {
            continue;
        }
        let message = format!("`severity: {}` is dropped, as the format is SARIF", severity.text());
        let help = if scan.gate == Gate::Closed {
            "Add `limit-severities-for-sarif: true`; until then a finding of any severity makes the step fail."
        } else {
            "Add `limit-severities-for-sarif: true`."
        };
        let added = act.step.get("with").zip(act.step.input_entry("severity")).and_then(
            |(inputs, entry)| {
                cx.edits().entry_after(inputs, &entry, "limit-severities-for-sarif: true")
            },
        );
        let report = cx.report(severity.span(), message).help(help).related(format, "the format");
        match added {
            Some(edit) => report.fix(Fix::risky("Limit the severities for SARIF too", [edit])).done(),
            None => report.done(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "severity-dropped-in-sarif";

    fn workflow(inputs: &str) -> String {
        format!("jobs:\n  a:\n    steps:\n      - uses: aquasecurity/trivy-action@v1\n        with: {{image-ref: a, {inputs}}}\n")
    }

    #[test]
    fn dropped_filters_are_reported() {
        check(
            RULE,
            &workflow("format: sarif, severity: HIGH"),
            "5:55 warning: `severity: HIGH` is dropped, as the format is SARIF",
        );
    }

    #[test]
    fn filters_that_hold_are_left_alone() {
        check(RULE, &workflow("format: sarif, severity: HIGH, limit-severities-for-sarif: true"), "");
        check(RULE, &workflow("format: table, severity: HIGH"), "");
        check(RULE, &workflow("format: sarif"), "");
        check(RULE, &workflow("format: sarif, severity: 'UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL'"), "");
    }
}
