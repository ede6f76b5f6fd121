//! `conflicting-restart`: two policies say when a service is started again.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::Text;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a service with both `restart` and `deploy.restart_policy` where they say different
    /// things.
    ///
    /// ## Why it matters
    /// `deploy.restart_policy` wins, and `restart`, which people read first, says something that does
    /// not hold.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     restart: always
    ///     deploy:
    ///       restart_policy: {condition: on-failure}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     deploy:
    ///       restart_policy: {condition: on-failure}
    /// ```
    pub(crate) static CONFLICTING_RESTART = {
        name: "conflicting-restart",
        clause: Clause::DevCompose,
        summary: "two policies say when a service is started again",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let Some(policy) = service.get("deploy").and_then(|it| it.get("restart_policy")) else { continue };
        let Some(restart) = service.text("restart") else { continue };
        let condition = policy.get("condition").and_then(Text::of);
        let short = restart.text.split(':').next().unwrap_or_default();
        let is_same = match condition.map_or("any", |it| it.text) {
            "any" => matches!(short, "always" | "unless-stopped"),
            "on-failure" => short == "on-failure",
            "none" => short == "no",
            _ => true,
        };
        if is_same || restart.is_templated() {
            continue;
        }
        let message = format!(
            "`restart: {}` of `{}` does not hold: `deploy.restart_policy` says `{}`",
            restart.text,
            service.name,
            condition.map_or("any", |it| it.text)
        );
        let span = condition.map_or(policy.written(), |it| it.span);
        let report = cx.report(restart.span, message).help("Say it once.");
        report.related(span, "this one holds").done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn policies_that_agree_are_left_alone() {
        check(
            "conflicting-restart",
            "services:\n  a: {restart: always, deploy: {restart_policy: {}}}\n  b: {restart: 'on-failure:3', deploy: {restart_policy: {condition: on-failure}}}\n  \
             c: {restart: always, deploy: {restart_policy: {condition: none}}}\n  d: {restart: '${R}', deploy: {restart_policy: {condition: none}}}\n",
            "4:16 warning: `restart: always` of `c` does not hold: `deploy.restart_policy` says `none`",
        );
    }
}
