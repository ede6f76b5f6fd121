//! `missing-cache-mount`: what is downloaded is kept by no cache mount.

mod fix;
mod managers;

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Command, MountKind};

use super::source_before_dependencies::{SOURCE_BEFORE_DEPENDENCIES, copied_too_early};
use crate::facts::cargo::{CargoCommand, CargoKind};
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports the first cargo command of a stage that downloads the project's dependencies without a
    /// cache mount over cargo's registry, in files that use BuildKit's syntax: a `# syntax=` line,
    /// mounts, heredocs, `COPY --link`. Where the sources are copied before anything is compiled,
    /// `source-before-dependencies` is told in its place. Other package managers are noted where the
    /// file has a cache mount for the same one elsewhere.
    ///
    /// ## Why it matters
    /// When the layer is built again, everything is downloaded again. A cache mount outlives the
    /// layer and is no part of the image.
    ///
    /// ## Bad
    /// ```dockerfile
    /// # syntax=docker/dockerfile:1
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY Cargo.toml Cargo.lock ./
    /// RUN mkdir src && echo 'fn main() {}' > src/main.rs && cargo build --release --locked
    /// COPY src src
    /// RUN touch src/main.rs && cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// # syntax=docker/dockerfile:1
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
    /// Unsafe: every cargo command of the stage, and of those built on it, gets a mount over the
    /// registry. What else reads the registry from a layer no longer finds it there. No mount over
    /// `target/` is added, since the program would then be in no layer.
    pub(crate) static MISSING_CACHE_MOUNT = {
        name: "missing-cache-mount",
        clause: Clause::BuildCache,
        summary: "what is downloaded is kept by no cache mount",
        severity: Severity::Note,
        fix: FixAvailability::Sometimes,
        aliases: &["tally/prefer-package-cache-mounts"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    if !uses_buildkit(facts) {
        return;
    }
    let downloads: Vec<_> =
        facts.cargo().iter().filter(|it| downloads_dependencies(it)).collect();
    let mut reported: Vec<&CargoCommand> = Vec::new();
    for command in downloads {
        // What a stage downloads once stays in its layers.
        let again = |it: &&CargoCommand| {
            facts.stages.chain(command.stage).any(|stage| stage.index == it.stage)
        };
        let first = facts.cargo_before(command).iter().all(|it| !downloads_dependencies(it));
        if reported.iter().any(again) || !first || is_cached(facts, command) || is_foreign(facts, command) {
            continue;
        }
        reported.push(command);
        if is_read_later(facts, command) {
            continue;
        }
        // Where dependencies have no layer of their own, that is told, and a mount is one remedy.
        if cx.options.selects(&SOURCE_BEFORE_DEPENDENCIES)
            && copied_too_early(facts, command).is_some()
        {
            continue;
        }
        let message = format!(
            "`{}` downloads all crates again whenever its layer is built again",
            command.name()
        );
        let home = facts.cargo_home(command.stage, command.index);
        let place = home.as_deref().unwrap_or("$CARGO_HOME");
        let help =
            format!("Add `--mount=type=cache,target={place}/registry` to the RUN instructions that run cargo.");
        let mut report = cx.report(command.head, message).help(help);
        if let Some(fix) = home.and_then(|it| fix::mount_registry(facts, command, &it)) {
            report = report.fix(fix);
        }
        report.done();
    }
    managers::check(cx);
}

/// Whether a file uses what only BuildKit has.
fn uses_buildkit(facts: &Facts<'_>) -> bool {
    facts.file.directives.iter().any(|it| it.name == "syntax")
        || facts.file.instructions.iter().any(|it| match &it.command {
            Command::Run(run) => !run.mounts.is_empty() || !it.heredocs.is_empty(),
            Command::Copy(copy) | Command::Add(copy) => copy.link || !it.heredocs.is_empty(),
            _ => false,
        })
}

fn downloads_dependencies(command: &CargoCommand) -> bool {
    let offline = command.arguments.offline;
    !offline && (command.kind.makes_layer() || command.kind == CargoKind::Fetch)
}

/// Whether a command compiles what a command has fetched, and nothing of the context came before:
/// its layer is built again only where this file changes.
fn is_foreign(facts: &Facts<'_>, command: &CargoCommand) -> bool {
    let bound = facts.mounts(command.index).iter().any(|it| it.kind == MountKind::Bind);
    !bound
        && facts.chain_mentions(command.stage, &["git clone", "curl ", "wget "])
        && facts.copies_before(command.stage, command.index).is_empty()
}

/// Whether a build without a network reads what was downloaded into the layer: here, in a stage built
/// on it, or when a container starts. A mount would take it away.
fn is_read_later(facts: &Facts<'_>, command: &CargoCommand) -> bool {
    let above = |it: usize| facts.stages.chain(it).any(|stage| stage.index == command.stage);
    let stages = facts.stages.all.iter().map(|it| it.index).filter(|it| above(*it));
    stages.into_iter().any(|it| facts.chain_mentions(it, &["--offline", "--frozen"]))
}

/// Whether crates come from a mount, from a directory of the project, or from no network at all.
fn is_cached(facts: &Facts<'_>, command: &CargoCommand) -> bool {
    let mounted = facts.mounts(command.index).iter().any(|it| {
        it.kind == MountKind::Cache && (it.path.contains("cargo") || it.path.contains("registry"))
            || it.kind == MountKind::Bind && it.path.contains("cargo")
    });
    let home = facts.cargo_home(command.stage, command.index);
    let in_home = home.is_some_and(|home| {
        facts.mounts(command.index).iter().any(|it| crate::facts::paths::is_in(&it.path, &home))
    });
    let vendored = facts.copies_before(command.stage, command.index).iter().any(|it| {
        it.source.split('/').any(|part| matches!(part, "vendor" | ".cargo" | "registry"))
    });
    let offline = match &facts.file.instructions[command.index].command {
        Command::Run(run) => run.network.as_ref().is_some_and(|it| it.text == "none"),
        _ => true,
    };
    mounted || in_home || vendored || offline || facts.run_mentions(command.index, &["cargo vendor"])
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "missing-cache-mount";
    const AGAIN: &str = "downloads all crates again whenever its layer is built again";

    #[test]
    fn the_first_download_of_a_stage_counts() {
        check(
            RULE,
            "# syntax=docker/dockerfile:1\nFROM rust:1 AS b\nRUN cargo install cargo-chef\nRUN cargo chef cook\nRUN cargo build\nFROM b\nRUN cargo test\n",
            &format!("4:5 note: `cargo chef cook` {AGAIN}"),
        );
        check(
            RULE,
            "FROM rust:1\nRUN <<EOF\nset -e\ncargo build\nEOF\n",
            &format!("4:1 note: `cargo build` {AGAIN}"),
        );
        check(
            RULE,
            "FROM rust:1\nRUN --mount=type=cache,target=/app/target cd /app && cargo build\n",
            &format!("2:54 note: `cargo build` {AGAIN}"),
        );
    }

    #[test]
    fn without_buildkit_or_with_a_mount_all_is_fine() {
        for text in [
            "FROM rust:1\nRUN cargo build\n",
            "FROM rust:1\nRUN --mount=type=cache,target=/usr/local/cargo/registry cargo build\n",
            "FROM rust:1\nRUN --mount=type=cache,target=/root/.cargo/registry cargo build\n",
            "FROM rust:1\nENV CARGO_HOME=/c\nRUN --mount=type=cache,target=/c/git cargo build\n",
            "FROM rust:1\nRUN --network=none --mount=type=tmpfs,target=/tmp cargo build\n",
            "FROM rust:1\nCOPY --link vendor vendor\nRUN cargo build\n",
            "FROM rust:1\nRUN --mount=type=secret,id=a cargo build --frozen\n",
        ] {
            check(RULE, text, "");
        }
    }

    #[test]
    fn what_no_change_of_the_context_builds_again_is_left_alone() {
        let build = "RUN git clone https://a.example/b && cd b && cargo install --path .\n";
        let head = "# syntax=docker/dockerfile:1\nFROM rust:1\n";
        check(RULE, &format!("{head}{build}"), "");
        check(
            RULE,
            &format!("{head}COPY x.patch .\n{build}"),
            &format!("4:46 note: `cargo install` {AGAIN}"),
        );
    }

    #[test]
    fn what_is_read_without_a_network_stays_in_the_layer() {
        let text = "# syntax=docker/dockerfile:1\nFROM rust:1 AS base\nRUN cargo fetch\nFROM base\nCMD cargo run --offline\n";
        check(RULE, text, "");
    }

    #[test]
    fn every_cargo_command_gets_the_mount() {
        check_fixed(
            RULE,
            "FROM rust:1 AS b\nRUN --mount=type=ssh \\\n    cargo chef cook\nCOPY . .\nRUN cargo build # x\nFROM b\nRUN [\"cargo\", \"test\"]\n",
            "FROM rust:1 AS b\nRUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=ssh \\\n    cargo chef cook\nCOPY . .\nRUN --mount=type=cache,target=/usr/local/cargo/registry cargo build # x\nFROM b\nRUN --mount=type=cache,target=/usr/local/cargo/registry [\"cargo\", \"test\"]\n",
        );
        for text in [
            "FROM corp/rust\nRUN --mount=type=ssh cargo build\n",
            "FROM rust:1\nRUN --mount=type=ssh cargo build\nRUN cargo build --offline\n",
            "FROM rust:1 AS b\nRUN --mount=type=ssh cargo fetch\nFROM rust:1\nCOPY --from=b /usr/local/cargo /usr/local/cargo\n",
        ] {
            check_fixed(RULE, text, text);
        }
    }

    #[test]
    fn other_managers_are_noted_where_the_file_mounts_for_them() {
        check(
            RULE,
            "FROM debian:12 AS a\nRUN --mount=type=cache,target=/var/cache/apt apt-get install -y a\nFROM debian:12\nRUN apt-get update && apt-get install -y b\n",
            "4:31 note: `apt-get install` has no cache mount here, unlike in another RUN of this file",
        );
        check(RULE, "FROM debian:12\nRUN --mount=type=ssh apt-get install -y b\n", "");
        check(
            RULE,
            "FROM node:22\nRUN --mount=type=cache,target=/root/.npm npm ci\nRUN --mount=type=cache,target=/root/.npm npm install x\nRUN npm run build\n",
            "",
        );
    }
}
