//! `root-user`: the final stage runs as root.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Stage;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a final stage whose process runs as root.
    ///
    /// ## Why it matters
    /// A process that escapes its container keeps its user.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY app /app
    /// USER 65532:65532
    /// ENTRYPOINT ["/app"]
    /// ```
    pub(crate) static ROOT_USER = {
        name: "root-user",
        clause: Clause::NonRoot,
        summary: "the final stage runs as root",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["DL3002"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let Some(last) = cx.facts.stages.last() else { return };
    let from = last.instruction;
    let user = cx.facts.stages.chain(last.index).find_map(Stage::user);
    let Some((_, user)) = user else {
        let span = from.head(cx.facts.file.text);
        cx.report(span, "the final stage has no `USER`, so it runs as root").done();
        return;
    };
    if is_root(&user.text) {
        let (span, message) = (user.span, format!("the final stage runs as `{}`", user.text));
        cx.report(span, message).done();
    }
}

fn is_root(user: &str) -> bool {
    let name = user.split_once(':').map_or(user, |(name, _group)| name);
    matches!(name, "root" | "0")
}
