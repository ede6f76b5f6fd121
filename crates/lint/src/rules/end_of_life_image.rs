//! `end-of-life-image`: a service runs a release that nobody maintains any more.

use plimsoll_finding::{Clause, Severity};
use crate::bases::{Certainty, TABLE_DATE};
use crate::compose::{ends, images};
use crate::rule::declare_rule;
use crate::rules::end_of_life_base::title;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports an image whose version has reached the end of its support: PostgreSQL, MySQL, MariaDB,
    /// MongoDB, Redis, Elasticsearch and others by their own version, other images by the release of
    /// the distribution that the tag names. The dates are a table's, so that the same file gets the
    /// same findings every day.
    ///
    /// ## Why it matters
    /// Nobody mends its holes, and the longer the data stays in an old release, the more steps lead to
    /// one that is supported.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:11-alpine
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17-alpine
    /// ```
    pub(crate) static END_OF_LIFE_IMAGE = {
        name: "end-of-life-image",
        clause: Clause::Pinned,
        summary: "a service runs a release that nobody maintains any more",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let mut told = images::Told::default();
    for (_, image) in images::pulled_images(&cx.facts.compose) {
        let Some(tag) = image.tag().filter(|it| it.starts_with(|it: char| it.is_ascii_alphanumeric())) else {
            continue;
        };
        let message = if let Some(end) = ends::of(image.name(), tag) {
            if end.date >= TABLE_DATE {
                continue;
            }
            format!("`{}` is {} {}, whose support ended on {}", image.full, end.title, end.version, end.date)
        } else {
            let Some(base) = image.describe() else { continue };
            let is_sure = base.certainty == Certainty::Named;
            let ended = base.release_facts.filter(|it| is_sure && it.ended(TABLE_DATE));
            let Some(release) = ended else { continue };
            let Some(end) = release.long_term_end.or(release.end) else { continue };
            format!("`{}` stands on {}, whose support ended on {end}", image.full, title(base.family, release.name))
        };
        let help = "Move to a release that is supported; a database's data must be moved along.";
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
    fn versions_are_compared_by_their_first_parts() {
        check(
            "end-of-life-image",
            "services:\n  a: {image: 'postgres:9.6.24'}\n  b: {image: 'bitnami/postgresql:12-debian-12'}\n  \
             c: {image: 'mysql:5.7'}\n  d: {image: 'mongo:${V:-4.4}'}\n  e: {image: 'node:16-alpine'}\n",
            "2:14 warning: `postgres:9.6.24` is PostgreSQL 9.6, whose support ended on 2021-11-11\n\
             3:14 warning: `bitnami/postgresql:12-debian-12` is PostgreSQL 12, whose support ended on 2024-11-21\n\
             4:14 warning: `mysql:5.7` is MySQL 5.7, whose support ended on 2023-10-31\n\
             5:14 warning: `mongo:4.4` is MongoDB 4.4, whose support ended on 2024-02-29\n\
             6:14 warning: `node:16-alpine` is Node.js 16, whose support ended on 2023-09-11",
        );
    }

    #[test]
    fn supported_and_unknown_versions_are_left_alone() {
        check(
            "end-of-life-image",
            "services:\n  a: {image: 'postgres:17'}\n  b: {image: 'postgres:latest'}\n  c: {image: 'x/app:12'}\n  \
             d: {image: 'redis:8-alpine'}\n  e: {image: 'postgres:${V}'}\n  f: {image: 'mysql'}\n  g: {image: 'postgres:120'}\n",
            "",
        );
    }
}
