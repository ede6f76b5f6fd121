//! `label-not-url`: a label that should be an address is none.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::labels::report_form;

declare_rule! {
    /// ## What it does
    /// Reports labels that the schema in the settings gives the form `url` and whose value is no
    /// absolute URL. Values with variables that are not known before the build are left alone.
    /// Without a schema it has nothing to report.
    ///
    /// ## Why it matters
    /// Registries and dashboards make a link of it. What is no URL becomes a link to nowhere, or
    /// none.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.source="github.com/example/app"
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.source="https://github.com/example/app"
    /// ```
    pub(crate) static LABEL_NOT_URL = {
        name: "label-not-url",
        clause: Clause::Tags,
        summary: "a label is no URL",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DL3052"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report_form(cx, "url", is_url, "no URL", "Write it with its scheme: `https://…`.");
}

/// Whether a text is an absolute URL: a scheme, and a host where the scheme needs one.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let letters = scheme.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'-' | b'.'));
    let named = letters && scheme.starts_with(|it: char| it.is_ascii_alphabetic());
    let allowed = |it: char| it.is_ascii_graphic() && !matches!(it, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
    let host = rest.strip_prefix("//").map(|it| it.split(['/', '?', '#']).next().unwrap_or_default());
    let needs_host = matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https" | "ftp" | "ssh" | "git");
    let reached = match host {
        Some(host) => !host.is_empty() && !host.starts_with(':'),
        None => !needs_host && !rest.is_empty(),
    };
    named && reached && rest.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn values() {
        let text = |value: &str| {
            format!("FROM a\nLABEL a=b org.opencontainers.image.source=\"{value}\"\n")
        };
        let column = 11 + "org.opencontainers.image.source=".len();
        for right in ["https://x.example/a?b#c", "mailto:a@b.example", "http://[::1]:80/", "ssh://git@host.example/a"] {
            check("label-not-url", &text(right), "");
        }
        for wrong in ["x.example", "https://", "http:x", "https://a b", "://x", "1a://x"] {
            let expected = format!(
                "2:{column} warning: `{wrong}` of the label `org.opencontainers.image.source` is no URL"
            );
            check("label-not-url", &text(wrong), &expected);
        }
    }
}
