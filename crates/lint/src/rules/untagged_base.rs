//! `untagged-base`: a base image without a tag.

use plimsoll_finding::{Clause, Severity};

use super::unversioned_rust;
use crate::bases::{Description, Family};
use crate::facts::bases::BaseImage;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a base image that is named without tag and digest. Images of Rust are the affair of
    /// `unversioned-rust`.
    ///
    /// ## Why it matters
    /// Without a tag the builder takes `latest`, which is another image every few weeks: the same
    /// file builds today and fails tomorrow, and nobody can tell what an older image stood on.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-alpine3.22 AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM alpine
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
    pub(crate) static UNTAGGED_BASE = {
        name: "untagged-base",
        clause: Clause::Pinned,
        summary: "a base image has no tag",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DL3006"],
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
        let name = image.name();
        let description = image.describe();
        // A single word that is no image we know: another context that the build is given, or the
        // name of a stage that is not there.
        if description.is_none() && !name.contains('/') {
            continue;
        }
        let message = format!("`{name}` has no tag, so each build takes what `latest` is that day");
        let report = cx.report(stage.from.image.span, message);
        if description.is_some_and(|it| has_moving_tags_alone(&it)) {
            let help = "Its tags all move; pin it by digest: `docker buildx imagetools inspect` \
                        shows it.";
            report.severity(Severity::Note).help(help).done();
        } else {
            report.help(help(name, description)).done();
        }
    }
}

/// Whether the rule reports an image, so that others need not.
pub(crate) fn is_found(image: &BaseImage) -> bool {
    image.is_known
        && image.tag().is_none()
        && image.digest().is_none()
        && !image.name().is_empty()
        && !unversioned_rust::is_found(image)
}

/// Whether the publisher gives no tags that stay what they are.
pub(crate) fn has_moving_tags_alone(description: &Description<'_>) -> bool {
    description.is_known
        && matches!(
            description.family,
            Family::DistrolessStatic
                | Family::DistrolessBaseNossl
                | Family::DistrolessBase
                | Family::DistrolessCc
                | Family::DistrolessLanguage
                | Family::ChainguardStatic
                | Family::ChainguardGlibc
                | Family::Wolfi
        )
}

/// What to write instead of an image without a release.
pub(crate) fn help(name: &str, description: Option<Description<'_>>) -> String {
    let release = description.filter(|it| it.is_known && it.toolchain.is_none());
    match release.and_then(|it| it.release) {
        Some(release) => format!("Name a release, such as `{name}:{release}`."),
        None => "Name a version that stays, or a digest.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("untagged-base", text, expected);
    }

    #[test]
    fn each_image_is_reported_once() {
        finds(
            "FROM debian AS a\nFROM debian AS b\nFROM a:1\n",
            "1:6 note: `debian` has no tag, so each build takes what `latest` is that day",
        );
        finds(
            "FROM registry.example.com:5000/tools/app\n",
            "1:6 warning: `registry.example.com:5000/tools/app` has no tag, so each build takes \
             what `latest` is that day",
        );
    }

    #[test]
    fn names_that_may_be_contexts_or_stages_are_left_alone() {
        finds("FROM input\n", "");
        finds("FROM rust-base AS a\nFROM a\n", "");
    }

    #[test]
    fn defaults_of_arguments_count() {
        finds(
            "ARG BASE=debian\nFROM --platform=linux/amd64 ${BASE}\n",
            "2:29 warning: `debian` has no tag, so each build takes what `latest` is that day",
        );
    }

    #[test]
    fn images_whose_tags_all_move_weigh_less() {
        finds(
            "FROM gcr.io/distroless/cc-debian13\n",
            "1:6 note: `gcr.io/distroless/cc-debian13` has no tag, so each build takes what \
             `latest` is that day",
        );
    }

    #[test]
    fn stages_scratch_digests_and_unknown_names_are_left_alone() {
        finds("FROM a:1 AS debian\nFROM debian\n", "");
        finds("FROM scratch\n", "");
        finds(&format!("FROM debian@sha256:{}\n", "a".repeat(64)), "");
        finds("ARG BASE\nFROM $BASE\n", "");
        finds("ARG REGISTRY\nFROM $REGISTRY/app\n", "");
        finds("FROM app-$TARGETARCH\n", "");
        finds("ARG TAG\nFROM debian:$TAG\n", "");
        finds("FROM rust\n", "");
    }
}
