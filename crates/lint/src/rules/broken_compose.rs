//! `broken-compose`: Compose takes the file, and it fails when it is run.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::ComposeProblemKind;

use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports what Compose takes when it reads the file, and what then fails or has no effect: a
    /// restart policy that does not exist, an image whose name is none, two mounts at one place,
    /// ports of a service in the host's network, and the like.
    ///
    /// ## Why it matters
    /// `docker compose config` says that all is well, and `docker compose up` ends with an error of
    /// the engine, or does something else than the file says.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   app:
    ///     image: ghcr.io/example/app:1.4.2
    ///     restart: unless-stoped
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   app:
    ///     image: ghcr.io/example/app:1.4.2
    ///     restart: unless-stopped
    /// ```
    pub(crate) static BROKEN_COMPOSE = {
        name: "broken-compose",
        clause: Clause::DevCompose,
        summary: "Compose takes the file, and it fails or does something else when it is run",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    cx.report_problems(|it| it == ComposeProblemKind::Broken);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn what_compose_refuses_is_not_its_matter() {
        check("broken-compose", "services:\n  a:\n    image: a:1\n    restart: 5\n", "");
    }
}
