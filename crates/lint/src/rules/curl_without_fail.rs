//! `curl-without-fail`: `curl` takes an error page for the file.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::{Edit, Fix};
use plimsoll_syntax::shell::{Joined, ShellCommand};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::RunCommand;

declare_rule! {
    /// ## What it does
    /// Reports `curl` without `-f` (`--fail`, `--fail-with-body`) whose answer is saved or piped
    /// on.
    ///
    /// ## Why it matters
    /// When the server answers 404, `curl` writes its page to the file and ends well. What uses the
    /// file fails later, or takes the page for data.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN curl -sSL -o /usr/local/bin/tool https://example.com/tool
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN curl -fsSL -o /usr/local/bin/tool https://example.com/tool
    /// ```
    ///
    /// ## Fix safety
    /// Safe: a download that worked still works; one that failed unseen now stops the build.
    pub(crate) static CURL_WITHOUT_FAIL = {
        name: "curl-without-fail",
        clause: Clause::Pinned,
        summary: "`curl` saves error pages as if they were the file",
        severity: Severity::Note,
        fix: FixAvailability::Always,
        aliases: &[],
        default: false,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for it in facts.run_commands().filter(|it| it.command.program() == Some("curl")) {
        let command = it.command;
        let fails = command.has_flag('f', "fail") || command.has_flag('\0', "fail-with-body");
        // Headers and status alone are asked for where people look at the answer themselves.
        let looks = command.has_flag('I', "head") || command.has_flag('w', "write-out");
        if fails || looks || command.args().is_empty() || command.has_flag('V', "version") {
            continue;
        }
        let saves = command.has_flag('o', "output")
            || command.has_flag('O', "remote-name")
            || command.parent.is_some()
            || command.redirections.iter().any(|it| it.operator.starts_with('>'))
            || pipes_on(&it);
        let Some(program) = command.effective().first().filter(|_| saves) else { continue };
        let fix = Fix::safe("Add `-f`", [Edit::insert(program.span.end(), " -f")]);
        cx.report(program.span, "`curl` takes an error page for the file")
            .help("With `-f` it fails when the server does.")
            .fix(fix)
            .done();
    }
}

/// Whether the next command of the same list reads what this one writes.
fn pipes_on(it: &RunCommand<'_, '_>) -> bool {
    let same = |other: &&ShellCommand<'_>| {
        other.parent == it.command.parent && other.span.start() >= it.command.span.end()
    };
    it.script.commands.iter().find(same).is_some_and(|it| it.joined == Joined::Pipe)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "curl-without-fail";

    #[test]
    fn saved_and_piped_answers() {
        let text = "FROM a\nRUN curl -sSLO x && curl x | tar x && a $(curl x) && curl x > y\n";
        let place = |column: usize| format!("2:{column} note: `curl` takes an error page for the file");
        check(RULE, text, &[5, 21, 43, 54].map(place).join("\n"));
        let fixed = text.replace("curl", "curl -f");
        check_fixed(RULE, text, &fixed);
    }

    #[test]
    fn checked_and_shown_answers_are_fine() {
        let text = "FROM a\nRUN curl -fsSLO x && curl --fail-with-body -o a x && curl -I x > y && curl x && curl x; y | z\n";
        check(RULE, text, "");
    }
}
