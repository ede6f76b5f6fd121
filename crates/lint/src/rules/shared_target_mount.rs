//! `shared-target-mount`: builds for several platforms share one `target/`.

use plimsoll_finding::{Clause, Edit, Fix, Severity};
use plimsoll_syntax::dockerfile::MountKind;

use crate::facts::cargo::{CargoCommand, Choice};
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cache mount over `target/` that builds for several platforms share, in a file that
    /// is built for several (`TARGETPLATFORM`, `TARGETARCH`), where the program is not put into a
    /// directory of its target.
    ///
    /// ## Why it matters
    /// BuildKit builds the platforms at the same time. Both write `target/release/server`, so one can
    /// copy out the program of the other, for another processor.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// ARG TARGETARCH
    /// WORKDIR /app
    /// COPY . .
    /// RUN --mount=type=cache,target=/usr/local/cargo/registry \
    ///     --mount=type=cache,target=/app/target \
    ///     echo "for $TARGETARCH" && cargo build --release --locked && cp target/release/server /usr/local/bin/
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /usr/local/bin/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// ARG TARGETARCH
    /// WORKDIR /app
    /// COPY . .
    /// RUN --mount=type=cache,target=/usr/local/cargo/registry \
    ///     --mount=type=cache,target=/app/target,id=target-$TARGETARCH \
    ///     echo "for $TARGETARCH" && cargo build --release --locked && cp target/release/server /usr/local/bin/
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /usr/local/bin/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Fix safety
    /// Safe: the mount is locked, so that one platform waits for the other. What was cached is kept.
    pub(crate) static SHARED_TARGET_MOUNT = {
        name: "shared-target-mount",
        clause: Clause::BuildCache,
        summary: "builds for several platforms share one `target/`",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// The arguments that BuildKit sets for the platform it builds for.
const PLATFORM: &[&str] = &["TARGETPLATFORM", "TARGETARCH", "TARGETVARIANT", "TARGETOS"];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let mut reported = Vec::new();
    for build in facts.cargo().iter().filter(|it| it.kind.builds()) {
        let Some(mount) = facts.target_mount(build) else { continue };
        let shared = mount.kind == MountKind::Cache
            && mount.sharing == "shared"
            && !mount.id.contains('$')
            && mount.from.is_none();
        if !shared || reported.contains(&mount.span) || !for_several(facts, build) {
            continue;
        }
        reported.push(mount.span);
        let message =
            format!("builds for all platforms write their program to one `{}`", mount.path);
        cx.report(mount.span, message)
            .help(
                "Give the mount an id for each platform, `id=target-$TARGETARCH`, or lock it with \
                `sharing=locked`.",
            )
            .fix(Fix::safe(
                "Lock the mount",
                [Edit::insert(mount.span.end(), ",sharing=locked")],
            ))
            .done();
    }
}

/// Whether a build runs on each platform that the file is built for, into the same directory.
fn for_several(facts: &Facts<'_>, build: &CargoCommand) -> bool {
    let on_one = facts.stages.root(build.stage).is_none_or(|it| it.from.platform.is_some());
    let steps = facts.before(build.stage, build.index);
    let declared = steps.into_iter().any(|it| {
        use plimsoll_syntax::dockerfile::Command;
        match &facts.file.instructions[it].command {
            Command::Arg(all) => all.iter().any(|it| PLATFORM.contains(&&*it.name.text)),
            _ => false,
        }
    });
    declared && !on_one && build.target == Choice::Default
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "shared-target-mount";

    fn text(from: &str, fields: &str, build: &str) -> String {
        format!("FROM {from}\nARG TARGETARCH\nWORKDIR /app\nRUN --mount=type=cache,target=target{fields} \\\n  {build} && cp target/release/a /a\n")
    }

    #[test]
    fn one_directory_for_all_platforms() {
        let found = "4:5 warning: builds for all platforms write their program to one `/app/target`";
        let build = "cargo build --release";
        check(RULE, &text("rust:1", "", build), found);
        check(RULE, &text("rust:1", ",id=target,sharing=shared", build), found);
        check_fixed(RULE, &text("rust:1", "", build), &text("rust:1", ",sharing=locked", build));
    }

    #[test]
    fn directories_of_their_own_are_fine() {
        let build = "cargo build --release";
        check(RULE, &text("rust:1", ",id=t-$TARGETARCH", build), "");
        check(RULE, &text("rust:1", ",sharing=locked", build), "");
        check(RULE, &text("rust:1", ",sharing=private", build), "");
        check(RULE, &text("--platform=$BUILDPLATFORM rust:1", "", build), "");
        check(RULE, &text("rust:1", "", "cargo build --release --target $T"), "");
        check(RULE, &text("rust:1", "", build).replace("ARG TARGETARCH\n", ""), "");
    }
}
