//! `disabled-logs`: the output of a service is thrown away.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::Text;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `logging: {driver: none}`.
    ///
    /// ## Why it matters
    /// When the service fails, nobody can read why: `docker compose logs` has nothing to show, and a
    /// collector gets nothing either.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     logging: {driver: none}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     logging: {driver: local}
    /// ```
    pub(crate) static DISABLED_LOGS = {
        name: "disabled-logs",
        clause: Clause::Logs,
        summary: "the output of a service is thrown away",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let Some(logging) = service.get("logging") else { continue };
        let Some(driver) = logging.get("driver").and_then(Text::of).filter(|it| it.text == "none") else {
            continue;
        };
        let message = format!("the output of `{}` is thrown away", service.name);
        let help = "Use `local`, which rotates, and `attach: false` to keep it off the screen.";
        cx.report(driver.span, message).help(help).done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn other_drivers_are_left_alone() {
        check(
            "disabled-logs",
            "services:\n  a: {logging: {driver: \"none\"}}\n  b: {logging: {driver: syslog}}\n  c: {logging: {}}\n",
            "2:25 note: the output of `a` is thrown away",
        );
    }
}
