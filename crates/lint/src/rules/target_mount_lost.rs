//! `target-mount-lost`: a file is taken from a cache mount that is not there any more.

mod fix;
mod uses;

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a file that lies under a cache mount and is taken where the mount is not: by
    /// `COPY --from`, by a later `RUN`, or as the program of the image.
    ///
    /// ## Why it matters
    /// A cache mount is there for its `RUN` alone and never part of the layer. With one over
    /// `target/`, the program that cargo builds is not in the stage: the build fails at the `COPY`,
    /// or takes an older program that a layer still has.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY . .
    /// RUN --mount=type=cache,target=/usr/local/cargo/registry \
    ///     --mount=type=cache,target=/app/target \
    ///     cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY . .
    /// RUN --mount=type=cache,target=/usr/local/cargo/registry \
    ///     --mount=type=cache,target=/app/target \
    ///     cargo build --release --locked && cp target/release/server /usr/local/bin/
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /usr/local/bin/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Fix safety
    /// Unsafe: the file is copied to `/usr/local/bin` of the builder at the end of the `RUN`, and the
    /// `COPY` takes it from there. It is offered for a single file, and for a `RUN` that cargo's build
    /// is the end of; a builder whose user may not write there needs another place.
    pub(crate) static TARGET_MOUNT_LOST = {
        name: "target-mount-lost",
        clause: Clause::BuildCache,
        summary: "a file is taken from a cache mount that is not there any more",
        severity: Severity::Error,
        fix: FixAvailability::Sometimes,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let lost = uses::lost(facts);
    for it in &lost {
        let message = format!(
            "`{}` is not in the {}: it lies in the cache mount over `{}`",
            it.path,
            it.place(facts),
            it.mount.path
        );
        let help = "Copy it out of the mount at the end of the RUN that makes it, and take it from \
            there.";
        let fix = fix::copy_out(facts, it, &lost);
        let mut report = cx
            .report(it.span, message)
            .help(help)
            .related(it.mount.span, "mounted for this RUN alone");
        if let Some(fix) = fix {
            report = report.fix(fix);
        }
        report.done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "target-mount-lost";
    const RUN: &str = "RUN --mount=type=cache,target=/app/target cargo build --release";

    fn text(run: &str, rest: &str) -> String {
        format!("FROM rust:1 AS builder\nWORKDIR /app\n{run}\n{rest}\n")
    }

    fn found(at: &str, path: &str, place: &str, mount: &str) -> String {
        format!("{at} error: `{path}` is not in the {place}: it lies in the cache mount over `{mount}`")
    }

    #[test]
    fn a_copy_from_below_the_mount_is_lost() {
        let rest = "FROM scratch\nCOPY --from=builder /app/target/release/a /a";
        for run in [
            RUN,
            "RUN --mount=type=cache,dst=target cargo build --release",
            "RUN --mount=type=cache,id=x,target=./target/,sharing=locked <<EOF\ncargo build --release\nEOF",
            "ENV T=/app/target\nRUN --mount=target=$T,type=cache cargo build --release",
            "RUN --mount=type=cache,target=/app/target cargo build && cp target/release/a /a",
        ] {
            let text = text(run, rest);
            let line = text.lines().count();
            check(RULE, &text, &found(&format!("{line}:21"), "/app/target/release/a", "stage `builder`", "/app/target"));
        }
        check(
            RULE,
            &text(RUN, "FROM builder AS more\nFROM scratch\nCOPY --from=more [\"app/target/release/a\", \"/app/target/release/b\", \"/\"]"),
            &format!(
                "{}\n{}",
                found("6:19", "/app/target/release/a", "stage `more`", "/app/target"),
                found("6:43", "/app/target/release/b", "stage `more`", "/app/target"),
            ),
        );
        check(
            RULE,
            "FROM rust:1\nWORKDIR /app\nENV CARGO_TARGET_DIR=/build\nRUN --mount=type=cache,target=/build cargo build\nFROM scratch\nCOPY --from=0 /build/debug/a /\n",
            &found("6:15", "/build/debug/a", "stage 0", "/build"),
        );
    }

    #[test]
    fn a_later_command_or_the_program_itself_is_lost() {
        check(
            RULE,
            &text(RUN, "RUN cp target/release/a /a"),
            &found("4:8", "/app/target/release/a", "layer of that RUN", "/app/target"),
        );
        check(
            RULE,
            &text(RUN, "RUN cd target/release && \\\n  mv ./a /usr/bin"),
            &found("5:6", "/app/target/release/a", "layer of that RUN", "/app/target"),
        );
        check(
            RULE,
            &text(RUN, "RUN ./target/release/a --version"),
            &found("4:5", "/app/target/release/a", "layer of that RUN", "/app/target"),
        );
        check(
            RULE,
            &text(RUN, "CMD [\"target/release/a\", \"serve\"]"),
            &found("4:6", "/app/target/release/a", "image", "/app/target"),
        );
    }

    #[test]
    fn cooked_dependencies_are_no_program() {
        check(
            RULE,
            &text(&format!("RUN cargo chef cook --release\n{RUN}"), "FROM scratch\nCOPY --from=builder /app/target/release/a /a"),
            &found("6:21", "/app/target/release/a", "stage `builder`", "/app/target"),
        );
    }

    #[test]
    fn what_a_layer_has_is_not_lost() {
        for rest in [
            "FROM scratch\nCOPY --from=builder /usr/local/bin/a /a",
            "FROM scratch\nCOPY --from=builder /app/targets/a /a",
            "FROM scratch\nCOPY --from=other /app/target/release/a /a",
            "RUN cargo build --release\nFROM scratch\nCOPY --from=builder /app/target/release/a /a",
            "RUN --mount=type=cache,target=/app/target cp target/release/a /a",
            "RUN mkdir -p target/release && cp /x target/release/a\nFROM scratch\nCOPY --from=builder /app/target/release/a /a",
            "COPY prebuilt /app/target/release/\nFROM scratch\nCOPY --from=builder /app/target/release/a /a",
            "RUN if [ -f target/x ]; then cp target/x /; fi",
            "RUN rm -rf target/release",
        ] {
            check(RULE, &text(RUN, rest), "");
        }
        check(RULE, &text("RUN --mount=type=bind,target=/app/target cargo build", "CMD [\"target/debug/a\"]"), "");
    }

    #[test]
    fn the_fix_copies_one_file_out() {
        check_fixed(
            RULE,
            &text("RUN --mount=type=cache,target=/app/target \\\n    # why\n    cargo build --release", "FROM scratch\nCOPY --from=builder --chown=1:1 /app/target/release/a /bin/\nCMD [\"/bin/a\"]"),
            &text("RUN --mount=type=cache,target=/app/target \\\n    # why\n    cargo build --release && cp /app/target/release/a /usr/local/bin/a", "FROM scratch\nCOPY --from=builder --chown=1:1 /usr/local/bin/a /bin/\nCMD [\"/bin/a\"]"),
        );
        for unfixed in [
            text(RUN, "FROM scratch\nCOPY --from=builder /app/target/release/* /"),
            text(RUN, "FROM scratch\nCOPY --from=builder /app/target/release/a /app/target/release/b /"),
            text(&format!("{RUN}; echo done"), "FROM scratch\nCOPY --from=builder /app/target/release/a /"),
            text(&format!("{RUN} || true"), "FROM scratch\nCOPY --from=builder /app/target/release/a /"),
            text("RUN --mount=type=cache,target=/app/target <<EOF\ncargo build\nEOF", "FROM scratch\nCOPY --from=builder /app/target/debug/a /"),
        ] {
            check_fixed(RULE, &unfixed, &unfixed);
        }
    }
}
