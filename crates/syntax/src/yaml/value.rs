//! Reading values: aliases are followed, merge keys are merged.

use std::collections::BTreeSet;

use plimsoll_finding::Span;

use super::tree::{Kind, Node, NodeId};
use super::{Scalar, Yaml};

/// How many aliases are followed one after the other: an alias can't stand for an alias, so that one
/// is enough, but trees can be built by other hands.
const MOST_ALIASES: usize = 8;

/// How deep merges within merges are followed.
const MOST_MERGES: usize = 16;

/// A value of the tree.
#[derive(Clone, Copy, Debug)]
pub struct Value<'y> {
    pub(super) yaml: &'y Yaml<'y>,
    pub(super) id: NodeId,
}

/// A key of a mapping with its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'y> {
    /// The key.
    pub key: Value<'y>,
    /// The value.
    pub value: Value<'y>,
    /// Whether it comes from a merge key.
    pub merged: bool,
}

impl<'y> Entry<'y> {
    /// The key's text; empty for a key that is no scalar.
    pub fn name(&self) -> &'y str {
        self.key.as_str().unwrap_or_default()
    }

    /// The place of key and value together.
    pub fn span(&self) -> Span {
        let (key, value) = (self.key.written(), self.value.written());
        if value.start() >= key.start() { key.union(value) } else { key }
    }
}

impl<'y> Value<'y> {
    /// The place of the value itself; for an alias that of what it stands for.
    pub fn span(self) -> Span {
        self.node().map(|it| it.span).unwrap_or_default()
    }

    /// The place where the value is written, be it as an alias.
    pub fn written(self) -> Span {
        self.yaml.node(self.id).map(|it| it.span).unwrap_or_default()
    }

    /// Whether the value is written as an alias (`*name`).
    pub fn is_alias(self) -> bool {
        matches!(self.yaml.node(self.id).map(|it| &it.kind), Some(Kind::Alias(_)))
    }

    /// The text that it is in.
    pub fn source(self) -> &'y str {
        self.yaml.text
    }

    /// The tag, such as `!reset`.
    pub fn tag(self) -> Option<&'y str> {
        self.node()?.tag.as_deref()
    }

    /// Whether two values are the same node of the same tree.
    pub fn is(self, other: Self) -> bool {
        std::ptr::eq(self.yaml, other.yaml) && self.target() == other.target()
    }

    /// A scalar.
    pub fn scalar(self) -> Option<Scalar<'y>> {
        let node = self.node()?;
        match &node.kind {
            Kind::Scalar(text, style) => {
                Some(Scalar { text, style: *style, tag: node.tag.as_deref() })
            }
            _ => None,
        }
    }

    /// The text of a scalar, whatever it stands for.
    pub fn as_str(self) -> Option<&'y str> {
        self.scalar().map(|it| it.text)
    }

    /// Whether it is a list.
    pub fn is_sequence(self) -> bool {
        matches!(self.node().map(|it| &it.kind), Some(Kind::Sequence(_)))
    }

    /// Whether it is a mapping.
    pub fn is_mapping(self) -> bool {
        matches!(self.node().map(|it| &it.kind), Some(Kind::Mapping(_)))
    }

    /// The place of the value itself without its anchor and tag.
    pub fn content(self) -> Span {
        let span = self.span();
        let start = after_properties(self.yaml.text, span);
        match self.own_entries().next().map(|it| it.key.written()) {
            // The properties are those of the first key.
            Some(key) if key.start() <= start => Span::new(key.start(), span.end()),
            _ => Span::new(start, span.end()),
        }
    }

    /// Whether a list or mapping is written in brackets or braces.
    pub fn is_flow(self) -> bool {
        let Some(node) = self.node() else { return false };
        let start = self.content().start();
        let first = self.yaml.text.as_bytes().get(start);
        match &node.kind {
            Kind::Sequence(_) => first == Some(&b'['),
            Kind::Mapping(entries) => {
                let key = entries.first().and_then(|it| self.yaml.node(it.0));
                first == Some(&b'{') && key.is_none_or(|it| it.span.start() > start)
            }
            _ => false,
        }
    }

    /// The items of a list; nothing for anything else.
    pub fn items(self) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + Clone {
        let items: &'y [NodeId] = match self.node().map(|it| &it.kind) {
            Some(Kind::Sequence(items)) => items,
            _ => &[],
        };
        items.iter().map(move |id| Self { yaml: self.yaml, id: *id })
    }

    /// The entries of a mapping as they are written, merge keys as any other; nothing for anything
    /// else.
    pub fn own_entries(
        self,
    ) -> impl DoubleEndedIterator<Item = Entry<'y>> + ExactSizeIterator + Clone {
        let entries: &'y [(NodeId, NodeId)] = match self.node().map(|it| &it.kind) {
            Some(Kind::Mapping(entries)) => entries,
            _ => &[],
        };
        let yaml = self.yaml;
        entries.iter().map(move |(key, value)| Entry {
            key: Self { yaml, id: *key },
            value: Self { yaml, id: *value },
            merged: false,
        })
    }

    /// The entries of a mapping with those that merge keys bring: its own first, then those that it
    /// does not have itself. Of two equal keys the last one counts.
    pub fn entries(self) -> Vec<Entry<'y>> {
        let own = self.own_entries().filter(|it| !it.key.is_merge_key());
        let mut entries: Vec<Entry<'y>> = own.collect();
        if self.own_entries().any(|it| it.key.is_merge_key()) {
            let mut known: BTreeSet<&str> = entries.iter().map(Entry::name).collect();
            self.merge(&mut entries, &mut known, 1);
        }
        entries
    }

    /// Adds what the merge keys of a mapping bring and is not known.
    fn merge(self, entries: &mut Vec<Entry<'y>>, known: &mut BTreeSet<&'y str>, depth: usize) {
        if depth > MOST_MERGES {
            return;
        }
        for merge in self.own_entries().filter(|it| it.key.is_merge_key()) {
            let alone = Some(merge.value).filter(|it| it.is_mapping());
            for source in alone.into_iter().chain(merge.value.items()) {
                let new = source.own_entries().filter(|it| !it.key.is_merge_key());
                let first = entries.len();
                let new = new.filter(|it| !known.contains(it.name()));
                entries.extend(new.map(|it| Entry { merged: true, ..it }));
                known.extend(entries.iter().skip(first).map(Entry::name));
                source.merge(entries, known, depth + 1);
            }
        }
    }

    /// The value of a key of a mapping, own or merged.
    pub fn get(self, key: &str) -> Option<Self> {
        self.entry(key).map(|it| it.value)
    }

    /// A key of a mapping with its value, own or merged.
    pub fn entry(self, key: &str) -> Option<Entry<'y>> {
        self.find(key, 0)
    }

    /// The value at a path of keys.
    pub fn at(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    fn find(self, key: &str, depth: usize) -> Option<Entry<'y>> {
        let is_it = |it: &Entry<'_>| it.key.as_str() == Some(key);
        if let Some(own) = self.own_entries().rev().find(is_it) {
            return Some(Entry { merged: depth > 0, ..own });
        }
        if depth == MOST_MERGES {
            return None;
        }
        let merges = self.own_entries().filter(|it| it.key.is_merge_key());
        merges.into_iter().find_map(|merge| {
            if merge.value.is_mapping() {
                return merge.value.find(key, depth + 1);
            }
            merge.value.items().find_map(|it| it.find(key, depth + 1))
        })
    }

    /// Whether a key is `<<`, which merges.
    pub fn is_merge_key(self) -> bool {
        self.scalar().is_some_and(|it| it.text == "<<" && it.style == super::ScalarStyle::Plain)
    }

    fn node(self) -> Option<&'y Node<'y>> {
        self.yaml.node(self.target())
    }

    fn target(self) -> NodeId {
        let mut id = self.id;
        for _ in 0..MOST_ALIASES {
            match self.yaml.node(id).map(|it| &it.kind) {
                Some(Kind::Alias(target)) => id = *target,
                _ => break,
            }
        }
        id
    }
}

/// Where what is in a span begins after its anchor and tag.
pub(super) fn after_properties(text: &str, span: Span) -> usize {
    let mut rest = span.slice(text).unwrap_or_default();
    loop {
        rest = rest.trim_start();
        if rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        } else if rest.starts_with(['&', '!']) {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            rest = rest.get(end..).unwrap_or_default();
        } else {
            return span.end() - rest.len();
        }
    }
}
