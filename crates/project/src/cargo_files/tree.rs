//! Reading TOML with the place of each value, and without an opinion on what must be there.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// A table as it was parsed.
pub(super) type Table<'t> = DeTable<'t>;
/// A value as it was parsed.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// What can be read of a text, and whether that is all of it.
pub(super) fn parse(text: &str) -> (Table<'_>, bool) {
    let (table, errors) = DeTable::parse_recoverable(text);
    (table.into_inner(), errors.is_empty())
}

/// The table below a row of keys.
pub(super) fn table_at<'a, 't>(table: &'a Table<'t>, keys: &[&str]) -> Option<&'a Table<'t>> {
    keys.iter().try_fold(table, |table, key| as_table(table.get(*key)?))
}

pub(super) fn as_table<'a, 't>(value: &'a Value<'t>) -> Option<&'a Table<'t>> {
    match value.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

pub(super) fn as_text<'a>(value: &'a Value<'_>) -> Option<&'a str> {
    match value.get_ref() {
        DeValue::String(text) => Some(text),
        _ => None,
    }
}

pub(super) fn as_flag(value: &Value<'_>) -> Option<bool> {
    match value.get_ref() {
        DeValue::Boolean(flag) => Some(*flag),
        _ => None,
    }
}

pub(super) fn text<'a>(table: &'a Table<'_>, key: &str) -> Option<&'a str> {
    as_text(table.get(key)?)
}

pub(super) fn flag(table: &Table<'_>, key: &str) -> Option<bool> {
    as_flag(table.get(key)?)
}

/// The elements of a list; none where there is no list.
pub(super) fn list<'a, 't>(
    table: &'a Table<'t>,
    key: &str,
) -> impl Iterator<Item = &'a Value<'t>> + use<'a, 't> {
    let array = match table.get(key).map(Spanned::get_ref) {
        Some(DeValue::Array(array)) => Some(array),
        _ => None,
    };
    array.into_iter().flat_map(|it| it.iter())
}

/// The texts of a list.
pub(super) fn texts(table: &Table<'_>, key: &str) -> Vec<String> {
    list(table, key).filter_map(as_text).map(str::to_owned).collect()
}

/// The texts of a list with their places.
pub(super) fn placed_texts(table: &Table<'_>, key: &str) -> Vec<(String, Range<usize>)> {
    list(table, key).filter_map(|it| Some((as_text(it)?.to_owned(), it.span()))).collect()
}
