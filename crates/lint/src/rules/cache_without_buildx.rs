//! `cache-without-buildx`: the builder can't write the cache that it is given.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::workflow::acts::{Act, ActKind};
use crate::workflow::builds::{Build, Builder, attribute};
use crate::workflow::containers::{JobActs, mentions};
use crate::workflow::images::Text;
use crate::workflow::runners::Runner;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports a cache of type `gha`, `registry` or `local` in a build before which nothing makes a
    /// builder; and one of type `gha` in a command, where nothing gives the command the
    /// token of GitHub's cache.
    ///
    /// ## Why it matters
    /// The builder that Docker brings along writes no such cache: the build ends with "Cache export is
    /// not supported for the docker driver". `docker/setup-buildx-action` makes one that does.
    /// Commands don't see the address and the token of the cache, which actions get by
    /// themselves; without them the cache is left out and every build begins at its start.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           cache-from: type=gha
    ///           cache-to: type=gha,mode=max
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
    ///       - uses: docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           cache-from: type=gha
    ///           cache-to: type=gha,mode=max
    /// ```
    pub(crate) static CACHE_WITHOUT_BUILDX = {
        name: "cache-without-buildx",
        clause: Clause::BuildCache,
        summary: "the builder can't write the cache that it is given",
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
        for (act, build) in job.builds() {
            check_builder(cx, job, act, build);
            check_token(cx, job, act, build);
        }
    }
}

fn check_builder(cx: &mut WorkflowContext<'_, '_>, job: &JobActs<'_>, act: &Act<'_>, build: &Build<'_>) {
    let exported = |it: &&Text| {
        matches!(attribute(&it.text, "type"), Some("gha" | "registry" | "local"))
    };
    let Some(cache) = build.cache_to.iter().find(exported) else { return };
    let is_plain = matches!(build.by, Builder::Action | Builder::Buildx);
    // Machines of one's own may have another builder.
    if !is_plain || !Runner::of(job.job).hosted || act.step.input("builder").is_some() {
        return;
    }
    let may_make = |it: &Act<'_>| {
        matches!(it.kind, ActKind::Builder { .. })
            || matches!(it.kind, ActKind::Other)
                && (mentions(it.step, &["buildx", "buildkit", "containerd"])
                    || it.step.uses().is_some_and(|it| it.action().is_none()))
    };
    if job.before(act).any(may_make) || act.step.run().is_some() && mentions(act.step, &["--builder"]) {
        return;
    }
    let message = format!("nothing before this build makes a builder that can write `{}`", cache.shown());
    cx.report(cache.span, message)
        .help("Put `docker/setup-buildx-action` before the build.")
        .related(act.span, "the build")
        .done();
}

fn check_token(cx: &mut WorkflowContext<'_, '_>, job: &JobActs<'_>, act: &Act<'_>, build: &Build<'_>) {
    // Runners of one's own may have a cache of their own.
    if act.step.run().is_none() || !Runner::of(job.job).hosted {
        return;
    }
    let is_gha = |it: &&Text| attribute(&it.text, "type") == Some("gha");
    let Some(cache) = build.cache_to.iter().chain(&build.cache_from).find(is_gha) else { return };
    let source = facts_text(cx);
    let given = job.acts.iter().any(|it| matches!(it.kind, ActKind::CacheToken))
        || source.contains("ACTIONS_RUNTIME_TOKEN")
        || cache.text.contains("token=")
        // A local action or a script in JavaScript may hand it on.
        || job.before(act).any(|it| {
            matches!(it.kind, ActKind::Other)
                && it.step.uses().is_some_and(|it| {
                    it.action().is_none_or(|it| it.is("actions", "github-script"))
                })
        });
    if !given {
        let message = "a command sees no token for GitHub's cache, and leaves it out";
        cx.report(cache.span, message)
            .help("Build with `docker/build-push-action`, or put `crazy-max/ghaction-github-runtime` before the command.")
            .done();
    }
}

fn facts_text<'y>(cx: &WorkflowContext<'_, 'y>) -> &'y str {
    cx.facts.yaml.text
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "cache-without-buildx";
    const BUILD: &str = "uses: docker/build-push-action@v7\n        with: {cache-to: 'type=gha,mode=max'}";

    fn workflow(runner: &str, steps: &[&str]) -> String {
        let steps: String = steps.iter().map(|it| format!("      - {it}\n")).collect::<Vec<_>>().concat();
        format!("jobs:\n  a:\n    runs-on: {runner}\n    steps:\n{steps}")
    }

    #[test]
    fn caches_without_a_builder_are_reported() {
        let message = "nothing before this build makes a builder that can write";
        check(RULE, &workflow("ubuntu-latest", &[BUILD]), &format!("6:27 warning: {message} `type=gha,mode=max`"));
        check(
            RULE,
            &workflow("ubuntu-latest", &["run: docker buildx build --cache-to=type=registry,ref=a/b:c ."]),
            &format!("5:34 warning: {message} `type=registry,ref=a/b:c`"),
        );
    }

    #[test]
    fn commands_need_the_token_too() {
        check(
            RULE,
            &workflow("ubuntu-latest", &["uses: docker/setup-buildx-action@v4", "run: docker buildx build --cache-from type=gha ."]),
            "6:47 warning: a command sees no token for GitHub's cache, and leaves it out",
        );
        let steps = ["uses: docker/setup-buildx-action@v4", "uses: crazy-max/ghaction-github-runtime@v3", "run: docker buildx build --cache-from type=gha ."];
        check(RULE, &workflow("ubuntu-latest", &steps), "");
    }

    #[test]
    fn other_builders_and_caches_are_left_alone() {
        check(RULE, &workflow("ubuntu-latest", &["uses: docker/setup-buildx-action@v4", BUILD]), "");
        check(RULE, &workflow("ubuntu-latest", &["run: docker buildx create --use", BUILD]), "");
        check(RULE, &workflow("ubuntu-latest", &["uses: ./.github/actions/docker", BUILD]), "");
        check(RULE, &workflow("[self-hosted, x]", &[BUILD]), "");
        check(RULE, &workflow("ubuntu-latest", &[&BUILD.replace("gha,mode=max", "inline")]), "");
    }
}
