//! `wget-and-curl`: both `wget` and `curl` are used.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::Span;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};


declare_rule! {
    /// ## What it does
    /// Reports the first use of the second of `wget` and `curl` in a stage, with those it is built
    /// on.
    ///
    /// ## Why it matters
    /// Each brings its own libraries and updates. One is enough for a build.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN curl -fsSLO https://example.com/a.tar.gz
    /// RUN wget -q https://example.com/b.tar.gz
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN curl -fsSLO https://example.com/a.tar.gz
    /// RUN curl -fsSLO https://example.com/b.tar.gz
    /// ```
    pub(crate) static WGET_AND_CURL = {
        name: "wget-and-curl",
        clause: Clause::NoNeedlessPackages,
        summary: "both `wget` and `curl` are used in one stage",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL4001"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in &facts.stages.all {
        let mut first: Option<(&str, Span)> = None;
        for it in facts.run_commands_of(stage) {
            let program = match it.command.program() {
                Some("curl") => "curl",
                Some("wget") => "wget",
                _ => continue,
            };
            let Some(place) = it.command.effective().first().map(|it| it.span) else { continue };
            match first {
                None => first = Some((program, place)),
                Some((other, there)) if other != program => {
                    cx.report(place, format!("`{program}` is used beside `{other}`"))
                        .help("Use one of them for all downloads of the stage.")
                        .related(there, format!("`{other}` is used here"))
                        .done();
                    break;
                }
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn each_stage_may_have_its_own() {
        let text = "FROM a\nRUN apt-get install curl wget && curl x\nFROM b\nRUN wget x; wget y; curl z; curl z\n";
        check("wget-and-curl", text, "4:21 note: `curl` is used beside `wget`");
    }
}
