//! `untagged-image`: the image of a service has no tag.

use plimsoll_finding::{Clause, Severity};
use crate::compose::images;
use super::floating_database_major;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports an image that a service pulls and that is named without tag and digest. Images that the
    /// file builds, and single words that no registry is known to have, are left alone. Files to
    /// develop with get a note.
    ///
    /// ## Why it matters
    /// Without a tag the engine takes `latest`, which is another image every few weeks: the same file
    /// starts today and fails tomorrow, and a database of a new major does not read the data of the old
    /// one.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.6
    /// ```
    pub(crate) static UNTAGGED_IMAGE = {
        name: "untagged-image",
        clause: Clause::Pinned,
        summary: "the image of a service has no tag",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let compose = &cx.facts.compose;
    let mut told = images::Told::default();
    for (service, image) in images::pulled_images(compose) {
        if !image.is_known || image.tag().is_some() || image.digest().is_some() || !image.is_published() {
            continue;
        }
        if floating_database_major::speaks_of(cx, image.text.span) {
            told.leave(&image);
            continue;
        }
        let is_store = images::role_of(service) == Some(images::Role::Store);
        let is_light = cx.purpose().is_development() && !is_store;
        let severity = if is_light { Severity::Note } else { Severity::Warning };
        let message = format!("`{}` has no tag, so the engine takes what `latest` is that day", image.name());
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
    fn each_image_is_reported_once() {
        let message = "has no tag, so the engine takes what `latest` is that day";
        check(
            "untagged-image",
            "services:\n  a: {image: redis}\n  b: {image: redis}\n  c: {image: 'ghcr.io:443/x/y'}\n  d: {image: '${X:-nginx}'}\n",
            &format!("2:14 warning: `redis` {message}\n4:14 warning: `ghcr.io:443/x/y` {message}\n5:14 warning: `nginx` {message}"),
        );
    }

    #[test]
    fn built_local_and_unknown_images_are_left_alone() {
        check(
            "untagged-image",
            "services:\n  a: {image: x/app, build: .}\n  b: {image: x/app}\n  c: {image: app}\n  d: {image: 'x/y:${T}'}\n  \
             e: {image: '$X'}\n  f: {image: 'a@sha256:0'}\n  g: {image: localhost/x}\n  h: {image: x/z, pull_policy: never}\n",
            "",
        );
    }
}
