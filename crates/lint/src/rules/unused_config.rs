//! `unused-config`: a config is declared and no service uses it.

use plimsoll_finding::{Clause, Severity};
use crate::compose::unused;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports an entry of `configs` that no service of the file uses. Files that are parts of
    /// something larger are left alone: those with `include`, with services that extend those of other
    /// files, without services, or beside another Compose file that has the name.
    ///
    /// ## Why it matters
    /// The service that it was written for runs with the image's own settings.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    /// configs:
    ///   settings: {file: ./settings.toml}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     configs: [settings]
    /// configs:
    ///   settings: {file: ./settings.toml}
    /// ```
    pub(crate) static UNUSED_CONFIG = {
        name: "unused-config",
        clause: Clause::DevCompose,
        summary: "a config is declared and no service uses it",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let help = "Give it to the service that needs it, or take it out.";
    unused::report(cx, |it| &it.configs, unused::configs, "config", help);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_project};

    const TEXT: &str = "services:\n  a: {image: x, configs: [data]}\nconfigs:\n  data:\n  other: {}\n";

    #[test]
    fn what_a_service_names_is_used() {
        check("unused-config", TEXT, "5:3 note: no service uses the config `other`");
    }

    #[test]
    fn parts_of_something_larger_are_left_alone() {
        check("unused-config", &format!("include: [a.yaml]\n{TEXT}"), "");
        check("unused-config", "configs: {data: }\n", "");
        check("unused-config", "services: {a: {extends: {file: b.yaml}}}\nconfigs: {data: }\n", "");
        let beside = "services: {b: {configs: ['other:/o', other]}}\n";
        check_project("unused-config", &[("compose.yaml", TEXT), ("compose.dev.yaml", beside)], "");
    }
}
