//! `image-without-registry`: an image is pushed under a name that nobody may push to.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::workflow::acts::ActKind;
use crate::workflow::images::Text;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports pushes of images with a name of one part: `api`, `api:1.4.2`.
    ///
    /// ## Why it matters
    /// Such a name means `docker.io/library/api`, where only Docker's official images are. The
    /// push is denied. The name needs the registry and the account: `ghcr.io/acme/api`.
    ///
    /// ## Bad
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
    ///           tags: api:1.4.2
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
    pub(crate) static IMAGE_WITHOUT_REGISTRY = {
        name: "image-without-registry",
        clause: Clause::Tags,
        summary: "an image is pushed under a name that nobody may push to",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        workflow: check,
    }
}

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some(containers) = facts.containers() else { return };
    let mut seen: Vec<&str> = Vec::new();
    for act in containers.jobs.iter().flat_map(|it| &it.acts) {
        let names: Vec<&Text> = match &act.kind {
            ActKind::Build(build) if build.pushes() => {
                let metadata = build.metadata.iter().filter_map(|it| containers.metadata(it));
                build.tags.iter().chain(metadata.flat_map(|it| &it.images)).collect()
            }
            ActKind::Push(names) => names.iter().collect(),
            _ => continue,
        };
        for text in names {
            let image = text.image();
            if image.repository.contains(['/', '$', '`', '(', '*', '{', '"', ' ']) || image.repository.is_empty() {
                continue;
            }
            // A file of tags, or a name that a script makes of parts.
            if text.text.starts_with(['-', '.']) || seen.contains(&image.repository) {
                continue;
            }
            seen.push(image.repository);
            let message = format!("`{}` is pushed to docker.io/library, where only Docker's own images are", text.shown());
            cx.report(text.span, message)
                .help(format!("Name the registry and the account: `ghcr.io/OWNER/{}`.", image.repository))
                .done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "image-without-registry";

    #[test]
    fn names_of_one_part_are_reported() {
        check(
            RULE,
            "env: {IMAGE: api}\njobs:\n  a:\n    steps:\n      - run: docker push $IMAGE:1\n      - run: docker build --push -t api:2 -t b .\n",
            "5:26 error: `api:1` is pushed to docker.io/library, where only Docker's own images are\n\
             6:46 error: `b` is pushed to docker.io/library, where only Docker's own images are",
        );
        check(
            RULE,
            "jobs:\n  a:\n    steps:\n      - id: meta\n        uses: docker/metadata-action@v6\n        with: {images: api}\n      \
             - uses: docker/build-push-action@v7\n        with: {push: true, tags: \"${{ steps.meta.outputs.tags }}\"}\n",
            "6:24 error: `api` is pushed to docker.io/library, where only Docker's own images are",
        );
    }

    #[test]
    fn other_names_are_left_alone() {
        for step in [
            "docker push a/b",
            "docker push $IMAGE",
            "docker push ${{ steps.x.outputs.y }}",
            "docker build -t a .",
            "docker push --all-tags ghcr.io/a/b",
            "docker push $(cat name)",
        ] {
            check(RULE, &format!("jobs:\n  a:\n    steps:\n      - run: {step}\n"), "");
        }
    }
}
