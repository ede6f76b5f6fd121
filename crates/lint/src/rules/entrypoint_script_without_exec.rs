//! `entrypoint-script-without-exec`: a shell stands between the engine and the program.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::shell::{Joined, ShellCommand};

use crate::bases::Family;
use crate::facts::start::{ScriptKind, Start, StartScript};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a script that an image starts and that runs its program without `exec`: a file that
    /// the Dockerfile writes, or `["sh", "-c", "…"]`.
    ///
    /// ## Why it matters
    /// The shell stays process 1 and keeps signals to itself. `docker stop` waits ten seconds for
    /// nothing, then the program is killed in the middle of its work. With `exec` the program takes
    /// the shell's place.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY --from=build /app/server /usr/local/bin/server
    /// COPY --chmod=755 <<'EOF' /entrypoint.sh
    /// #!/bin/sh
    /// set -eu
    /// server migrate
    /// server "$@"
    /// EOF
    /// ENTRYPOINT ["/entrypoint.sh"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY --from=build /app/server /usr/local/bin/server
    /// COPY --chmod=755 <<'EOF' /entrypoint.sh
    /// #!/bin/sh
    /// set -eu
    /// server migrate
    /// exec server "$@"
    /// EOF
    /// ENTRYPOINT ["/entrypoint.sh"]
    /// ```
    pub(crate) static ENTRYPOINT_SCRIPT_WITHOUT_EXEC = {
        name: "entrypoint-script-without-exec",
        clause: Clause::Signals,
        summary: "a shell stands between the engine and the program",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    for start in cx.facts.starts() {
        if passes_to_group(start) {
            continue;
        }
        for script in &start.scripts {
            let (Some(first), Some((span, shown))) = (start.first(), last(cx, start, script)) else {
                continue;
            };
            let what = match script.kind {
                ScriptKind::Inline => format!("`{} -c`", script.shell),
                _ => format!("the script `{}`", script.path),
            };
            let message = format!("{what} runs `{shown}` without `exec`, so signals end at the shell");
            let started = first.instruction.head(cx.facts.file.text);
            cx.report(span, message)
                .help("Put `exec` before the command, so that it takes the place of the shell.")
                .related(started, "it is started here")
                .done();
        }
    }
}

/// Whether an init before the script sends signals to all of its children.
fn passes_to_group(start: &Start<'_>) -> bool {
    let Some(command) = &start.command else { return false };
    match command.name() {
        Some("tini" | "tini-static") => command.words.iter().any(|it| it.value == "-g"),
        // Supervisors have ways of their own.
        Some(name) => name.starts_with("s6") || matches!(name, "dumb-init" | "init" | "my_init" | "catatonit"),
        // Nobody knows what a variable starts.
        None => true,
    }
}

/// The program that a script runs last, if it does so without `exec` and the shell stays.
fn last(
    cx: &Context<'_, '_>,
    start: &Start<'_>,
    script: &StartScript<'_>,
) -> Option<(Span, String)> {
    let parsed = script.script();
    let commands = &parsed.commands;
    // A script that knows of signals or of processes in the background has its reasons, and one
    // that execs in one branch may in all that matter.
    let knows = |it: &ShellCommand<'_>| {
        matches!(it.name(), Some("exec" | "trap" | "wait" | "fg"))
            || it.joined == Joined::Background
    };
    if commands.iter().any(knows) || has_background(script.text()) {
        return None;
    }
    let last = commands.iter().rev().find(|it| it.depth == 0)?;
    if last.conditional && last.joined != Joined::And {
        return None;
    }
    let piped = last.joined == Joined::Pipe;
    let program = if piped {
        let at = commands.iter().position(|it| std::ptr::eq(it, last))?;
        // The head of the pipeline is the program: `server | tee log`.
        let head = commands[..at].iter().rev().find(|it| it.depth == 0 && it.joined != Joined::Pipe)?;
        if !matches!(last.program(), Some("tee" | "cat" | "logger" | "jq" | "grep" | "ts")) {
            return None;
        }
        head
    } else {
        last
    };
    let name = program.name()?;
    if is_short(name) || program.words.iter().any(|it| ends_at_once(&it.value)) {
        return None;
    }
    match script.kind {
        ScriptKind::ShellForm => return None,
        ScriptKind::Inline if !piped && !stays(cx, start, script) => return None,
        _ => {}
    }
    let mut shown: Vec<&str> = program.words.iter().take(3).map(|it| &*it.raw).collect();
    if program.words.len() > 3 {
        shown.push("…");
    }
    Some((script.place(program.span), shown.join(" ").replace(['`', '\n'], " ")))
}

/// Whether a shell that was given `-c` stays while the last command runs. bash and busybox do not;
/// dash, which is `sh` in Debian and Ubuntu, does.
fn stays(cx: &Context<'_, '_>, start: &Start<'_>, script: &StartScript<'_>) -> bool {
    let family = cx.facts.base(start.stage).map(|it| it.family);
    match &*script.shell {
        "dash" => true,
        "sh" => matches!(family, Some(Family::Debian | Family::Ubuntu)),
        _ => false,
    }
}

/// Whether a line ends in `&`, or one command goes to the background before another.
fn has_background(text: &str) -> bool {
    text.lines().any(|it| {
        let line = it.trim_end();
        line.ends_with('&') && !line.ends_with("&&") || line.contains(" & ")
    })
}

/// Whether a command is none that an image is started for.
fn is_short(name: &str) -> bool {
    matches!(
        name,
        "[" | "[[" | "test" | "true" | "false" | ":" | "echo" | "printf" | "exit" | "return" | "set"
            | "cd" | "export" | "unset" | "source" | "." | "eval" | "cat" | "ls" | "cp" | "mv"
            | "rm" | "ln" | "mkdir" | "chown" | "chmod" | "touch" | "sed" | "grep" | "kill"
            | "shift" | "local" | "read" | "sleep" | "tee" | "find" | "id" | "env" | "service"
            | "alias" | "ulimit" | "umask" | "apt-get" | "apk" | "cargo" | "make" | "fi" | "done"
            | "tail" | "systemctl" | "curl" | "wget" | "git" | "tar" | "bash" | "sh"
    )
}

/// Whether an argument makes a program end at once, or go to the background.
fn ends_at_once(argument: &str) -> bool {
    matches!(argument, "--version" | "--help" | "--daemon" | "-d" | "--daemonize")
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "entrypoint-script-without-exec";

    #[test]
    fn files_that_the_dockerfile_writes() {
        check(
            RULE,
            "FROM a\nCOPY <<EOF /run.sh\n#!/bin/sh\ncd /app\n./server \"$@\"\nEOF\nCMD [\"/run.sh\"]\n",
            "5:1 warning: the script `/run.sh` runs `./server \"$@\"` without `exec`, so signals end \
             at the shell",
        );
        check(
            RULE,
            "FROM a\nRUN printf '#!/bin/sh\\nserver\\n' > /run.sh\nENTRYPOINT [\"tini\", \"/run.sh\"]\n",
            "2:5 warning: the script `/run.sh` runs `server` without `exec`, so signals end at the \
             shell",
        );
        check(
            RULE,
            "FROM a\nCOPY <<EOF /run.sh\n#!/bin/sh\ncd /app && python app.py\nEOF\nCMD /run.sh\n",
            "4:12 warning: the script `/run.sh` runs `python app.py` without `exec`, so signals end \
             at the shell",
        );
    }

    #[test]
    fn shells_that_stay_for_one_string() {
        check(
            RULE,
            "FROM debian:12\nCMD [\"sh\", \"-c\", \"migrate && server --port $PORT\"]\n",
            "2:30 warning: `sh -c` runs `server --port $PORT` without `exec`, so signals end at the \
             shell",
        );
        check(
            RULE,
            "FROM a\nCMD [\"/bin/bash\", \"-c\", \"server | tee /log\"]\n",
            "2:26 warning: `bash -c` runs `server` without `exec`, so signals end at the shell",
        );
    }

    #[test]
    fn what_is_right_or_not_known_is_left_alone() {
        let file = |body: &str| {
            format!("FROM a\nCOPY <<'EOF' /run.sh\n#!/bin/sh\n{body}\nEOF\nENTRYPOINT [\"/run.sh\"]\n")
        };
        for text in [
            file("migrate\nexec server"),
            file("if [ $1 ]; then exec \"$@\"; else exec server; fi"),
            file("server &\nwait"),
            file("trap 'kill $p' TERM\nserver"),
            file("echo ready"),
            file("\"$@\""),
            "FROM alpine:3.22\nCMD [\"sh\", \"-c\", \"server\"]\n".to_owned(),
            "FROM a\nCMD [\"bash\", \"-c\", \"migrate && server\"]\n".to_owned(),
            "FROM a\nCMD [\"sh\", \"-c\", \"exec server\"]\n".to_owned(),
            "FROM debian:12\nCMD server\n".to_owned(),
            "FROM debian:12\nENTRYPOINT [\"dumb-init\", \"--\"]\nCMD [\"sh\", \"-c\", \"server\"]\n".to_owned(),
            "FROM a\nCOPY run.sh /\nENTRYPOINT [\"/run.sh\"]\n".to_owned(),
        ] {
            check(RULE, &text, "");
        }
    }
}
