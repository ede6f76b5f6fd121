//! Rewriting scalars.

use plimsoll_finding::Edit;
use plimsoll_syntax::yaml::{Resolved, Scalar, ScalarStyle, Value};

use super::YamlEdits;

impl<'y> YamlEdits<'y> {
    /// Gives a scalar another text, in the quotes that it has. Without quotes it gets some where the
    /// text needs them, or would stand for another kind of value than before.
    pub fn scalar_replaced(&self, value: Value<'y>, text: &str) -> Option<Edit> {
        let scalar = value.scalar()?;
        let place = value.content();
        if !self.may_change(value) || place.is_empty() {
            return None;
        }
        let stays = |it: &str| is_plain(it) && stands_for_alike(&scalar, it);
        let written = match scalar.style {
            ScalarStyle::Plain if stays(text) => text.to_owned(),
            ScalarStyle::Plain => quoted(text)?,
            ScalarStyle::SingleQuoted => in_single_quotes(text)?,
            ScalarStyle::DoubleQuoted => in_double_quotes(text)?,
            ScalarStyle::Literal | ScalarStyle::Folded => return None,
        };
        Some(Edit::replace(place, written))
    }
}

/// Whether a text without quotes is read as itself, wherever it stands.
fn is_plain(text: &str) -> bool {
    let indicator = |it: char| it.is_whitespace() || "-?:,[]{}#&*!|>'\"%@`".contains(it);
    let forbidden = |it: char| it.is_control() || ",[]{}\u{feff}".contains(it);
    !text.is_empty()
        && !text.starts_with(indicator)
        && !text.contains(forbidden)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(|it: char| it.is_whitespace() || it == ':')
        && !text.starts_with("...")
        && !is_read_otherwise(text)
}

/// Whether a reader of YAML 1.1 takes it for a truth value, or for a number in base 60.
fn is_read_otherwise(text: &str) -> bool {
    let is_sixty = text.contains(':') && text.bytes().all(|it| it.is_ascii_digit() || it == b':');
    Scalar::plain(text).is_old_bool() || is_sixty
}

/// Whether another text without quotes is the same kind of value: a number stays one.
fn stands_for_alike(old: &Scalar<'_>, text: &str) -> bool {
    let kind = |it: Resolved<'_>| {
        std::mem::discriminant(&match it {
            Resolved::Str(_) => Resolved::Str(""),
            Resolved::Null => Resolved::Null,
            Resolved::Bool(_) => Resolved::Bool(true),
            Resolved::Int(_) | Resolved::Float(_) => Resolved::Int(0),
        })
    };
    kind(old.resolve()) == kind(Scalar::plain(text).resolve())
}

fn quoted(text: &str) -> Option<String> {
    let has_escapes = text.contains(['"', '\\']) && !text.contains(char::is_control);
    if has_escapes { in_single_quotes(text) } else { in_double_quotes(text) }
}

fn in_single_quotes(text: &str) -> Option<String> {
    let fits = !text.contains(|it: char| it.is_control() || it == '\u{feff}');
    fits.then(|| format!("'{}'", text.replace('\'', "''")))
}

fn in_double_quotes(text: &str) -> Option<String> {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for it in text.chars() {
        match it {
            '"' | '\\' => quoted.extend(['\\', it]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            it if it.is_control() || it == '\u{feff}' => return None,
            it => quoted.push(it),
        }
    }
    quoted.push('"');
    Some(quoted)
}
