//! Putting entries and items in.

use plimsoll_finding::{Edit, Span};
use plimsoll_syntax::yaml::{Entry, Value};

use super::{YamlEdits, end_of, end_of_entry};

impl<'y> YamlEdits<'y> {
    /// Adds an entry at the end of a mapping: `key: value`, or several lines in a block.
    pub fn entry_added(&self, mapping: Value<'y>, entry: &str) -> Option<Edit> {
        if let Some(last) = mapping.own_entries().next_back() {
            return self.entry_after(mapping, &last, entry);
        }
        let may_change = mapping.is_mapping() && self.may_change(mapping);
        may_change.then(|| self.between_brackets(mapping, entry)).flatten()
    }

    /// Puts an entry after one of a mapping.
    pub fn entry_after(&self, mapping: Value<'y>, after: &Entry<'y>, entry: &str) -> Option<Edit> {
        if !self.owns(mapping, after) {
            return None;
        }
        let end = end_of_entry(after)?;
        if mapping.is_flow() {
            let fits = !after.value.written().is_empty() && !entry.contains('\n');
            return fits.then(|| Edit::insert(end, format!(", {entry}")));
        }
        let column = self.prefix(after.key.written().start())?.len();
        let lines = self.indented(entry, column);
        Some(Edit::insert(self.end_of_lines(end)?, format!("\n{lines}")))
    }

    /// Puts an entry before one of a mapping, and above the comments that stand directly over that.
    pub fn entry_before(
        &self,
        mapping: Value<'y>,
        before: &Entry<'y>,
        entry: &str,
    ) -> Option<Edit> {
        if !self.owns(mapping, before) {
            return None;
        }
        let start = before.key.written().start();
        if mapping.is_flow() {
            return (!entry.contains('\n')).then(|| Edit::insert(start, format!("{entry}, ")));
        }
        let prefix = self.prefix(start)?;
        let lines = self.indented(entry, prefix.len());
        if prefix.contains('-') {
            let indent = " ".repeat(prefix.len());
            return Some(Edit::insert(start, format!("{}\n{indent}", lines.trim_start())));
        }
        let line = self.above_comments(self.line_start(start), prefix.len());
        Some(Edit::insert(line, format!("{lines}\n")))
    }

    /// Adds an item at the end of a list. Its further lines, if there are any, are those of a block.
    pub fn item_added(&self, list: Value<'y>, item: &str) -> Option<Edit> {
        if !list.is_sequence() || !self.may_change(list) {
            return None;
        }
        let Some(last) = list.items().next_back() else {
            return self.between_brackets(list, item);
        };
        if list.is_flow() {
            let fits = !last.written().is_empty() && !item.contains('\n');
            return fits.then(|| Edit::insert(last.written().end(), format!(", {item}")));
        }
        let column = self.prefix(list.content().start())?.len();
        let end = self.end_of_lines(end_of(list)?)?;
        let lines = self.indented(item, column + 2);
        let indent = " ".repeat(column);
        Some(Edit::insert(end, format!("\n{indent}- {}", lines.trim_start())))
    }

    /// Between brackets with nothing in them.
    fn between_brackets(&self, value: Value<'y>, text: &str) -> Option<Edit> {
        if !value.is_flow() || text.contains('\n') {
            return None;
        }
        let place = value.content();
        let inner = Span::new(place.start() + 1, place.end().checked_sub(1)?);
        let is_blank = inner.slice(self.yaml.text)?.trim().is_empty();
        is_blank.then(|| Edit::replace(inner, text))
    }

    /// Lines of a block as far to the right as a column, with the blanks that this file has for each
    /// two of theirs.
    fn indented(&self, text: &str, column: usize) -> String {
        let step = if text.contains('\n') { self.step() } else { 2 };
        let lines = text.trim_end_matches('\n').split('\n').map(|line| {
            let content = line.trim_start_matches(' ');
            let blanks = line.len() - content.len();
            let blanks = blanks / 2 * step + blanks % 2;
            if content.is_empty() {
                String::new()
            } else {
                format!("{}{content}", " ".repeat(column + blanks))
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The first line of the comments that stand directly above a line, as far to the right as it.
    fn above_comments(&self, line: usize, column: usize) -> usize {
        let comments = &self.yaml.comments;
        let mut top = line;
        let count = comments.partition_point(|it| it.span.start() < line);
        for comment in comments.iter().take(count).rev() {
            let start = self.line_start(comment.span.start());
            let follows = self.next_line(comment.span.end()) == Some(top);
            let is_beside = comment.span.start() - start == column;
            if !comment.alone || !follows || !is_beside {
                break;
            }
            top = start;
        }
        top
    }
}
