//! `legacy-link`: services are linked in the way of old engines.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `links` without another name for the service. Links that give a name are left alone.
    ///
    /// ## Why it matters
    /// Services of a file reach one another by name without links. `links` remains from a time before
    /// networks, and adds an order of start that is better said with `depends_on`.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.6
    ///   api:
    ///     build: .
    ///     links: [db]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.6
    ///   api:
    ///     build: .
    ///     depends_on: [db]
    /// ```
    pub(crate) static LEGACY_LINK = {
        name: "legacy-link",
        clause: Clause::DevCompose,
        summary: "services are linked in the way of old engines",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let Some(value) = service.get("links") else { continue };
        let is_plain = |text: &str| text.split_once(':').is_none_or(|(name, alias)| name == alias);
        let mut links = value.items().peekable();
        if links.peek().is_none() || !links.all(|it| it.as_str().is_some_and(is_plain)) {
            continue;
        }
        let message = format!("`links` of `{}` does nothing that the network does not", service.name);
        let help = "Take it out, and say the order of start with `depends_on`.";
        cx.report(value.written(), message).help(help).done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn links_with_another_name_do_something() {
        check(
            "legacy-link",
            "services:\n  a: {links: [b, 'c:c']}\n  b: {links: ['c:db']}\n  c: {links: []}\n",
            "2:14 note: `links` of `a` does nothing that the network does not",
        );
    }
}
