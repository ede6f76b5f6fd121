//! What is wrong with a Compose file.

use std::borrow::Cow;

use plimsoll_finding::Span;

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposeProblem {
    /// Its place.
    pub span: Span,
    /// Which layer of the loader it stops at.
    pub kind: ComposeProblemKind,
    /// Its name, in kebab-case: what tells the problems of a layer apart.
    pub code: &'static str,
    /// One line without a period.
    pub message: String,
    /// What to do.
    pub help: Option<Cow<'static, str>>,
    /// Places that explain it.
    pub related: Vec<(Span, Cow<'static, str>)>,
}

/// The layers of the loader, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComposeProblemKind {
    /// It isn't YAML: these are the errors of the tree.
    Yaml,
    /// A variable that is written wrongly, or whose value has the wrong type.
    Interpolation,
    /// It has another form than the specification says.
    Schema,
    /// A value can't be read.
    Decode,
    /// Settings of one part contradict one another.
    Rule,
    /// Parts don't fit together.
    Consistency,
    /// It is loaded, yet fails or does something else when it is run.
    Broken,
}

impl ComposeProblemKind {
    /// Whether the loader refuses the file.
    pub fn is_error(self) -> bool {
        self != Self::Broken
    }
}

impl ComposeProblem {
    pub(super) fn new(
        kind: ComposeProblemKind,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        let message = message.into();
        Self { span, kind, code, message, help: None, related: Vec::new() }
    }

    pub(super) fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn related(mut self, span: Span, label: impl Into<Cow<'static, str>>) -> Self {
        self.related.push((span, label.into()));
        self
    }
}
