//! `shell-in-scratch`: a command is run in a stage that has no shell.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Base, Command, Form, Instruction, Keyword, Mount, MountKind, Run};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::Facts;

declare_rule! {
    /// ## What it does
    /// Reports `RUN` in a stage built on `scratch` before anything was copied that could hold the
    /// program: any `RUN` while the stage is empty, and a `RUN` in shell form while nothing was
    /// copied to where `/bin/sh` is looked for.
    ///
    /// ## Why it matters
    /// `scratch` has no file at all. The shell form needs `/bin/sh`, which is not there, so the
    /// build fails.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.91-alpine3.22 AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM scratch
    /// COPY --from=build /src/target/release/app /app
    /// RUN chmod +x /app
    /// USER 65532:65532
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.91-alpine3.22 AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM scratch
    /// COPY --from=build --chmod=755 /src/target/release/app /app
    /// USER 65532:65532
    /// ENTRYPOINT ["/app"]
    /// ```
    pub(crate) static SHELL_IN_SCRATCH = {
        name: "shell-in-scratch",
        clause: Clause::MinimalBase,
        summary: "`RUN` in a stage from scratch without a shell",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["tally/shell-run-in-scratch"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in &facts.stages.all {
        if !stage.each(Keyword::Run).any(|_| true)
            || facts.stages.root(stage.index).is_none_or(|it| it.base != Base::Scratch)
        {
            continue;
        }
        let below = facts.stages.chain(stage.index).skip(1);
        let mut content = Content::Nothing;
        for other in below {
            for (offset, instruction) in other.body.iter().enumerate() {
                content = content.max(added(facts, other.first + offset, instruction));
            }
        }
        for (offset, instruction) in stage.body.iter().enumerate() {
            let index = stage.first + offset;
            if let Command::Run(run) = &instruction.command
                && !run.mounts.iter().any(|it| brings_programs(facts, index, it))
            {
                report(cx, instruction, run, content);
            }
            content = content.max(added(facts, index, instruction));
        }
    }
}

fn report(cx: &mut Context<'_, '_>, instruction: &Instruction<'_>, run: &Run<'_>, content: Content) {
    let message = match (content, run.line.form) {
        (Content::Nothing, _) => "`RUN` in a stage from scratch that holds no file",
        (Content::NoShell, Form::Shell) => "`RUN` needs a shell, and the stage from scratch has none",
        _ => return,
    };
    let help = "Run it in an earlier stage and copy what it makes; modes and owners can be set with \
                `COPY --chmod` and `--chown`.";
    cx.report(instruction.head(cx.facts.file.text), message).help(help).done();
}

/// What a stage holds, as far as running programs goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    Nothing,
    /// Files, but none at `/bin/sh`.
    NoShell,
    /// What can't be known from here.
    Unknown,
}

/// What an instruction adds.
fn added(facts: &Facts<'_>, index: usize, instruction: &Instruction<'_>) -> Content {
    match &instruction.command {
        Command::Copy(copy) | Command::Add(copy) => {
            let destination = facts.expand(index, &copy.destination);
            if may_hold_shell(&destination) { Content::Unknown } else { Content::NoShell }
        }
        // Another shell may be anywhere, and what runs may make one.
        Command::Shell(_) | Command::Run(_) | Command::Broken => Content::Unknown,
        _ => Content::Nothing,
    }
}

/// Whether what is put at a path can become `/bin/sh`; relative paths lead anywhere.
fn may_hold_shell(path: &str) -> bool {
    !path.starts_with('/')
        || path.contains('$')
        || matches!(path.trim_end_matches('/'), "" | "/." | "/bin" | "/bin/sh" | "/usr" | "/usr/bin" | "/lib")
}

fn brings_programs(facts: &Facts<'_>, index: usize, mount: &Mount<'_>) -> bool {
    let bind = matches!(mount.kind, MountKind::Bind | MountKind::Unknown);
    bind && mount.target().is_none_or(|it| may_hold_shell(&facts.expand(index, it)) || mount.get("from").is_some())
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "shell-in-scratch";

    #[test]
    fn shells_that_were_copied_are_trusted() {
        let text = "FROM busybox AS b\nFROM scratch\nADD rootfs.tar.gz /\nRUN true\n\
                    FROM scratch\nCOPY --from=b /bin/busybox /bin/sh\nRUN true\n\
                    FROM scratch\nCOPY app /app\nRUN [\"/app\", \"init\"]\n\
                    FROM scratch\nRUN --mount=from=b,source=/bin,target=/bin true\n\
                    FROM scratch AS r\nCOPY . /\nFROM r\nRUN true\nFROM alpine\nRUN true\n\
                    FROM scratch\nCOPY sh /b/sh\nSHELL [\"/b/sh\", \"-c\"]\nRUN true\n";
        check(RULE, text, "");
    }

    #[test]
    fn nothing_to_run_it_with() {
        let text = "FROM scratch AS a\nCOPY app /app/\nFROM a\nRUN /app/app \\\n  x\nFROM scratch\n\
                    RUN [\"/app\"]\n";
        let expected = "4:1 error: `RUN` needs a shell, and the stage from scratch has none\n\
                        7:1 error: `RUN` in a stage from scratch that holds no file";
        check(RULE, text, expected);
    }
}
