//! `undigested-base`: a base image that is named by its tag alone.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Stage;

use super::{latest_base, untagged_base, unversioned_rust};
use crate::bases::TABLE_DATE;
use crate::facts::bases::BaseImage;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Notes, once in a file, that base images are named by tags alone. Where a tag is a finding of
    /// another rule already, as it moves or is not there, nothing more is said.
    ///
    /// ## Why it matters
    /// A tag is a name that its owner can give to another image at any time; a digest is the image.
    /// Tools such as Renovate and Dependabot keep digests up to date.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1
    /// COPY app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    pub(crate) static UNDIGESTED_BASE = {
        name: "undigested-base",
        clause: Clause::Pinned,
        summary: "a base image is not pinned by digest",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let mut found: Vec<(&Stage<'_>, &BaseImage)> = Vec::new();
    for (stage, image) in facts.images() {
        if !stage.reachable {
            continue;
        }
        // Tags that move, and images that nobody mends any more, are the first thing to change.
        if moves(image) || has_ended(image) {
            return;
        }
        if is_found(image) {
            found.push((stage, image));
        }
    }
    for part in cx.parted(found, |(stage, _)| stage.from.image.span) {
        report(cx, &part);
    }
}

/// Reports some images together. The one that is shipped stands for all of them.
fn report(cx: &mut Context<'_, '_>, found: &[(&Stage<'_>, &BaseImage)]) {
    let shown = found.iter().rposition(|(stage, _)| stage.shipped).unwrap_or_default();
    let Some((stage, image)) = found.get(shown) else { return };
    let others = match found.len() - 1 {
        0 => String::new(),
        1 => " (and one more base image)".to_owned(),
        more => format!(" (and {more} more base images)"),
    };
    let message = format!("`{}` is not pinned by digest{others}", image.text);
    let help = "Write it as `name:tag@sha256:…`, and let a bot keep the digest up to date.";
    let places = found.iter().map(|(stage, _)| stage.from.image.span);
    let others = places.enumerate().filter(|(at, _)| *at != shown).map(|(_, span)| span);
    cx.report(stage.from.image.span, message).help(help).members(others, "no digest either").done();
}

fn moves(image: &BaseImage) -> bool {
    untagged_base::is_found(image)
        || latest_base::is_found(image)
        || unversioned_rust::is_found(image)
}

/// Whether the support of the release that an image stands on has ended.
fn has_ended(image: &BaseImage) -> bool {
    let release = image.describe().and_then(|it| it.release_facts);
    release.is_some_and(|it| it.ended(TABLE_DATE))
}

fn is_found(image: &BaseImage) -> bool {
    image.is_known && image.digest().is_none() && !image.name().is_empty()
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("undigested-base", text, expected);
    }

    #[test]
    fn images_that_are_over_are_for_another_rule() {
        finds("FROM ubuntu:18.04\n", "");
    }

    #[test]
    fn a_file_has_one_finding() {
        finds(
            "FROM rust:1.89 AS a\nFROM node:22 AS b\nFROM alpine:3.22\nCOPY --from=a /a /\n\
             COPY --from=b /b /\n",
            "3:6 note: `alpine:3.22` is not pinned by digest (and 2 more base images)",
        );
        finds(
            "FROM rust:1.89 AS a\nFROM scratch\nCOPY --from=a /a /\n",
            "1:6 note: `rust:1.89` is not pinned by digest",
        );
    }

    #[test]
    fn files_with_tags_that_move_and_unknown_images_are_left_alone() {
        finds("FROM rust AS a\nFROM debian\nCOPY --from=a /a /\n", "");
        finds("FROM alpine:latest\n", "");
        finds("FROM rust:slim AS a\nFROM alpine:3.22\nCOPY --from=a /a /\n", "");
        finds("ARG BASE\nFROM $BASE\n", "");
        finds("FROM a:1 AS unused\nFROM scratch\n", "");
        let digest = "a".repeat(64);
        finds(
            &format!("FROM rust:1.89 AS a\nFROM b:1@sha256:{digest}\nCOPY --from=a /a /\n"),
            "1:6 note: `rust:1.89` is not pinned by digest",
        );
    }
}
