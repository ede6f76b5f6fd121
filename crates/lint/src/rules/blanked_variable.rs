//! `blanked-variable`: Compose empties a variable that a shell in the container was to read.

use plimsoll_finding::{Clause, Edit, Fix, Severity, Span};
use plimsoll_syntax::compose::interpolation::{Variable, references};
use plimsoll_syntax::compose::{Service, Text};

use crate::compose::expansion::is_known;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `$NAME` in the healthcheck, the command or the entry point of a service, where `NAME` is a
    /// variable of the container: one of its `environment` or `env_file`, or one that the script sets.
    ///
    /// ## Why it matters
    /// Compose replaces `$NAME` when it reads the file, with what the machine has of that name: mostly
    /// nothing. The shell never sees the variable. `$$NAME` is handed on as `$NAME`.
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
    ///       test: ["CMD-SHELL", "pg_isready -h 127.0.0.1 -U $POSTGRES_USER"]
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
    ///       test: ["CMD-SHELL", "pg_isready -h 127.0.0.1 -U $$POSTGRES_USER"]
    /// ```
    ///
    /// ## Fix safety
    /// Unsafe: the variable of the machine may be meant after all.
    pub(crate) static BLANKED_VARIABLE = {
        name: "blanked-variable",
        clause: Clause::DevCompose,
        summary: "Compose replaces a variable that a shell in the container was to read",
        severity: Severity::Error,
        fix: FixAvailability::Sometimes,
        aliases: &[],
        default: true,
        compose: check,
    }
}

/// The longest script that is looked at: for each variable, all that stands before it is searched.
const MOST_BYTES: usize = 64 * 1024;

fn check(cx: &mut ComposeContext<'_, '_>) {
    let mut seen = std::collections::BTreeSet::new();
    for (at, service) in cx.services().iter().enumerate() {
        for text in texts(service) {
            for (span, name, is_local) in blanked(cx, at, text) {
                if !seen.insert(span) {
                    continue;
                }
                let whose = if is_local { "the script sets" } else { "the container has" };
                let message = format!(
                    "Compose replaces `${name}` by what the machine has of that name: `{name}` is a variable that {whose}"
                );
                let is_shared = cx.edits().is_shared(span);
                let fix = (!is_shared && span.slice(cx.facts.yaml.text).is_some_and(|it| it.starts_with('$')))
                    .then(|| Fix::risky(format!("Leave `{name}` to the shell"), [Edit::insert(span.start(), "$")]));
                cx.report(span, message)
                    .fix_if(fix)
                    .help(format!("Write `$${name}`, which reaches the shell as `${name}`."))
                    .done();
            }
        }
    }
}

/// The texts that may be scripts.
fn texts<'y>(service: &Service<'y>) -> Vec<Text<'y>> {
    let mut all = Vec::new();
    let health = service.get("healthcheck").and_then(|it| it.get("test"));
    for value in [health, service.get("command"), service.get("entrypoint")].into_iter().flatten() {
        all.extend(Text::of(value));
        all.extend(value.items().filter_map(Text::of));
    }
    all.retain(|it| it.text.contains('$') && it.text.len() <= MOST_BYTES);
    all
}

/// The variables of a text that Compose takes from the container: place, name, whether the script
/// itself sets it.
fn blanked<'y>(
    cx: &ComposeContext<'_, 'y>,
    service: usize,
    text: Text<'y>,
) -> Vec<(Span, &'y str, bool)> {
    let host = cx.host_variables();
    let mut all = Vec::new();
    for reference in references(text.text) {
        let name = reference.name;
        if reference.operator.is_some() || host.get(name) != Variable::Unknown {
            continue;
        }
        let before = text.text.get(..reference.range.start).unwrap_or_default();
        let is_local = sets(before, name);
        // A value that comes from the machine is the same on both sides.
        let is_own = || {
            let environment = cx.environment(service);
            environment.and_then(|it| it.get(name)).is_some_and(|it| is_known(&it.value.text))
        };
        if is_local || is_own() {
            all.push((text.part(reference.range).span, name, is_local));
        }
    }
    all
}

/// Whether a script sets a variable: `NAME=`, `for NAME in`, `read NAME`.
fn sets(script: &str, name: &str) -> bool {
    script.match_indices(name).any(|(at, _)| {
        let before = script.get(..at).unwrap_or_default();
        let after = script.get(at + name.len()..).unwrap_or_default();
        let starts = before.is_empty() || before.ends_with([' ', ';', '\n', '\t', '(', '&', '\'', '"']);
        let is_assigned = after.starts_with('=') && !before.ends_with("-e ") && !before.ends_with("--env ");
        let word = before.trim_end().rsplit([' ', ';', '\n', '\'', '"']).next().unwrap_or_default();
        let is_loop = after.starts_with(" in ") && word == "for";
        let is_read = matches!(word, "read" | "-r") && after.starts_with([';', ' ', '\n']);
        starts && (is_assigned || is_loop || is_read)
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_project};

    const RULE: &str = "blanked-variable";

    fn text(rest: &str) -> String {
        format!("services:\n  a:\n    image: a\n    environment: {{USER_NAME: app, PASSED: \"${{PASSED}}\"}}\n    {rest}\n")
    }

    #[test]
    fn variables_of_the_container_need_two_dollars() {
        let message = |name: &str| {
            format!("error: Compose replaces `${name}` by what the machine has of that name: `{name}` is a variable that")
        };
        check(
            RULE,
            &text("healthcheck: {test: [CMD-SHELL, 'x -U $USER_NAME']}"),
            &format!("5:43 {} the container has", message("USER_NAME")),
        );
        check(
            RULE,
            &text("command: sh -c 'for i in 1 2; do echo ${i}; done'"),
            &format!("5:43 {} the script sets", message("i")),
        );
        check(
            RULE,
            &text("entrypoint: [sh, -c, 'X=1; echo $X']"),
            &format!("5:37 {} the script sets", message("X")),
        );
    }

    #[test]
    fn variables_of_the_machine_are_meant() {
        for rest in [
            "command: run $PASSED $OTHER ${USER_NAME:-x}",
            "command: run $$USER_NAME $(date) $1",
            "command: run --for i in $x",
        ] {
            check(RULE, &text(rest), "");
        }
        let compose = text("command: run $USER_NAME");
        check_project(RULE, &[("compose.yaml", &*compose), (".env", "USER_NAME=app\n")], "");
    }
}
