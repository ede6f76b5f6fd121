//! Bake files: which images `docker buildx bake` builds from what.
//!
//! Of `docker-bake.hcl` the blocks `target`, `group` and `variable` are read, and of their values
//! those that are written out: texts, lists, maps. What is computed is [`BakeValue::Unknown`].
//! `docker-bake.json` says the same as JSON. Reading never fails: what isn't understood is left out.

use plimsoll_finding::Span;

mod hcl;
mod json;
mod resolve;
#[cfg(test)]
mod tests;

/// A bake file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bake {
    /// The targets, in order.
    pub targets: Vec<BakeBlock>,
    /// The groups, in order.
    pub groups: Vec<BakeBlock>,
    /// The variables, in order. The environment may give them other values than their defaults.
    pub variables: Vec<BakeBlock>,
}

/// A target, group or variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BakeBlock {
    /// The name.
    pub name: String,
    /// The place of the name, quotes included.
    pub name_span: Span,
    /// The attributes, in order.
    pub attributes: Vec<BakeAttribute>,
}

/// `name = value`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BakeAttribute {
    /// The name.
    pub name: String,
    /// The place of the name.
    pub name_span: Span,
    /// The value.
    pub value: BakeItem,
}

/// A value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BakeItem {
    /// The place, quotes and brackets included.
    pub span: Span,
    /// The value.
    pub value: BakeValue,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BakeValue {
    /// A text, number or boolean. `${NAME}` stands in it as it is written.
    Text(String),
    /// A list.
    List(Vec<BakeItem>),
    /// A map.
    Map(Vec<BakeAttribute>),
    /// What is computed.
    Unknown,
}

/// Reads a bake file: JSON where its first character is a brace, else HCL.
pub fn parse(text: &str) -> Bake {
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        json::read(text)
    } else {
        hcl::read(text)
    }
}

impl BakeBlock {
    /// An attribute of its own.
    pub fn get(&self, name: &str) -> Option<&BakeItem> {
        self.attributes.iter().rev().find(|it| it.name == name).map(|it| &it.value)
    }
}

impl BakeItem {
    /// The text; `None` for anything else, and where variables are in it.
    pub fn literal(&self) -> Option<&str> {
        match &self.value {
            BakeValue::Text(text) if !text.contains("${") && !text.contains("%{") => Some(text),
            _ => None,
        }
    }

    /// The items of a list; nothing for anything else.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            BakeValue::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of a map; nothing for anything else.
    pub fn entries(&self) -> &[BakeAttribute] {
        match &self.value {
            BakeValue::Map(entries) => entries,
            _ => &[],
        }
    }
}
