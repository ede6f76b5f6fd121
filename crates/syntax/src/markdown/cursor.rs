//! A place in a line that counts columns, since tabs stand for as many spaces as reach the next stop.

use std::ops::Range;

/// The distance of tab stops.
const TAB: usize = 4;

/// A place in a line.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    offset: usize,
    /// The end of the line without its newline.
    end: usize,
    next_line: usize,
    column: usize,
    /// The columns of a tab that was cut: they still indent what follows.
    spare: usize,
}

impl<'t> Cursor<'t> {
    /// The start of a line, which is given with its newline.
    pub(super) fn new(text: &'t str, line: Range<usize>) -> Self {
        let content = text.get(line.clone()).unwrap_or_default().trim_end_matches(['\n', '\r']);
        let (offset, end) = (line.start, line.start + content.len());
        Self { text, offset, end, next_line: line.end, column: 0, spare: 0 }
    }

    /// The byte in the document.
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    /// The end of the line, without its newline.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// The start of the next line.
    pub(super) fn next_line(&self) -> usize {
        self.next_line
    }

    /// The rest of the line.
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.offset..self.end).unwrap_or_default()
    }

    /// The rest of the line without the white space before it.
    pub(super) fn trimmed(&self) -> &'t str {
        self.rest().trim_start_matches([' ', '\t'])
    }

    /// Whether nothing but white space is left.
    pub(super) fn is_blank(&self) -> bool {
        self.trimmed().is_empty()
    }

    /// How many columns of white space come next.
    pub(super) fn indent(&self) -> usize {
        let mut column = self.column;
        for byte in self.rest().bytes() {
            match byte {
                b' ' => column += 1,
                b'\t' => column += TAB - column % TAB,
                _ => break,
            }
        }
        column - self.column + self.spare
    }

    /// Passes white space of so many columns, or what there is. A tab that reaches further is passed
    /// whole: no part of it can stand in the document by itself.
    pub(super) fn take(&mut self, columns: usize) {
        let mut left = columns;
        let spare = self.spare.min(left);
        self.spare -= spare;
        left -= spare;
        for byte in self.rest().bytes() {
            let width = match byte {
                _ if left == 0 => break,
                b' ' => 1,
                b'\t' => TAB - self.column % TAB,
                _ => break,
            };
            self.offset += 1;
            self.column += width;
            self.spare = width.saturating_sub(left);
            left = left.saturating_sub(width);
        }
    }

    /// Passes the ASCII characters of a mark.
    pub(super) fn skip_mark(&mut self, length: usize) {
        self.offset = self.end.min(self.offset + length);
        self.column += length;
    }
}
