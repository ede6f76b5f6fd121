//! `pipe-without-pipefail`: a pipe whose first commands may fail unseen.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::Span;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::pipelines::{unchecked, unseen_download};

declare_rule! {
    /// ## What it does
    /// Reports every pipeline in a `RUN` for which `pipefail` is not on, once for each instruction.
    /// What `unchecked-download-pipe` reports is left to it.
    ///
    /// ## Why it matters
    /// A pipeline ends with the status of its last command, so that a failure of those before it
    /// does not stop the build. Most pipelines in Dockerfiles are harmless, which is why the rule
    /// is off by default.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN make-config | sort > /etc/app.conf
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// SHELL ["/bin/bash", "-o", "pipefail", "-c"]
    /// RUN make-config | sort > /etc/app.conf
    /// ```
    pub(crate) static PIPE_WITHOUT_PIPEFAIL = {
        name: "pipe-without-pipefail",
        clause: Clause::Pinned,
        summary: "a pipe without `pipefail`",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL4006"],
        default: false,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for (it, pipelines) in unchecked(facts) {
        let Some(pipeline) =
            pipelines.iter().find(|pipeline| unseen_download(it.script, pipeline).is_none())
        else {
            continue;
        };
        let commands = pipeline.iter().map(|at| it.script.commands[*at].span);
        let Some(span) = commands.reduce(Span::union) else { continue };
        cx.report(span, "a failure before the last `|` is not seen")
            .help("Put `set -o pipefail` first (bash, and ash in Alpine), or set it with `SHELL`.")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn once_for_each_instruction() {
        let text = "FROM a\nRUN a | b; c | d\nRUN a || b && c\nRUN curl $X | sh\nRUN echo y | z\n";
        let expected = "2:5 note: a failure before the last `|` is not seen\n\
                        5:5 note: a failure before the last `|` is not seen";
        check("pipe-without-pipefail", text, expected);
    }
}
