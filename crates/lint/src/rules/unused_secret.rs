//! `unused-secret`: a secret is declared and no service uses it.

use plimsoll_finding::{Clause, Severity};
use crate::compose::unused;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports an entry of `secrets` that no service of the file uses. Files that are parts of
    /// something larger are left alone: those with `include`, with services that extend those of other
    /// files, without services, or beside another Compose file that has the name.
    ///
    /// ## Why it matters
    /// A secret that was moved out of the environment and never given to the service leaves the service
    /// without it, or with the old one.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    /// secrets:
    ///   database_password: {file: ./database_password.txt}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     secrets: [database_password]
    /// secrets:
    ///   database_password: {file: ./database_password.txt}
    /// ```
    pub(crate) static UNUSED_SECRET = {
        name: "unused-secret",
        clause: Clause::NoSecrets,
        summary: "a secret is declared and no service uses it",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let help = "Give it to the service that needs it, or take it out.";
    unused::report(cx, |it| &it.secrets, unused::secrets, "secret", help);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_project};

    const TEXT: &str = "services:\n  a: {image: x, secrets: [data]}\nsecrets:\n  data:\n  other: {}\n";

    #[test]
    fn what_a_service_names_is_used() {
        check("unused-secret", TEXT, "5:3 note: no service uses the secret `other`");
    }

    #[test]
    fn parts_of_something_larger_are_left_alone() {
        check("unused-secret", &format!("include: [a.yaml]\n{TEXT}"), "");
        check("unused-secret", "secrets: {data: }\n", "");
        check("unused-secret", "services: {a: {extends: {file: b.yaml}}}\nsecrets: {data: }\n", "");
        let beside = "services: {b: {secrets: ['other:/o', other]}}\n";
        check_project("unused-secret", &[("compose.yaml", TEXT), ("compose.dev.yaml", beside)], "");
    }
}
