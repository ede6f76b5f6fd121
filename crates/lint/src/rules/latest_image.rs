//! `latest-image`: the tag of a service's image moves from day to day.

use plimsoll_finding::{Clause, Severity};
use crate::compose::images;
use super::floating_database_major;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports an image that a service pulls by a tag that follows a branch or the newest release:
    /// `latest`, `main`, `nightly`, `edge` and the like. Images that the file builds are left alone, as
    /// are those that have a digest too. Files to develop with get a note.
    ///
    /// ## Why it matters
    /// Two machines that start the same file run different programs, a restart may bring a new major,
    /// and nobody can go back to what ran yesterday: the tag has moved on.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     image: ghcr.io/example/html-to-markdown:latest
    ///     restart: unless-stopped
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     image: ghcr.io/example/html-to-markdown:1.4.2
    ///     restart: unless-stopped
    /// ```
    pub(crate) static LATEST_IMAGE = {
        name: "latest-image",
        clause: Clause::Pinned,
        summary: "the tag of a service's image moves from day to day",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

const MOVING: &[&str] = &[
    "latest", "main", "master", "nightly", "edge", "dev", "develop", "development", "canary", "unstable", "head",
    "next", "trunk", "rolling", "snapshot", "latest-dev", "latest-alpine",
];

fn check(cx: &mut ComposeContext<'_, '_>) {
    let mut told = images::Told::default();
    for (_, image) in images::pulled_images(&cx.facts.compose) {
        let Some(tag) = image.tag().filter(|it| image.digest().is_none() && MOVING.contains(it)) else {
            continue;
        };
        if image.name().is_empty() || image.name().ends_with('}') || !image.is_published() {
            continue;
        }
        if floating_database_major::speaks_of(cx, image.text.span) {
            told.leave(&image);
            continue;
        }
        // A variable says that whoever starts the file is to choose.
        let is_light = cx.purpose().is_development() || image.text.is_templated();
        let severity = if is_light { Severity::Note } else { Severity::Warning };
        let message = format!("`{tag}` of `{}` is another image from day to day", image.name());
        let help = "Name a version that stays, or a digest.";
        if !told.is_new(cx, &image) {
            continue;
        }
        cx.report(image.text.span, message).severity(severity).help(help).done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn tags_that_move_are_known() {
        check(
            "latest-image",
            "services:\n  a: {image: 'redis:latest'}\n  b: {image: 'x/y:main'}\n  c: {image: 'x/y:${T:-nightly}'}\n  \
             d: {image: 'x/y:1'}\n  e: {image: 'app:latest'}\n  f: {image: 'x/z:latest', build: .}\n  \
             g: {image: 'redis:latest@sha256:0'}\n  h: {image: 'x:5000/y'}\n",
            "2:14 warning: `latest` of `redis` is another image from day to day\n\
             3:14 warning: `main` of `x/y` is another image from day to day\n\
             4:14 note: `nightly` of `x/y` is another image from day to day",
        );
    }
}
