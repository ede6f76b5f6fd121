//! `retired-action`: a release of an action that GitHub or its runners have left behind.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::workflow::{ActionName, Uses};

use crate::rule::declare_rule;
use crate::workflow::containers::JobActs;
use crate::workflow::pins;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports the `codeql-action` v1 and v2, which are retired, and v3, which is retired in December
    /// 2026; and actions for containers that were made for a version of Node which runners no longer
    /// have: 12 and 16 each, those made for 20 together, once for a workflow.
    ///
    /// ## Why it matters
    /// Code scanning takes nothing from a retired `codeql-action`, and what the scanner found is seen
    /// by nobody. Actions for an old Node run on a newer one that they were never tried with, and get
    /// no more fixes.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/build-push-action@1104d471370f9806843c095c1db02b5a90c5f8b6 # v3.3.1
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
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           context: .
    /// ```
    pub(crate) static RETIRED_ACTION = {
        name: "retired-action",
        clause: Clause::Pinned,
        summary: "a release of an action that GitHub or its runners have left behind",
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
    let mut for_node_20: Vec<(ActionName<'_>, Span)> = Vec::new();
    for (act, action) in containers.about_containers().flat_map(JobActs::actions) {
        if !action.owner.eq_ignore_ascii_case("actions")
            && let Some(uses) = act.step.uses()
            && let Some(version) = version_of(action, uses)
            && let Some(major) = version.first()
        {
            if action.is("github", "codeql-action") && *major < 4 {
                report_codeql(cx, action, uses, *major);
                continue;
            }
            let Some(release) = pins::release_of(action)
                .or_else(|| pins::newest_of(action, &version))
                .or_else(|| pins::newest_of(action, &[*major]))
            else {
                continue;
            };
            match release.runtime {
                "node12" | "node16" => report(cx, action, uses, release.runtime),
                "node20" => for_node_20.push((action, uses.field.inner_span())),
                _ => {}
            }
        }
    }
    for part in cx.parted(for_node_20, |(_, span)| *span) {
        report_node_20(cx, &part);
    }
}

/// Reports the actions that were made for Node 20 together.
fn report_node_20(cx: &mut WorkflowContext<'_, '_>, found: &[(ActionName<'_>, Span)]) {
    let Some(((action, span), others)) = found.split_first() else { return };
    let name = format!("{}/{}", action.owner, action.name);
    let message = match others.len() {
        0 => format!("this release of `{name}` was made for Node 20, which runners no longer have"),
        1 => format!("`{name}` and one more were made for Node 20, which runners no longer have"),
        more => {
            format!("`{name}` and {more} more were made for Node 20, which runners no longer have")
        }
    };
    cx.report(*span, message)
        .severity(Severity::Note)
        .help(help(*action))
        .members(others.iter().map(|(_, span)| *span), "made for Node 20 too")
        .done();
}

/// The version that a reference or the comment behind it says.
fn version_of(action: ActionName<'_>, uses: Uses<'_>) -> Option<Vec<u64>> {
    if !action.is_commit() {
        return pins::numbers(action.reference);
    }
    match pins::release_of(action) {
        Some(release) => pins::numbers(release.tag),
        None => uses.commented_version().and_then(pins::numbers),
    }
}

fn report_codeql(
    cx: &mut WorkflowContext<'_, '_>,
    action: ActionName<'_>,
    uses: Uses<'_>,
    major: u64,
) {
    let path = if action.path.is_empty() { String::new() } else { format!("/{}", action.path) };
    let (message, severity) = if major < 3 {
        let message = format!(
            "version {major} of the CodeQL action is retired: code scanning takes nothing from it"
        );
        (message, Severity::Error)
    } else {
        let message = "version 3 of the CodeQL action is retired in December 2026".to_owned();
        (message, Severity::Note)
    };
    let help = match pins::newest(action) {
        Some(it) => format!("Use `github/codeql-action{path}@{} # {}`.", it.commit, it.tag),
        None => format!("Use version 4 of `github/codeql-action{path}`."),
    };
    cx.report(uses.field.inner_span(), message).severity(severity).help(help).done();
}

fn report(cx: &mut WorkflowContext<'_, '_>, action: ActionName<'_>, uses: Uses<'_>, runtime: &str) {
    let node = runtime.trim_start_matches("node");
    let name = format!("{}/{}", action.owner, action.name);
    let message =
        format!("this release of `{name}` was made for Node {node}, which runners no longer have");
    cx.report(uses.field.inner_span(), message).help(help(action)).done();
}

fn help(action: ActionName<'_>) -> String {
    let name = format!("{}/{}", action.owner, action.name);
    match pins::newest(action) {
        Some(it) => format!("Use a current release: `{name}@{} # {}`.", it.commit, it.tag),
        None => "Use a current release.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "retired-action";

    fn workflow(uses: &[&str]) -> String {
        let steps: String = uses.iter().map(|it| format!("      - uses: {it}\n")).collect::<Vec<_>>().concat();
        format!("jobs:\n  a:\n    steps:\n      - run: docker build .\n{steps}")
    }

    #[test]
    fn retired_majors_are_reported() {
        check(
            RULE,
            &workflow(&[
                "github/codeql-action/upload-sarif@v2",
                "github/codeql-action/upload-sarif@v3",
            ]),
            "5:15 error: version 2 of the CodeQL action is retired: code scanning takes nothing from it\n\
             6:15 note: version 3 of the CodeQL action is retired in December 2026",
        );
        check(
            RULE,
            &workflow(&["docker/login-action@465a07811f14bebb1938fbed4728c6a1ff8901fc # v2.2.0"]),
            "5:15 warning: this release of `docker/login-action` was made for Node 16, which runners no longer have",
        );
        check(
            RULE,
            &workflow(&[
                "docker/login-action@v3",
                "docker/build-push-action@v6.1.0",
                "docker/setup-qemu-action@v3",
            ]),
            "5:15 note: `docker/login-action` and 2 more were made for Node 20, which runners no longer have",
        );
    }

    #[test]
    fn current_and_unknown_releases_are_left_alone() {
        check(
            RULE,
            &workflow(&[
                "docker/login-action@v4",
                "docker/login-action@master",
                "docker/unknown@v1",
                "github/codeql-action/upload-sarif@v4",
                "actions/checkout@v2",
                "docker/login-action@0000000000000000000000000000000000000000",
                "aquasecurity/trivy-action@0.35.0",
            ]),
            "",
        );
    }
}
