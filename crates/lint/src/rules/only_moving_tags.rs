//! `only-moving-tags`: nobody can name the image that was pushed once there is a newer one.

use plimsoll_finding::{Clause, Severity, Span};

use crate::rule::declare_rule;
use crate::workflow::acts::ActKind;
use crate::workflow::containers::Containers;
use crate::workflow::images::{Image, Text};
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports images that a workflow pushes under tags alone that are moved to the next one:
    /// `latest`, `main`, `nightly`, the name of the branch. One tag with a version, a commit or a date
    /// is enough.
    ///
    /// ## Why it matters
    /// What runs in production can't be told from the tag, and there is nothing to go back to: the
    /// image before has no name anymore, and registries clean it away.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: docker build -t ghcr.io/acme/api:latest .
    ///       - run: docker push ghcr.io/acme/api:latest
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
    ///       - run: docker build -t ghcr.io/acme/api:latest -t ghcr.io/acme/api:${{ github.sha }} .
    ///       - run: docker push --all-tags ghcr.io/acme/api
    /// ```
    pub(crate) static ONLY_MOVING_TAGS = {
        name: "only-moving-tags",
        clause: Clause::Tags,
        summary: "nobody can name the image that was pushed once there is a newer one",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        workflow: check,
    }
}

/// A name that is pushed: the repository, whether its tag moves, and the place.
struct Pushed<'c> {
    repository: &'c str,
    tag: String,
    moving: bool,
    span: Span,
}

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some(containers) = facts.containers() else { return };
    let Some(pushed) = all_pushed(containers) else { return };
    let mut seen: Vec<&str> = Vec::new();
    for name in &pushed {
        if seen.contains(&name.repository) {
            continue;
        }
        seen.push(name.repository);
        let same = || pushed.iter().filter(|it| it.repository == name.repository);
        if same().any(|it| !it.moving) {
            continue;
        }
        let mut tags: Vec<String> = same().map(|it| format!("`{}`", it.tag)).collect();
        tags.dedup();
        let image = crate::workflow::images::shown(name.repository);
        let message = format!("`{image}` is pushed as {} alone, which the next push takes away", tags.join(" and "));
        cx.report(name.span, message)
            .help("Push a tag beside it that stays what it is, such as a version or `sha-${{ github.sha }}`.")
            .done();
    }
}

/// Every name that is pushed; `None` where some aren't known.
fn all_pushed<'c>(containers: &'c Containers<'_>) -> Option<Vec<Pushed<'c>>> {
    let mut pushed = Vec::new();
    for job in &containers.jobs {
        for act in &job.acts {
            match &act.kind {
                ActKind::Build(build) if build.pushes() => {
                    if !build.tags_known {
                        return None;
                    }
                    pushed.extend(build.tags.iter().map(of_text));
                    for id in &build.metadata {
                        let metadata = containers.metadata(id)?;
                        let span = metadata.tags.first().map(|it| it.span);
                        let (moving, place) = (metadata.is_moving(), span);
                        for image in &metadata.images {
                            let tags: Vec<&str> = metadata.tags.iter().map(|it| &*it.text).collect();
                            pushed.push(Pushed {
                                repository: &image.text,
                                tag: tags.join(" "),
                                moving,
                                span: place.unwrap_or(image.span),
                            });
                        }
                    }
                }
                ActKind::Push(names) => pushed.extend(names.iter().map(of_name)),
                ActKind::Promote(names) => pushed.extend(names.iter().map(of_text)),
                // Compose, scripts and actions may push more.
                ActKind::Other if says_push(act) => return None,
                _ => {}
            }
        }
    }
    Some(pushed)
}

fn says_push(act: &crate::workflow::acts::Act<'_>) -> bool {
    use crate::workflow::containers::mentions;
    act.step.run().is_some() && mentions(act.step, &["push", "publish", "release"])
        && mentions(act.step, &["docker", "podman", "image", "make"])
        || act.step.uses().is_some_and(|it| it.action().is_none())
}

fn of_text(text: &Text) -> Pushed<'_> {
    let image = text.image();
    Pushed {
        repository: image.repository,
        tag: image.tag.unwrap_or("latest").to_owned(),
        moving: image.is_moving() && !is_open(image),
        span: text.span,
    }
}

/// What `docker push` is given: without a tag it may push all that there are.
fn of_name(text: &Text) -> Pushed<'_> {
    let mut pushed = of_text(text);
    pushed.moving &= text.image().tag.is_some();
    pushed
}

/// Whether a part of the name may hold a tag.
fn is_open(image: Image<'_>) -> bool {
    image.is_temporary() || image.tag.is_none() && image.name().contains('$')
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "only-moving-tags";

    fn workflow(steps: &[&str]) -> String {
        let steps: String = steps.iter().map(|it| format!("      - {it}\n")).collect::<Vec<_>>().concat();
        format!("jobs:\n  a:\n    steps:\n{steps}")
    }

    fn build(tags: &str) -> String {
        format!("uses: docker/build-push-action@v7\n        with: {{push: true, tags: \"{tags}\"}}")
    }

    #[test]
    fn images_without_a_lasting_name_are_reported() {
        check(
            RULE,
            &workflow(&[&build("a/b:latest,a/b:main")]),
            "5:35 note: `a/b` is pushed as `latest` and `main` alone, which the next push takes away",
        );
        check(
            RULE,
            &workflow(&[
                "id: meta\n        uses: docker/metadata-action@v6\n        with: {images: a/b, tags: type=raw}",
                &build("${{ steps.meta.outputs.tags }}"),
            ])
            .replace("type=raw", "'type=raw,value=latest'"),
            "6:36 note: `a/b` is pushed as `type=raw,value=latest` alone, which the next push takes away",
        );
    }

    #[test]
    fn lasting_and_unknown_names_are_left_alone() {
        for steps in [
            vec![build("a/b:latest,a/b:1.2")],
            vec![build("a/b:${{ github.sha }}")],
            vec![build("${{ inputs.tags }}")],
            vec![build("a/b:latest"), "run: docker push a/b:1".to_owned()],
            vec!["run: docker push a/b".to_owned()],
            vec!["run: docker build -t a/b:latest .".to_owned()],
            vec![build("a/b:latest"), "uses: ./.github/actions/push".to_owned()],
        ] {
            check(RULE, &workflow(&steps.iter().map(|it| &**it).collect::<Vec<_>>()), "");
        }
    }
}
