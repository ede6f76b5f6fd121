//! `label-not-email`: a label that should be an e-mail address is none.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::labels::report_form;

declare_rule! {
    /// ## What it does
    /// Reports labels that the schema in the settings gives the form `email` and whose value is no
    /// e-mail address. Values with variables that are not known before the build are left alone.
    /// Without a schema it has nothing to report.
    ///
    /// ## Why it matters
    /// Who finds a fault in the image has to be able to tell somebody.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.authors="The team"
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.authors="team@example.com"
    /// ```
    pub(crate) static LABEL_NOT_EMAIL = {
        name: "label-not-email",
        clause: Clause::Tags,
        summary: "a label is no e-mail address",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DL3058"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report_form(cx, "email", is_address, "no e-mail address", "Write `name@host`, or `Name <name@host>`.");
}

/// Whether a text is an e-mail address of RFC 5322, alone or in angle brackets after a name. Quoted
/// local parts and comments, which nobody writes, are taken for none.
fn is_address(text: &str) -> bool {
    let address = match text.strip_suffix('>').and_then(|it| it.split_once('<')) {
        Some((_, address)) => address,
        None => text,
    };
    let Some((local, host)) = address.rsplit_once('@') else { return false };
    let atom = |it: &str| {
        !it.is_empty() && it.chars().all(|it| it.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(it))
    };
    let label = |it: &str| {
        !it.is_empty() && !it.starts_with('-') && !it.ends_with('-') && it.chars().all(|it| it.is_alphanumeric() || it == '-')
    };
    local.split('.').all(atom) && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn values() {
        let text = |value: &str| {
            format!("FROM a\nLABEL a=b org.opencontainers.image.authors=\"{value}\"\n")
        };
        let column = 11 + "org.opencontainers.image.authors=".len();
        for right in ["team@example.com", "A Team <a.team+x@mail.example.com>"] {
            check("label-not-email", &text(right), "");
        }
        for wrong in ["team", "team@", "@example.com", "a b@example.com", "a..b@example.com", "a@-x.example", "a@b <x>"] {
            let expected = format!(
                "2:{column} warning: `{wrong}` of the label `org.opencontainers.image.authors` is no e-mail address"
            );
            check("label-not-email", &text(wrong), &expected);
        }
    }
}
