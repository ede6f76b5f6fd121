//! `missing-dockerignore`: the whole context is copied, and there is no `.dockerignore`.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::dockerfile::{Command, Instruction, MountKind};

use crate::facts::sources;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope, Surroundings};

declare_rule! {
    /// ## What it does
    /// Reports the first instruction that takes the whole build context (`COPY . .`) where there is no
    /// `.dockerignore`.
    ///
    /// ## Why it matters
    /// `target/` of a Rust project has gigabytes: all of them are sent to the builder, and each
    /// change in them, or in `.git`, makes the build start over from there. What lies around, such as
    /// `.env`, goes along.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// With a `.dockerignore` that lists `target`, `.git` and `.env`, or by naming what is needed:
    ///
    /// ```dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY Cargo.toml Cargo.lock ./
    /// COPY src src
    /// RUN cargo build --release --locked
    /// ```
    pub(crate) static MISSING_DOCKERIGNORE = {
        name: "missing-dockerignore",
        clause: Clause::Context,
        summary: "the whole context is copied, and there is no `.dockerignore`",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    if cx.options.place.is_none() && cx.options.has_dockerignore != Some(false) {
        return;
    }
    let Some(span) = cx.facts.file.instructions.iter().find_map(whole_context) else { return };
    if cx.surroundings().is_some_and(Surroundings::may_have_ignore_file) {
        return;
    }
    cx.report(span, "the whole context is taken, and there is no `.dockerignore`")
        .help("Add a `.dockerignore` that lists `target`, `.git` and what else no build needs.")
        .done();
}

/// Where an instruction takes the whole context.
fn whole_context(instruction: &Instruction<'_>) -> Option<Span> {
    match &instruction.command {
        Command::Copy(copy) | Command::Add(copy) => {
            if copy.from.is_some() || instruction.flag("exclude").is_some() {
                return None;
            }
            sources::paths(copy).find(|it| is_whole(&it.text)).map(|it| it.span)
        }
        Command::Run(run) => {
            let mount = run.mounts.iter().find(|it| {
                let whole = it.get("source").is_none_or(|it| is_whole(&it.text));
                it.kind == MountKind::Bind && it.get("from").is_none() && whole
            })?;
            Some(mount.span)
        }
        _ => None,
    }
}

fn is_whole(source: &str) -> bool {
    matches!(source, "." | "./" | "/" | "./." | "*" | "./*")
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::rules::tests::check_with;

    #[track_caller]
    fn with(has_dockerignore: Option<bool>, text: &str, expected: &str) {
        let options = Options { has_dockerignore, ..Options::default() };
        check_with("missing-dockerignore", options, text, expected);
    }

    const MESSAGE: &str =
        "warning: the whole context is taken, and there is no `.dockerignore`";

    #[test]
    fn the_first_copy_of_everything_is_reported() {
        let text = "FROM a\nCOPY --chown=1 ./ /src/\nADD . /x\n";
        with(Some(false), text, &format!("2:16 {MESSAGE}"));
        with(Some(true), text, "");
        with(None, text, "");
        with(Some(false), "FROM a\nADD [\".\", \"/\"]\n", &format!("2:6 {MESSAGE}"));
        let mount = "FROM a\nRUN --mount=target=. cargo build\n";
        with(Some(false), mount, &format!("2:5 {MESSAGE}"));
    }

    #[test]
    fn parts_and_other_stages_are_not_the_context() {
        for text in [
            "FROM a\nCOPY --from=b . .\n",
            "FROM a\nCOPY src .\n",
            "FROM a\nCOPY --exclude=target . .\n",
            "FROM a\nRUN --mount=type=bind,from=b,target=/x y\n",
            "FROM a\nRUN --mount=type=bind,source=Cargo.toml,target=Cargo.toml y\n",
        ] {
            with(Some(false), text, "");
        }
    }
}
