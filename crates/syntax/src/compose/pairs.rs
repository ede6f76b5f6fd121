//! Names with values: a list of `name=value`, or a mapping.

use plimsoll_finding::Span;

use super::Text;
use crate::yaml::Value;

/// A name with its value, as in `environment`, `args` and `labels`.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'y> {
    /// The name.
    pub name: Text<'y>,
    /// The value; `None` where only a name is given, whose value comes from elsewhere.
    pub value: Option<Text<'y>>,
    /// Both.
    pub span: Span,
    /// The item of the list, or the value of the mapping.
    pub node: Value<'y>,
}

/// The pairs of a list or mapping; what is neither name nor value is left out.
pub(super) fn read(value: Value<'_>) -> Vec<Pair<'_>> {
    if value.is_mapping() {
        let entries = value.entries();
        return entries
            .into_iter()
            .filter_map(|it| {
                let value = Text::of(it.value).filter(|_| !it.value.is_null());
                Some(Pair { name: Text::of(it.key)?, value, span: it.span(), node: it.value })
            })
            .collect();
    }
    let items = value.items();
    items
        .filter_map(|node| {
            let text = Text::of(node)?;
            let cut = text.cut('=');
            let name = cut.map_or(text, |it| it.0);
            Some(Pair { name, value: cut.map(|it| it.1), span: node.written(), node })
        })
        .collect()
}

/// The pairs of several values, the first of which counts where names are equal.
pub(super) fn read_all<'y>(values: impl Iterator<Item = Value<'y>>) -> Vec<Pair<'y>> {
    let mut all: Vec<Pair<'y>> = Vec::new();
    for value in values {
        let pairs = read(value);
        if all.is_empty() {
            all = pairs;
        } else {
            let known: std::collections::BTreeSet<&str> =
                all.iter().map(|it| it.name.text).collect();
            let new: Vec<_> =
                pairs.into_iter().filter(|it| !known.contains(it.name.text)).collect();
            all.extend(new);
        }
    }
    all
}

/// The texts of a list, or the one text that stands for a list.
pub(super) fn texts(value: Value<'_>) -> Vec<Text<'_>> {
    match Text::of(value) {
        Some(_) if value.is_null() => Vec::new(),
        Some(text) => vec![text],
        None => value.items().filter_map(Text::of).collect(),
    }
}
