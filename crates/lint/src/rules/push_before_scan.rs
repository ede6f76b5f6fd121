//! `push-before-scan`: an image is published before anybody has looked for vulnerabilities in it.

use plimsoll_finding::{Clause, Severity, Span};

use crate::rule::declare_rule;
use crate::workflow::acts::{Act, ActKind};
use crate::workflow::containers::{Containers, JobActs};
use crate::workflow::images::Image;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports a push of an image that the workflow scans only afterwards, in the same job or in one
    /// that waits for it. An image that gets its final name after the scan (`imagetools create`,
    /// `crane tag`) is left alone, and so is one in a registry that is thrown away.
    ///
    /// ## Why it matters
    /// Whatever the scan finds, the image can be pulled already, and stays in the registry when the
    /// workflow fails. Build and load the image, scan it, push it: the second build takes
    /// everything from the cache.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: docker build -t ghcr.io/acme/api:1.4.2 .
    ///       - run: docker push ghcr.io/acme/api:1.4.2
    ///       - run: trivy image --exit-code 1 ghcr.io/acme/api:1.4.2
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
    ///       - run: docker build -t ghcr.io/acme/api:1.4.2 .
    ///       - run: trivy image --exit-code 1 ghcr.io/acme/api:1.4.2
    ///       - run: docker push ghcr.io/acme/api:1.4.2
    /// ```
    pub(crate) static PUSH_BEFORE_SCAN = {
        name: "push-before-scan",
        clause: Clause::Scanned,
        summary: "an image is published before anybody has looked for vulnerabilities in it",
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
    for job in &containers.jobs {
        for act in &job.acts {
            let Some(span) = pushed(act) else { continue };
            if containers.is_temporary(job, act) || scanned_before(containers, job, act) {
                continue;
            }
            let Some(scan) = scanned_after(containers, job, act) else { continue };
            if promoted_after(containers, job, act) {
                continue;
            }
            cx.report(span, "the image is pushed before it is scanned")
                .help(
                    "Build it with `load: true`, scan it, and push it in a step behind the scan; \
                     what was built comes from the cache then.",
                )
                .related(scan, "the scan")
                .done();
            // One finding for each job says enough.
            break;
        }
    }
}

/// The place that says that an act pushes an image.
fn pushed(act: &Act<'_>) -> Option<Span> {
    match &act.kind {
        ActKind::Build(build) => build.push_span(),
        ActKind::Push(_) => Some(act.span),
        _ => None,
    }
}

/// Whether an image has been scanned before, here or in a job that this one waits for.
fn scanned_before(containers: &Containers<'_>, job: &JobActs<'_>, act: &Act<'_>) -> bool {
    let is_scan = |it: &Act<'_>| matches!(&it.kind, ActKind::Scan(scan) if scan.is_of_image());
    job.before(act).any(is_scan)
        || containers.jobs.iter().any(|it| it.acts.iter().any(is_scan) && containers.follows(job, it))
}

/// The scan of an image behind a push, if there is one that may be of the same image.
fn scanned_after(containers: &Containers<'_>, job: &JobActs<'_>, act: &Act<'_>) -> Option<Span> {
    let of_image = |it: &Act<'_>| match &it.kind {
        ActKind::Scan(scan) if scan.is_of_image() => {
            let may_be = scan.image().is_none_or(|image| {
                names(containers, act).is_none_or(|all| {
                    all.iter().any(|name| Image::of(name).name() == image.image().name())
                })
            });
            may_be.then_some(it.span)
        }
        _ => None,
    };
    let here = job.after(act).find_map(of_image);
    here.or_else(|| {
        let later = containers.jobs.iter().filter(|it| containers.follows(it, job));
        later.flat_map(|it| &it.acts).find_map(of_image)
    })
}

/// The names that are pushed; `None` where they aren't known.
fn names(containers: &Containers<'_>, act: &Act<'_>) -> Option<Vec<String>> {
    match &act.kind {
        ActKind::Push(names) => {
            names.iter().all(|it| !it.image().name().contains('$')).then(|| texts(names))
        }
        ActKind::Build(build) => {
            let known = build.tags_known && build.tags.iter().all(|it| !it.image().name().contains('$'));
            let mut all = known.then(|| texts(&build.tags))?;
            for id in &build.metadata {
                let metadata = containers.metadata(id)?;
                if metadata.images.iter().any(|it| it.image().name().contains('$')) {
                    return None;
                }
                all.extend(texts(&metadata.images));
            }
            Some(all)
        }
        _ => None,
    }
}

fn texts(names: &[crate::workflow::images::Text]) -> Vec<String> {
    names.iter().map(|it| it.text.clone()).collect()
}

/// Whether an image gets a name after the push, when all is known about it.
fn promoted_after(containers: &Containers<'_>, job: &JobActs<'_>, act: &Act<'_>) -> bool {
    let promotes = |it: &Act<'_>| matches!(it.kind, ActKind::Promote(_));
    // The same names again are no promotion.
    let later_push = |it: &Act<'_>| pushed(it).is_some() && !same_names(it, act) || promotes(it);
    let scan = |it: &Act<'_>| matches!(it.kind, ActKind::Scan(_));
    // In the same job only what comes behind the scan counts.
    let behind = job.after(act).skip_while(|it| !scan(it)).any(later_push);
    behind
        || containers
            .jobs
            .iter()
            .any(|it| it.acts.iter().any(later_push) && containers.follows(it, job))
}

/// Whether two builds give an image the same names.
fn same_names(one: &Act<'_>, other: &Act<'_>) -> bool {
    match (&one.kind, &other.kind) {
        (ActKind::Build(one), ActKind::Build(other)) => {
            one.metadata == other.metadata
                && one.tags.iter().map(|it| &it.text).eq(other.tags.iter().map(|it| &it.text))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "push-before-scan";
    const BUILD: &str = "uses: docker/build-push-action@v7\n        with: {push: true, tags: 'a/b:1'}";
    const SCAN: &str = "uses: aquasecurity/trivy-action@v1\n        with: {image-ref: 'a/b:1'}";

    fn job(steps: &[&str]) -> String {
        let steps: String = steps.iter().map(|it| format!("      - {it}\n")).collect::<Vec<_>>().concat();
        format!("jobs:\n  a:\n    steps:\n{steps}")
    }

    #[test]
    fn pushes_before_the_scan_are_reported() {
        check(RULE, &job(&[BUILD, SCAN]), "5:22 warning: the image is pushed before it is scanned");
        // To push it again changes nothing.
        let again = job(&[BUILD, SCAN, BUILD]);
        check(RULE, &again, "5:22 warning: the image is pushed before it is scanned");
        check(
            RULE,
            &job(&["run: docker build --push -t a/b:1 .", "run: grype a/b:1"]),
            "4:27 warning: the image is pushed before it is scanned",
        );
        let later = "  c:\n    needs: a\n    steps:\n      - run: trivy image a/b@${{ needs.a.outputs.digest }}\n";
        check(RULE, &(job(&[BUILD]) + later), "5:22 warning: the image is pushed before it is scanned");
    }

    #[test]
    fn images_that_were_scanned_or_wait_are_left_alone() {
        for steps in [
            vec![SCAN, BUILD],
            vec![SCAN, BUILD, SCAN],
            vec![BUILD],
            vec![BUILD, "run: trivy image other/thing:1"],
            vec![BUILD, SCAN, "run: docker buildx imagetools create -t a/b:latest a/b:1"],
            vec!["run: docker push localhost:5000/a", "run: trivy image localhost:5000/a"],
            vec!["run: docker build -t a/b:1 .", SCAN],
        ] {
            check(RULE, &job(&steps), "");
        }
        let later = "  c:\n    needs: a\n    steps:\n      - run: docker push a/b:1\n";
        check(RULE, &(job(&["run: trivy image a/b:1"]) + later), "");
    }
}
