//! `tini-with-program-in-cmd`: the `ENTRYPOINT` is an init alone, and the program stands in `CMD`.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Form;

use crate::facts::is_shell;
use crate::facts::start::exec_command;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports an `ENTRYPOINT` that holds nothing but an init (tini, dumb-init) while the program of
    /// the image stands in `CMD`.
    ///
    /// ## Why it matters
    /// What is given to `docker run image …` takes the place of `CMD`. `docker run image --port 80`
    /// then starts `--port`, not the program, and who only wants to add an option must know the
    /// program's path.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// RUN apk add --no-cache tini
    /// COPY --from=build /app/server /usr/local/bin/server
    /// USER 65532:65532
    /// ENTRYPOINT ["/sbin/tini", "--"]
    /// CMD ["/usr/local/bin/server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// RUN apk add --no-cache tini
    /// COPY --from=build /app/server /usr/local/bin/server
    /// USER 65532:65532
    /// ENTRYPOINT ["/sbin/tini", "--", "/usr/local/bin/server"]
    /// CMD ["--port", "3000"]
    /// ```
    pub(crate) static TINI_WITH_PROGRAM_IN_CMD = {
        name: "tini-with-program-in-cmd",
        clause: Clause::Signals,
        summary: "the `ENTRYPOINT` is an init alone, and the program stands in `CMD`",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    for start in cx.facts.starts() {
        let (Some(entrypoint), Some(cmd)) = (start.entrypoint, start.cmd) else { continue };
        if cmd.line.form != Form::Exec || entrypoint.line.form != Form::Exec {
            continue;
        }
        let init = exec_command(entrypoint.line.words.iter());
        let Some(name) = init.program().filter(|it| is_init(it)) else { continue };
        let command = exec_command(cmd.line.words.iter());
        let Some(program) = command.effective().first() else { continue };
        // Who starts a shell or an interpreter means to let others choose the command.
        if program.value.starts_with('-')
            || program.literal && command.program().is_none_or(is_interpreter)
        {
            continue;
        }
        let message = format!(
            "`{name}` is the whole `ENTRYPOINT`: arguments to `docker run` replace `{}`",
            program.value
        );
        cx.report(entrypoint.line.script.whole_span(), message)
            .help("Put the program into the `ENTRYPOINT` and leave its arguments in `CMD`.")
            .related(program.span, "the program stands here")
            .done();
    }
}

/// Whether a program is an init for containers.
fn is_init(name: &str) -> bool {
    matches!(name, "tini" | "tini-static" | "dumb-init")
}

fn is_interpreter(name: &str) -> bool {
    let plain = name.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
    is_shell(plain)
        || name.rsplit_once('.').is_some_and(|(_, it)| it == "sh")
        || matches!(
            plain,
            "node" | "npm" | "npx" | "yarn" | "pnpm" | "python" | "ruby" | "perl" | "php" | "java"
                | "deno" | "bun" | "bundle" | "uv" | "poetry" | "cargo" | "make" | "irb" | "jupyter"
        )
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "tini-with-program-in-cmd";

    #[test]
    fn an_init_alone_is_reported() {
        check(
            RULE,
            "FROM a\nCMD [\"/app\", \"-v\"]\nENTRYPOINT [\"/sbin/tini\", \"-g\", \"--\"]\n",
            "3:12 note: `tini` is the whole `ENTRYPOINT`: arguments to `docker run` replace `/app`",
        );
        check(
            RULE,
            "FROM a AS b\nENTRYPOINT [\"dumb-init\"]\nFROM b\nCMD [\"app\"]\n",
            "2:12 note: `dumb-init` is the whole `ENTRYPOINT`: arguments to `docker run` replace \
             `app`",
        );
    }

    #[test]
    fn other_entrypoints_are_not() {
        for text in [
            "FROM a\nENTRYPOINT [\"tini\", \"--\", \"/app\"]\nCMD [\"-v\"]\n",
            "FROM a\nENTRYPOINT [\"tini\", \"--\"]\n",
            "FROM a\nENTRYPOINT [\"tini\", \"--\"]\nCMD /app\n",
            "FROM a\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"bash\"]\n",
            "FROM a\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"node\", \"server.js\"]\n",
            "FROM a\nENTRYPOINT [\"/app\"]\nCMD [\"/data\"]\n",
            "FROM a AS b\nCMD [\"/app\"]\nFROM b\nENTRYPOINT [\"tini\", \"--\"]\n",
        ] {
            check(RULE, text, "");
        }
    }
}
