//! Where fixes put entries and items of YAML files, how they take them out, and how they rewrite
//! scalars.
//!
//! Everything follows the layout that is there: indentation, dashes, brackets, quotes. Rules write
//! lines with `\n`, and two blanks for each level; the check gives them the line endings of the file
//! afterwards. Where a change would reach further than it seems to (an alias, what an alias stands
//! for, an entry that a merge key brings) or lose a comment, there is none.

mod insert;
mod remove;
mod scalar;

use std::cell::OnceCell;

use plimsoll_finding::Span;
use plimsoll_syntax::yaml::{Entry, Value, Yaml};

use crate::{ComposeContext, WorkflowContext};

impl<'c, 'y> ComposeContext<'c, 'y> {
    /// Edits that follow the layout of the file.
    pub fn edits(&self) -> &'c YamlEdits<'y> {
        &self.facts.edits
    }
}

impl<'c, 'y> WorkflowContext<'c, 'y> {
    /// Edits that follow the layout of the file.
    pub fn edits(&self) -> &'c YamlEdits<'y> {
        &self.facts.edits
    }
}

/// Makes edits that follow the layout of a file.
#[derive(Debug)]
pub struct YamlEdits<'y> {
    yaml: &'y Yaml<'y>,
    /// What aliases stand for: sorted and apart.
    shared: OnceCell<Vec<Span>>,
}

impl<'y> YamlEdits<'y> {
    /// Those of a tree.
    pub fn new(yaml: &'y Yaml<'y>) -> Self {
        Self { yaml, shared: OnceCell::new() }
    }

    /// Whether something is a part of what an alias stands for, so that changing it changes every
    /// place where the alias is. A fix that means one service does not do that.
    pub fn is_shared(&self, span: Span) -> bool {
        let shared = self.shared();
        let begun = shared.partition_point(|it| it.start() <= span.start());
        let last = begun.checked_sub(1).and_then(|it| shared.get(it));
        last.is_some_and(|it| it.covers(span))
    }

    fn shared(&self) -> &[Span] {
        self.shared.get_or_init(|| apart(self.yaml.aliased_spans().collect()))
    }

    /// Whether a part of a span is what an alias stands for.
    fn holds_shared(&self, span: Span) -> bool {
        let from = self.shared().partition_point(|it| it.end() <= span.start());
        self.shared().get(from).is_some_and(|it| it.start() < span.end())
    }

    /// Whether an entry can be edited where it stands in a mapping.
    fn owns(&self, mapping: Value<'y>, entry: &Entry<'y>) -> bool {
        let is_own = |it: &Entry<'_>| it.key.written() == entry.key.written();
        !entry.merged && self.may_change(mapping) && mapping.own_entries().any(|it| is_own(&it))
    }

    fn may_change(&self, value: Value<'y>) -> bool {
        !value.is_alias() && !self.is_shared(value.written())
    }

    /// What stands on a line before a byte, if that is blanks and dashes only: then whatever begins
    /// at the byte is as far to the right as the prefix is long.
    fn prefix(&self, at: usize) -> Option<&'y str> {
        let before = self.yaml.text.get(self.line_start(at)..at)?;
        before.bytes().all(|it| matches!(it, b' ' | b'-')).then_some(before)
    }

    /// Where the line of a byte begins, after a byte order mark.
    fn line_start(&self, at: usize) -> usize {
        let before = self.yaml.text.get(..at).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |it| it + 1);
        let has_mark = start == 0 && before.starts_with('\u{feff}');
        if has_mark { '\u{feff}'.len_utf8() } else { start }
    }

    /// Where the line of a byte ends, without what ends it.
    fn line_end(&self, at: usize) -> usize {
        let after = self.yaml.text.get(at..).unwrap_or_default();
        let line = after.split('\n').next().unwrap_or_default();
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// Where the line after the one of a byte begins.
    fn next_line(&self, at: usize) -> Option<usize> {
        let newline = self.yaml.text.get(at..)?.find('\n')?;
        Some(at + newline + 1)
    }

    /// The end of the line on which something ends, if nothing but a comment follows there.
    fn end_of_lines(&self, end: usize) -> Option<usize> {
        let line_end = self.line_end(end);
        let rest = self.yaml.text.get(end..line_end)?.trim_start();
        (rest.is_empty() || rest.starts_with('#')).then_some(line_end)
    }

    /// Whether a comment begins in a span.
    fn has_comment(&self, span: Span) -> bool {
        let comments = &self.yaml.comments;
        let from = comments.partition_point(|it| it.span.start() < span.start());
        comments.get(from).is_some_and(|it| it.span.start() < span.end())
    }

    /// How many blanks a level of the file has: as many as the first block in it is further to the
    /// right than what it is in.
    fn step(&self) -> usize {
        let column = |it: Value<'y>| {
            let first = it.own_entries().next()?.key.written().start();
            self.prefix(first).map(str::len)
        };
        let Some(root) = self.yaml.root() else { return 2 };
        let inner = root.own_entries().map(|it| it.value);
        let mut blocks = inner.filter(|it| it.is_mapping() && !it.is_flow() && !it.is_alias());
        let first = blocks.find_map(column).unwrap_or(2);
        first.saturating_sub(column(root).unwrap_or_default()).clamp(1, 8)
    }
}

/// Where an entry ends: its value may be missing, or end with an entry whose value is.
fn end_of_entry(entry: &Entry<'_>) -> Option<usize> {
    if !entry.value.written().is_empty() || entry.value.scalar().is_none() {
        return end_of(entry.value);
    }
    // The parser may find what is missing far away; the colon is near.
    let end = entry.key.written().end();
    let rest = entry.key.source().get(end..)?;
    let after = rest.trim_start_matches([' ', '\t']);
    Some(if after.starts_with(':') { end + rest.len() - after.len() + 1 } else { end })
}

/// Where a value ends; nobody knows where an item is that is missing.
fn end_of(value: Value<'_>) -> Option<usize> {
    let mut value = value;
    // As deep as the file is.
    for _ in 0..Value::DEEPEST {
        if value.is_alias() || value.is_flow() {
            break;
        }
        match (value.own_entries().next_back(), value.items().next_back()) {
            (Some(last), _) if last.value.scalar().is_some() => return end_of_entry(&last),
            (Some(last), _) => value = last.value,
            (None, Some(last)) => value = last,
            (None, None) => break,
        }
    }
    let written = value.written();
    (!written.is_empty()).then_some(written.end())
}

/// Sorts spans and makes one of those that overlap.
fn apart(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort();
    let mut apart: Vec<Span> = Vec::new();
    for span in spans {
        match apart.last_mut() {
            Some(last) if last.end() > span.start() => *last = last.union(span),
            _ => apart.push(span),
        }
    }
    apart
}

#[cfg(test)]
mod tests;
