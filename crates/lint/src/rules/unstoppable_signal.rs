//! `unstoppable-signal`: the signal that stops the container can't be handled.

use plimsoll_finding::{Clause, Edit, Fix, Severity};
use plimsoll_syntax::dockerfile::Command;

use crate::facts::signals::{Signal, signal};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `STOPSIGNAL` that no process can handle: `SIGKILL` or `SIGSTOP`.
    ///
    /// ## Why it matters
    /// With `SIGKILL` the process ends at once: requests are cut off, files stay half written. With
    /// `SIGSTOP` it stands still until the engine's patience is over, and is killed then.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /app/server /server
    /// STOPSIGNAL SIGKILL
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /app/server /server
    /// STOPSIGNAL SIGINT
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Fix safety
    /// Unsafe: the process gets `SIGTERM`, which it may not know how to handle.
    pub(crate) static UNSTOPPABLE_SIGNAL = {
        name: "unstoppable-signal",
        clause: Clause::Signals,
        summary: "the signal that stops the container can't be handled",
        severity: Severity::Error,
        fix: FixAvailability::Sometimes,
        aliases: &["tally/no-ungraceful-stopsignal"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    for (index, instruction) in cx.facts.file.instructions.iter().enumerate() {
        let Command::Stopsignal(word) = &instruction.command else { continue };
        let value = cx.facts.expand(index, word);
        let Signal::Unstoppable(name) = signal(&value) else { continue };
        let message = match name {
            "SIGKILL" => "the container is stopped with `SIGKILL`, which leaves no time to end well",
            _ => "the container is stopped with `SIGSTOP`, which halts it instead of ending it",
        };
        let report = cx.report(word.span, message).help(
            "Name a signal that the program handles, such as `SIGTERM` (the default) or `SIGINT`.",
        );
        if word.text.contains('$') {
            report.done();
        } else {
            let edit = Edit::replace(word.span, "SIGTERM");
            report.fix(Fix::risky("Stop with `SIGTERM`", [edit])).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const KILL: &str = "the container is stopped with `SIGKILL`, which leaves no time to end well";

    #[test]
    fn every_spelling_is_known() {
        for word in ["SIGKILL", "kill", "9", "\"SIGKILL\""] {
            let text = format!("FROM a\nSTOPSIGNAL {word}\n");
            check("unstoppable-signal", &text, &format!("2:12 error: {KILL}"));
        }
        let text = "FROM a\nARG S=KILL\nstopsignal SIG$S\n";
        check("unstoppable-signal", text, &format!("3:12 error: {KILL}"));
        check("unstoppable-signal", "FROM a\nSTOPSIGNAL SIGQUIT\n", "");
        check("unstoppable-signal", "FROM a\nSTOPSIGNAL $SIGNAL\n", "");
    }

    #[test]
    fn stages_that_are_not_shipped_weigh_less() {
        let text = "FROM a AS b\nSTOPSIGNAL KILL\nFROM scratch\n";
        check("unstoppable-signal", text, &format!("2:12 warning: {KILL}"));
    }

    #[test]
    fn the_fix_changes_the_word_alone() {
        check_fixed(
            "unstoppable-signal",
            "FROM a\r\nSTOPSIGNAL \\\r\n  9\r\n# end\r\n",
            "FROM a\r\nSTOPSIGNAL \\\r\n  SIGTERM\r\n# end\r\n",
        );
    }
}
