//! Values of expressions.

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::tags) enum Value {
    /// No such name.
    Undefined,
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, in digits.
    Number(String),
    /// A text.
    Text(String),
    /// Several values.
    List(Vec<Self>),
    /// Something that is called by its name, and gives a value only then.
    Function(String),
}

impl Value {
    /// What is written where the value stands.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Undefined | Self::Null | Self::Function(_) => String::new(),
            Self::Bool(it) => it.to_string(),
            Self::Number(it) | Self::Text(it) => it.clone(),
            Self::List(values) => values.iter().map(Self::text).collect::<Vec<_>>().join(","),
        }
    }

    /// Whether `{{#if}}` takes it for nothing. Zero counts as something only with `includeZero`.
    pub(super) fn is_nothing(&self, zero_counts: bool) -> bool {
        match self {
            Self::Undefined | Self::Null => true,
            Self::Bool(it) => !it,
            Self::Number(it) => it == "0" && !zero_counts,
            Self::Text(it) => it.is_empty(),
            Self::List(it) => it.is_empty(),
            Self::Function(_) => false,
        }
    }

    /// A part of it: `list.0`, `list.length`.
    pub(super) fn part(&self, name: &str) -> Self {
        let found = match (self, name) {
            (Self::List(values), "length") => Some(Self::Number(values.len().to_string())),
            (Self::Text(text), "length") => {
                Some(Self::Number(text.encode_utf16().count().to_string()))
            }
            (Self::List(values), _) => {
                let index = name.parse::<usize>().ok().filter(|it| it.to_string() == name);
                index.and_then(|it| values.get(it)).cloned()
            }
            (Self::Text(text), _) => {
                let index = name.parse::<usize>().ok().filter(|it| it.to_string() == name);
                index.and_then(|it| text.chars().nth(it)).map(|it| Self::Text(it.to_string()))
            }
            _ => None,
        };
        found.unwrap_or(Self::Undefined)
    }
}
