//! `static-on-libc-base`: a C library under programs that are linked statically.

use plimsoll_finding::{Clause, Severity};

use crate::bases::Libc;
use crate::facts::linked_programs::Linkage;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Notes a final base with glibc, such as Debian or distroless `cc`, where all that runs are
    /// programs that cargo links statically: for a musl target, in an Alpine image, with
    /// `+crt-static`. Nothing else in the image may need the distribution.
    ///
    /// ## Why it matters
    /// A static program needs nothing below it. What lies there all the same is to be downloaded,
    /// scanned and kept up to date.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-alpine3.22 AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM debian:trixie-slim
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
    /// FROM gcr.io/distroless/static-debian13:nonroot
    /// COPY --from=build /src/target/release/app /usr/local/bin/app
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    pub(crate) static STATIC_ON_LIBC_BASE = {
        name: "static-on-libc-base",
        clause: Clause::MinimalBase,
        summary: "a C library lies under programs that are linked statically",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let programs = facts.programs();
    if !programs.iter().all(|it| it.linkage == Some(Linkage::Static)) {
        return;
    }
    let (Some(program), Some(last)) = (programs.first(), facts.stages.last()) else { return };
    let Some(image) = facts.base_image(last.index) else { return };
    let Some(base) = image.describe() else { return };
    let has_libc = matches!(base.libc, Some(Libc::Glibc(_)));
    if !has_libc || !base.is_known || base.toolchain.is_some() || base.size.is_none() {
        return;
    }
    if facts.needs_distribution(last) {
        return;
    }
    let Some(root) = facts.stages.all.get(image.root) else { return };
    let message = format!("`{}` is static, and needs nothing of `{}`", program.name, image.text);
    let help = "Ship it on gcr.io/distroless/static-debian13:nonroot, which has certificates and \
                time zones, or on scratch.";
    cx.report(root.from.image.span, message)
        .help(help)
        .related(program.span, "the program that is shipped")
        .done();
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn ships(build: &str, image: &str, expected: &str) {
        let text = format!(
            "FROM {build}\nFROM {image}\nCOPY --from=0 /out/app /app\nENTRYPOINT [\"/app\"]\n"
        );
        check("static-on-libc-base", &text, expected);
    }

    const MUSL: &str = "rust:1.89\nRUN cargo build --target x86_64-unknown-linux-musl";

    #[test]
    fn glibc_under_a_static_program() {
        for image in ["debian:trixie-slim", "ubuntu:24.04", "gcr.io/distroless/cc-debian13"] {
            ships(
                MUSL,
                image,
                &format!("3:6 note: `app` is static, and needs nothing of `{image}`"),
            );
        }
    }

    #[test]
    fn dynamic_programs_and_small_bases_are_left_alone() {
        ships("rust:1.89\nRUN cargo build", "debian:trixie-slim", "");
        ships(MUSL, "alpine:3.22", "");
        ships(MUSL, "gcr.io/distroless/static-debian13", "");
        ships(MUSL, "scratch", "");
        ships(MUSL, "debian:13\nRUN apt-get update && apt-get install -y git", "");
        ships(MUSL, "node:22", "");
    }
}
