//! `password-by-chpasswd`: a password is set in a layer.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::shell::{ShellCommand, ShellWord};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::RunCommand;
use crate::facts::pipelines::pipelines;

declare_rule! {
    /// ## What it does
    /// Reports a password that a `RUN` gives to `chpasswd` or `passwd --stdin` with `echo`,
    /// `printf` or a here-string, or to `useradd` and `usermod` with `-p`. The password itself is
    /// never shown in the report.
    ///
    /// ## Why it matters
    /// It stands in the file, in the history of the image and in `/etc/shadow`, for everybody who
    /// can read one of them.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN useradd --create-home app && echo 'app:hunter2' | chpasswd
    /// USER app
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN useradd --create-home app
    /// USER app
    /// ```
    pub(crate) static PASSWORD_BY_CHPASSWD = {
        name: "password-by-chpasswd",
        clause: Clause::NoSecrets,
        summary: "a password is written in the file",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["CKV2_DOCKER_17"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for it in facts.run_commands() {
        let command = it.command;
        let Some(program) = command.program() else { continue };
        let written = match program {
            "chpasswd" => is_fed(&it),
            "passwd" => command.has_flag('\0', "stdin") && is_fed(&it),
            "useradd" | "usermod" => command.option(&["-p", "--password"]).is_some_and(|it| {
                // What locks the account is no password.
                it.literal && it.value.bytes().any(|it| it.is_ascii_alphanumeric()) && !it.value.contains("LOCK")
            }),
            _ => continue,
        };
        let Some(place) = command.effective().first().filter(|_| written) else { continue };
        cx.report(place.span, format!("`{program}` is given a password that stands in the file"))
            .help("Leave the account without a password; what must be secret comes with `--mount=type=secret` or at run time.")
            .done();
    }
}

/// Whether a word holds a password itself, and not a variable or a command that gives it.
fn is_password(word: &ShellWord<'_>) -> bool {
    let secret = word.value.split_once(':').map_or(&*word.value, |(_user, secret)| secret);
    !word.value.starts_with('-') && !secret.starts_with('$') && !secret.starts_with('`') && !secret.is_empty()
}

/// Whether a command reads what `echo` or a here-string says.
fn is_fed(it: &RunCommand<'_, '_>) -> bool {
    if it.command.redirections.iter().any(|it| it.operator == "<<<" && is_password(&it.target)) {
        return true;
    }
    let commands = &it.script.commands;
    let Some(at) = commands.iter().position(|other| std::ptr::eq(other, it.command)) else { return false };
    let fed = pipelines(it.script).into_iter().find_map(|pipeline| {
        let place = pipeline.iter().position(|other| *other == at)?;
        commands.get(*pipeline.get(place.checked_sub(1)?)?)
    });
    fed.is_some_and(|it: &ShellCommand<'_>| {
        matches!(it.program(), Some("echo" | "printf")) && it.args().iter().any(is_password)
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "password-by-chpasswd";

    #[test]
    fn passwords_in_every_spelling() {
        let text = "FROM a\nRUN echo 'root:root' | chpasswd\nRUN useradd a && printf 'a:%s' b | sudo chpasswd\n\
                    RUN chpasswd <<< a:b\nRUN echo x | passwd --stdin root\nRUN useradd -p abc d\n";
        let place = [(2, 24, "chpasswd"), (3, 41, "chpasswd"), (4, 5, "chpasswd"), (5, 14, "passwd"), (6, 5, "useradd")];
        let expected = place.map(|(line, column, program)| {
            format!("{line}:{column} warning: `{program}` is given a password that stands in the file")
        });
        check(RULE, text, &expected.join("\n"));
    }

    #[test]
    fn secrets_and_locked_accounts_are_fine() {
        let text = "FROM a\nRUN --mount=type=secret,id=p cat /run/secrets/p | chpasswd\nRUN useradd -p '!' a && usermod -p '*' b\n\
                    RUN echo \"a:$(cat /run/secrets/p)\" | chpasswd; echo a:$P | chpasswd; echo \"a:`mkpasswd`\" | chpasswd\n";
        check(RULE, text, "");
    }
}
