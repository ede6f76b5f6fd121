//! `invalid-stop-signal`: a `STOPSIGNAL` names no signal.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Command;

use crate::facts::signals::{Signal, signal};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `STOPSIGNAL` that is the name or number of no signal of Linux.
    ///
    /// ## Why it matters
    /// The build refuses a name that it doesn't know; a number that is no signal comes to light when
    /// the container is to be stopped.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /app/server /server
    /// STOPSIGNAL SIGTERN
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /app/server /server
    /// STOPSIGNAL SIGTERM
    /// ENTRYPOINT ["/server"]
    /// ```
    pub(crate) static INVALID_STOP_SIGNAL = {
        name: "invalid-stop-signal",
        clause: Clause::Signals,
        summary: "a `STOPSIGNAL` names no signal",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    for (index, instruction) in cx.facts.file.instructions.iter().enumerate() {
        let Command::Stopsignal(word) = &instruction.command else { continue };
        let value = cx.facts.expand(index, word);
        // What isn't known before the build may be anything.
        if value.contains('$') || signal(&value) != Signal::Invalid {
            continue;
        }
        cx.report(word.span, format!("`{value}` is no signal"))
            .help("Name one such as `SIGTERM`, `SIGINT` or `SIGQUIT`, or give its number.")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn only_what_is_known_to_be_wrong_is_reported() {
        let name = "invalid-stop-signal";
        check(name, "FROM a\nSTOPSIGNAL SIGFOO\n", "2:12 error: `SIGFOO` is no signal");
        check(name, "FROM a\nSTOPSIGNAL 0\n", "2:12 error: `0` is no signal");
        check(name, "FROM a\nENV S=x\nSTOPSIGNAL $S\n", "3:12 error: `x` is no signal");
        check(name, "FROM a\nARG S\nSTOPSIGNAL $S\n", "");
        check(name, "FROM a\nSTOPSIGNAL SIGRTMIN+3\n", "");
        check(name, "FROM a\nSTOPSIGNAL 9\n", "");
    }
}
