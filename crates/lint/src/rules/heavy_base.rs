//! `heavy-base`: a whole distribution under a program that needs none.

use plimsoll_finding::{Clause, Severity};

use crate::bases::{Family, Form};
use crate::facts::linked_programs::Linkage;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports Debian, Ubuntu and their like as the final base where all that runs is a program of
    /// Rust that was linked to glibc: nothing is installed but certificates, time zones and OpenSSL,
    /// nothing is a script, nothing asks for a shell. For a slim variant it is a note.
    ///
    /// ## Why it matters
    /// The shell, the package manager and a hundred packages are there for an intruder alone, and
    /// every scan reports their holes. Distroless `cc` holds what such a program needs: glibc,
    /// OpenSSL, certificates, time zones.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM debian:trixie
    /// COPY --from=build /src/target/release/app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /usr/local/bin/app
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    pub(crate) static HEAVY_BASE = {
        name: "heavy-base",
        clause: Clause::MinimalBase,
        summary: "a whole distribution lies under a program that needs none",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// The newest glibc that a distroless image has.
const NEWEST: (u32, u32) = (2, 41);

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let programs = facts.programs();
    let is_glibc = |it: Option<Linkage>| matches!(it, Some(Linkage::Glibc(_)));
    if programs.is_empty() || !programs.iter().all(|it| is_glibc(it.linkage)) {
        return;
    }
    let Some(last) = facts.stages.last() else { return };
    let Some(image) = facts.base_image(last.index) else { return };
    let Some(base) = image.describe() else { return };
    let is_full = matches!(
        base.family,
        Family::Debian
            | Family::Ubuntu
            | Family::Fedora
            | Family::CentOs
            | Family::Amazon
            | Family::RedHat(Form::Full | Form::Minimal)
            | Family::Rocky(Form::Full | Form::Minimal)
            | Family::Alma(Form::Full | Form::Minimal)
            | Family::Oracle(Form::Full | Form::Minimal)
    );
    if !is_full || !base.is_known || base.toolchain.is_some() || base.size.is_none() {
        return;
    }
    if facts.needs_distribution(last) {
        return;
    }
    let Some(root) = facts.stages.all.get(image.root) else { return };
    let is_slim = image.tag().is_some_and(|it| it.contains("slim") || it.contains("minimal"));
    let severity = if is_slim { Severity::Note } else { Severity::Warning };
    let too_new = |it: Option<Linkage>| matches!(it, Some(Linkage::Glibc(Some(it))) if it > NEWEST);
    let help = if programs.iter().any(|it| too_new(it.linkage)) {
        "Link it statically and ship it on gcr.io/distroless/static-debian13:nonroot or scratch."
    } else {
        "Ship it on gcr.io/distroless/cc-debian13:nonroot, or link it statically and ship it on \
         scratch."
    };
    let message = format!("`{}` brings a shell and packages that nothing here uses", image.text);
    let report = cx.report(root.from.image.span, message).severity(severity).help(help);
    match programs.first() {
        Some(it) => report.related(it.span, format!("`{}` is all that runs", it.name)).done(),
        None => report.done(),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn ships(image: &str, rest: &str, expected: &str) {
        let text = format!(
            "FROM rust:1.89-trixie AS build\nRUN cargo build -r\nFROM {image}\n\
             COPY --from=build /w/target/release/app /app\n{rest}\n"
        );
        check("heavy-base", &text, expected);
    }

    const START: &str = "ENTRYPOINT [\"/app\"]";

    #[test]
    fn slim_variants_weigh_less() {
        ships(
            "ubuntu:24.04",
            START,
            "3:6 warning: `ubuntu:24.04` brings a shell and packages that nothing here uses",
        );
        ships(
            "debian:trixie-slim AS base\nRUN apt-get install -y ca-certificates\nFROM base",
            START,
            "3:6 note: `debian:trixie-slim` brings a shell and packages that nothing here uses",
        );
    }

    #[test]
    fn what_is_used_is_left_alone() {
        ships("debian:trixie-slim", "CMD /app", "");
        ships("debian:trixie-slim", "RUN apt-get install -y git\nCMD [\"/app\"]", "");
        ships("debian:trixie-slim", "COPY run.sh /\nCMD [\"/app\"]", "");
    }

    #[test]
    fn small_and_unknown_bases_are_left_alone() {
        for image in [
            "gcr.io/distroless/cc-debian13",
            "alpine:3.22",
            "scratch",
            "node:22",
            "rust:1.89",
            "nvidia/cuda:12.4.0-runtime-ubuntu22.04",
            "example.com/base:1-bookworm",
        ] {
            ships(image, START, "");
        }
        let go =
            "FROM golang:1.24 AS build\nRUN go build\nFROM debian:12\nCOPY --from=build /a /a\n";
        check("heavy-base", &format!("{go}{START}\n"), "");
    }
}
