//! `scan-of-other-image`: what is scanned is not what is built.

use plimsoll_finding::{Clause, Severity, Span};

use crate::rule::declare_rule;
use crate::workflow::acts::{Act, ActKind};
use crate::workflow::containers::{Containers, JobActs};
use crate::workflow::images::Text;
use crate::workflow::matrix::expand;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports a scan of an image by a tag that the workflow gives to none of the images of that name
    /// that it builds. Nothing is said where a tag isn't known.
    ///
    /// ## Why it matters
    /// The scanner fetches what the tag stands for in the registry: an older image. It passes, and
    /// the one that was built is released without having been looked at.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: docker build -t ghcr.io/acme/api:${{ github.sha }} .
    ///       - run: trivy image --exit-code 1 ghcr.io/acme/api:latest
    ///       - run: docker push ghcr.io/acme/api:${{ github.sha }}
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
    ///       - run: docker build -t ghcr.io/acme/api:${{ github.sha }} .
    ///       - run: trivy image --exit-code 1 ghcr.io/acme/api:${{ github.sha }}
    ///       - run: docker push ghcr.io/acme/api:${{ github.sha }}
    /// ```
    pub(crate) static SCAN_OF_OTHER_IMAGE = {
        name: "scan-of-other-image",
        clause: Clause::Scanned,
        summary: "what is scanned is not what is built",
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
    for (job, _, scan) in containers.scans() {
        let Some(scanned) = scan.image() else { continue };
        if scanned.image().digest.is_some() {
            continue;
        }
        let Some(made) = made_before(containers, job) else {
            if let Some(named) = names_without(containers, job, &scanned.text) {
                let message = format!("`{}` is scanned, which nothing here is called", scanned.shown());
                cx.report(scanned.span, message)
                    .help("Scan the image by the very name that it is built with, or by the digest of the build.")
                    .related(named, "what is built gets its names here")
                    .done();
            }
            continue;
        };
        let alike: Vec<&(String, &Text)> = made
            .iter()
            .filter(|(name, _)| is_alike(name, &scanned.text))
            .collect();
        let Some((name, place)) = alike.first() else { continue };
        let all = expand(job.job, scanned);
        let all_known = all.iter().chain(alike.iter().map(|it| &it.0)).all(|it| is_decided(it));
        if !all_known || all.iter().any(|it| alike.iter().any(|(made, _)| full(made) == full(it))) {
            continue;
        }
        let message = format!("`{}` is scanned, and `{}` is built", scanned.shown(), crate::workflow::images::shown(name));
        cx.report(scanned.span, message)
            .help("Scan the image by the very name that it is built with, or by the digest of the build.")
            .related(place.span, "what is built")
            .done();
    }
}

/// The names of the images that a job or those before it make; `None` where one isn't known.
fn made_before<'c>(
    containers: &'c Containers<'_>,
    job: &JobActs<'_>,
) -> Option<Vec<(String, &'c Text)>> {
    let mut names = Vec::new();
    for other in &containers.jobs {
        if other.job.id() != job.job.id() && !containers.follows(job, other) {
            continue;
        }
        for act in &other.acts {
            let texts: &[Text] = match &act.kind {
                ActKind::Build(build) if build.tags_known && build.metadata.is_empty() => &build.tags,
                ActKind::Build(_) => return None,
                ActKind::Push(texts) | ActKind::Promote(texts) => texts,
                ActKind::Tag(to) => std::slice::from_ref(to),
                _ if pulls(act) => return None,
                _ => continue,
            };
            for text in texts {
                names.extend(expand(other.job, text).into_iter().map(|it| (it, text)));
            }
        }
    }
    Some(names)
}

/// Where images get their names from `docker/metadata-action`, if those are all that a job makes and
/// `scanned` can be none of them: it has no registry and no owner, and all of them have.
fn names_without(containers: &Containers<'_>, job: &JobActs<'_>, scanned: &str) -> Option<Span> {
    let image = crate::workflow::images::Image::of(scanned);
    let is_bare = !scanned.contains(['/', '$', '{']) && !image.repository.is_empty();
    if !is_bare || crate::bases::describe(image.repository, image.tag, None).is_some() {
        return None;
    }
    let mut place = None;
    for other in &containers.jobs {
        if other.job.id() != job.job.id() && !containers.follows(job, other) {
            continue;
        }
        for act in &other.acts {
            match &act.kind {
                ActKind::Build(build) if !build.metadata.is_empty() && build.tags.is_empty() => {
                    for id in &build.metadata {
                        let images = &containers.metadata(id)?.images;
                        place = Some(images.first()?.span);
                        if !images.iter().all(|it| it.text.contains('/')) {
                            return None;
                        }
                    }
                }
                ActKind::Build(_) | ActKind::Push(_) | ActKind::Promote(_) | ActKind::Tag(_) => {
                    return None;
                }
                _ if pulls(act) => return None,
                _ => {}
            }
        }
    }
    place
}

/// Whether a step may bring images from elsewhere.
fn pulls(act: &Act<'_>) -> bool {
    matches!(act.kind, ActKind::Other)
        && crate::workflow::containers::mentions(act.step, &["docker load", "docker pull", "docker compose", "docker-compose", "download-artifact"])
}

/// Whether two names are of the same image, whatever their tags.
fn is_alike(one: &str, other: &str) -> bool {
    use crate::workflow::images::Image;
    let (one, other) = (Image::of(one), Image::of(other));
    one.repository == other.repository
}

/// Whether a name says all: what stands in it is the same wherever it is used.
fn is_decided(name: &str) -> bool {
    // Variables of scripts and what steps put out may be anything.
    let mut rest = name;
    while let Some(at) = rest.find('$') {
        let Some(inner) = rest[at..].strip_prefix("${{") else { return false };
        if !inner.starts_with("github.") {
            return false;
        }
        rest = inner;
    }
    true
}

/// A name with the tag that it means.
fn full(name: &str) -> String {
    let image = crate::workflow::images::Image::of(name);
    format!("{}:{}", image.repository, image.tag.unwrap_or("latest"))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "scan-of-other-image";

    fn workflow(steps: &[&str]) -> String {
        let steps: String = steps.iter().map(|it| format!("      - {it}\n")).collect::<Vec<_>>().concat();
        format!("env: {{IMAGE: ghcr.io/a/b}}\njobs:\n  a:\n    steps:\n{steps}")
    }

    #[test]
    fn tags_that_nothing_gives_are_reported() {
        check(
            RULE,
            &workflow(&["run: docker build -t $IMAGE:$GITHUB_SHA .", "run: trivy image ghcr.io/a/b"]),
            "6:26 warning: `ghcr.io/a/b` is scanned, and `ghcr.io/a/b:${{ github.sha }}` is built",
        );
        check(
            RULE,
            &workflow(&[
                "uses: docker/build-push-action@v7\n        with: {tags: 'x/y:1,x/y:2'}",
                "uses: aquasecurity/trivy-action@v1\n        with: {image-ref: 'x/y:3'}",
            ]),
            "8:28 warning: `x/y:3` is scanned, and `x/y:1` is built",
        );
    }

    #[test]
    fn names_without_an_owner_are_none_of_those_that_have_one() {
        let meta = "id: meta\n        uses: docker/metadata-action@v6\n        with: {images: 'ghcr.io/${{ github.repository }}'}";
        let build = "uses: docker/build-push-action@v7\n        with: {tags: '${{ steps.meta.outputs.tags }}'}";
        let found = |image: &str, expected: &str| {
            check(RULE, &workflow(&[meta, build, &format!("run: trivy image {image}")]), expected);
        };
        found("app:scan", "10:26 warning: `app:scan` is scanned, which nothing here is called");
        found("alpine:3.22", "");
        found("a/app:scan", "");
        found("app:$TAG", "");
    }

    #[test]
    fn known_and_undecided_names_are_left_alone() {
        for steps in [
            ["run: docker build -t $IMAGE:$GITHUB_SHA .", "run: trivy image ${{ env.IMAGE }}:${{ github.sha }}"],
            ["run: docker build -t a .", "run: trivy image a:latest"],
            ["run: docker build -t a:1 .", "run: trivy image a:${TAG}"],
            ["run: docker build -t a:$TAG .", "run: trivy image a:1"],
            ["run: docker build -t a:1 .", "run: trivy image other:1"],
            ["run: docker build -t a:1 .\n      - run: docker tag a:1 a:2", "run: trivy image a:2"],
            ["uses: docker/build-push-action@v7\n        with: {tags: '${{ steps.meta.outputs.tags }}'}", "run: trivy image a:1"],
        ] {
            check(RULE, &workflow(&steps), "");
        }
    }
}
