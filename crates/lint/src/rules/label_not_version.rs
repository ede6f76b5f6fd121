//! `label-not-version`: a label that should be a version is none.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::labels::report_form;

declare_rule! {
    /// ## What it does
    /// Reports labels that the schema in the settings gives the form `semver` and whose value is no
    /// semantic version. Values with variables that are not known before the build are left alone.
    /// Without a schema it has nothing to report.
    ///
    /// ## Why it matters
    /// Programs that compare versions need all three numbers, and no `v` before them.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.version="1.4"
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.version="1.4.0"
    /// ```
    pub(crate) static LABEL_NOT_VERSION = {
        name: "label-not-version",
        clause: Clause::Tags,
        summary: "a label is no semantic version",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DL3056"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report_form(cx, "semver", is_version, "no semantic version", "Write three numbers: `1.4.0`, `2.0.0-rc.1`.");
}

/// Whether a text is a version of Semantic Versioning 2.0.0.
fn is_version(text: &str) -> bool {
    let (text, build) = text.split_once('+').map_or((text, None), |(it, build)| (it, Some(build)));
    let (core, pre) = text.split_once('-').map_or((text, None), |(it, pre)| (it, Some(pre)));
    let part = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    let leading = |it: &str| it.len() > 1 && it.starts_with('0') && it.bytes().all(|it| it.is_ascii_digit());
    let number = |it: &str| it.bytes().all(|it| it.is_ascii_digit()) && !it.is_empty() && !leading(it);
    core.split('.').count() == 3
        && core.split('.').all(number)
        && pre.is_none_or(|it| it.split('.').all(|it| part(it) && !leading(it)))
        && build.is_none_or(|it| it.split('.').all(part))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn values() {
        let text = |value: &str| {
            format!("FROM a\nLABEL a=b org.opencontainers.image.version=\"{value}\"\n")
        };
        let column = 11 + "org.opencontainers.image.version=".len();
        for right in ["1.4.0", "0.0.0-rc.1+build.01", "1.0.0--"] {
            check("label-not-version", &text(right), "");
        }
        for wrong in ["1.4", "v1.4.0", "01.2.3", "1.2.3-01", "1.2.3+", "latest", "1.2.3.4"] {
            let expected = format!(
                "2:{column} warning: `{wrong}` of the label `org.opencontainers.image.version` is no semantic version"
            );
            check("label-not-version", &text(wrong), &expected);
        }
    }
}
