//! `latest-base`: a base image with the tag `latest`.

use plimsoll_finding::{Clause, Severity};

use super::{unversioned_rust, untagged_base};
use crate::facts::bases::BaseImage;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a base image with the tag `latest`. Images of Rust are the affair of
    /// `unversioned-rust`.
    ///
    /// ## Why it matters
    /// `latest` is another image every few weeks: the same file builds today and fails tomorrow,
    /// and nobody can tell what an older image stood on. It need not even be the newest.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-alpine3.22 AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM alpine:latest
    /// COPY --from=build /src/target/release/app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-alpine3.22 AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM alpine:3.22
    /// COPY --from=build /src/target/release/app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    pub(crate) static LATEST_BASE = {
        name: "latest-base",
        clause: Clause::Pinned,
        summary: "a base image has the tag `latest`",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DL3007", "DKL-DI-0006", "CKV_DOCKER_7"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for (stage, image) in facts.images() {
        if !is_found(image) {
            continue;
        }
        let message = format!("`{}` is another image every few weeks", image.text);
        let description = image.describe();
        let moves = description.is_some_and(|it| untagged_base::has_moving_tags_alone(&it));
        // Whoever builds can say which tag is meant.
        let is_argument = stage.from.image.text.contains('$');
        let report = cx.report(stage.from.image.span, message);
        let report = if moves {
            report.help(
                "Its tags all move; pin it by digest: `docker buildx imagetools inspect` shows it.",
            )
        } else {
            report.help(untagged_base::help(image.name(), description))
        };
        if moves || is_argument {
            report.severity(Severity::Note).done();
        } else {
            report.done();
        }
    }
}

/// Whether the rule reports an image, so that others need not.
pub(crate) fn is_found(image: &BaseImage) -> bool {
    image.tag() == Some("latest")
        && image.digest().is_none()
        && !unversioned_rust::is_found(image)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("latest-base", text, expected);
    }

    #[test]
    fn latest_anywhere() {
        finds(
            "FROM alpine:latest AS a\nARG B=latest\nFROM --platform=$BUILDPLATFORM x.io/a:latest\n",
            "1:6 note: `alpine:latest` is another image every few weeks\n\
             3:32 warning: `x.io/a:latest` is another image every few weeks",
        );
        finds(
            "ARG TAG=latest\nFROM debian:${TAG}\n",
            "2:6 note: `debian:latest` is another image every few weeks",
        );
        finds(
            "ARG HUB\nFROM $HUB/a:latest\n",
            "2:6 note: `$HUB/a:latest` is another image every few weeks",
        );
    }

    #[test]
    fn other_tags_and_digests_are_left_alone() {
        finds(&format!("FROM debian:latest@sha256:{}\n", "a".repeat(64)), "");
        finds("FROM lukemathwalker/cargo-chef:latest-rust-1.89 AS a\nFROM alpine:3.22\n", "");
        finds("FROM rust:latest\n", "");
        finds("FROM debian:latest-slim\n", "");
    }
}
