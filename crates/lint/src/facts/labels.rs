//! The labels of a file, and what the schema in the settings asks of them.

use std::borrow::Cow;

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Command, Instruction, Word};

use super::sources::without_onbuild;
use crate::{Context, Facts};

/// A label as it will stand in the image.
#[derive(Clone, Debug)]
pub(crate) struct Label<'f> {
    /// The key, without quotes.
    pub(crate) key: Cow<'f, str>,
    /// Where the key stands.
    pub(crate) key_span: Span,
    /// The value, variables put in and without quotes; `None` where a variable is unknown.
    pub(crate) value: Option<Cow<'f, str>>,
    /// Where the value stands, or the key where it is empty.
    pub(crate) value_span: Span,
}

/// The labels that instructions set, in order; `first` is the number of the first of them. Those of
/// `ONBUILD` are left out, as they are set in other images.
pub(crate) fn labels<'f, 'd>(
    facts: &'f Facts<'d>,
    instructions: &'d [Instruction<'d>],
    first: usize,
) -> impl Iterator<Item = Label<'f>> {
    let each = instructions.iter().enumerate();
    each.flat_map(move |(offset, instruction)| of(facts, instruction, first + offset))
}

/// The labels of the whole file, those of `ONBUILD` too.
pub(crate) fn all_labels<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = Label<'f>> {
    let each = facts.file.instructions.iter().enumerate();
    each.flat_map(move |(index, instruction)| of(facts, without_onbuild(instruction), index))
}

/// Reports the labels of the file whose schema says `form` and whose value is known and wrong.
pub(crate) fn report_form(
    cx: &mut Context<'_, '_>,
    form: &str,
    is_right: fn(&str) -> bool,
    what: &str,
    help: &str,
) {
    let (facts, options) = (cx.facts, cx.options);
    let wanted = |key: &str| {
        options.label_schema.iter().any(|(name, it)| name == key && it.eq_ignore_ascii_case(form))
    };
    if options.label_schema.is_empty() {
        return;
    }
    for label in all_labels(facts).filter(|it| wanted(&it.key)) {
        // An empty value is the matter of another rule.
        let Some(value) = label.value.filter(|it| !it.is_empty() && !is_right(it)) else {
            continue;
        };
        let message = format!("`{}` of the label `{}` is {what}", value.escape_debug(), label.key);
        cx.report(label.value_span, message).help(help).done();
    }
}

/// The labels of an instruction.
fn of<'f>(
    facts: &'f Facts<'_>,
    instruction: &'f Instruction<'_>,
    index: usize,
) -> impl Iterator<Item = Label<'f>> {
    let pairs = match &instruction.command {
        Command::Label(env) => env.pairs.as_slice(),
        _ => &[],
    };
    pairs.iter().map(move |pair| Label {
        key: plain(facts, index, &pair.name).unwrap_or(Cow::Borrowed(&pair.name.text)),
        key_span: pair.name.span,
        value: plain(facts, index, &pair.value),
        value_span: if pair.value.span.is_empty() { pair.name.span } else { pair.value.span },
    })
}

/// The value of a word, if no variable in it is unknown.
fn plain<'f>(facts: &'f Facts<'_>, index: usize, word: &'f Word<'_>) -> Option<Cow<'f, str>> {
    let value = facts.expand(index, word);
    (!word.text.contains('$') || !value.contains('$')).then_some(value)
}
