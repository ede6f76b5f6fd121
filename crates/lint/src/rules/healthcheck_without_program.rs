//! `healthcheck-without-program`: a health check runs a program that the image doesn't have.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::dockerfile::{Form, Keyword};
use plimsoll_syntax::shell::{Joined, ShellCommand};

use crate::facts::health::{Health, HealthCommands};
use crate::facts::{is_shell, start};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `HEALTHCHECK` in shell form where the image has no `/bin/sh`, and one that runs
    /// curl, wget, bash and their like where neither the base nor a package nor a `COPY` brings them.
    ///
    /// ## Why it matters
    /// The check fails each time, so the container is never healthy: what waits for it never starts,
    /// and orchestrators replace it again and again.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY --from=build /app/server /usr/local/bin/server
    /// EXPOSE 3000
    /// HEALTHCHECK CMD curl --fail http://localhost:3000/health || exit 1
    /// ENTRYPOINT ["server"]
    /// ```
    ///
    /// ```dockerfile
    /// FROM gcr.io/distroless/static-debian13:nonroot
    /// COPY --from=build /app/server /server
    /// EXPOSE 3000
    /// HEALTHCHECK CMD /server healthcheck
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM gcr.io/distroless/static-debian13:nonroot
    /// COPY --from=build /app/server /server
    /// EXPOSE 3000
    /// HEALTHCHECK CMD ["/server", "healthcheck"]
    /// ENTRYPOINT ["/server"]
    /// ```
    pub(crate) static HEALTHCHECK_WITHOUT_PROGRAM = {
        name: "healthcheck-without-program",
        clause: Clause::Healthcheck,
        summary: "a health check runs a program that the image doesn't have",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// What is missing, and where it is named.
struct Missing {
    span: Span,
    message: String,
}

fn check(cx: &mut Context<'_, '_>) {
    for health in cx.facts.health_checks() {
        let Some(missing) = missing(cx, &health) else { continue };
        let help = "Let the program that serves test itself, in exec form \
                    (`HEALTHCHECK CMD [\"/app\", \"healthcheck\"]`), or bring what the check needs.";
        let base = cx.facts.stages.root(health.stage).map(|it| it.from.image.span);
        let report = cx.report(missing.span, missing.message).help(help);
        match base {
            Some(base) => report.related(base, "the base of the image").done(),
            None => report.done(),
        }
    }
}

fn missing(cx: &Context<'_, '_>, health: &Health<'_>) -> Option<Missing> {
    let line = health.line()?;
    let image = cx.facts.base_image(health.stage)?;
    let base = format!("`{}`", image.text);
    if line.form == Form::Shell
        && !has_other_shell(cx, health)
        && cx.facts.has_program(health.stage, "sh") == Some(false)
    {
        let message = format!(
            "the health check in shell form needs `/bin/sh`, which an image on {base} doesn't have"
        );
        return Some(Missing { span: line.script.whole_span(), message });
    }
    let commands = health.commands()?;
    if let HealthCommands::Exec(command) = &commands
        && let Some(missing) = lacks(cx, health, command, &base)
    {
        return Some(missing);
    }
    let exact = !matches!(&commands, HealthCommands::Exec(it) if start::inline(it).is_some());
    commands.with(|all| {
        // One of several ways is enough: `wget … || curl …`.
        let runs = |it: &&ShellCommand<'_>| it.program().is_none_or(|it| !is_builtin(it));
        let has_choice = all.iter().filter(runs).any(|it| it.joined == Joined::Or);
        if has_choice && all.iter().filter(runs).any(|it| lacks(cx, health, it, &base).is_none()) {
            return None;
        }
        let found = all.iter().find_map(|it| lacks(cx, health, it, &base));
        let found = found.filter(|_| !asks_before(all));
        let whole = line.script.whole_span();
        found.map(|it| if exact { it } else { Missing { span: whole, ..it } })
    })
}

/// Whether `SHELL` names another shell than `/bin/sh`.
fn has_other_shell(cx: &Context<'_, '_>, health: &Health<'_>) -> bool {
    let shells = cx.facts.stages.chain(health.stage);
    shells.flat_map(|it| it.body).any(|it| it.kind == Keyword::Shell)
}

/// The program of a command, if the image lacks it.
fn lacks(
    cx: &Context<'_, '_>,
    health: &Health<'_>,
    command: &ShellCommand<'_>,
    base: &str,
) -> Option<Missing> {
    let word = command.effective().first().filter(|it| it.literal)?;
    let program = command.program()?;
    let value = &*word.value;
    let standard = ["/bin/", "/usr/bin/"].iter().any(|it| value.strip_prefix(it) == Some(program));
    if value.contains('/') && !standard || is_builtin(program) {
        return None;
    }
    if cx.facts.has_program(health.stage, program) != Some(false) {
        return None;
    }
    let what = if is_shell(program) { "shell " } else { "" };
    let message = format!(
        "the health check runs {what}`{program}`, which an image on {base} doesn't have"
    );
    Some(Missing { span: word.span, message })
}

/// Whether a script looks first which programs there are: `command -v curl && curl …`.
fn asks_before(commands: &[ShellCommand<'_>]) -> bool {
    let asks = |it: &ShellCommand<'_>| {
        let first = it.words.get(1).map_or("", |it| &*it.value);
        matches!(it.name(), Some("which" | "type" | "hash"))
            || it.name() == Some("command") && matches!(first, "-v" | "-V")
    };
    commands.iter().any(asks)
}

/// What a shell does itself.
fn is_builtin(program: &str) -> bool {
    matches!(
        program,
        "[" | "[[" | "test" | "true" | "false" | "echo" | "printf" | "kill" | "exit" | "command"
            | ":" | "if" | "cd" | "set" | "export" | "return" | "type" | "eval" | "read" | "trap"
    )
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "healthcheck-without-program";

    #[test]
    fn a_shell_form_needs_a_shell() {
        check(
            RULE,
            "FROM scratch\nHEALTHCHECK --interval=5s CMD /app health || exit 1\n",
            "2:31 error: the health check in shell form needs `/bin/sh`, which an image on \
             `scratch` doesn't have",
        );
        check(RULE, "FROM scratch\nHEALTHCHECK CMD [\"/app\", \"health\"]\n", "");
        check(
            RULE,
            "FROM gcr.io/distroless/cc-debian12 AS a\nHEALTHCHECK CMD [\"sh\", \"-c\", \"x\"]\nFROM a\n",
            "2:18 error: the health check runs shell `sh`, which an image on \
             `gcr.io/distroless/cc-debian12` doesn't have",
        );
    }

    #[test]
    fn programs_are_looked_for_in_all_of_the_check() {
        let alpine = "which an image on `alpine:3.22` doesn't have";
        check(
            RULE,
            "FROM alpine:3.22\nHEALTHCHECK CMD curl -f http://localhost || exit 1\n",
            &format!("2:17 error: the health check runs `curl`, {alpine}"),
        );
        check(
            RULE,
            "FROM alpine:3.22\nHEALTHCHECK CMD [\"/usr/bin/curl\", \"-f\", \"http://localhost\"]\n",
            &format!("2:18 error: the health check runs `curl`, {alpine}"),
        );
        check(
            RULE,
            "FROM alpine:3.22\nHEALTHCHECK CMD [\"sh\", \"-c\", \"curl x || exit 1\"]\n",
            &format!("2:17 error: the health check runs `curl`, {alpine}"),
        );
        check(
            RULE,
            "FROM alpine:3.22\nHEALTHCHECK CMD [ \"$(curl -s x)\" = ok ]\n",
            &format!("2:22 error: the health check runs `curl`, {alpine}"),
        );
        check(
            RULE,
            "FROM alpine:3.22\nHEALTHCHECK CMD timeout 5 bash -c '</dev/tcp/localhost/80'\n",
            &format!("2:27 error: the health check runs shell `bash`, {alpine}"),
        );
    }

    #[test]
    fn what_the_image_has_or_may_have_is_not_reported() {
        for text in [
            "FROM alpine:3.22\nHEALTHCHECK CMD wget -q --spider http://localhost || exit 1\n",
            "FROM alpine:3.22\nRUN apk add --no-cache curl\nHEALTHCHECK CMD curl x\n",
            "FROM alpine:3.22 AS a\nHEALTHCHECK CMD curl x\nFROM a\nRUN apk add curl\n",
            "FROM somebody/app:1\nHEALTHCHECK CMD curl x\n",
            "FROM debian:trixie-slim\nCOPY --from=a /usr/bin/curl /bin/\nHEALTHCHECK CMD curl x\n",
            "FROM scratch\nCOPY --from=a /bin /bin\nHEALTHCHECK CMD wget x\n",
            "FROM alpine:3.22\nHEALTHCHECK CMD wget x || curl x\n",
            "FROM alpine:3.22\nHEALTHCHECK CMD curl x || wget x || exit 1\n",
            "FROM alpine:3.22\nHEALTHCHECK CMD if command -v curl; then curl x; else wget x; fi\n",
            "FROM alpine:3.22\nHEALTHCHECK CMD /opt/curl x\n",
            "FROM alpine:3.22\nHEALTHCHECK NONE\n",
        ] {
            check(RULE, text, "");
        }
    }
}
