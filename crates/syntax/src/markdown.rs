//! Markdown: the fenced code blocks of a document, with the way back to its bytes.
//!
//! Blocks are told apart as [CommonMark 0.31](https://spec.commonmark.org/0.31.2/) says, as far as it
//! decides what is a fence and where it ends: block quotes and list items are entered, and what looks
//! like a fence in HTML or in indented code is none. Link reference definitions count as paragraphs.

mod blocks;
mod cursor;
mod language;

use std::ops::Range;

use plimsoll_finding::Span;

use crate::Logical;
use crate::logical::Joiner;

use blocks::{Html, Item};
use cursor::Cursor;

pub use language::Language;

/// How deep block quotes and lists are followed; what is deeper counts as text.
const MAX_DEPTH: usize = 64;

/// A code block between two fences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence<'t> {
    /// What the info string says that it holds.
    pub language: Language,
    /// The info string, trimmed; empty after the fence where there is none.
    pub info: Span,
    /// From the opening fence to the end of the closing one, or to the end of the body where none
    /// closes it.
    pub span: Span,
    /// The lines between the fences with their newlines, without indentation of the fence and
    /// without the marks of lists and block quotes around it.
    pub body: Logical<'t>,
    /// The body's lines in the document, counted from 1; the end is not among them.
    pub lines: Range<usize>,
    /// What stands before the first line of the body that isn't blank and is left out of it. A line
    /// that is put into the body needs it too.
    pub prefix: &'t str,
}

/// The fenced code blocks of a document, in order.
pub fn fences(text: &str) -> Vec<Fence<'_>> {
    let mut reader = Reader { text, containers: Vec::new(), leaf: Leaf::None, fences: Vec::new() };
    let (mut start, mut number) = (0, 1);
    for line in text.split_inclusive('\n') {
        reader.line(start..start + line.len(), number);
        start += line.len();
        number += 1;
    }
    reader.close_leaf(number);
    reader.fences
}

/// What other blocks stand in.
#[derive(Clone, Copy, Debug)]
enum Container {
    Quote,
    Item {
        /// How many columns belong to the item before its content.
        indent: usize,
        /// The number of its first line, where that has no content: a second blank line ends it.
        empty: Option<usize>,
    },
}

/// What has been begun in the innermost container and may go on.
#[derive(Debug)]
enum Leaf<'t> {
    None,
    Paragraph,
    Html(Html),
    Fence(Open<'t>),
}

/// A fence that is not closed yet.
#[derive(Debug)]
struct Open<'t> {
    mark: char,
    length: usize,
    indent: usize,
    start: usize,
    end: usize,
    info: Span,
    first_line: usize,
    prefix: Option<&'t str>,
    body: Joiner<'t>,
}

struct Reader<'t> {
    text: &'t str,
    containers: Vec<Container>,
    leaf: Leaf<'t>,
    fences: Vec<Fence<'t>>,
}

impl<'t> Reader<'t> {
    fn line(&mut self, line: Range<usize>, number: usize) {
        let mut cursor = Cursor::new(self.text, line.clone());
        let matched =
            self.containers.iter().take_while(|it| enter(&mut cursor, **it, number)).count();
        let all = matched == self.containers.len();
        match &mut self.leaf {
            Leaf::Fence(open) if all => {
                if open.closes(&cursor) {
                    open.end = cursor.end();
                    self.close_leaf(number);
                } else {
                    open.push(self.text, line, cursor);
                }
                return;
            }
            Leaf::Html(html) if all => {
                if html.ends(cursor.rest()) {
                    self.leaf = Leaf::None;
                }
                return;
            }
            Leaf::Fence(_) | Leaf::Html(_) => self.close_leaf(number),
            Leaf::None | Leaf::Paragraph => {}
        }
        self.begin(cursor, matched, number);
    }

    /// Reads a line in which no fence and no HTML goes on.
    fn begin(&mut self, mut cursor: Cursor<'t>, mut matched: usize, number: usize) {
        let in_paragraph = matches!(self.leaf, Leaf::Paragraph);
        let mut interrupts = in_paragraph && matched == self.containers.len();
        let mut entered = false;
        while !cursor.is_blank() && cursor.indent() < 4 && matched < MAX_DEPTH {
            let leaf = if let Some(open) = Open::new(self.text, &cursor, number) {
                Some(Leaf::Fence(open))
            } else if let Some(html) = Html::new(cursor.trimmed(), in_paragraph && !entered) {
                Some(if html.ends(cursor.rest()) { Leaf::None } else { Leaf::Html(html) })
            } else if blocks::is_single_line(cursor.trimmed(), interrupts) {
                Some(Leaf::None)
            } else {
                None
            };
            if let Some(leaf) = leaf {
                self.containers.truncate(matched);
                self.leaf = leaf;
                return;
            }
            let container = if enter(&mut cursor, Container::Quote, number) {
                Container::Quote
            } else if let Some(Item { indent }) = Item::enter(&mut cursor, interrupts) {
                Container::Item { indent, empty: cursor.is_blank().then_some(number) }
            } else {
                break;
            };
            self.containers.truncate(matched);
            self.containers.push(container);
            matched += 1;
            (entered, interrupts) = (true, false);
        }
        let is_text = !cursor.is_blank();
        if is_text && in_paragraph && !entered {
            // The paragraph goes on, even where the marks of its containers are missing.
            return;
        }
        self.containers.truncate(matched);
        self.leaf = if is_text && cursor.indent() < 4 { Leaf::Paragraph } else { Leaf::None };
    }

    fn close_leaf(&mut self, number: usize) {
        if let Leaf::Fence(open) = std::mem::replace(&mut self.leaf, Leaf::None) {
            self.fences.push(Fence {
                language: Language::of(open.info.slice(self.text).unwrap_or_default()),
                info: open.info,
                span: Span::new(open.start, open.end),
                body: open.body.finish(),
                lines: open.first_line..number.max(open.first_line),
                prefix: open.prefix.unwrap_or_default(),
            });
        }
    }
}

/// Whether a line goes on in a container; then the cursor stands behind what belongs to it.
fn enter(cursor: &mut Cursor<'_>, container: Container, number: usize) -> bool {
    match container {
        Container::Quote if cursor.indent() < 4 && cursor.trimmed().starts_with('>') => {
            cursor.take(3);
            cursor.skip_mark(1);
            cursor.take(1);
            true
        }
        Container::Item { empty: Some(first), .. } if cursor.is_blank() && number == first + 1 => {
            false
        }
        Container::Item { indent, .. } if cursor.is_blank() || cursor.indent() >= indent => {
            cursor.take(indent);
            true
        }
        _ => false,
    }
}

impl<'t> Open<'t> {
    /// A fence that begins at the cursor.
    fn new(text: &'t str, cursor: &Cursor<'t>, number: usize) -> Option<Self> {
        let line = cursor.trimmed();
        let mark = line.chars().next().filter(|it| matches!(it, '`' | '~'))?;
        let after = line.trim_start_matches(mark);
        let length = line.len() - after.len();
        // Backticks after the fence make it code in a line of text.
        if length < 3 || (mark == '`' && after.contains('`')) {
            return None;
        }
        let end = cursor.end();
        let info = after.trim();
        let info_start = end - after.trim_start().len();
        Some(Self {
            mark,
            length,
            indent: cursor.indent(),
            start: end - line.len(),
            end,
            info: Span::new(info_start, info_start + info.len()),
            first_line: number + 1,
            prefix: None,
            body: Joiner::new(text, cursor.next_line()),
        })
    }

    /// Whether a line is the closing fence.
    fn closes(&self, cursor: &Cursor<'_>) -> bool {
        let line = cursor.trimmed();
        let after = line.trim_start_matches(self.mark);
        cursor.indent() < 4 && line.len() - after.len() >= self.length && after.trim().is_empty()
    }

    /// Adds a line to the body.
    fn push(&mut self, text: &'t str, line: Range<usize>, mut cursor: Cursor<'t>) {
        if self.prefix.is_none() && !cursor.is_blank() {
            cursor.take(self.indent);
            self.prefix = text.get(line.start..cursor.offset());
        } else {
            cursor.take(self.indent);
        }
        self.end = cursor.end();
        self.body.push(cursor.offset()..line.end);
    }
}

#[cfg(test)]
mod tests;
