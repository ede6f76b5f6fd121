//! Scalars without quotes that other readers of YAML, and older ones, take for something else.

use super::Report;
use crate::compose::loaded::{Data, Field, Item};
use crate::yaml::ScalarStyle;

pub(super) fn check(root: &Item<'_>, report: &mut Report<'_>) {
    for section in root.fields().iter().filter(|it| !it.name.starts_with("x-")) {
        fields(&section.value, report);
    }
}

fn fields(item: &Item<'_>, report: &mut Report<'_>) {
    for field in item.fields() {
        match &field.value.data {
            Data::Text(text) if matches!(text.len(), 2..=3) => old_boolean(field, text, report),
            Data::Map(_) | Data::List(_) => fields(&field.value, report),
            _ => {}
        }
    }
    for it in item.items() {
        fields(it, report);
    }
}

fn old_boolean(field: &Field<'_>, text: &str, report: &mut Report<'_>) {
    let is_old = field.value.node.scalar().is_some_and(|it| it.is_old_bool());
    if !is_old {
        return;
    }
    let value = matches!(&*text.to_ascii_lowercase(), "yes" | "on");
    let message =
        format!("`{}: {text}` is a boolean in YAML 1.1, and a string in YAML 1.2", field.name);
    let help = format!("write `\"{text}\"` or `{value}`");
    report.add("old-boolean", field.value.span(), message).help(help);
}

/// Whether a text without quotes is a number of base 60 in YAML 1.1: `22:22`.
pub(super) fn is_sexagesimal(item: &Item<'_>) -> bool {
    let Some(scalar) = item.node.scalar().filter(|it| it.style == ScalarStyle::Plain) else {
        return false;
    };
    let mut parts = scalar.text.split(':');
    let first = parts.next().unwrap_or_default();
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let mut count = 0;
    let all = parts.all(|it| {
        count += 1;
        digits(it) && it.len() <= 2 && it.parse::<u8>().is_ok_and(|it| it < 60)
    });
    all && count > 0 && digits(first) && !first.starts_with('0')
}
