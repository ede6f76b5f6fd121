//! `disabled-healthcheck`: an image that serves switches its health check off.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `HEALTHCHECK NONE` in an image that has an `EXPOSE`.
    ///
    /// ## Why it matters
    /// `NONE` takes away the check that the base brings. A service that hangs then looks as well as
    /// one that works.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY --from=build /app/server /usr/local/bin/server
    /// EXPOSE 3000
    /// HEALTHCHECK NONE
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
    pub(crate) static DISABLED_HEALTHCHECK = {
        name: "disabled-healthcheck",
        clause: Clause::Healthcheck,
        summary: "an image that serves switches its health check off",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    for health in cx.facts.health_checks() {
        if health.line().is_some() {
            continue;
        }
        let Some((expose, _)) = cx.facts.exposed_by(health.stage) else { continue };
        let (span, port) = (health.instruction.span, expose.head(cx.facts.file.text));
        cx.report(span, "`HEALTHCHECK NONE` leaves a service without a health check")
            .help("Test the service itself instead, with the program that serves if need be.")
            .related(port, "it serves here")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn only_services_are_reported() {
        check("disabled-healthcheck", "FROM a\nHEALTHCHECK NONE\n", "");
        check("disabled-healthcheck", "FROM a\nEXPOSE 1\nHEALTHCHECK CMD x\n", "");
        check(
            "disabled-healthcheck",
            "FROM a AS b\nhealthcheck none\nFROM b\nEXPOSE 80\nFROM b\nEXPOSE 81\n",
            "2:1 note: `HEALTHCHECK NONE` leaves a service without a health check",
        );
    }
}
