//! `shell-syntax-without-shell`: `&&`, pipes or variables where no shell reads them.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::{CommandLine, HealthcheckTest, Service, Text};

use crate::compose::health_test::is_shell;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `&&`, `||`, pipes, redirections and `$$VARIABLE` in `["CMD", …]` healthchecks and in commands
    /// that no shell runs, and whole commands written as the one item of a `CMD` list.
    ///
    /// ## Why it matters
    /// Items of `CMD` go to the program as they are: `||` is an argument, `$VARIABLE` a text, and a
    /// program called `pg_isready -U app` does not exist. Of a command that is a text, Compose drops all
    /// from the operator on.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_USER: app
    ///       POSTGRES_PASSWORD: secret
    ///     healthcheck:
    ///       test: ["CMD", "pg_isready -h 127.0.0.1 -U app"]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17
    ///     environment:
    ///       POSTGRES_USER: app
    ///       POSTGRES_PASSWORD: secret
    ///     healthcheck:
    ///       test: ["CMD-SHELL", "pg_isready -h 127.0.0.1 -U app"]
    /// ```
    pub(crate) static SHELL_SYNTAX_WITHOUT_SHELL = {
        name: "shell-syntax-without-shell",
        clause: Clause::DevCompose,
        summary: "shell syntax in a healthcheck or command that no shell reads",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let mut seen = std::collections::BTreeSet::new();
    for service in cx.services() {
        if let Some((at, message, help)) = in_healthcheck(service)
            && seen.insert(at.span)
        {
            cx.report(at.span, message).help(help).done();
        }
        if service.get("command").is_none() && service.get("entrypoint").is_none() {
            continue;
        }
        let entry = service.entrypoint();
        let runs_shell = entry.as_ref().is_some_and(runs_shell);
        for (key, line) in [("entrypoint", entry), ("command", service.command())] {
            let Some(line) = line.filter(|_| key == "entrypoint" || !runs_shell) else { continue };
            if let Some((span, message)) = in_command(key, &line)
                && seen.insert(span)
            {
                cx.report(span, message)
                    .help("Write it as `[\"sh\", \"-c\", \"…\"]`, so that a shell reads it.")
                    .done();
            }
        }
    }
}

fn in_healthcheck<'y>(service: &Service<'y>) -> Option<(Text<'y>, String, &'static str)> {
    service.get("healthcheck")?;
    let HealthcheckTest::Cmd(words) = service.healthcheck()?.test()? else { return None };
    let program = *words.first()?;
    if words.iter().any(|it| is_shell(it.text)) {
        return None;
    }
    let shell = "Begin the list with `CMD-SHELL` and write the command as one item.";
    if words.len() == 1 && program.text.trim().contains(' ') && !program.text.starts_with('/') {
        let message = format!("`CMD` looks for a program called `{}`, blanks included", program.text);
        return Some((program, message, shell));
    }
    let operator = words.iter().skip(1).find(|it| is_operator(it.text));
    if let Some(operator) = operator {
        let message = format!(
            "`{}` is an argument of `{}` here: no shell reads a `CMD` list",
            operator.text, program.text
        );
        return Some((*operator, message, shell));
    }
    let variable = words.iter().find(|it| {
        let after = it.text.split_once("$$").map(|it| it.1.as_bytes().first().copied());
        after.flatten().is_some_and(|it| it.is_ascii_alphabetic() || matches!(it, b'{' | b'(' | b'_'))
    })?;
    let message = format!(
        "`{}` stays as it is: no shell replaces variables in a `CMD` list",
        variable.text.replace("$$", "$")
    );
    Some((*variable, message, shell))
}

fn in_command(key: &str, line: &CommandLine<'_>) -> Option<(plimsoll_finding::Span, String)> {
    if runs_shell(line) {
        return None;
    }
    if let (Some(text), Some(at)) = (line.text, line.stops_at)
        && !line.words.is_empty()
    {
        let rest = text.text.get(at..)?;
        let operator = rest.split([' ', '\n', '\t']).next().unwrap_or(rest);
        let span = text.part(at..at + operator.len()).span;
        return Some((span, format!("Compose ends the {key} at `{operator}` and drops the rest: no shell reads it")));
    }
    if line.is_text() {
        return None;
    }
    let program = line.words.first()?;
    let is_list_operator = |it: &str| matches!(it, "&&" | "||" | "|" | ";");
    let operator = line.words.iter().skip(1).find(|it| is_list_operator(&it.text))?;
    let message = format!("`{}` is an argument of `{}` here: no shell reads the list", operator.text, program.text);
    Some((operator.span, message))
}

/// Whether a shell, or something that may start one, is among the words.
fn runs_shell(line: &CommandLine<'_>) -> bool {
    line.words.iter().any(|it| is_shell(&it.text) || it.text == "-c" || it.text.contains('$'))
}

fn is_operator(word: &str) -> bool {
    matches!(word, "||" | "&&" | "|" | ";" | ">" | ">>" | "2>&1" | ">/dev/null")
        || word.starts_with("|| ")
        || word.starts_with("&& ")
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "shell-syntax-without-shell";

    fn text(rest: &str) -> String {
        format!("services:\n  a:\n    image: a\n    {rest}\n")
    }

    #[test]
    fn programs_get_what_a_shell_would_read() {
        for (rest, expected) in [
            ("healthcheck: {test: [CMD, curl, x, '||', exit, '1']}", "4:40 error: `||` is an argument of `curl` here: no shell reads a `CMD` list"),
            ("healthcheck: {test: [CMD, 'curl -f x || exit 1']}", "4:31 error: `CMD` looks for a program called `curl -f x || exit 1`, blanks included"),
            ("healthcheck: {test: [CMD, pg_isready, -U, '$${POSTGRES_USER}']}", "4:47 error: `${POSTGRES_USER}` stays as it is: no shell replaces variables in a `CMD` list"),
            ("command: migrate && serve", "4:22 error: Compose ends the command at `&&` and drops the rest: no shell reads it"),
            ("command: [migrate, '&&', serve]", "4:24 error: `&&` is an argument of `migrate` here: no shell reads the list"),
        ] {
            check(RULE, &text(rest), expected);
        }
    }

    #[test]
    fn what_a_shell_reads_is_fine() {
        for rest in [
            "healthcheck: {test: [CMD-SHELL, 'a || b $$C']}",
            "healthcheck: {test: [CMD, bash, -c, 'a || b $$C']}",
            "healthcheck: {test: [CMD, a, 'b;c', '$$']}",
            "command: sh -c 'a && b'",
            "command: [bash, -ec, 'a && b']",
            "entrypoint: [sh, -c]\n    command: ['a && b']",
            "command: \"a 'b && c'\"",
        ] {
            check(RULE, &text(rest), "");
        }
    }
}
