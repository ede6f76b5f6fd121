//! Files that a service is given: secrets, configs, and files of variables.

use plimsoll_finding::Span;

use super::Text;
use crate::yaml::Value;

/// A secret or config that is mounted.
#[derive(Clone, Copy, Debug)]
pub struct FileMount<'y> {
    /// The name of the secret or config.
    pub source: Text<'y>,
    /// Where it is mounted; `None` stands for `/run/secrets/NAME` or `/NAME`.
    pub target: Option<Text<'y>>,
    /// All of it.
    pub span: Span,
    /// The item of the list.
    pub value: Value<'y>,
}

impl<'y> FileMount<'y> {
    pub(super) fn read(value: Value<'y>) -> Option<Self> {
        let source = Text::of(value).or_else(|| Text::of(value.get("source")?))?;
        let target = value.get("target").and_then(Text::of);
        Some(Self { source, target, span: value.written(), value })
    }
}

/// A file of variables.
#[derive(Clone, Copy, Debug)]
pub struct EnvFile<'y> {
    /// Its path.
    pub path: Text<'y>,
    /// Whether it is an error if it is missing.
    pub required: bool,
    /// All of it.
    pub span: Span,
}

impl<'y> EnvFile<'y> {
    pub(super) fn read(value: Value<'y>) -> Vec<Self> {
        let one = |it: Value<'y>| {
            if it.is_null() {
                return None;
            }
            let path = Text::of(it).or_else(|| Text::of(it.get("path")?))?;
            let required = it.get("required").and_then(Value::as_bool) != Some(false);
            Some(Self { path, required, span: it.written() })
        };
        if value.is_sequence() {
            value.items().filter_map(one).collect()
        } else {
            one(value).into_iter().collect()
        }
    }
}
