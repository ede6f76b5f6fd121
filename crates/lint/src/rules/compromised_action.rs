//! `compromised-action`: an action is named by a reference that stood for malicious code.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::workflow::containers::JobActs;
use crate::workflow::pins;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports actions by commits that are malicious, and by tags that attackers have moved: those of
    /// `aquasecurity/trivy-action` and `aquasecurity/setup-trivy` of March 2026
    /// (GHSA-69fq-xp46-6x23), of `tj-actions/changed-files` and `reviewdog/action-setup` of March 2025.
    ///
    /// ## Why it matters
    /// The code read the secrets of whatever job it ran in. Whoever ran it has to change them.
    /// The tags of `trivy-action` before 0.35.0 and of `setup-trivy` before v0.2.6 were taken away
    /// afterwards, so that workflows with them fail at best.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   scan:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: aquasecurity/trivy-action@0.28.0
    ///         with:
    ///           image-ref: ghcr.io/acme/api:1.4.2
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
    ///           exit-code: "1"
    /// ```
    pub(crate) static COMPROMISED_ACTION = {
        name: "compromised-action",
        clause: Clause::Pinned,
        summary: "an action is named by a reference that stood for malicious code",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["zizmor/known-vulnerable-actions"],
        default: true,
        workflow: check,
    }
}

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some(containers) = facts.containers() else { return };
    for (act, action) in containers.jobs.iter().flat_map(JobActs::actions) {
        let Some(found) = pins::compromise(action) else { continue };
        let Some(uses) = act.step.uses() else { continue };
        let name = format!("{}/{}", action.owner, action.name);
        let (message, severity) = if found.is_commit {
            (format!("this commit of `{name}` is malicious ({})", found.advisory), Severity::Error)
        } else {
            let message = format!(
                "the tag `{}` of `{name}` was moved to malicious code ({})",
                action.reference, found.advisory
            );
            // Those of Trivy are gone since; the others were put back.
            let gone = action.owner.eq_ignore_ascii_case("aquasecurity");
            (message, if gone { Severity::Error } else { Severity::Warning })
        };
        let commit = pins::newest(action).map(|it| format!("`{name}@{} # {}`", it.commit, it.tag));
        let instead = commit.unwrap_or_else(|| format!("{} or later, by its commit", found.safe));
        cx.report(uses.reference_span(), message)
            .severity(severity)
            .help(format!(
                "Name {instead}, and change every secret that a run with it could read."
            ))
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "compromised-action";

    fn workflow(uses: &str) -> String {
        format!("jobs:\n  docker:\n    steps:\n      - run: docker build .\n      - uses: {uses}\n")
    }

    #[test]
    fn malicious_commits_and_moved_tags_are_reported() {
        check(
            RULE,
            &workflow("aquasecurity/setup-trivy@8afa9b9f9183b4e00c46e2b82d34047e3c177bd0 # v0.2.5"),
            "5:40 error: this commit of `aquasecurity/setup-trivy` is malicious (GHSA-69fq-xp46-6x23)",
        );
        check(
            RULE,
            &workflow("tj-actions/changed-files@v44"),
            "5:40 warning: the tag `v44` of `tj-actions/changed-files` was moved to malicious code (GHSA-mrrh-fwg8-r2c3)",
        );
    }

    #[test]
    fn what_was_safe_is_left_alone() {
        for uses in [
            "aquasecurity/trivy-action@0.35.0",
            "aquasecurity/trivy-action@v0.33.1",
            "aquasecurity/trivy-action@57a97c7e7821a5776cebc9bb87c984fa69cba8f1 # 0.35.0",
            "tj-actions/changed-files@v46",
        ] {
            check(RULE, &workflow(uses), "");
        }
    }
}
