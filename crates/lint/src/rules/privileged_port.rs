//! `privileged-port`: a port below 1024 is exposed, and the process is not root.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Command, Word};

use crate::bases::{Family, User};
use crate::facts::users::RunsAs;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Notes that a final stage exposes a port below 1024 while its process is not root.
    ///
    /// ## Why it matters
    /// Linux lets only root, or a process with the capability `NET_BIND_SERVICE`, listen there.
    /// Docker lifts that for its containers, but other runtimes and older clusters do not, and the
    /// program fails to start on them.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM gcr.io/distroless/static-debian13:nonroot
    /// COPY app /app
    /// EXPOSE 80
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM gcr.io/distroless/static-debian13:nonroot
    /// COPY app /app
    /// EXPOSE 8080
    /// ENTRYPOINT ["/app"]
    /// ```
    pub(crate) static PRIVILEGED_PORT = {
        name: "privileged-port",
        clause: Clause::NonRoot,
        summary: "a port below 1024 is exposed by a process that is not root",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(last) = facts.stages.last() else { return };
    let Some((word, port)) = lowest(facts, last.index) else { return };
    let is_other = match facts.runs_as(last.index) {
        RunsAs::Named(user) => !user.is_root() && !user.is_hidden(),
        RunsAs::Base(User::Other(_)) => true,
        _ => false,
    };
    let is_windows = facts.base(last.index).is_some_and(|it| it.family == Family::Windows);
    if !is_other || is_windows || facts.chain_mentions(last.index, &["setcap", "authbind", "BIND_SERVICE"]) {
        return;
    }
    let message = format!("port {port} is below 1024, and the process is not root");
    let help = "Listen on a higher port and map it outside, as in `docker run -p 80:8080`.";
    cx.report(word.span, message).help(help).done();
}

/// The lowest port below 1024 that a stage, or one below it, exposes.
pub(crate) fn lowest<'d>(facts: &Facts<'d>, stage: usize) -> Option<(&'d Word<'d>, u16)> {
    let mut lowest: Option<(&'d Word<'d>, u16)> = None;
    for stage in facts.stages.chain(stage) {
        for (offset, instruction) in stage.body.iter().enumerate() {
            let Command::Expose(words) = &instruction.command else { continue };
            for word in words {
                let text = facts.expand(stage.first + offset, word);
                let port = text.split(['/', '-']).next().unwrap_or_default();
                let Ok(port @ 1..1024) = port.parse::<u16>() else { continue };
                if lowest.is_none_or(|(_, it)| port < it) {
                    lowest = Some((word, port));
                }
            }
        }
    }
    lowest
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("privileged-port", text, expected);
    }

    #[test]
    fn the_lowest_port_is_named_once() {
        finds(
            "FROM alpine:3.22\nEXPOSE 8080 443/tcp\nEXPOSE 80\nUSER 1000\n",
            "3:8 note: port 80 is below 1024, and the process is not root",
        );
        finds(
            "FROM alpine:3.22\nENV PORT=53\nEXPOSE $PORT/udp\nUSER app\n",
            "3:8 note: port 53 is below 1024, and the process is not root",
        );
    }

    #[test]
    fn root_capabilities_and_unknown_users_are_left_alone() {
        finds("FROM alpine:3.22\nEXPOSE 80\n", "");
        finds("FROM alpine:3.22\nEXPOSE 80\nUSER root\n", "");
        finds("FROM example.com/a:1\nEXPOSE 80\n", "");
        finds("FROM alpine:3.22\nEXPOSE 1024 8080\nUSER 5\n", "");
        finds("FROM a:1\nRUN setcap cap_net_bind_service=+ep /app\nEXPOSE 80\nUSER 5\n", "");
        finds("FROM a:1\nARG PORT\nEXPOSE $PORT\nUSER 5\n", "");
    }
}
