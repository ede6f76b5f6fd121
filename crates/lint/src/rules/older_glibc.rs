//! `older-glibc`: a program is built with a newer glibc than the image has.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity};

use crate::bases::{Certainty, Libc};
use crate::facts::linked_programs::Linkage;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a program that cargo links to a newer glibc than that of the image it is shipped in,
    /// such as from Debian trixie (2.41) to bookworm (2.36). Which releases images stand on is known
    /// from their tags: `rust:1.89` stands on trixie. Between versions that brought little of use to
    /// programs it is a warning.
    ///
    /// ## Why it matters
    /// A program asks for the symbols of the glibc that it was linked to. On an older one it ends at
    /// once with `version GLIBC_2.39 not found`, or does so after the next update of a dependency.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89 AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM debian:bookworm-slim
    /// COPY --from=build /src/target/release/app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-bookworm AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM debian:bookworm-slim
    /// COPY --from=build /src/target/release/app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    pub(crate) static OLDER_GLIBC = {
        name: "older-glibc",
        clause: Clause::Portable,
        summary: "a program is built with a newer glibc than the image has",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// Versions that gave symbols to what every program calls: starting, threads, files, mathematics,
/// reading numbers. Between others a program may be lucky.
const BREAKING: &[(u32, u32)] = &[(2, 28), (2, 29), (2, 33), (2, 34), (2, 38), (2, 39)];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    if facts.programs().is_empty() {
        return;
    }
    let Some(last) = facts.stages.last() else { return };
    let Some(image) = facts.base_image(last.index) else { return };
    let Some(base) = image.describe().filter(|it| it.certainty != Certainty::Guess) else {
        return;
    };
    let Some(Libc::Glibc(Some(has))) = base.libc else { return };
    let mut seen = BTreeSet::new();
    for program in facts.programs() {
        let Some(Linkage::Glibc(Some(built))) = program.linkage else { continue };
        if built <= has || !cx.allows(program.span) && !seen.insert(program.builder) {
            continue;
        }
        let Some(builder) = facts.base_image(program.builder) else { continue };
        let breaks = BREAKING.iter().any(|it| has < *it && *it <= built);
        let severity = if breaks { Severity::Error } else { Severity::Warning };
        let (built, has) = (format!("{}.{}", built.0, built.1), format!("{}.{}", has.0, has.1));
        let message = format!(
            "`{}` is linked to glibc {built} in `{}`, but `{}` has {has}",
            program.name, builder.text, image.text
        );
        let help = match base.release {
            Some(release) => format!(
                "Build on the release that it is shipped on ({release}), or ship on one that is as \
                 new as the builder's."
            ),
            None => "Build and ship on the same release.".to_owned(),
        };
        let mut report = cx.report(program.span, message).severity(severity).help(help);
        if let Some(root) = facts.stages.all.get(builder.root) {
            report =
                report.related(root.from.image.span, format!("built here, with glibc {built}"));
        }
        if let Some(root) = facts.stages.all.get(image.root) {
            report = report.related(root.from.image.span, format!("shipped on this, with {has}"));
        }
        report.done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn ships(build: &str, image: &str, expected: &str) {
        let text = format!(
            "ARG V=1.89\nFROM {build} AS build\nRUN cargo build -r\nFROM {image}\n\
             COPY --from=build /w/target/release/app /app\nCMD [\"/app\"]\n"
        );
        check("older-glibc", &text, expected);
    }

    #[test]
    fn newer_to_older() {
        for (build, image, severity, built, has) in [
            ("rust:1.89", "debian:bookworm-slim", "error", "2.41", "2.36"),
            ("rust:1.80", "ubuntu:22.04", "warning", "2.36", "2.35"),
            ("rust:1.89", "ubuntu:24.04", "warning", "2.41", "2.39"),
            ("rust:latest", "gcr.io/distroless/cc-debian12", "error", "2.41", "2.36"),
            ("ubuntu:24.04", "debian:12", "error", "2.39", "2.36"),
        ] {
            let expected = format!(
                "5:19 {severity}: `app` is linked to glibc {built} in `{build}`, but `{image}` has {has}"
            );
            ships(build, image, &expected);
        }
        ships(
            "rust:${V}-slim",
            "debian:bookworm-slim",
            "5:19 error: `app` is linked to glibc 2.41 in `rust:1.89-slim`, but \
             `debian:bookworm-slim` has 2.36",
        );
    }

    #[test]
    fn the_same_older_and_unknown_are_left_alone() {
        ships("rust:1.89", "debian:trixie-slim", "");
        ships("rust:1.80", "debian:trixie-slim", "");
        ships("rust:1.80-bullseye", "ubuntu:22.04", "");
        ships("rust:1.89", "example.com/base:1", "");
        ships("rust:1.89-alpine", "debian:12", "");
        ships("rust:$OTHER", "debian:12", "");
        ships("rust:1", "debian:stable-slim", "");
        let digest = "a".repeat(64);
        ships(&format!("rust:latest@sha256:{digest}"), "debian:12", "");
    }
}
