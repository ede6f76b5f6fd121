//! `cache-mount-hides-layer`: a cache mount covers what a layer before it had put there.

use plimsoll_finding::{Clause, Edit, Fix, Severity};
use plimsoll_syntax::dockerfile::{Command, MountKind};

use crate::facts::cargo::{CargoCommand, CargoKind};
use crate::facts::copies::Origin;
use crate::facts::paths;
use crate::facts::places::MountedAt;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cache mount over files that an earlier layer had put there: compiled dependencies in
    /// `target/`, or all of cargo's home directory with cargo itself in it.
    ///
    /// ## Why it matters
    /// A mount hides what lies below it. The dependencies that a layer holds are compiled again, into
    /// the cache; with `/usr/local/cargo` mounted whole there is no `cargo` to run.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM lukemathwalker/cargo-chef:0.1.72-rust-1.89-bookworm AS chef
    /// WORKDIR /app
    ///
    /// FROM chef AS planner
    /// COPY . .
    /// RUN cargo chef prepare --recipe-path recipe.json
    ///
    /// FROM chef AS builder
    /// COPY --from=planner /app/recipe.json recipe.json
    /// RUN cargo chef cook --release --locked --recipe-path recipe.json
    /// COPY . .
    /// RUN --mount=type=cache,target=/app/target \
    ///     cargo build --release --locked && cp target/release/server /usr/local/bin/
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /usr/local/bin/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY . .
    /// RUN --mount=type=cache,target=/usr/local/cargo \
    ///     --mount=type=cache,target=/app/target \
    ///     cargo build --release --locked && cp target/release/server /usr/local/bin/
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /usr/local/bin/server /server
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
    /// Unsafe: a mount over cargo's home is moved to its `registry`. Dependencies from git are then
    /// not kept, unless `git` below it is mounted too.
    pub(crate) static CACHE_MOUNT_HIDES_LAYER = {
        name: "cache-mount-hides-layer",
        clause: Clause::BuildCache,
        summary: "a cache mount covers what a layer before it had put there",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let mut last = usize::MAX;
    for command in facts.cargo() {
        if std::mem::replace(&mut last, command.index) == command.index {
            continue;
        }
        let Some(Command::Run(run)) =
            facts.file.instructions.get(command.index).map(|it| &it.command)
        else {
            continue;
        };
        if !run.mounts.iter().any(|it| it.kind == MountKind::Cache) {
            continue;
        }
        home(cx, command);
        target(cx, command.index);
    }
}

/// Cargo's own programs under a mount.
fn home(cx: &mut Context<'_, '_>, command: &CargoCommand) {
    let facts = cx.facts;
    let Some(home) = facts.cargo_home(command.stage, command.index) else { return };
    // Programs of an image by name; in others cargo may be anywhere.
    let in_image = facts
        .stages
        .root(command.stage)
        .is_some_and(|it| crate::facts::cargo::is_rust_image(&it.image));
    if !in_image || home != "/usr/local/cargo" {
        return;
    }
    let Some(mount) = caches(facts, command.index).into_iter().find(|it| {
        it.from.is_none() && (paths::is_in(&home, &it.path) || it.path == format!("{home}/bin"))
    }) else {
        return;
    };
    if is_filled(facts, command.stage, command.index, &mount) {
        return;
    }
    let message = format!("the cache mount over `{}` hides `cargo` itself", mount.path);
    let mut report = cx
        .report(mount.span, message)
        .severity(Severity::Error)
        .help(format!("Mount `{home}/registry` and `{home}/git` instead."));
    if let Some(fix) = to_registry(facts, command.index, &mount, &home) {
        report = report.fix(fix);
    }
    report.done();
}

/// Whether a `RUN` before another puts programs into the cache.
fn is_filled(facts: &Facts<'_>, stage: usize, index: usize, mount: &MountedAt<'_>) -> bool {
    facts.before(stage, index).into_iter().any(|it| {
        caches(facts, it).iter().any(|it| it.id == mount.id)
            && facts.run_mentions(it, &["cp ", "rsync ", "rustup", "tar "])
    })
}

fn to_registry(facts: &Facts<'_>, index: usize, mount: &MountedAt<'_>, home: &str) -> Option<Fix> {
    let Command::Run(run) = &facts.file.instructions[index].command else { return None };
    let written = run.mounts.iter().find(|it| it.span == mount.span)?;
    let target = written.target()?;
    let registry = format!("{home}/registry");
    let taken = caches(facts, index).iter().any(|it| it.path == registry);
    let whole = mount.path == home && target.text.trim_end_matches('/') == home;
    (whole && !taken)
        .then(|| Fix::risky("Mount cargo's registry alone", [Edit::replace(target.span, registry)]))
}

/// Compiled dependencies under a mount.
fn target(cx: &mut Context<'_, '_>, index: usize) {
    let facts = cx.facts;
    for build in facts.cargo().iter().filter(|it| it.index == index && it.kind.makes_layer()) {
        let mount = facts.target_mount(build).filter(|it| it.from.is_none());
        let Some(mount) = mount else { continue };
        let hidden = compiled(facts, build, &mount);
        let Some((what, span)) = hidden else { continue };
        let message = format!(
            "the cache mount over `{}` hides the dependencies that {what} a layer",
            mount.path
        );
        cx.report(mount.span, message)
            .help(
                "Give every cargo command of the project the mount, or none of them. With a cache \
                mount over the target directory no layer for dependencies is needed.",
            )
            .related(span, "here")
            .done();
        return;
    }
}

/// What put dependencies below a mount into a layer, if anything did.
fn compiled(
    facts: &Facts<'_>,
    build: &CargoCommand,
    mount: &MountedAt<'_>,
) -> Option<(String, plimsoll_finding::Span)> {
    let before = facts.cargo_before(build);
    let layer = before.iter().rev().find(|it| {
        let dependencies = it.kind == CargoKind::Cook || it.kind == CargoKind::Build;
        dependencies && it.index != build.index && is_filled_by(facts, it, build, mount)
    });
    if let Some(it) = layer {
        return Some((format!("`{}` compiled into", it.name()), it.head));
    }
    let copied = facts.copies_before(build.stage, build.index).into_iter().rev().find(|it| {
        matches!(it.origin, Origin::Stage(_)) && paths::is_in(&it.path, &mount.path)
    });
    copied.map(|it| (format!("`COPY` of `{}` put into", it.source), it.span))
}

fn is_filled_by(
    facts: &Facts<'_>,
    layer: &CargoCommand,
    build: &CargoCommand,
    mount: &MountedAt<'_>,
) -> bool {
    let same_place = match (&layer.target_dir, &build.target_dir) {
        (None, None) => layer.directory == build.directory,
        (layer, build) => layer == build,
    };
    let profile = layer.arguments.profile_directory() == build.arguments.profile_directory();
    same_place
        && profile
        && !layer.tolerated
        && layer.writes_to(&mount.path)
        && facts.target_mount(layer).is_none()
}

fn caches<'d>(facts: &Facts<'d>, index: usize) -> Vec<MountedAt<'d>> {
    let mut all = facts.mounts(index);
    all.retain(|it| it.kind == MountKind::Cache);
    all
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "cache-mount-hides-layer";

    #[test]
    fn a_mount_over_what_was_cooked_hides_it() {
        let hides = "the cache mount over `/app/target` hides the dependencies that";
        check(
            RULE,
            "FROM rust:1\nWORKDIR /app\nRUN cargo chef cook --release\nCOPY . .\nRUN --mount=type=cache,target=target \\\n  cargo build --release && cp target/release/a /a\n",
            &format!("5:5 warning: {hides} `cargo chef cook` compiled into a layer"),
        );
        check(
            RULE,
            "FROM rust:1 AS cacher\nFROM rust:1\nWORKDIR /app\nCOPY --from=cacher /app/target target\nRUN --mount=type=cache,target=/app/target cargo build && cp target/debug/a /a\n",
            &format!("5:5 warning: {hides} `COPY` of `/app/target` put into a layer"),
        );
        check(
            RULE,
            "FROM rust:1\nWORKDIR /app\nCOPY Cargo.toml .\nRUN mkdir src && touch src/lib.rs && cargo build\nFROM rust:1\n",
            "",
        );
    }

    #[test]
    fn the_same_mount_everywhere_hides_nothing() {
        for cook in [
            "RUN --mount=type=cache,target=/app/target cargo chef cook --release",
            "RUN cargo chef cook",
            "RUN cd /other && cargo build --release",
            "RUN cargo install cargo-chef",
        ] {
            check(
                RULE,
                &format!("FROM rust:1\nWORKDIR /app\n{cook}\nRUN --mount=type=cache,target=/app/target cargo build --release\n"),
                "",
            );
        }
    }

    #[test]
    fn cargo_itself_must_stay_visible() {
        let run = |target: &str| format!("FROM rust:1\nRUN --mount=type=cache,target={target} cargo build\n");
        let found = |path: &str| format!("2:5 error: the cache mount over `{path}` hides `cargo` itself");
        check(RULE, &run("/usr/local/cargo"), &found("/usr/local/cargo"));
        check(RULE, &run("/usr/local"), &found("/usr/local"));
        check(RULE, &run("$CARGO_HOME").replace("RUN", "ENV CARGO_HOME=/usr/local/cargo\nRUN"), &found("/usr/local/cargo").replace("2:", "3:"));
        check(RULE, &run("/usr/local/cargo/registry"), "");
        check(RULE, &run("/usr/local/cargo,from=rust:1,source=/usr/local/cargo"), "");
        check(RULE, &run("/usr/local/cargo").replace("rust:1", "corp/rust"), "");
        let filled = "RUN cp -r /usr/local/cargo /c\nRUN --mount=type=cache,target=/usr/local/cargo cp -r /c/. /usr/local/cargo\nRUN";
        check(RULE, &run("/usr/local/cargo").replace("RUN", filled), "");
        check_fixed(RULE, &run("/usr/local/cargo/"), &run("/usr/local/cargo/registry"));
        check_fixed(RULE, &run("/usr/local"), &run("/usr/local"));
    }
}
