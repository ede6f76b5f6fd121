//! `unused-volume`: a volume is declared and no service uses it.

use plimsoll_finding::{Clause, Severity};
use crate::compose::unused;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports an entry of `volumes` that no service of the file uses. Files that are parts of
    /// something larger are left alone: those with `include`, with services that extend those of other
    /// files, without services, or beside another Compose file that has the name.
    ///
    /// ## Why it matters
    /// Data that was meant to be kept is lost with its container when the mount is gone, or goes to a
    /// volume with another name. A volume that nobody uses makes readers look for who does.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.6
    ///     volumes: ["/var/lib/postgresql/data"]
    /// volumes:
    ///   data:
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.6
    ///     volumes: ["data:/var/lib/postgresql/data"]
    /// volumes:
    ///   data:
    /// ```
    pub(crate) static UNUSED_VOLUME = {
        name: "unused-volume",
        clause: Clause::DevCompose,
        summary: "a volume is declared and no service uses it",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let help = "Mount it where the data is to be kept, or take it out.";
    unused::report(cx, |it| &it.volumes, unused::volumes, "volume", help);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_project};

    const TEXT: &str = "services:\n  a: {image: x, volumes: ['data:/d']}\nvolumes:\n  data:\n  other: {}\n";

    #[test]
    fn what_a_service_names_is_used() {
        check("unused-volume", TEXT, "5:3 warning: no service uses the volume `other`");
    }

    #[test]
    fn parts_of_something_larger_are_left_alone() {
        check("unused-volume", &format!("include: [a.yaml]\n{TEXT}"), "");
        check("unused-volume", "volumes: {data: }\n", "");
        check("unused-volume", "services: {a: {extends: {file: b.yaml}}}\nvolumes: {data: }\n", "");
        let beside = "services: {b: {volumes: ['other:/o', other]}}\n";
        check_project("unused-volume", &[("compose.yaml", TEXT), ("compose.dev.yaml", beside)], "");
    }
}
