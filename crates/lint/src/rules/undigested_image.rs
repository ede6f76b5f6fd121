//! `undigested-image`: the image of a service has no digest.

use plimsoll_finding::{Clause, Severity};
use crate::compose::images;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports an image that a service pulls by a tag alone. Images that the file builds are left
    /// alone.
    ///
    /// ## Why it matters
    /// A tag can be moved to another image, by its owner for an update or by somebody who got hold of
    /// the account. A digest is the image: what was tested is what runs.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.6
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.6@sha256:0f4f20021a0b4cd4d0a0c2ac8b5d1c2d3f3fb5f6c2f9ee8e6eb8b7a0c5e7f9d1
    /// ```
    pub(crate) static UNDIGESTED_IMAGE = {
        name: "undigested-image",
        clause: Clause::Pinned,
        summary: "the image of a service has no digest",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: false,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let mut told = images::Told::default();
    for (_, image) in images::pulled_images(&cx.facts.compose) {
        if !image.is_known || image.digest().is_some() || !image.is_published() {
            continue;
        }
        let message = format!("`{}` has no digest", image.full);
        let help = "Add the digest that `docker buildx imagetools inspect` shows: `name:tag@sha256:…`.";
        if !told.is_new(cx, &image) {
            continue;
        }
        cx.report(image.text.span, message).help(help).done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn images_of_registries_need_a_digest() {
        check(
            "undigested-image",
            "services:\n  a: {image: 'x/y:1'}\n  b: {image: 'x/y:1@sha256:0'}\n  c: {build: ., image: 'x/z:1'}\n  d: {image: 'x/y:$T'}\n",
            "2:14 note: `x/y:1` has no digest",
        );
    }
}
