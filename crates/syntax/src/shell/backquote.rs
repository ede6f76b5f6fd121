//! Substitutions in backquotes.

use super::parser::{Closer, DEEPEST, Parser};
use super::unquote::{Unquoted, unescape};
use super::view::View;

impl Parser<'_, '_> {
    /// Reads `` `…` ``. Inside, a backslash before a backquote, a dollar, a backslash (and in double
    /// quotes before a double quote) is the backquotes' own.
    pub(super) fn backquotes(&mut self, in_quotes: bool) {
        let (start, mark) = (self.at, self.expansions.len());
        if self.skip_opaque() {
            return;
        }
        self.at += 1;
        let first = self.at;
        let mut escaped = false;
        let last = loop {
            let Some(offset) = memchr::memchr2(b'\\', b'`', self.rest()) else {
                self.at = self.end;
                break self.end;
            };
            self.at += offset;
            if self.peek() == Some(b'`') {
                self.at += 1;
                break self.at - 1;
            }
            escaped = true;
            self.advance(2);
        };
        if self.nesting < DEEPEST {
            let escapes: &[u8] = if in_quotes { b"`$\\\"" } else { b"`$\\" };
            let text = if escaped {
                unescape(self.view.text(), first..last, escapes)
            } else {
                Unquoted::Part(first..last)
            };
            match text {
                Unquoted::Part(part) => self.within(part, |it| it.nested_list(Closer::End)),
                Unquoted::Joined { text, pieces, .. } => {
                    let view = View::inside(self.view, text, pieces);
                    let before = self.state.clone();
                    let root = self.nested_root(1);
                    self.read_view(&view, Vec::new(), root);
                    self.state = before;
                }
            }
        }
        self.note_expansion(mark, start);
    }
}
