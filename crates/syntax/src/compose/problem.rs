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
    /// What to do: a sentence.
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
        let message = one_line(message.into());
        Self { span, kind, code, message, help: None, related: Vec::new() }
    }

    pub(super) fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.set_help(help);
        self
    }

    pub(super) fn set_help(&mut self, help: impl Into<Cow<'static, str>>) {
        self.help = Some(sentence(one_line(help.into().into_owned())).into());
    }

    pub(super) fn related(mut self, span: Span, label: impl Into<Cow<'static, str>>) -> Self {
        self.related.push((span, label.into()));
        self
    }
}

/// A text that may quote several lines, as one line.
fn one_line(text: String) -> String {
    if text.contains(char::is_control) { text.replace(char::is_control, " ") } else { text }
}

/// A text with a capital and a period, as far as it has none. Code at its beginning stays as it is.
fn sentence(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if !text.is_empty() && !text.ends_with(['.', '?', '!']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helps_are_sentences() {
        let helped = |help: &'static str| {
            let kind = ComposeProblemKind::Rule;
            ComposeProblem::new(kind, "x", Span::empty(0), "x").help(help).help.unwrap()
        };
        assert_eq!(helped("write `a`"), "Write `a`.");
        assert_eq!(helped("did you mean `a`?"), "Did you mean `a`?");
        assert_eq!(helped("`a` belongs under `b`"), "`a` belongs under `b`.");
        assert_eq!(helped("Remove it."), "Remove it.");
        assert_eq!(helped("über\nalles"), "über alles.");
    }
}
