//! `label-not-date`: a label that should be a date is none.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::labels::report_form;

declare_rule! {
    /// ## What it does
    /// Reports labels that the schema in the settings gives the form `rfc3339` and whose value is
    /// no date and time as RFC 3339 has them. Values with variables that are not known before the
    /// build are left alone. Without a schema it has nothing to report.
    ///
    /// ## Why it matters
    /// Programs that sort images by their date read this form only; OCI asks for it in
    /// `org.opencontainers.image.created`.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.created="2026-11-23"
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// LABEL org.opencontainers.image.created="2026-11-23T10:15:00Z"
    /// ```
    pub(crate) static LABEL_NOT_DATE = {
        name: "label-not-date",
        clause: Clause::Tags,
        summary: "a label is no RFC 3339 date",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DL3053"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report_form(cx, "rfc3339", is_date, "no date and time of RFC 3339", "Write it as `2026-01-31T12:00:00Z`.");
}

/// Whether a text is a date and time of RFC 3339, with the zone.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |at: usize, length: usize| -> Option<u32> {
        let digits = text.get(at..at + length)?;
        digits.bytes().all(|it| it.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let is = |at: usize, any: &[u8]| bytes.get(at).is_some_and(|it| any.contains(it));
    let marks = is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
    let (Some(year), Some(month), Some(day)) = (number(0, 4), number(5, 2), number(8, 2)) else { return false };
    let (Some(hour), Some(minute), Some(second)) = (number(11, 2), number(14, 2), number(17, 2)) else { return false };
    let mut rest = text.get(19..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix('.') {
        let zone = fraction.trim_start_matches(|it: char| it.is_ascii_digit());
        if zone.len() == fraction.len() {
            return false;
        }
        rest = zone;
    }
    let zone = matches!(rest, "Z" | "z") || is_offset(rest);
    let fits = (1..=days(year, month)).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    marks && fits && zone
}

/// `+02:00`.
fn is_offset(text: &str) -> bool {
    let Some((hour, minute)) = text.strip_prefix(['+', '-']).and_then(|it| it.split_once(':')) else { return false };
    let below = |it: &str, end: u8| {
        it.len() == 2 && it.bytes().all(|it| it.is_ascii_digit()) && it.parse::<u8>().is_ok_and(|it| it < end)
    };
    below(hour, 24) && below(minute, 60)
}

/// The number of days in a month; 0 for one that does not exist.
fn days(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn values() {
        let text = |value: &str| {
            format!("FROM a\nLABEL a=b org.opencontainers.image.created=\"{value}\"\n")
        };
        let column = 11 + "org.opencontainers.image.created=".len();
        for right in ["2026-11-23T10:15:00Z", "2024-02-29t23:59:60.123+02:00", "1999-12-31 00:00:00-11:30"] {
            check("label-not-date", &text(right), "");
        }
        for wrong in ["2026-11-23", "2026-02-29T00:00:00Z", "2026-11-23T10:15Z", "2026-11-23T24:00:00Z", "2026-11-23T10:15:00", "2026-11-23T10:15:00.Z", "2026-13-01T00:00:00Z", "today"] {
            let expected = format!(
                "2:{column} warning: `{wrong}` of the label `org.opencontainers.image.created` is no date and time of RFC 3339"
            );
            check("label-not-date", &text(wrong), &expected);
        }
    }
}
