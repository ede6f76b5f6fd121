//! `unknown-build-file`: the Dockerfile that a workflow builds is not there.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::workflow::acts::{Act, ActKind};
use crate::workflow::containers::{JobActs, mentions};
use crate::workflow::files::built;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports builds whose Dockerfile isn't in the repository: `file:` of an action, `--file` of a
    /// command, or the `Dockerfile` of their context. Where a step before may have written it, nothing is
    /// said.
    ///
    /// ## Why it matters
    /// The build ends with "failed to read dockerfile". `file` is relative to the repository, not to
    /// `context`.
    ///
    /// ## Bad
    /// ```yaml .github/workflows/image.yml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           context: services/api
    ///           file: Dockerfile
    /// ```
    /// ```dockerfile services/api/Dockerfile
    /// FROM rust:1.90-slim-trixie
    /// ```
    ///
    /// ## Good
    /// ```yaml .github/workflows/image.yml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           context: services/api
    ///           file: services/api/Dockerfile
    /// ```
    /// ```dockerfile services/api/Dockerfile
    /// FROM rust:1.90-slim-trixie
    /// ```
    pub(crate) static UNKNOWN_BUILD_FILE = {
        name: "unknown-build-file",
        clause: Clause::Context,
        summary: "the Dockerfile that a workflow builds is not there",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        workflow: check,
    }
}

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some((containers, place)) = facts.containers().zip(cx.place()) else { return };
    for (job, act, build) in containers.builds() {
        if makes_files(job, act) {
            continue;
        }
        let span = build.file.as_ref().or(build.context.as_ref()).map_or(act.span, |it| it.span);
        if let Some(missing) = built(place, job, act, build).iter().find(|it| it.text.is_none()) {
            let message = format!("there is no `{}` in the repository", missing.shown);
            let help = if build.file.is_some() && build.is_action() {
                "`file` is relative to the root of the repository, whatever `context` says."
            } else {
                "Name the Dockerfile, or the directory that it is in."
            };
            cx.report(span, message).help(help).done();
        }
    }
}

/// Whether something before a build may write files that it needs.
fn makes_files(job: &JobActs<'_>, act: &Act<'_>) -> bool {
    let words = ["dockerfile", "containerfile", "submodule", "git clone", "git checkout", "cp -r", "rsync", "tar x", "unzip"];
    job.before(act).any(|it| match it.kind {
        ActKind::Checkout { .. } => mentions(it.step, &["submodules", "lfs"]),
        ActKind::Other => {
            it.step.uses().is_some_and(|it| it.action().is_none_or(|it| it.name.contains("download")))
                || it.step.run().is_some() && mentions(it.step, &words)
        }
        _ => it.step.run().is_some() && it.step.index != act.step.index && mentions(it.step, &["> dockerfile", "cp "]),
    }) || act.step.run().is_some() && mentions(act.step, &["cp ", "> ", "sed ", "mv "])
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const RULE: &str = "unknown-build-file";

    #[track_caller]
    fn check(steps: &str, expected: &str) {
        let text = format!("jobs:\n  a:\n    strategy: {{matrix: {{image: [api, worker]}}}}\n    steps:\n{steps}");
        let files = [(".github/workflows/a.yml", &*text), ("Dockerfile", "FROM a\n"), ("api/Dockerfile", "FROM a\n")];
        check_project(RULE, &files, expected);
    }

    const CHECKOUT: &str = "      - uses: actions/checkout@v7\n";

    #[test]
    fn files_that_are_not_there_are_reported() {
        check(
            &format!("{CHECKOUT}      - uses: docker/build-push-action@v7\n        with: {{context: ., file: docker/Dockerfile}}\n"),
            "7:34 error: there is no `docker/Dockerfile` in the repository",
        );
        check(
            &format!("{CHECKOUT}      - run: docker build -t a web\n"),
            "6:32 error: there is no `web/Dockerfile` in the repository",
        );
        check(
            &format!("{CHECKOUT}      - uses: docker/build-push-action@v7\n        with: {{context: \"${{{{ matrix.image }}}}\"}}\n"),
            "7:26 error: there is no `worker/Dockerfile` in the repository",
        );
        check(
            "      - uses: docker/build-push-action@v7\n        with: {context: '{{defaultContext}}:lib'}\n",
            "6:26 error: there is no `lib/Dockerfile` in the repository",
        );
    }

    #[test]
    fn files_that_are_there_or_may_be_are_left_alone() {
        for steps in [
            "      - uses: docker/build-push-action@v7\n".to_owned(),
            format!("{CHECKOUT}      - run: docker build -f api/Dockerfile .\n"),
            format!("{CHECKOUT}      - run: docker build .\n        working-directory: api\n"),
            "      - run: docker build web\n".to_owned(),
            format!("{CHECKOUT}        with: {{path: src}}\n      - run: docker build web\n"),
            format!("{CHECKOUT}      - run: cp Dockerfile web\n      - run: docker build web\n"),
            format!("{CHECKOUT}      - run: docker build $DIR\n"),
            format!("{CHECKOUT}      - uses: docker/build-push-action@v7\n        with: {{context: 'https://github.com/a/b.git'}}\n"),
            format!("{CHECKOUT}      - run: docker build - < x\n"),
        ] {
            check(&steps, "");
        }
    }
}
