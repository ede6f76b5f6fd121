//! `push-on-pull-request`: an image is pushed for every pull request.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::workflow::Truth;

use crate::rule::declare_rule;
use crate::workflow::acts::{Act, ActKind};
use crate::workflow::builds::Push;
use crate::workflow::pull_request::{both, is_true, runs_job, runs_step, trigger};
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports pushes of images in workflows that pull requests start, where no condition keeps pull
    /// requests out. Conditions of jobs, of the jobs that they need, of steps and inputs are taken into
    /// account; where one can't be known, nothing is said.
    ///
    /// ## Why it matters
    /// Pull requests from forks have no secrets and a token that may only read: the push fails. For
    /// those that have, code that nobody has reviewed gets into the registry, and under a moving tag
    /// in place of the released image.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    ///   pull_request:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           push: true
    ///           tags: ghcr.io/acme/api:${{ github.sha }}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// on:
    ///   push:
    ///   pull_request:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           push: ${{ github.event_name != 'pull_request' }}
    ///           tags: ghcr.io/acme/api:${{ github.sha }}
    /// ```
    pub(crate) static PUSH_ON_PULL_REQUEST = {
        name: "push-on-pull-request",
        clause: Clause::Tags,
        summary: "an image is pushed for every pull request",
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
    let workflow = containers.workflow;
    let Some(trigger) = trigger(workflow) else { return };
    for job in containers.about_containers() {
        let pushing = job.acts.iter().filter(|it| pushes(it) && !containers.is_temporary(job, it));
        let mut pushing = pushing.filter(|it| {
            let step = both(runs_step(workflow, it.step), input(workflow, it));
            both(step, runs_job(containers, job)) == Truth::Yes
        });
        let Some(act) = pushing.next() else { continue };
        let span = match &act.kind {
            ActKind::Build(build) => build.push_span().unwrap_or(act.span),
            _ => act.span,
        };
        cx.report(span, "the image is pushed for pull requests too, and those from forks may not")
            .help("Push only if `github.event_name != 'pull_request'`, and build without pushing otherwise.")
            .related(trigger.span, "pull requests start the workflow")
            .done();
    }
}

fn pushes(act: &Act<'_>) -> bool {
    match &act.kind {
        ActKind::Build(build) => build.pushes(),
        ActKind::Push(_) => is_unconditional(act),
        _ => false,
    }
}

/// Whether a push stands in a script that asks for nothing before it.
fn is_unconditional(act: &Act<'_>) -> bool {
    let script = act.step.script();
    script.is_none_or(|script| {
        let command = script.commands.iter().find(|it| it.span.covers(act.span));
        command.is_none_or(|it| !it.conditional && it.depth == 0)
    })
}

/// Whether the input `push` is true for pull requests.
fn input(workflow: plimsoll_syntax::workflow::Workflow<'_>, act: &Act<'_>) -> Truth {
    match &act.kind {
        ActKind::Build(build) => match build.push {
            Push::Always(_) if is_unconditional(act) => Truth::Yes,
            Push::When(field) => is_true(workflow, act.step, field),
            Push::Never => Truth::No,
            _ => Truth::Maybe,
        },
        _ => Truth::Yes,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "push-on-pull-request";
    const MESSAGE: &str = "warning: the image is pushed for pull requests too, and those from forks may not";

    fn workflow(head: &str, job: &str, step: &str) -> String {
        format!("on: {{push: , pull_request: }}\n{head}\njobs:\n  a:\n    {job}\n    steps:\n      - {step}\n")
    }

    fn build(push: &str) -> String {
        format!("uses: docker/build-push-action@v7\n        with: {{push: \"{push}\"}}")
    }

    #[test]
    fn pushes_that_nothing_prevents_are_reported() {
        check(RULE, &workflow("", "", &build("true")), &format!("8:22 {MESSAGE}"));
        check(RULE, &workflow("", "", "run: docker push a/b:1"), &format!("7:14 {MESSAGE}"));
        check(
            RULE,
            &workflow("env: {PUSH: true}", "if: github.actor != 'x' || true", &build("${{ env.PUSH }}")),
            &format!("8:22 {MESSAGE}"),
        );
        check(
            RULE,
            &workflow("", "", &build("${{ github.event_name == 'push' || github.event_name == 'pull_request' }}")),
            &format!("8:22 {MESSAGE}"),
        );
    }

    #[test]
    fn pushes_that_wait_for_something_else_are_left_alone() {
        for (head, job, step) in [
            ("", "", build("${{ github.event_name != 'pull_request' }}")),
            ("", "", build("${{ github.ref == 'refs/heads/main' }}")),
            ("", "", build("${{ inputs.push }}")),
            ("", "", build("${{ needs.x.outputs.push }}")),
            ("", "if: github.ref_type == 'tag'", build("true")),
            ("", "if: github.event.pull_request.head.repo.full_name == github.repository", build("true")),
            ("", "", build("true") + "\n        if: startsWith(github.ref, 'refs/tags/')"),
            ("env: {PUSH: \"${{ github.event_name != 'pull_request' }}\"}", "", build("${{ env.PUSH }}")),
            ("env: {PUSH: \"${{ github.event_name != 'pull_request' }}\"}", "if: env.PUSH == 'true'", build("true")),
            ("", "", "run: docker push localhost:5000/a".to_owned()),
            ("", "", "run: if [ \"$X\" ]; then docker push a/b; fi".to_owned()),
        ] {
            check(RULE, &workflow(head, job, &step), "");
        }
        check(RULE, "on: {pull_request: {types: [closed]}}\njobs: {a: {steps: [{run: docker push a/b}]}}\n", "");
        check(RULE, "on: push\njobs: {a: {steps: [{run: docker push a/b}]}}\n", "");
    }

    #[test]
    fn jobs_behind_one_that_is_skipped_are_left_alone() {
        let text = "on: pull_request\njobs:\n  a: {if: github.event_name == 'push', steps: []}\n  \
                    b: {needs: a, steps: [{run: docker push a/b}]}\n";
        check(RULE, text, "");
    }
}
