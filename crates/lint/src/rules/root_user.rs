//! `root-user`: the final stage runs as root.

use plimsoll_finding::{Clause, Severity};

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

fn check(_cx: &mut Context<'_, '_>) {}
