//! What an expression is in a situation, as far as that can be known.

use std::borrow::Cow;

use super::{Expression, Operator};
use crate::workflow::Situation;

/// What is known about a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Known<'e> {
    /// Nothing.
    Unknown,
    /// That it counts as true.
    Truthy,
    /// That it counts as false.
    Falsy,
    /// It is `null`.
    Null,
    /// It is `true` or `false`.
    Bool(bool),
    /// It is a number.
    Number(f64),
    /// It is a text.
    Text(Cow<'e, str>),
}

/// Whether something is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// That can't be known.
    Maybe,
}

impl Truth {
    /// Whether it may be true.
    pub fn is_possible(self) -> bool {
        self != Self::No
    }

    fn of(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
        }
    }
}

impl Known<'_> {
    /// Whether it counts as true.
    pub fn truth(&self) -> Truth {
        match self {
            Self::Unknown => Truth::Maybe,
            Self::Truthy => Truth::Yes,
            Self::Falsy | Self::Null => Truth::No,
            Self::Bool(value) => Truth::of(*value),
            Self::Number(value) => Truth::of(*value != 0.0 && !value.is_nan()),
            Self::Text(text) => Truth::of(!text.is_empty()),
        }
    }

    fn of(truth: Truth) -> Self {
        match truth {
            Truth::Yes => Self::Bool(true),
            Truth::No => Self::Bool(false),
            Truth::Maybe => Self::Unknown,
        }
    }

    /// How a value is written into a text; `None` where that can't be known.
    fn written(&self) -> Option<String> {
        match self {
            Self::Null => Some(String::new()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Number(value) => Some(value.to_string()),
            Self::Text(text) => Some(text.to_string()),
            Self::Unknown | Self::Truthy | Self::Falsy => None,
        }
    }

    /// The number that a value is compared as; `None` where that can't be known.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Null => Some(0.0),
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Number(value) => Some(*value),
            Self::Text(text) if text.trim().is_empty() => Some(0.0),
            Self::Text(text) => Some(text.trim().parse().unwrap_or(f64::NAN)),
            Self::Unknown | Self::Truthy | Self::Falsy => None,
        }
    }
}

impl Expression<'_> {
    /// Whether it counts as true in a situation.
    pub fn truth(&self, situation: &Situation<'_>) -> Truth {
        self.evaluate(situation).truth()
    }

    /// What it is in a situation.
    pub fn evaluate<'s>(&'s self, situation: &Situation<'s>) -> Known<'s> {
        match self {
            Self::Null => Known::Null,
            Self::Bool(value) => Known::Bool(*value),
            Self::Number(value) => Known::Number(*value),
            Self::Text(text) => Known::Text(Cow::Borrowed(text)),
            Self::Context(context) => situation.value(context),
            Self::Call { name, arguments } => call(name, arguments, situation),
            Self::Not(inner) => Known::of(!inner.truth(situation)),
            Self::And(parts) => first(parts, situation, Truth::No),
            Self::Or(parts) => first(parts, situation, Truth::Yes),
            Self::Compare(left, operator, right) => {
                let (left, right) = (left.evaluate(situation), right.evaluate(situation));
                Known::of(compare(&left, *operator, &right))
            }
            Self::Part(_) => Known::Unknown,
        }
    }
}

/// The first value that counts as it is wanted, or else the last one, as `&&` and `||` give it.
fn first<'s>(parts: &'s [Expression<'_>], situation: &Situation<'s>, wanted: Truth) -> Known<'s> {
    let mut sure = true;
    let mut last = Known::Unknown;
    for part in parts {
        last = part.evaluate(situation);
        let truth = last.truth();
        if truth == wanted {
            // With an unknown one before, it is still known how the whole counts.
            return match (sure, wanted) {
                (true, _) => last,
                (false, Truth::No) => Known::Falsy,
                (false, _) => Known::Truthy,
            };
        }
        sure &= truth != Truth::Maybe;
    }
    if sure { last } else { Known::Unknown }
}

fn compare(left: &Known<'_>, operator: Operator, right: &Known<'_>) -> Truth {
    let equal = || match (left, right) {
        (Known::Text(left), Known::Text(right)) => Truth::of(left.eq_ignore_ascii_case(right)),
        (Known::Null, Known::Null) => Truth::Yes,
        // What counts as true is neither nothing nor false.
        (Known::Truthy, other) | (other, Known::Truthy)
            if other.truth() == Truth::No && *other != Known::Falsy =>
        {
            Truth::No
        }
        (Known::Falsy, Known::Text(text)) | (Known::Text(text), Known::Falsy)
            if !matches!(&**text, "" | "0" | "false") =>
        {
            Truth::No
        }
        (Known::Falsy, Known::Text(text)) | (Known::Text(text), Known::Falsy)
            if text.is_empty() =>
        {
            Truth::Yes
        }
        (Known::Falsy, Known::Bool(true)) | (Known::Bool(true), Known::Falsy) => Truth::No,
        _ => match (left.number(), right.number()) {
            #[expect(clippy::float_cmp, reason = "it is what the comparison means")]
            (Some(left), Some(right)) => Truth::of(left == right),
            _ => Truth::Maybe,
        },
    };
    let numbers = || left.number().zip(right.number());
    let ordered = |holds: fn(&f64, &f64) -> bool| {
        let texts = matches!((left, right), (Known::Text(_), Known::Text(_)));
        match numbers() {
            Some((left, right)) if !texts => Truth::of(holds(&left, &right)),
            _ => Truth::Maybe,
        }
    };
    match operator {
        Operator::Equal => equal(),
        Operator::NotEqual => !equal(),
        Operator::Less => ordered(f64::lt),
        Operator::LessOrEqual => ordered(f64::le),
        Operator::Greater => ordered(f64::gt),
        Operator::GreaterOrEqual => ordered(f64::ge),
    }
}

fn call<'s>(name: &str, arguments: &'s [Expression<'_>], situation: &Situation<'s>) -> Known<'s> {
    let name = name.to_ascii_lowercase();
    if name == "always" {
        return Known::Bool(true);
    }
    if name == "fromjson" {
        return match arguments {
            [one] => from_json(one.evaluate(situation)),
            _ => Known::Unknown,
        };
    }
    if name == "format" {
        let known = arguments.iter().map(|it| it.evaluate(situation).written());
        let known: Option<Vec<String>> = known.collect();
        let text = known.as_deref().and_then(<[String]>::split_first);
        let text = text.and_then(|(pattern, values)| formatted(pattern, values));
        return text.map_or(Known::Unknown, |it| Known::Text(it.into()));
    }
    let [text, part] = arguments else { return Known::Unknown };
    let part = part.evaluate(situation);
    if name == "contains"
        && let Expression::Call { name, arguments } = text
        && name.eq_ignore_ascii_case("fromJSON")
        && let [Expression::Text(list)] = &**arguments
    {
        return Known::of(list_contains(list, &part));
    }
    let (Known::Text(text), Known::Text(part)) = (text.evaluate(situation), part) else {
        return Known::Unknown;
    };
    let (text, part) = (text.to_lowercase(), part.to_lowercase());
    match &*name {
        "contains" => Known::Bool(text.contains(&part)),
        "startswith" => Known::Bool(text.starts_with(&part)),
        "endswith" => Known::Bool(text.ends_with(&part)),
        _ => Known::Unknown,
    }
}

/// Puts values in the place of `{0}`, `{1}`; `{{` and `}}` are braces. `None` where GitHub refuses it.
fn formatted(pattern: &str, values: &[String]) -> Option<String> {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            text.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            text.push('}');
            rest = after;
        } else {
            let (number, after) = from.strip_prefix('{')?.split_once('}')?;
            text.push_str(values.get(number.parse::<usize>().ok()?)?);
            rest = after;
        }
    }
    text.push_str(rest);
    Some(text)
}

/// What a JSON text of one word stands for.
fn from_json(text: Known<'_>) -> Known<'_> {
    match text {
        Known::Text(text) => match text.trim() {
            "true" => Known::Bool(true),
            "false" => Known::Bool(false),
            "null" => Known::Null,
            _ => Known::Unknown,
        },
        _ => Known::Unknown,
    }
}

/// Whether a JSON list of texts has one.
fn list_contains(list: &str, part: &Known<'_>) -> Truth {
    let Known::Text(part) = part else { return Truth::Maybe };
    match serde_json::from_str::<Vec<String>>(list) {
        Ok(items) => Truth::of(items.iter().any(|it| it.eq_ignore_ascii_case(part))),
        Err(_) => Truth::Maybe,
    }
}
