//! `unused-network`: a network is declared and no service uses it.

use plimsoll_finding::{Clause, Severity};
use crate::compose::unused;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports an entry of `networks` that no service of the file uses. Files that are parts of
    /// something larger are left alone: those with `include`, with services that extend those of other
    /// files, without services, or beside another Compose file that has the name.
    ///
    /// ## Why it matters
    /// The network is never made. Whoever declared it to keep services apart has them all in the
    /// default network.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    /// networks:
    ///   backend:
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     networks: [backend]
    /// networks:
    ///   backend:
    /// ```
    pub(crate) static UNUSED_NETWORK = {
        name: "unused-network",
        clause: Clause::DevCompose,
        summary: "a network is declared and no service uses it",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let help = "Put a service into it, or take it out.";
    unused::report(cx, |it| &it.networks, unused::networks, "network", help);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_project};

    const TEXT: &str = "services:\n  a: {image: x, networks: [data]}\nnetworks:\n  data:\n  other: {}\n";

    #[test]
    fn what_a_service_names_is_used() {
        check("unused-network", TEXT, "5:3 note: no service uses the network `other`");
    }

    #[test]
    fn parts_of_something_larger_are_left_alone() {
        check("unused-network", &format!("include: [a.yaml]\n{TEXT}"), "");
        check("unused-network", "networks: {data: }\n", "");
        check("unused-network", "services: {a: {extends: {file: b.yaml}}}\nnetworks: {data: }\n", "");
        let beside = "services: {b: {networks: ['other:/o', other]}}\n";
        check_project("unused-network", &[("compose.yaml", TEXT), ("compose.dev.yaml", beside)], "");
    }
}
