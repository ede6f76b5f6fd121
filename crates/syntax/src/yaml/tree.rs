//! The tree, as nodes in one list.

use std::borrow::Cow;

use plimsoll_finding::Span;

use super::{Comment, ScalarStyle, Value, YamlError};

/// A text and its tree.
#[derive(Clone, Debug)]
pub struct Yaml<'t> {
    /// The text.
    pub text: &'t str,
    /// The comments, in order.
    pub comments: Vec<Comment>,
    /// What is wrong, in order of discovery.
    pub errors: Vec<YamlError>,
    /// The roots of the documents in the text.
    pub(super) documents: Vec<NodeId>,
    pub(super) nodes: Vec<Node<'t>>,
}

/// The number of a node.
pub(super) type NodeId = u32;

/// One node.
#[derive(Clone, Debug)]
pub(super) struct Node<'t> {
    pub(super) span: Span,
    /// A tag as it is meant, such as `tag:yaml.org,2002:str` or `!reset`.
    pub(super) tag: Option<Box<str>>,
    pub(super) kind: Kind<'t>,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum Kind<'t> {
    Scalar(Cow<'t, str>, ScalarStyle),
    Sequence(Vec<NodeId>),
    /// Keys and values in turn as they are written, merge keys as any other.
    Mapping(Vec<(NodeId, NodeId)>),
    Alias(NodeId),
}

impl<'t> Yaml<'t> {
    /// The root of the first document; `None` for a text with nothing in it.
    pub fn root(&self) -> Option<Value<'_>> {
        self.documents().next()
    }

    /// The roots of all documents.
    pub fn documents(&self) -> impl Iterator<Item = Value<'_>> {
        self.documents.iter().map(|id| Value { yaml: self, id: *id })
    }

    /// Every scalar's place, in the order of the text, keys included.
    pub fn scalar_spans(&self) -> impl Iterator<Item = Span> {
        let scalars = self.nodes.iter().filter(|it| matches!(it.kind, Kind::Scalar(..)));
        scalars.map(|it| it.span).filter(|it| !it.is_empty())
    }

    /// The place of everything that an alias stands for, once for each alias.
    pub fn aliased_spans(&self) -> impl Iterator<Item = Span> {
        let targets = self.nodes.iter().filter_map(|it| match it.kind {
            Kind::Alias(target) => self.node(target),
            _ => None,
        });
        targets.map(|it| it.span)
    }

    pub(super) fn node(&self, id: NodeId) -> Option<&Node<'t>> {
        self.nodes.get(id as usize)
    }
}
