//! Joining settings: what a service extends with its own, and document with document.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::loaded::{Data, Field, Item};

/// Two things that can't be joined: a mapping or a list with something else.
#[derive(Debug)]
pub(super) struct Mismatch<'y> {
    /// What would replace the other.
    pub(super) item: Item<'y>,
    /// The key.
    pub(super) name: &'y str,
    pub(super) is_list: bool,
}

/// How a key of a service is joined.
#[derive(Clone, Copy)]
enum Join {
    /// Mappings by their keys, lists one after the other, other values by the last.
    Usual,
    /// The last one counts.
    Last,
    /// Lists of `name=value`, or mappings of the same.
    Pairs,
    /// A list of names stands for a mapping of them.
    Names,
    /// A text stands for the context.
    Build,
    /// By keys if the driver is the same.
    Logging,
}

fn join_of(path: &[&str]) -> Join {
    match path {
        ["command" | "entrypoint"] | ["healthcheck", "test"] | ["ulimits", _] => Join::Last,
        [
            "annotations" | "dns" | "dns_opt" | "dns_search" | "env_file" | "label_file"
            | "environment" | "extra_hosts" | "labels" | "sysctls" | "tmpfs",
        ]
        | ["build", "args" | "additional_contexts" | "extra_hosts" | "labels"]
        | ["deploy", "labels"] => Join::Pairs,
        ["depends_on" | "models" | "networks"] => Join::Names,
        ["build"] => Join::Build,
        ["logging"] => Join::Logging,
        _ => Join::Usual,
    }
}

/// Joins a service with what it extends.
pub(super) fn services<'y>(
    base: &Item<'y>,
    own: Item<'y>,
    mismatches: &mut Vec<Mismatch<'y>>,
) -> Item<'y> {
    let node = own.node;
    let mut fields = base.fields().to_vec();
    let Data::Map(own) = own.data else { return own };
    join_fields(&mut fields, own, &mut Vec::new(), mismatches);
    Item { node, data: Data::Map(fields) }
}

/// Joins documents of one text, key by key.
pub(super) fn documents<'y>(
    mut first: Item<'y>,
    second: Item<'y>,
    mismatches: &mut Vec<Mismatch<'y>>,
) -> Item<'y> {
    let Data::Map(theirs) = second.data else { return first };
    let Data::Map(fields) = &mut first.data else { return first };
    for field in theirs {
        let is_services = field.name == "services";
        match fields.iter_mut().find(|it| it.name == field.name) {
            Some(known) if known.value.is_map() && field.value.is_map() => {
                let Data::Map(entries) = field.value.data else { continue };
                let Data::Map(known) = &mut known.value.data else { continue };
                join_entries(known, entries, is_services, mismatches);
            }
            Some(known) => *known = field,
            None => fields.push(field),
        }
    }
    first
}

fn join_entries<'y>(
    known: &mut Vec<Field<'y>>,
    entries: Vec<Field<'y>>,
    is_services: bool,
    mismatches: &mut Vec<Mismatch<'y>>,
) {
    let mut places = places(known);
    for entry in entries {
        let place = places.get(entry.name).copied();
        match place.and_then(|it| known.get_mut(it)) {
            Some(it) if is_services && it.value.is_map() && entry.value.is_map() => {
                it.value = services(&it.value, entry.value, mismatches);
            }
            Some(it) => *it = entry,
            None => {
                places.insert(entry.name, known.len());
                known.push(entry);
            }
        }
    }
}

/// The first field of each name.
fn places<'y>(fields: &[Field<'y>]) -> BTreeMap<&'y str, usize> {
    let mut places = BTreeMap::new();
    for (place, field) in fields.iter().enumerate() {
        places.entry(field.name).or_insert(place);
    }
    places
}

fn join_fields<'y>(
    base: &mut Vec<Field<'y>>,
    own: Vec<Field<'y>>,
    path: &mut Vec<&'y str>,
    mismatches: &mut Vec<Mismatch<'y>>,
) {
    let mut places = places(base);
    for field in own {
        let Some(at) = places.get(field.name).copied() else {
            places.insert(field.name, base.len());
            base.push(field);
            continue;
        };
        if field.value.data == Data::Reset {
            // Resets are dropped when all is joined.
            base[at].value.data = Data::Reset;
        } else if field.replaces {
            base[at] = field;
        } else {
            path.push(field.name);
            let known = std::mem::replace(&mut base[at].value.data, Data::Null);
            let node = base[at].value.node;
            base[at].key = field.key;
            base[at].value =
                join(Item { node, data: known }, field.value, field.name, path, mismatches);
            path.pop();
        }
    }
}

fn join<'y>(
    base: Item<'y>,
    own: Item<'y>,
    name: &'y str,
    path: &mut Vec<&'y str>,
    mismatches: &mut Vec<Mismatch<'y>>,
) -> Item<'y> {
    let (base, own) = match join_of(path) {
        Join::Last => return own,
        Join::Pairs => {
            let both_maps = base.is_map() && own.is_map();
            if both_maps { (base, own) } else { (as_pairs(base), as_pairs(own)) }
        }
        Join::Names => (as_names(base, name), as_names(own, name)),
        Join::Build => (as_build(base), as_build(own)),
        Join::Logging => {
            let driver = |it: &Item<'y>| it.get("driver").map(|it| it.data.clone());
            let differ = driver(&base).zip(driver(&own)).is_some_and(|(base, own)| base != own);
            if differ {
                return own;
            }
            (base, own)
        }
        Join::Usual => (base, own),
    };
    let node = own.node;
    match (base.data, own.data) {
        (data, Data::Null) => Item { node: base.node, data },
        (Data::Map(mut fields), Data::Map(own)) => {
            join_fields(&mut fields, own, path, mismatches);
            Item { node, data: Data::Map(fields) }
        }
        (Data::List(mut items), Data::List(own)) => {
            items.extend(own);
            Item { node, data: Data::List(items) }
        }
        (base @ (Data::Map(_) | Data::List(_)), data) => {
            let item = Item { node, data };
            if item.data != Data::Unknown {
                let is_list = matches!(base, Data::List(_));
                mismatches.push(Mismatch { item: item.clone(), name, is_list });
            }
            item
        }
        (_, data) => Item { node, data },
    }
}

/// A mapping as a list of `name=value`; a text as a list of one.
fn as_pairs(item: Item<'_>) -> Item<'_> {
    let node = item.node;
    let data = match item.data {
        Data::Map(fields) => Data::List(fields.into_iter().map(pair).collect()),
        data @ (Data::Text(_) | Data::Unknown) => Data::List(vec![Item { node, data }]),
        data => data,
    };
    Item { node, data }
}

fn pair(field: Field<'_>) -> Item<'_> {
    let text = match &field.value.data {
        Data::Null => Some(Cow::Borrowed(field.name)),
        Data::Bool(value) => Some(Cow::Owned(format!("{}={value}", field.name))),
        Data::Int(value) => Some(Cow::Owned(format!("{}={value}", field.name))),
        Data::Float(value) => Some(Cow::Owned(format!("{}={value}", field.name))),
        Data::Text(value) => Some(Cow::Owned(format!("{}={value}", field.name))),
        _ => None,
    };
    match text {
        Some(text) => Item { node: field.value.node, data: Data::Text(text) },
        None => field.value,
    }
}

/// A list of names as a mapping of them.
fn as_names<'y>(item: Item<'y>, list: &str) -> Item<'y> {
    let node = item.node;
    let Data::List(items) = item.data else { return item };
    let fields = items.into_iter().filter_map(|it| {
        let name = it.node.as_str()?;
        let node = it.node;
        let data = if list == "depends_on" {
            let data = Data::Text(Cow::Borrowed("service_started"));
            let value = Item { node, data };
            Data::Map(vec![Field { name: "condition", key: node, value, replaces: false }])
        } else {
            Data::Null
        };
        Some(Field { name, key: node, value: Item { node, data }, replaces: false })
    });
    Item { node, data: Data::Map(fields.collect()) }
}

/// The context of a build as a mapping.
fn as_build(item: Item<'_>) -> Item<'_> {
    let node = item.node;
    match item.data {
        data @ (Data::Text(_) | Data::Unknown) => {
            let value = Item { node, data };
            let field = Field { name: "context", key: node, value, replaces: false };
            Item { node, data: Data::Map(vec![field]) }
        }
        data => Item { node, data },
    }
}
