//! `docker-bake.json`.

use super::{Bake, BakeAttribute, BakeBlock, BakeItem, BakeValue};
use crate::yaml::{self, Value};

/// Reads a file.
pub(super) fn read(text: &str) -> Bake {
    // JSON is YAML, and that is read with places.
    let yaml = yaml::parse(text);
    let blocks = |key: &str| {
        let entries = yaml.root().and_then(|it| it.get(key)).map(Value::entries);
        let block = |it: yaml::Entry<'_>| BakeBlock {
            name: it.name().to_owned(),
            name_span: it.key.span(),
            attributes: attributes(it.value, 0),
        };
        entries.unwrap_or_default().into_iter().map(block).collect()
    };
    Bake { targets: blocks("target"), groups: blocks("group"), variables: blocks("variable") }
}

fn attributes(value: Value<'_>, depth: usize) -> Vec<BakeAttribute> {
    let attribute = |it: yaml::Entry<'_>| BakeAttribute {
        name: it.name().to_owned(),
        name_span: it.key.span(),
        value: item(it.value, depth + 1),
    };
    value.entries().into_iter().map(attribute).collect()
}

fn item(value: Value<'_>, depth: usize) -> BakeItem {
    let read = if depth > super::hcl::DEEPEST || value.is_null() {
        BakeValue::Unknown
    } else if value.is_mapping() {
        BakeValue::Map(attributes(value, depth))
    } else if value.is_sequence() {
        BakeValue::List(value.items().map(|it| item(it, depth + 1)).collect())
    } else {
        value.as_str().map_or(BakeValue::Unknown, |it| BakeValue::Text(it.to_owned()))
    };
    BakeItem { span: value.span(), value: read }
}
