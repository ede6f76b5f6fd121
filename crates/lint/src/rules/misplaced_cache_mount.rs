//! `misplaced-cache-mount`: cargo keeps nothing where a cache is mounted for it.

use plimsoll_finding::{Clause, Edit, Fix, Severity};
use plimsoll_syntax::dockerfile::{Command, MountKind};

use crate::facts::cargo::CargoCommand;
use crate::facts::paths;
use crate::facts::places::MountedAt;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cache mount for cargo at a place that cargo doesn't use in this image:
    /// `~/.cargo/registry` where cargo's home is `/usr/local/cargo`, or a `target` that no build of
    /// the `RUN` writes to.
    ///
    /// ## Why it matters
    /// The cache stays empty, and every build downloads or compiles everything as if there was none.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY . .
    /// RUN --mount=type=cache,target=/root/.cargo/registry \
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
    /// Safe: the mount of a registry is moved to where cargo keeps it, which changes what is
    /// downloaded, not what is built. A `target` is not moved.
    pub(crate) static MISPLACED_CACHE_MOUNT = {
        name: "misplaced-cache-mount",
        clause: Clause::BuildCache,
        summary: "cargo keeps nothing where a cache is mounted for it",
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
        let mut mounts = facts.mounts(command.index);
        mounts.retain(|it| it.kind == MountKind::Cache && it.from.is_none());
        for mount in &mounts {
            if paths::file_name(&mount.path) == "target" {
                target(cx, command.index, mount);
            } else if let Some(part) = part_of_home(&mount.path) {
                home(cx, command, mount, part, &mounts);
            }
        }
    }
}

/// The part of cargo's home that a path means, if it means one.
fn part_of_home(path: &str) -> Option<&str> {
    let at = path.find("/.cargo").map(|it| it + "/.cargo".len());
    let at = at.or_else(|| path.find("/usr/local/cargo").map(|it| it + "/usr/local/cargo".len()))?;
    let part = &path[at..];
    let known = ["", "/registry", "/git", "/registry/index", "/registry/cache", "/git/db"];
    known.contains(&part).then_some(part)
}

fn home(
    cx: &mut Context<'_, '_>,
    command: &CargoCommand,
    mount: &MountedAt<'_>,
    part: &str,
    all: &[MountedAt<'_>],
) {
    let facts = cx.facts;
    let Some(home) = facts.cargo_home(command.stage, command.index) else { return };
    let sets_home = facts.run_mentions(command.index, &["CARGO_HOME"]);
    if sets_home || home.contains('$') || paths::is_in(&mount.path, &home) {
        return;
    }
    let links = facts.before(command.stage, command.index + 1).into_iter().any(|it| {
        facts.run_mentions(it, &["ln -s", "export CARGO_HOME", "sh.rustup.rs", "rustup-init"])
    });
    if links {
        return;
    }
    let message =
        format!("nothing is kept in `{}`: cargo's home is `{home}` here", mount.path);
    let place = format!("{home}{}", if part.is_empty() { "/registry" } else { part });
    let mut report = cx.report(mount.span, message).help(format!("Mount `{place}`."));
    let written = match &facts.file.instructions[command.index].command {
        Command::Run(run) => run.mounts.iter().find(|it| it.span == mount.span),
        _ => None,
    };
    let free = !all.iter().any(|it| it.path == place);
    if let Some(target) = written.and_then(|it| it.target()).filter(|_| free) {
        let title = format!("Mount `{place}`");
        report = report.fix(Fix::safe(title, [Edit::replace(target.span, place)]));
    }
    report.done();
}

fn target(cx: &mut Context<'_, '_>, index: usize, mount: &MountedAt<'_>) {
    let facts = cx.facts;
    let commands = || facts.cargo().iter().filter(|it| it.index == index);
    let used = commands().any(|it| {
        it.directory.is_none()
            || it.writes_to(&mount.path)
            || it.directory.as_deref().is_some_and(|it| cannot_compare(it, &mount.path))
            || it.target_dir.as_deref().is_some_and(|it| {
                paths::is_in(it, &mount.path) || cannot_compare(it, &mount.path)
            })
    });
    let Some(build) = commands().find(|it| it.kind.makes_layer()) else { return };
    if used || mentions(facts, index, &mount.path) {
        return;
    }
    let directory = match (&build.target_dir, &build.directory) {
        (Some(target), _) => target.clone(),
        (None, Some(directory)) => paths::join(directory, "target"),
        (None, None) => return,
    };
    let message = format!(
        "nothing is kept in `{}`: `{}` writes to `{directory}`",
        mount.path,
        build.name()
    );
    let help = format!("Mount `{directory}`, or set `CARGO_TARGET_DIR` to what is mounted.");
    cx.report(mount.span, message).help(help).related(build.head, "built here").done();
}

/// Whether one of two paths begins with something that is not known.
fn cannot_compare(one: &str, other: &str) -> bool {
    let known = |it: &str| it.starts_with('/') && !it.contains('$');
    !known(one) || !known(other)
}

/// Whether a script names a path, or tells cargo where to build in a way that is not seen.
fn mentions(facts: &Facts<'_>, index: usize, path: &str) -> bool {
    facts.run_mentions(index, &[path, "CARGO_TARGET_DIR", "target-dir", "ln -s"])
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "misplaced-cache-mount";

    fn text(target: &str) -> String {
        format!("FROM rust:1\nWORKDIR /app/cli\nRUN --mount=type=cache,target={target} cargo build\n")
    }

    #[test]
    fn cargos_home_is_not_the_users_in_the_images_of_rust() {
        let found = |path: &str| {
            format!("3:5 warning: nothing is kept in `{path}`: cargo's home is `/usr/local/cargo` here")
        };
        for path in ["/root/.cargo/registry", "/home/app/.cargo", "/root/.cargo/git/db"] {
            check(RULE, &text(path), &found(path));
        }
        check(RULE, &text("~/.cargo/registry"), &found("/app/cli/~/.cargo/registry"));
        check_fixed(RULE, &text("/root/.cargo/git"), &text("/usr/local/cargo/git"));
        check_fixed(RULE, &text("~/.cargo"), &text("/usr/local/cargo/registry"));
    }

    #[test]
    fn a_target_is_where_the_workspace_can_be() {
        check(
            RULE,
            &text("/usr/src/app/target"),
            "3:5 warning: nothing is kept in `/usr/src/app/target`: `cargo build` writes to `/app/cli/target`",
        );
        for path in ["/app/cli/target", "/app/target", "/target", "target", "../target"] {
            check(RULE, &text(path), "");
        }
        check(RULE, "FROM rust:1\nRUN --mount=type=cache,target=/t/target cd /app && cargo build --target-dir /t/target\n", "");
        check(RULE, "FROM rust:1\nRUN --mount=type=cache,target=/t/target cd $X && cargo build\n", "");
        check(RULE, "FROM corp/rust\nRUN --mount=type=cache,target=/t/target cargo build\n", "");
    }

    #[test]
    fn a_home_of_its_own_is_believed() {
        check(RULE, &text("/usr/local/cargo/registry"), "");
        check(RULE, &text("/root/.cargo/registry").replace("RUN", "ENV CARGO_HOME=/root/.cargo\nRUN"), "");
        check(RULE, &text("/root/.cargo/registry").replace("rust:1", "debian:12"), "");
        check(RULE, &text("/root/.cargo/registry").replace("cargo build", "CARGO_HOME=/root/.cargo cargo build"), "");
        check(RULE, &text("/root/.cargo/registry").replace("cargo build", "make"), "");
    }
}
