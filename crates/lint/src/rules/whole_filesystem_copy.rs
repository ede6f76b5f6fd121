//! `whole-filesystem-copy`: far more is copied out of a stage than the image needs.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Base, Command, Keyword};

use crate::bases::Family;
use crate::facts::copies::{Copied, Origin};
use crate::facts::paths;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `COPY --from` of a stage that takes all of its file system, a system directory of
    /// a toolchain's image, or a directory with the whole build tree of cargo in it. Copying all of a
    /// stage onto `scratch`, which makes one layer of it, is left alone.
    ///
    /// ## Why it matters
    /// The stage was made so that the toolchain, the sources and what cargo keeps in `target/` stay
    /// behind; such a copy brings them back. A system directory from another distribution breaks what
    /// it covers, too.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM debian:12.11-slim
    /// COPY --from=builder /app /app
    /// USER 65532:65532
    /// ENTRYPOINT ["/app/target/release/server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM debian:12.11-slim
    /// COPY --from=builder /app/target/release/server /usr/local/bin/server
    /// USER 65532:65532
    /// ENTRYPOINT ["server"]
    /// ```
    pub(crate) static WHOLE_FILESYSTEM_COPY = {
        name: "whole-filesystem-copy",
        clause: Clause::MultiStage,
        summary: "far more is copied out of a stage than the image needs",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DL3067"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// Directories that hold a toolchain, or a distribution that another one must not get.
const SYSTEM: &[&str] = &["/usr", "/usr/local", "/usr/lib", "/lib", "/bin", "/etc", "/var", "/root"];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in &facts.stages.all {
        for (offset, instruction) in stage.body.iter().enumerate() {
            let has_from = matches!(&instruction.command, Command::Copy(it) if it.from.is_some());
            if instruction.kind != Keyword::Copy || !has_from {
                continue;
            }
            let index = stage.first + offset;
            for copied in facts.copied(index) {
                let Origin::Stage(from) = copied.origin else { continue };
                if let Some(message) = too_much(facts, stage.index, from, copied) {
                    let help = "Copy the program, and what else the image needs, by their own paths.";
                    cx.report(copied.span, message).help(help).done();
                }
            }
        }
    }
}

/// What is wrong with a copy from a stage, if anything is.
fn too_much(
    facts: &Facts<'_>,
    stage: usize,
    from: usize,
    copied: &Copied,
) -> Option<String> {
    let source = paths::join("/", copied.source.trim_end_matches("/*").trim_end_matches("/."));
    let shipped = facts.stages.all.get(stage).is_some_and(|it| it.shipped);
    let is_toolchain =
        || facts.base(from).and_then(|it| it.toolchain).is_some_and(|it| it.only_builds);
    if source == "/" && copied.source != "/." && !copied.source.contains('*') {
        // A stage that begins with nothing, or with an image of a few tools, holds what is wanted.
        let distribution = facts.base(from).is_some_and(|it| it.family != Family::Scratch);
        // All of a stage on top of nothing makes one layer of it, on purpose.
        let flattens = facts.stages.root(stage).is_some_and(|it| it.base == Base::Scratch);
        let wrong = distribution && (!flattens || is_toolchain());
        return wrong.then(|| format!("all files of {} are copied", name(facts, from)));
    }
    if !shipped {
        return None;
    }
    if SYSTEM.contains(&&*source) && is_toolchain() {
        let message = format!(
            "`{source}` is copied whole from {}, which is the image of a toolchain",
            name(facts, from)
        );
        return Some(message);
    }
    let tree = build_tree(facts, from, &source)?;
    Some(format!("`{}` is copied with {tree}", copied.source))
}

fn name(facts: &Facts<'_>, stage: usize) -> String {
    match facts.stages.all.get(stage).and_then(|it| it.name.as_ref()) {
        Some(name) => format!("the stage `{name}`"),
        None => format!("stage {stage}"),
    }
}

/// The build tree of cargo that a directory of a stage holds.
fn build_tree(facts: &Facts<'_>, from: usize, source: &str) -> Option<String> {
    let chain: Vec<usize> = facts.stages.chain(from).map(|it| it.index).collect();
    let build = facts.cargo().iter().find(|build| {
        chain.contains(&build.stage)
            && build.kind.builds()
            && facts.target_mount(build).is_none()
            && holds_tree(build, source)
    })?;
    // Whatever is taken away afterwards, or moved out to be all that is left.
    let cleans = |it: usize| {
        facts.run_mentions(it, &["cargo clean", "clean -p", "rm -r", "rm -fr", "rm -f", "-delete", "--target-dir"])
    };
    let steps = facts.before(from, usize::MAX);
    if steps.into_iter().filter(|it| *it >= build.index).any(cleans) {
        return None;
    }
    let directory = target_of(build)?;
    Some(if paths::is_in(&directory, source) {
        format!("the build tree in `{directory}`")
    } else {
        "all that cargo keeps there beside the program".to_owned()
    })
}

fn target_of(build: &crate::facts::cargo::CargoCommand) -> Option<String> {
    let directory = build.directory.as_deref()?;
    Some(build.target_dir.clone().unwrap_or_else(|| paths::join(directory, "target")))
}

/// Whether a directory holds the target directory of a build, or is the part of it for a profile.
fn holds_tree(build: &crate::facts::cargo::CargoCommand, source: &str) -> bool {
    let Some(target) = target_of(build) else { return false };
    if paths::is_in(&target, source) {
        return true;
    }
    let Some(root) = build.target_root(source) else { return false };
    let below = source.get(root.len()..).unwrap_or_default().trim_matches('/');
    let profile = build.arguments.profile_directory();
    let parts: Vec<&str> = below.split('/').collect();
    match parts[..] {
        [one] => one.is_empty() || Some(one) == profile,
        [triple, one] => triple.matches('-').count() >= 2 && Some(one) == profile,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "whole-filesystem-copy";

    fn text(copy: &str) -> String {
        format!(
            "FROM rust:1 AS b\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nFROM debian:12\n{copy}\n"
        )
    }

    #[test]
    fn the_root_is_everything() {
        let all = "6:15 warning: all files of the stage `b` are copied";
        check(RULE, &text("COPY --from=b / /"), all);
        check(RULE, &text("COPY --from=b . /x"), all);
        check(RULE, &text("COPY --from=b [\"/\", \"/\"]").replace("6:15", "6:16"), "6:16 warning: all files of the stage `b` are copied");
        check(RULE, &text("COPY --from=b / /").replace("debian:12", "scratch"), all);
        check(RULE, "FROM alpine AS a\nRUN x\nFROM scratch\nCOPY --from=a / /\n", "");
        check(RULE, "FROM tonistiigi/xx AS xx\nFROM alpine\nCOPY --from=xx / /\n", "");
        check(RULE, "FROM scratch AS a\nCOPY x /x\nFROM alpine\nCOPY --from=a / /\n", "");
        check(RULE, "FROM alpine\nCOPY --from=tonistiigi/xx / /\n", "");
    }

    #[test]
    fn system_directories_of_a_toolchain_bring_it_along() {
        check(
            RULE,
            &text("COPY --from=b /usr/ /usr/"),
            "6:15 warning: `/usr` is copied whole from the stage `b`, which is the image of a toolchain",
        );
        check(RULE, &text("COPY --from=b /usr/local/bin /usr/local/bin"), "");
        check(RULE, "FROM python:3.13 AS p\nFROM debian:12\nCOPY --from=p /usr/local /usr/local\n", "");
    }

    #[test]
    fn the_build_tree_is_not_the_program() {
        for source in ["/app", "/app/", "/app/.", "app"] {
            check(
                RULE,
                &text(&format!("COPY --from=b {source} /app")),
                &format!("6:15 warning: `{source}` is copied with the build tree in `/app/target`"),
            );
        }
        for source in ["/app/target/release", "/app/target/release/*"] {
            check(
                RULE,
                &text(&format!("COPY --from=b {source} /app")),
                &format!("6:15 warning: `{source}` is copied with all that cargo keeps there beside the program"),
            );
        }
        for source in ["/app/target/release/a", "/app/static", "/app/target/release/examples", "/app/target/doc", "/application"] {
            check(RULE, &text(&format!("COPY --from=b {source} /app")), "");
        }
    }

    #[test]
    fn a_tree_that_is_not_there_is_not_copied() {
        let mounted = text("COPY --from=b /app /app").replace("RUN ", "RUN --mount=type=cache,target=/app/target ");
        check(RULE, &mounted, "");
        let cleaned = text("COPY --from=b /app /app").replace("--release", "--release && mv target/release/a . && cargo clean");
        check(RULE, &cleaned, "");
        let elsewhere = text("COPY --from=b /app /app").replace("RUN ", "RUN CARGO_TARGET_DIR=/t ");
        check(RULE, &elsewhere, "");
        // A stage for tests takes what it likes.
        check(RULE, &format!("{}FROM alpine\n", text("COPY --from=b /app /app")), "");
    }
}
