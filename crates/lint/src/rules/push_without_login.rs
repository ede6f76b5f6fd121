//! `push-without-login`: nothing logs in to the registry that an image is pushed to.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::workflow::acts::{Act, ActKind};
use crate::workflow::builds::{Build, Builder};
use crate::workflow::containers::{JobActs, mentions};
use crate::workflow::images::{Image, Text};
use crate::workflow::runners::Runner;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports pushes of images, in jobs on GitHub's own runners, before which no step logs in to a
    /// registry; or where all steps that do log in to other ones.
    ///
    /// ## Why it matters
    /// Each job has a machine of its own, which knows no registry. The push ends with "denied" or
    /// "unauthorized", after the whole build.
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
    ///           push: true
    ///           tags: ghcr.io/acme/api:1.4.2
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
    ///       - uses: docker/login-action@4907a6ddec9925e35a0a9e82d7399ccc52663121 # v4.1.0
    ///         with:
    ///           registry: ghcr.io
    ///           username: ${{ github.actor }}
    ///           password: ${{ secrets.GITHUB_TOKEN }}
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           push: true
    ///           tags: ghcr.io/acme/api:1.4.2
    /// ```
    pub(crate) static PUSH_WITHOUT_LOGIN = {
        name: "push-without-login",
        clause: Clause::Tags,
        summary: "nothing logs in to the registry that an image is pushed to",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        workflow: check,
    }
}

/// What steps say that log in to something in a way of their own.
const LOGINS: &[&str] = &["login", "auth", "registry", "config.json", "credential", "ecr", "gcloud", "az acr"];

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some(containers) = facts.containers() else { return };
    for job in containers.about_containers() {
        if !Runner::of(job.job).hosted || job.job.get("container").is_some() {
            continue;
        }
        for act in &job.acts {
            let names = match &act.kind {
                ActKind::Build(build) if pushes(build) => &build.tags,
                ActKind::Push(names) if !names.is_empty() => names,
                _ => continue,
            };
            if containers.is_temporary(job, act) || own_way(act) {
                continue;
            }
            if report(cx, job, act, names) {
                break;
            }
        }
    }
}

/// Whether a build pushes for certain, with what Docker itself is logged in to.
fn pushes(build: &Build<'_>) -> bool {
    build.pushes() && build.by != Builder::Remote
}

/// Whether the step of a push says something about logging in.
fn own_way(act: &Act<'_>) -> bool {
    act.step.run().is_some() && mentions(act.step, LOGINS)
}

fn report(cx: &mut WorkflowContext<'_, '_>, job: &JobActs<'_>, act: &Act<'_>, names: &[Text]) -> bool {
    let mut known: Vec<&str> = Vec::new();
    for before in job.before(act) {
        match &before.kind {
            ActKind::Login(Some(registry)) if registry.is_known() => {
                known.push(canonical(host(&registry.text)));
            }
            ActKind::Login(_) => return false,
            ActKind::Other if mentions(before.step, LOGINS) => return false,
            // What a local action does is not known here.
            ActKind::Other if before.step.uses().is_some_and(|it| it.action().is_none()) => {
                return false;
            }
            _ => {}
        }
    }
    let span = match &act.kind {
        ActKind::Build(build) => build.push_span().unwrap_or(act.span),
        _ => act.span,
    };
    if known.is_empty() {
        let later = job.after(act).find(|it| matches!(it.kind, ActKind::Login(_)));
        let message = match later {
            Some(_) => "the job logs in to a registry only after this push".to_owned(),
            None => "nothing in the job logs in to the registry that this pushes to".to_owned(),
        };
        let report = cx.report(span, message).help(
            "Put `docker/login-action` before it; each job has a machine of its own, which knows no registry.",
        );
        match later {
            Some(later) => report.related(later.span, "the login").done(),
            None => report.done(),
        }
        return true;
    }
    let other = names.iter().find_map(|it| {
        let image = it.image();
        if image.may_have_registry() || !image.repository.contains('/') {
            return None;
        }
        // The account in it may be unknown, the registry not.
        let registry = registry_of(image)?;
        (!known.contains(&registry)).then_some((it, registry))
    });
    let Some((text, registry)) = other else { return false };
    let message = format!(
        "`{}` is pushed to {registry}, and the job logs in to {} alone",
        text.shown(),
        known.join(", ")
    );
    cx.report(text.span, message)
        .help(format!("Log in to {registry} too, or name the registry that is meant."))
        .done();
    true
}

/// The registry that a name goes to.
fn registry_of(image: Image<'_>) -> Option<&str> {
    if let Some(registry) = image.registry() {
        return Some(canonical(registry));
    }
    let first = image.repository.split('/').next()?;
    (!first.contains('$')).then_some("docker.io")
}

/// The host of what a registry is called on log-in: `https://index.docker.io/v1/`, `ghcr.io/owner`.
fn host(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    text.split('/').next().unwrap_or_default()
}

fn canonical(host: &str) -> &str {
    match host {
        "" | "index.docker.io" | "registry-1.docker.io" | "hub.docker.com" | "registry.hub.docker.com" | "docker.com" => "docker.io",
        host => host,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "push-without-login";

    fn workflow(runner: &str, steps: &[&str]) -> String {
        let steps: String = steps.iter().map(|it| format!("      - {it}\n")).collect::<Vec<_>>().concat();
        format!("jobs:\n  a:\n    runs-on: {runner}\n    steps:\n{steps}")
    }

    const GHCR: &str = "uses: docker/login-action@v4\n        with: {registry: ghcr.io}";

    #[test]
    fn pushes_without_a_login_are_reported() {
        let message = "error: nothing in the job logs in to the registry that this pushes to";
        let build = "uses: docker/build-push-action@v7\n        with: {push: true, tags: a/b}";
        check(RULE, &workflow("ubuntu-latest", &[build]), &format!("6:22 {message}"));
        check(RULE, &workflow("ubuntu-24.04-arm", &["run: make", "run: docker push a/b"]), &format!("6:14 {message}"));
        check(
            RULE,
            &workflow("ubuntu-latest", &[build, GHCR]),
            "6:22 error: the job logs in to a registry only after this push",
        );
        check(
            RULE,
            &workflow("ubuntu-latest", &[GHCR, build]),
            "8:34 error: `a/b` is pushed to docker.io, and the job logs in to ghcr.io alone",
        );
        check(RULE, &workflow("ubuntu-latest", &["run: ./plimsoll push a.tar a/b:1"]), &format!("5:14 {message}"));
        check(
            RULE,
            &workflow("ubuntu-latest", &["run: docker login -u x -p y", "run: plimsoll push --jobs 2 a.tar quay.io/a/b:1"]),
            "6:43 error: `quay.io/a/b:1` is pushed to quay.io, and the job logs in to docker.io alone",
        );
        check(
            RULE,
            &workflow("ubuntu-latest", &["run: docker login -u x -p y", "run: docker push quay.io/a/b"]),
            "6:26 error: `quay.io/a/b` is pushed to quay.io, and the job logs in to docker.io alone",
        );
    }

    #[test]
    fn whatever_may_log_in_counts() {
        for (runner, steps) in [
            ("self-hosted", vec!["run: docker push a/b"]),
            ("${{ inputs.runner }}", vec!["run: docker push a/b"]),
            ("ubuntu-latest", vec!["run: docker push localhost:5000/b"]),
            ("ubuntu-latest", vec!["uses: ./.github/actions/setup", "run: docker push a/b"]),
            ("ubuntu-latest", vec!["uses: aws-actions/amazon-ecr-login@v2", "run: docker push a/b"]),
            ("ubuntu-latest", vec!["run: ./login.sh", "run: docker push a/b"]),
            ("ubuntu-latest", vec!["run: |\n          echo x | docker login -u x --password-stdin\n          docker push a/b"]),
            ("ubuntu-latest", vec![GHCR, "run: docker push ghcr.io/a/b"]),
            ("ubuntu-latest", vec![GHCR, "run: docker push $IMAGE"]),
            ("ubuntu-latest", vec!["run: aws ecr get-login-password | docker login --username AWS --password-stdin $R", "run: docker push a/b"]),
            ("ubuntu-latest", vec!["uses: depot/build-push-action@v1\n        with: {push: true}"]),
        ] {
            check(RULE, &workflow(runner, &steps), "");
        }
    }
}
