//! `healthcheck-extra-arguments`: a `CMD-SHELL` list whose items after the script are lost.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::HealthcheckTest;

use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports healthchecks of the form `["CMD-SHELL", "program", "-x"]`.
    ///
    /// ## Why it matters
    /// The shell is given one script, which is the item after `CMD-SHELL`. What follows becomes the
    /// parameters `$0`, `$1` of the script, and the program runs without its arguments: it fails, or
    /// tests something else.
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
    ///       test: ["CMD-SHELL", "pg_isready", "-U", "app"]
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
    ///       test: ["CMD-SHELL", "pg_isready -U app"]
    /// ```
    pub(crate) static HEALTHCHECK_EXTRA_ARGUMENTS = {
        name: "healthcheck-extra-arguments",
        clause: Clause::Healthcheck,
        summary: "arguments of a healthcheck are items of a `CMD-SHELL` list and are lost",
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
        if service.get("healthcheck").is_none() {
            continue;
        }
        let Some(health) = service.healthcheck() else { continue };
        let Some(HealthcheckTest::CmdShell(items)) = health.test() else { continue };
        let [script, first, ..] = &*items else { continue };
        // A script that asks for its parameters gets them.
        if script.text.contains("$$0") || script.text.contains("$$1") || script.text.contains("$$@") {
            continue;
        }
        let span = items.last().map_or(first.span, |it| first.span.union(it.span));
        if !seen.insert(span) {
            continue;
        }
        let lost: Vec<&str> = items.iter().skip(1).map(|it| it.text).collect();
        let message = format!(
            "the shell runs `{}` alone: what follows it (`{}`) is no part of the script",
            script.text.lines().next().unwrap_or_default(),
            shortened(&lost.join(" "))
        );
        cx.report(span, message)
            .help("Write the whole command as one item, or begin the list with `CMD`.")
            .done();
    }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "healthcheck-extra-arguments";

    #[test]
    fn items_after_the_script_are_lost() {
        check(
            RULE,
            "services:\n  a:\n    image: a\n    healthcheck:\n      test:\n        - CMD-SHELL\n        - curl\n        - -f\n        - http://localhost\n",
            "8:11 error: the shell runs `curl` alone: what follows it (`-f http://localhost`) is no part of the script",
        );
    }

    #[test]
    fn one_script_is_fine() {
        for test in ["[CMD-SHELL, 'a -b']", "[CMD, a, -b]", "a -b", "[CMD-SHELL, 'x $$1', y]", "[NONE]"] {
            check(RULE, &format!("services: {{a: {{image: a, healthcheck: {{test: {test}}}}}}}"), "");
        }
    }
}
