//! `idle-healthcheck`: a health check that proves nothing about the service.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::shell::{Joined, ShellCommand};

use crate::facts::health::Health;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `HEALTHCHECK` that never asks the service: `app --version`, `true`, `ls`, or one
    /// that only looks whether some process is there (`pgrep app`).
    ///
    /// ## Why it matters
    /// A fresh process that prints its version says nothing about the one that serves, and that the
    /// process exists is what the engine knows anyway: without it the container ends. The check is
    /// green while the service hangs.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY --from=build /app/server /usr/local/bin/server
    /// EXPOSE 3000
    /// HEALTHCHECK CMD server --version || exit 1
    /// ENTRYPOINT ["server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY --from=build /app/server /usr/local/bin/server
    /// EXPOSE 3000
    /// HEALTHCHECK CMD ["server", "healthcheck"]
    /// ENTRYPOINT ["server"]
    /// ```
    pub(crate) static IDLE_HEALTHCHECK = {
        name: "idle-healthcheck",
        clause: Clause::Healthcheck,
        summary: "a health check that proves nothing about the service",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// What a command of a health check does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// It may ask the service.
    Test,
    /// It starts a process that knows nothing of the one that serves.
    Idle,
    /// It looks for a process.
    Process,
    /// It only carries an answer on: `exit 1`, `grep` of another's output.
    Carry,
}

fn check(cx: &mut Context<'_, '_>) {
    for health in cx.facts.health_checks() {
        report(cx, &health);
    }
}

fn report(cx: &mut Context<'_, '_>, health: &Health<'_>) {
    let (Some(line), Some(commands)) = (health.line(), health.commands()) else { return };
    let Some((work, shown)) = commands.with(verdict) else { return };
    let serves = cx.facts.exposed_by(health.stage).is_some();
    let message = match work {
        Work::Process => {
            format!("the health check only sees that a process exists: `{shown}`")
        }
        _ => format!("the health check never asks the service: `{shown}`"),
    };
    let help = "Ask the service what only a working one can answer: a request to its health \
                endpoint, by the program itself where the image has no curl or wget.";
    let report = cx.report(line.script.whole_span(), message).help(help);
    if work == Work::Process && !serves {
        report.severity(Severity::Note).done();
    } else {
        report.done();
    }
}

/// What the check comes to, if it tests nothing, and the command that shows it.
fn verdict(commands: &[ShellCommand<'_>]) -> Option<(Work, String)> {
    let mut found: Option<(Work, &ShellCommand<'_>)> = None;
    for command in commands {
        match work(command) {
            Work::Test => return None,
            Work::Carry => {}
            // A process that is looked for weighs more than what is done with the answer.
            it => found = Some(found.map_or((it, command), |first| first)),
        }
    }
    let (work, command) = match found {
        Some(found) => found,
        // `exit 0` alone.
        None => (Work::Idle, commands.first().filter(|it| always_succeeds(it))?),
    };
    let mut shown = String::new();
    for word in command.words.iter().take(3) {
        shown = if shown.is_empty() { word.raw.to_string() } else { format!("{shown} {}", word.raw) };
    }
    if command.words.len() > 3 {
        shown.push_str(" …");
    }
    Some((work, shown.replace('`', "'")))
}

fn always_succeeds(command: &ShellCommand<'_>) -> bool {
    command.name() == Some("exit") && command.words.get(1).is_none_or(|it| it.value == "0")
}

fn work(command: &ShellCommand<'_>) -> Work {
    let Some(program) = command.program() else {
        return if command.words.is_empty() { Work::Carry } else { Work::Test };
    };
    // A file may be a connection (`/dev/tcp/…`).
    let quiet = |it: &str| it == "/dev/null" || it.bytes().all(|it| it.is_ascii_digit());
    if command.redirections.iter().any(|it| !quiet(&it.target.value)) {
        return Work::Test;
    }
    let args = command.args();
    match program {
        "exit" | "false" => Work::Carry,
        "true" | ":" => match command.joined {
            Joined::First => Work::Idle,
            _ => Work::Carry,
        },
        "echo" | "printf" => match args.iter().all(|it| it.literal) {
            true if command.joined == Joined::First => Work::Idle,
            true => Work::Carry,
            false => Work::Test,
        },
        "pgrep" | "pidof" | "ps" => Work::Process,
        "grep" | "awk" | "wc" | "head" | "tail" | "egrep" if command.joined == Joined::Pipe => {
            Work::Carry
        }
        "which" | "whoami" | "hostname" | "uptime" | "date" => Work::Idle,
        "command" if args.first().is_some_and(|it| it.value == "-v") => Work::Idle,
        "ls" if args.is_empty() => Work::Idle,
        _ => match args {
            [only] if is_question(&only.value) => Work::Idle,
            _ => Work::Test,
        },
    }
}

/// Whether a program answers this and ends.
fn is_question(argument: &str) -> bool {
    matches!(argument, "--version" | "--help" | "-V" | "-version" | "-h" | "version" | "help")
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "idle-healthcheck";

    #[test]
    fn questions_are_no_tests() {
        check(
            RULE,
            "FROM a\nEXPOSE 1\nHEALTHCHECK CMD /app --version >/dev/null 2>&1 || exit 1\n",
            "3:17 warning: the health check never asks the service: `/app --version`",
        );
        check(
            RULE,
            "FROM a\nHEALTHCHECK CMD [\"app\", \"--help\"]\n",
            "2:17 warning: the health check never asks the service: `app --help`",
        );
        check(
            RULE,
            "FROM a\nHEALTHCHECK CMD [\"/bin/sh\", \"-c\", \"exit 0\"]\n",
            "2:17 warning: the health check never asks the service: `exit 0`",
        );
        check(
            RULE,
            "FROM a\nHEALTHCHECK CMD [ \"true\" ]\n",
            "2:17 warning: the health check never asks the service: `true`",
        );
        check(
            RULE,
            "FROM a\nHEALTHCHECK CMD echo ok || exit 1\n",
            "2:17 warning: the health check never asks the service: `echo ok`",
        );
    }

    #[test]
    fn processes_that_exist_are_no_service() {
        check(
            RULE,
            "FROM a\nEXPOSE 1\nHEALTHCHECK CMD ps aux | grep '[a]pp' || exit 1\n",
            "3:17 warning: the health check only sees that a process exists: `ps aux`",
        );
        check(
            RULE,
            "FROM a\nHEALTHCHECK CMD pgrep -x app > /dev/null || exit 1\n",
            "2:17 note: the health check only sees that a process exists: `pgrep -x app`",
        );
    }

    #[test]
    fn tests_are_not_reported() {
        for test in [
            "curl -f http://localhost/ || exit 1",
            "pgrep app && curl -f http://localhost/",
            "/app healthcheck",
            "[\"/app\", \"health\", \"--version\"]",
            "test -f /tmp/alive",
            "echo ruok | nc localhost 2181",
            "echo > /dev/tcp/localhost/80",
            "bash -c ':> /dev/tcp/127.0.0.1/80' || exit 1",
            "[ \"$(date +%s)\" -lt \"$(stat -c %Y /tmp/beat)\" ]",
            "redis-cli ping | grep PONG",
            "ls /tmp/ready",
            "cat /tmp/ready || false",
        ] {
            check(RULE, &format!("FROM a\nEXPOSE 1\nHEALTHCHECK CMD {test}\n"), "");
        }
        check(RULE, "FROM a\nHEALTHCHECK NONE\n", "");
    }
}
