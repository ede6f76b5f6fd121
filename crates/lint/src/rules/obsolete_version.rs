//! `obsolete-version`: a Compose file names the version of a format that is gone.

use plimsoll_finding::{Clause, Fix, Severity};

use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `version` at the top of a Compose file.
    ///
    /// ## Why it matters
    /// Compose has one format since its second version. It ignores the key, and warns about it each
    /// time that it runs; readers take it for a choice of features, which it is not.
    ///
    /// ## Bad
    /// ```yaml
    /// version: "3.8"
    ///
    /// services:
    ///   api:
    ///     image: ghcr.io/example/api:1.4.2
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     image: ghcr.io/example/api:1.4.2
    /// ```
    ///
    /// ## Fix safety
    /// The fix is safe: nothing reads the key. Where a comment stands beside it, or an alias needs
    /// it, there is none.
    pub(crate) static OBSOLETE_VERSION = {
        name: "obsolete-version",
        clause: Clause::DevCompose,
        summary: "`version` in a Compose file is ignored",
        severity: Severity::Note,
        fix: FixAvailability::Sometimes,
        aliases: &["dclint/no-version-field"],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for root in cx.facts.yaml.documents() {
        let Some(entry) = root.entry("version").filter(|it| it.value.scalar().is_some()) else {
            continue;
        };
        let fix = cx.edits().entry_removed(root, &entry);
        let report = cx
            .report(entry.span(), "Compose ignores `version`, and warns about it")
            .help("Remove the key.");
        match fix {
            Some(edit) => report.fix(Fix::safe("Remove `version`", [edit])).done(),
            None => report.done(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn it_is_found_wherever_it_stands() {
        check(
            "obsolete-version",
            "services: {}\nversion: 3\n",
            "2:1 note: Compose ignores `version`, and warns about it",
        );
        check(
            "obsolete-version",
            "{version: '2', services: {}}\n",
            "1:2 note: Compose ignores `version`, and warns about it",
        );
    }

    #[test]
    fn services_may_be_called_so() {
        check("obsolete-version", "services:\n  version:\n    image: a:1\n", "");
        check("obsolete-version", "version:\n  image: a:1\n", "");
    }

    #[test]
    fn comments_stay() {
        check_fixed(
            "obsolete-version",
            "# a\r\nversion: '3'\r\n\r\n# b\r\nservices: {}\r\n",
            "# a\r\n\r\n# b\r\nservices: {}\r\n",
        );
        let text = "version: '3' # a\nservices: {}\n";
        check_fixed("obsolete-version", text, text);
    }

    #[test]
    fn the_file_begins_with_what_follows() {
        check_fixed(
            "obsolete-version",
            "\u{feff}version: '3'\n\n\nservices: {}",
            "\u{feff}services: {}",
        );
        check_fixed("obsolete-version", "services: {}\nversion: '3'", "services: {}");
        check_fixed("obsolete-version", "{version: '2', services: {}}", "{services: {}}");
    }
}
