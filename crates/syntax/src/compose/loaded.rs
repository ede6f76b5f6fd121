//! A file as the loader sees it: aliases and merge keys followed, variables replaced.

use std::borrow::Cow;

use plimsoll_finding::Span;

use super::Text;
use super::interpolation::{InterpolationError, Variables, substitute};
use super::problem::{ComposeProblem, ComposeProblemKind as Kind};
use crate::yaml::{Resolved, Value};

/// A value.
#[derive(Clone, Debug)]
pub(super) struct Item<'y> {
    /// Where it is written.
    pub(super) node: Value<'y>,
    pub(super) data: Data<'y>,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data<'y> {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(Cow<'y, str>),
    /// A text with a variable of which nothing is known.
    Unknown,
    List(Vec<Item<'y>>),
    Map(Vec<Field<'y>>),
    /// `!reset`: it takes away what it would be joined with, and itself.
    Reset,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(super) struct Field<'y> {
    pub(super) name: &'y str,
    pub(super) key: Value<'y>,
    pub(super) value: Item<'y>,
    /// `!override`: it replaces what it would be joined with.
    pub(super) replaces: bool,
}

impl PartialEq for Item<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl PartialEq for Field<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.value == other.value
    }
}

impl<'y> Item<'y> {
    pub(super) fn span(&self) -> Span {
        self.node.span()
    }

    pub(super) fn fields(&self) -> &[Field<'y>] {
        match &self.data {
            Data::Map(fields) => fields,
            _ => &[],
        }
    }

    pub(super) fn items(&self) -> &[Self] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a key; of two equal keys the last one counts.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.field(name).map(|it| &it.value)
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field<'y>> {
        self.fields().iter().rev().find(|it| it.name == name)
    }

    /// The value at a path of keys.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |item, name| item.get(name))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self.data, Data::Map(_))
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.data, Data::Unknown)
    }

    /// How many values there are in it, itself included.
    pub(super) fn size(&self) -> usize {
        let items = self.items().iter().map(Self::size).sum::<usize>();
        1 + items + self.fields().iter().map(|it| it.value.size()).sum::<usize>()
    }

    /// A text that is known.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a key, if it is one and is known.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name)?.text()
    }

    /// A boolean, be it as a text.
    pub(super) fn boolean(&self) -> Option<bool> {
        match &self.data {
            Data::Bool(value) => Some(*value),
            Data::Text(text) => boolean(text),
            _ => None,
        }
    }

    /// A whole number, be it as a text.
    pub(super) fn int(&self) -> Option<i128> {
        match &self.data {
            Data::Int(value) => Some(*value),
            Data::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A number, be it as a text.
    #[expect(clippy::cast_precision_loss, reason = "the loader computes with such numbers too")]
    pub(super) fn number(&self) -> Option<f64> {
        match &self.data {
            Data::Int(value) => Some(*value as f64),
            Data::Float(value) => Some(*value),
            Data::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The place of a part of its text, if that is written as it is, and else its own.
    pub(super) fn part(&self, range: std::ops::Range<usize>) -> Span {
        match (Text::of(self.node), self.text()) {
            (Some(text), Some(loaded)) if text.text == loaded => text.part(range).span,
            _ => self.span(),
        }
    }
}

/// A boolean in the words of YAML 1.1, which the loader takes where it expects one.
pub(super) fn boolean(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|it| text.eq_ignore_ascii_case(it));
    if is(&["true", "y", "yes", "on"]) {
        Some(true)
    } else if is(&["false", "n", "no", "off"]) {
        Some(false)
    } else {
        None
    }
}

/// Makes items of values.
pub(super) struct Loading<'v, 'p> {
    pub(super) variables: &'v Variables<'v>,
    pub(super) problems: &'p mut Vec<ComposeProblem>,
}

impl Loading<'_, '_> {
    pub(super) fn item<'y>(&mut self, value: Value<'y>, depth: usize) -> Item<'y> {
        let data = self.data(value, depth);
        Item { node: value, data }
    }

    fn data<'y>(&mut self, value: Value<'y>, depth: usize) -> Data<'y> {
        if value.tag() == Some("!reset") {
            return Data::Reset;
        }
        if depth > Value::DEEPEST {
            return Data::Unknown;
        }
        if value.is_mapping() {
            return Data::Map(self.fields(value, depth));
        }
        if value.is_sequence() {
            let items = value.items().map(|it| self.item(it, depth + 1));
            return Data::List(items.filter(|it| it.data != Data::Reset).collect());
        }
        match value.resolve() {
            None | Some(Resolved::Null) => Data::Null,
            Some(Resolved::Bool(value)) => Data::Bool(value),
            Some(Resolved::Int(value)) => Data::Int(value),
            Some(Resolved::Float(value)) => Data::Float(value),
            Some(Resolved::Str(text)) => self.text(value, text),
        }
    }

    fn fields<'y>(&mut self, value: Value<'y>, depth: usize) -> Vec<Field<'y>> {
        for own in value.own_entries() {
            if own.key.is_merge_key() {
                self.check_merge(own.value);
            } else if !matches!(own.key.resolve(), Some(Resolved::Str(_))) {
                self.refuse_key(own.key);
            }
        }
        let fields = value.entries().into_iter();
        fields
            .map(|it| {
                let replaces = it.value.tag() == Some("!override");
                let value = self.item(it.value, depth + 1);
                Field { name: it.name(), key: it.key, value, replaces }
            })
            .collect()
    }

    fn check_merge(&mut self, source: Value<'_>) {
        let is_right =
            source.is_mapping() || (source.is_sequence() && source.items().all(Value::is_mapping));
        if !is_right {
            let message = "`<<` takes a mapping or a list of mappings";
            self.problems.push(ComposeProblem::new(
                Kind::Schema,
                "merge-of-no-mapping",
                source.written(),
                message,
            ));
        }
    }

    fn refuse_key(&mut self, key: Value<'_>) {
        let what = match key.resolve() {
            Some(Resolved::Int(_) | Resolved::Float(_)) => "a number",
            Some(Resolved::Bool(_)) => "a boolean",
            Some(Resolved::Null) => "null",
            Some(Resolved::Str(_)) => return,
            None if key.is_sequence() => "a list",
            None => "a mapping",
        };
        let message = match key.as_str().filter(|it| !it.is_empty()) {
            Some(text) => format!("the key `{text}` is {what}, and keys must be text"),
            None => format!("a key is {what}, and keys must be text"),
        };
        let problem = ComposeProblem::new(Kind::Schema, "key-is-no-text", key.written(), message);
        self.problems.push(match key.as_str().filter(|it| !it.is_empty()) {
            Some(text) => problem.help(format!("write `\"{text}\"`")),
            None => problem,
        });
    }

    fn text<'y>(&mut self, value: Value<'y>, text: &'y str) -> Data<'y> {
        if !text.contains('$') {
            return Data::Text(Cow::Borrowed(text));
        }
        match substitute(text, self.variables) {
            Ok(it) if it.is_known => Data::Text(it.text),
            Ok(_) => Data::Unknown,
            Err(error) => {
                self.problems.push(interpolation_problem(value, &error));
                Data::Unknown
            }
        }
    }
}

fn interpolation_problem(value: Value<'_>, error: &InterpolationError) -> ComposeProblem {
    let span = Text::of(value).map_or(value.span(), |it| it.part(error.range()).span);
    match error {
        InterpolationError::Invalid { text, .. } => {
            let message = format!("`{text}` is no variable");
            ComposeProblem::new(Kind::Interpolation, "invalid-interpolation", span, message)
                .help("write `${NAME}`, or `$$` for a dollar sign")
        }
        InterpolationError::Required { name, reason, .. } => {
            let message = if reason.is_empty() {
                format!("the variable `{name}` must be set")
            } else {
                format!("the variable `{name}` must be set: {}", reason.replace('\n', " "))
            };
            ComposeProblem::new(Kind::Interpolation, "required-variable", span, message)
        }
    }
}
