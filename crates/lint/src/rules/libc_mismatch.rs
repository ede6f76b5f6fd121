//! `libc-mismatch`: a program is built for another C library than the image has.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Command, Keyword};

use crate::bases::Libc;
use crate::facts::linked_programs::Linkage;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a program that cargo links dynamically in one stage, and that is copied into an image
    /// with another C library or none: from Debian to Alpine, `scratch` or distroless `static`, or
    /// from musl to Debian.
    ///
    /// ## Why it matters
    /// The kernel looks for the loader that the program names and doesn't find it. The container
    /// ends at once with `no such file or directory`, although the file is there.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM alpine:3.22
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
    pub(crate) static LIBC_MISMATCH = {
        name: "libc-mismatch",
        clause: Clause::Portable,
        summary: "a program is built for another C library than the image has",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// Words of files that bring a C library along.
const BROUGHT: &[&str] =
    &["gcompat", "libc6-compat", "glibc", "ld-linux", "ld-musl", "libc.so", "libc.musl"];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    if facts.programs().is_empty() {
        return;
    }
    let Some(last) = facts.stages.last() else { return };
    let Some(image) = facts.base_image(last.index) else { return };
    let Some(libc) = image.describe().and_then(|it| it.libc) else { return };
    let starts = [Keyword::Entrypoint, Keyword::Cmd];
    // Without a program to start, `scratch` carries files out of the build.
    if libc == Libc::None
        && starts.iter().all(|it| facts.stages.effective(last.index, *it).is_none())
    {
        return;
    }
    let mut seen = BTreeSet::new();
    for program in facts.programs() {
        let (built, has) = match (program.linkage, libc) {
            (Some(Linkage::Glibc(_)), Libc::Musl) => ("glibc", "musl"),
            (Some(Linkage::Glibc(_)), Libc::None) => ("glibc", "no C library"),
            (Some(Linkage::Musl), Libc::Glibc(_)) => ("musl", "glibc"),
            (Some(Linkage::Musl), Libc::None) => ("musl", "no C library"),
            _ => continue,
        };
        // What the project's own settings of cargo say isn't seen.
        let is_hidden = facts.chain_mentions(program.builder, &[".cargo/config", "COPY .cargo"]);
        if is_hidden || brings_library(facts, last.index) {
            continue;
        }
        if !cx.allows(program.span) && !seen.insert(program.builder) {
            continue;
        }
        let Some(builder) = facts.base_image(program.builder) else { continue };
        let message = format!(
            "`{}` is linked to {built} in `{}`, but `{}` has {has}",
            program.name, builder.text, image.text
        );
        let help = match (built, libc) {
            ("glibc", Libc::None) => {
                "Build for a musl target, or ship on a base with glibc such as \
                 gcr.io/distroless/cc-debian13."
            }
            ("glibc", _) => {
                "Build on an Alpine variant of the Rust image or for a musl target, or ship on a \
                 base with glibc."
            }
            _ => "Link statically (`-C target-feature=+crt-static`), or ship on Alpine.",
        };
        let mut report = cx.report(program.span, message).help(help);
        if let Some(root) = facts.stages.all.get(builder.root) {
            report = report.related(root.from.image.span, format!("built here, with {built}"));
        }
        if let Some(root) = facts.stages.all.get(image.root) {
            report = report.related(root.from.image.span, format!("shipped on this, with {has}"));
        }
        report.done();
    }
}

/// Whether the image gets a C library in another way.
fn brings_library(facts: &Facts<'_>, last: usize) -> bool {
    let copies_libraries = || {
        facts.stages.chain(last).any(|stage| {
            stage.body.iter().enumerate().any(|(offset, instruction)| {
                let Command::Copy(copy) = &instruction.command else { return false };
                copy.from.is_some()
                    && facts.copied(stage.first + offset).iter().any(|it| {
                        let paths = [&*it.source, &*it.path];
                        paths.iter().any(|path| {
                            path.starts_with("/lib")
                                || path.contains("/lib/")
                                || path.contains(".so")
                                || *path == "/"
                        })
                    })
            })
        })
    };
    facts.chain_mentions(last, BROUGHT) || copies_libraries()
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("libc-mismatch", text, expected);
    }

    /// Two stages: where it is built, and where it is shipped.
    #[track_caller]
    fn ships(build: &str, image: &str, expected: &str) {
        let text = format!(
            "FROM {build}\nFROM {image}\nCOPY --from=build /w/target/release/app /app\n\
             CMD [\"/app\"]\n"
        );
        let line = text.lines().count() - 1;
        finds(&text, &expected.replace("COPY", &format!("{line}:19")));
    }

    const GLIBC: &str = "rust:1.89 AS build\nRUN cargo build --release";
    const MUSL: &str = "alpine:3.22 AS build\nRUN apk add cargo\nRUN cargo build --release";

    #[test]
    fn each_way() {
        for (image, has) in [
            ("alpine:3.22", "musl"),
            ("scratch", "no C library"),
            ("gcr.io/distroless/static-debian13", "no C library"),
        ] {
            ships(
                GLIBC,
                image,
                &format!(
                    "COPY error: `app` is linked to glibc in `rust:1.89`, but `{image}` has {has}"
                ),
            );
        }
        ships(
            MUSL,
            "debian:trixie-slim",
            "COPY error: `app` is linked to musl in `alpine:3.22`, but `debian:trixie-slim` has \
             glibc",
        );
    }

    #[test]
    fn what_fits_is_left_alone() {
        ships(GLIBC, "debian:trixie-slim", "");
        ships(GLIBC, "gcr.io/distroless/cc-debian13", "");
        ships(MUSL, "alpine:3.22", "");
        ships("rust:1.89-alpine AS build\nRUN cargo build -r", "scratch", "");
        ships("rust:1.89-alpine AS build\nRUN cargo build -r", "debian:12", "");
        let flags = "ENV RUSTFLAGS=\"-C target-feature=+crt-static\"";
        ships(&format!("rust:1.89 AS build\n{flags}\nRUN cargo build -r"), "scratch", "");
    }

    #[test]
    fn what_may_fit_is_left_alone() {
        ships(GLIBC, "alpine:3.22\nRUN apk add gcompat", "");
        ships(GLIBC, "scratch\nCOPY --from=build /lib/x86_64-linux-gnu /lib/x86_64-linux-gnu", "");
        ships(GLIBC, "busybox:1.37", "");
        let files =
            format!("FROM {GLIBC}\nFROM scratch\nCOPY --from=build /w/target/release/app /\n");
        finds(&files, "");
        ships(GLIBC, "example.com/base:1", "");
        let config = "rust:1.89 AS build\nCOPY .cargo/config.toml .cargo/\nRUN cargo build -r";
        ships(config, "scratch", "");
    }
}
