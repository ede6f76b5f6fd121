//! `healthcheck-never-fails`: a healthcheck of a service that succeeds whatever happens.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::shell::{Joined, ShellCommand};

use crate::compose::health_test::HealthTest;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports healthchecks that end with `|| true`, `; exit 0`, `|| echo …` and their like, that hand the
    /// answer to a pipe whose last program always succeeds, or that test nothing at all.
    ///
    /// ## Why it matters
    /// The service is healthy as soon as it is started. What waits for it starts too early, and nobody
    /// hears of it when it breaks.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   cache:
    ///     image: redis:8
    ///     healthcheck:
    ///       test: ["CMD-SHELL", "redis-cli ping || true"]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   cache:
    ///     image: redis:8
    ///     healthcheck:
    ///       test: ["CMD-SHELL", "redis-cli ping | grep PONG"]
    /// ```
    pub(crate) static HEALTHCHECK_NEVER_FAILS = {
        name: "healthcheck-never-fails",
        clause: Clause::Healthcheck,
        summary: "a healthcheck succeeds whatever happens",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let mut seen = std::collections::BTreeSet::new();
    for service in cx.services() {
        let Some(test) = HealthTest::of(service, cx.host_variables()) else { continue };
        let found = test.with(|commands, place| {
            let (span, message) = never_fails(commands, test.is_shell())?;
            Some((place(span), message))
        });
        let Some((span, message)) = found.filter(|it| seen.insert(it.0)) else { continue };
        cx.report(span, message)
            .help("Let the test end with the status of what it asks, or with `|| exit 1`.")
            .done();
    }
}

fn never_fails(commands: &[ShellCommand<'_>], is_shell: bool) -> Option<(Span, String)> {
    let all: Vec<&ShellCommand<'_>> =
        commands.iter().filter(|it| it.parent.is_none() && it.depth == 0 && !it.words.is_empty()).collect();
    let last = all.last()?;
    // Loops and branches are programs of their own.
    let is_keyword = |it: &&ShellCommand<'_>| {
        it.conditional && it.joined != Joined::Or || it.errexit
            || matches!(it.program(), Some("trap" | "test" | "[" | "[[")) && it.joined == Joined::First && all.len() > 3
    };
    if all.iter().any(is_keyword) {
        return None;
    }
    let fails = |it: &&ShellCommand<'_>| it.program() == Some("exit") && it.args().first().is_none_or(|it| it.value != "0");
    if all.iter().any(fails) {
        return None;
    }
    let program = last.program()?;
    let span = last.span;
    let written = format!("`{}`", words(last));
    match last.joined {
        Joined::First if all.len() == 1 && succeeds(last, is_shell) => {
            Some((span, format!("the healthcheck runs {written} alone, which tests nothing")))
        }
        Joined::Or if succeeds(last, is_shell) => {
            Some((span, format!("the healthcheck can't fail: {written} takes the place of every failure")))
        }
        Joined::Then if succeeds(last, is_shell) => {
            Some((span, format!("the healthcheck can't fail: it ends with {written}, whatever came before")))
        }
        Joined::Pipe
            if !last.pipefail && last.redirections.is_empty()
                && (matches!(program, "cat" | "tee" | "head" | "tail" | "tr" | "wc" | "sort" | "cut" | "sed")
                    || succeeds(last, is_shell)) =>
        {
            Some((span, format!("the healthcheck can't fail: the status is that of {written}, the last of the pipe")))
        }
        _ => None,
    }
}

/// Whether a command succeeds always.
fn succeeds(command: &ShellCommand<'_>, is_shell: bool) -> bool {
    // What is written to `/dev/tcp/…` fails where nobody listens.
    if !command.redirections.is_empty() {
        return false;
    }
    let value = command.args().first().map(|it| &*it.value);
    match command.program() {
        Some("true" | "echo" | "printf") => true,
        Some(":") => is_shell,
        Some("exit") => is_shell && value == Some("0"),
        _ => false,
    }
}

fn words(command: &ShellCommand<'_>) -> String {
    let all: Vec<&str> = command.words.iter().take(2).map(|it| &*it.raw).collect();
    let more = if command.words.len() > 2 { " …" } else { "" };
    format!("{}{more}", all.join(" "))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "healthcheck-never-fails";

    fn text(test: &str) -> String {
        format!("services:\n  a:\n    image: a\n    healthcheck:\n      test: {test}\n")
    }

    #[test]
    fn what_always_succeeds_is_no_test() {
        for (test, expected) in [
            ("curl -f http://x || true", "5:33 warning: the healthcheck can't fail: `true` takes the place of every failure"),
            ("[CMD-SHELL, 'curl -f x; exit 0']", "5:37 warning: the healthcheck can't fail: it ends with `exit 0`, whatever came before"),
            ("[CMD, sh, -c, 'pg_isready || echo no']", "5:42 warning: the healthcheck can't fail: `echo no` takes the place of every failure"),
            ("[CMD-SHELL, 'exit 0']", "5:26 warning: the healthcheck runs `exit 0` alone, which tests nothing"),
            ("[CMD, echo, ok]", "5:19 warning: the healthcheck runs `echo ok` alone, which tests nothing"),
            ("[CMD-SHELL, 'pg_isready | cat']", "5:39 warning: the healthcheck can't fail: the status is that of `cat`, the last of the pipe"),
        ] {
            check(RULE, &text(test), expected);
        }
    }

    #[test]
    fn what_may_fail_is_fine() {
        for test in [
            "curl -f http://x || exit 1",
            "a && exit 0 || exit 1",
            "a && echo ok",
            "redis-cli ping | grep PONG",
            "if a; then exit 0; fi; exit 1",
            "[CMD, 'exit', '0']",
            "set -e; a; true",
            "[CMD, bash, -c, 'echo > /dev/tcp/localhost/80']",
            "bash -c 'set -o pipefail; a | cat'",
            "exit $$(a)",
            "test $$(curl -s x | wc -l) = 1",
        ] {
            check(RULE, &text(&format!("\"{test}\"").replace("\"[", "[").replace("]\"", "]")), "");
        }
    }
}
