//! What is wrong with a text.

use std::borrow::Cow;

use plimsoll_finding::Span;

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// The place.
    pub span: Span,
    /// One line without a period.
    pub message: Cow<'static, str>,
    /// A place that explains it, such as the first of two equal keys.
    pub related: Option<(Span, &'static str)>,
}

impl YamlError {
    pub(super) fn new(span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Self { span, message: message.into(), related: None }
    }
}
