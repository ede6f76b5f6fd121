//! Scalars, and what those without quotes stand for.

use super::Value;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A scalar.
#[derive(Clone, Copy, Debug)]
pub struct Scalar<'y> {
    /// Its text, quotes and escapes removed.
    pub text: &'y str,
    /// How it is written.
    pub style: ScalarStyle,
    pub(super) tag: Option<&'y str>,
}

/// What a scalar stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Resolved<'y> {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true` or `false`. The words of YAML 1.1 (`yes`, `on`, …) are strings: see
    /// [`Scalar::is_old_bool`].
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// Everything else.
    Str(&'y str),
}

impl<'y> Scalar<'y> {
    /// A scalar as it would be without quotes.
    pub fn plain(text: &'y str) -> Self {
        Self { text, style: ScalarStyle::Plain, tag: None }
    }

    /// What the scalar stands for.
    pub fn resolve(&self) -> Resolved<'y> {
        match self.tag {
            Some("tag:yaml.org,2002:str" | "!") => return Resolved::Str(self.text),
            _ if self.style != ScalarStyle::Plain => return Resolved::Str(self.text),
            _ => {}
        }
        resolve(self.text)
    }

    /// Whether it is one of the words that were booleans in YAML 1.1 and that some readers still
    /// take for such: `yes`, `no`, `on`, `off`, `y`, `n`.
    pub fn is_old_bool(&self) -> bool {
        self.style == ScalarStyle::Plain
            && ["yes", "no", "on", "off", "y", "n"].iter().any(|word| {
                let mut title = String::with_capacity(word.len());
                let (first, rest) = word.split_at(1);
                title.push_str(&first.to_ascii_uppercase());
                title.push_str(rest);
                self.text == *word || self.text == title || self.text == word.to_ascii_uppercase()
            })
    }
}

fn resolve(text: &str) -> Resolved<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Resolved::Null,
        "true" | "True" | "TRUE" => return Resolved::Bool(true),
        "false" | "False" | "FALSE" => return Resolved::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Resolved::Float(f64::NAN),
        _ => {}
    }
    if !text.starts_with(|it: char| it.is_ascii_digit() || matches!(it, '+' | '-' | '.')) {
        return Resolved::Str(text);
    }
    if let Some(number) = int(text) {
        return Resolved::Int(number);
    }
    match float(text) {
        Some(number) => Resolved::Float(number),
        None => Resolved::Str(text),
    }
}

/// A whole number: decimal, `0x…`, `0o…`, `0b…`, or with a leading zero octal as in YAML 1.1.
fn int(text: &str) -> Option<i128> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = digits.replace('_', "");
    if digits.is_empty() || !digits.starts_with(|it: char| it.is_ascii_digit()) {
        return None;
    }
    let radix = |prefix: &str, radix| {
        digits.strip_prefix(prefix).map(|it| i128::from_str_radix(it, radix).ok())
    };
    let number = radix("0x", 16).or_else(|| radix("0o", 8)).or_else(|| radix("0b", 2));
    let octal = || if digits.len() > 1 { radix("0", 8) } else { None };
    let number = number.or_else(octal).unwrap_or_else(|| digits.parse().ok());
    number.map(|it| sign * it)
}

fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
        return Some(f64::INFINITY * sign);
    }
    let is_number = unsigned.bytes().any(|it| it.is_ascii_digit())
        && unsigned
            .bytes()
            .all(|it| it.is_ascii_digit() || matches!(it, b'.' | b'e' | b'E' | b'+' | b'-'));
    if is_number { text.parse().ok() } else { None }
}

impl<'y> Value<'y> {
    /// What a scalar stands for; `None` for a list or a mapping.
    pub fn resolve(self) -> Option<Resolved<'y>> {
        self.scalar().map(|it| it.resolve())
    }

    /// `true` or `false`.
    pub fn as_bool(self) -> Option<bool> {
        match self.resolve()? {
            Resolved::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// A whole number.
    pub fn as_int(self) -> Option<i128> {
        match self.resolve()? {
            Resolved::Int(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is `null` or nothing.
    pub fn is_null(self) -> bool {
        self.resolve() == Some(Resolved::Null)
    }
}
