//! TOML values that know where they stand, and how Cargo joins those of several files.

use std::{collections::BTreeMap, mem, path::Path};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{ConfigError, Origin};

pub(super) type Table = BTreeMap<String, Value>;

/// A value of a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String, Origin),
    List(Vec<Self>, Origin),
    Table(Table, Origin),
    Flag(bool, Origin),
    /// Numbers and dates: of no interest here, but for that they are there.
    Other(Origin),
}

impl Value {
    pub(super) fn origin(&self) -> &Origin {
        match self {
            Self::Text(_, origin)
            | Self::List(_, origin)
            | Self::Table(_, origin)
            | Self::Flag(_, origin)
            | Self::Other(origin) => origin,
        }
    }

    /// Tells whether this is neither a list nor a table.
    fn is_single(&self) -> bool {
        !matches!(self, Self::List(..) | Self::Table(..))
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Table(table, _) => table.get(key),
            _ => None,
        }
    }
}

/// Parses a file.
pub(super) fn parse(path: &Path, text: &str) -> Result<Table, ConfigError> {
    let syntax = |source| ConfigError::Syntax { path: path.to_owned(), source: Box::new(source) };
    let parsed = DeTable::parse(text).map_err(syntax)?;
    Ok(table(path, text, parsed.get_ref()))
}

fn table(path: &Path, text: &str, parsed: &DeTable<'_>) -> Table {
    parsed.iter().map(|(key, it)| (key.get_ref().to_string(), value(path, text, it))).collect()
}

fn value(path: &Path, text: &str, parsed: &Spanned<DeValue<'_>>) -> Value {
    let origin = Origin::in_file(path.to_owned(), text, parsed.span());
    match parsed.get_ref() {
        DeValue::String(it) => Value::Text(it.to_string(), origin),
        DeValue::Array(it) => {
            Value::List(it.iter().map(|it| value(path, text, it)).collect(), origin)
        }
        DeValue::Table(it) => Value::Table(table(path, text, it), origin),
        DeValue::Boolean(it) => Value::Flag(*it, origin),
        _ => Value::Other(origin),
    }
}

/// Adds what `lower` says to `higher`: tables are joined key by key, lists with the lower one's
/// entries first, and of two other values the higher one stays.
pub(super) fn merge(higher: &mut Table, lower: Table, parent: &str) -> Result<(), ConfigError> {
    for (key, lower) in lower {
        let dotted = if parent.is_empty() { key.clone() } else { format!("{parent}.{key}") };
        match (higher.get_mut(&key), lower) {
            (None, lower) => {
                higher.insert(key, lower);
            }
            (Some(Value::Table(higher, _)), Value::Table(lower, _)) => {
                merge(higher, lower, &dotted)?;
            }
            (Some(Value::List(higher, _)), Value::List(mut lower, _)) => {
                mem::swap(higher, &mut lower);
                higher.append(&mut lower);
            }
            (Some(higher), lower) if higher.is_single() && lower.is_single() => {}
            (Some(higher), lower) => {
                return Err(ConfigError::Mixed {
                    key: dotted,
                    higher: higher.origin().clone(),
                    lower: lower.origin().clone(),
                });
            }
        }
    }
    Ok(())
}
