//! The items of a file of code: what one name of the code leads to.

use std::ops::Range;

use super::Code;
use crate::cargo_files::rust_tokens::Token;

/// How deep blocks of modules and implementations are entered.
const DEPTH_LIMIT: usize = 8;

/// A function, type or constant, with its attributes; or the implementation of a trait as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'t> {
    /// Its name; of what implements a trait, that of the type. Macros that are called beside items
    /// have none.
    pub name: Option<&'t str>,
    /// The type that it is a function of.
    pub owner: Option<&'t str>,
    /// Its tokens.
    pub tokens: Range<usize>,
}

impl<'t> Code<'t> {
    /// All items but imports, in the order in which they stand.
    pub fn items(&self) -> Vec<Item<'t>> {
        let mut found = Vec::new();
        self.items_between(0..self.tokens.len(), None, 0, &mut found);
        found
    }

    fn items_between(
        &self,
        range: Range<usize>,
        owner: Option<&'t str>,
        depth: usize,
        found: &mut Vec<Item<'t>>,
    ) {
        let mut start = range.start;
        while start < range.end {
            let head = self.past_attributes(start, range.end);
            let end = self.end_of_item(head, range.end).max(head + 1);
            let block = self.is_sign(end - 1, b'}').then(|| self.opened(head, end)).flatten();
            let header = head..block.unwrap_or(end);
            let keyword = header.clone().find_map(|it| Some((it, self.keyword(it)?)));
            let mut push = |name, owner| found.push(Item { name, owner, tokens: start..end });
            match keyword {
                Some((_, Keyword::Module)) => {
                    if let Some(block) = block.filter(|_| depth < DEPTH_LIMIT) {
                        self.items_between(block + 1..end - 1, None, depth + 1, found);
                    }
                }
                Some((at, Keyword::Implementation)) => {
                    let (name, is_of_trait) = self.implemented(at + 1, header.end);
                    // What an attribute is about is called by what that makes of it.
                    let is_whole = is_of_trait || head > start;
                    match block {
                        Some(block) if !is_whole && depth < DEPTH_LIMIT => {
                            self.items_between(block + 1..end - 1, name, depth + 1, found);
                        }
                        _ => push(name, None),
                    }
                }
                Some((at, Keyword::Named)) => push(self.word(at + 1), owner),
                None if end - head > 1 => push(None, owner),
                // A lone `;` is no item either.
                Some((_, Keyword::Import)) | None => {}
            }
            start = end;
        }
    }

    /// What kind of item a word begins.
    fn keyword(&self, at: usize) -> Option<Keyword> {
        Some(match self.word(at)? {
            "const" if self.word(at + 1) == Some("fn") => return None,
            "fn" | "struct" | "enum" | "union" | "trait" | "static" | "type" | "const" => {
                Keyword::Named
            }
            "mod" => Keyword::Module,
            "impl" => Keyword::Implementation,
            "use" => Keyword::Import,
            _ => return None,
        })
    }

    fn past_attributes(&self, start: usize, limit: usize) -> usize {
        let mut at = start;
        while at < limit && self.is_sign(at, b'#') {
            let open = if self.is_sign(at + 1, b'!') { at + 2 } else { at + 1 };
            if !self.is_sign(open, b'[') {
                break;
            }
            at = self.close(open) + 1;
        }
        at
    }

    fn end_of_item(&self, start: usize, limit: usize) -> usize {
        let mut at = start;
        while at < limit {
            match self.token(at) {
                Some(Token::Sign(b'(' | b'[')) => at = self.close(at) + 1,
                Some(Token::Sign(b'{')) => return (self.close(at) + 1).min(limit),
                Some(Token::Sign(b';')) => return at + 1,
                _ => at += 1,
            }
        }
        limit
    }

    /// Where the block opens that ends an item.
    fn opened(&self, head: usize, end: usize) -> Option<usize> {
        (head..end).find(|it| self.is_sign(*it, b'{') && self.close(*it) + 1 == end)
    }

    /// The type that an implementation is of, and whether it is that of a trait.
    fn implemented(&self, start: usize, end: usize) -> (Option<&'t str>, bool) {
        let (mut name, mut is_of_trait, mut angles) = (None, false, 0_usize);
        for at in start..end {
            match self.token(at) {
                Some(Token::Sign(b'<')) => angles += 1,
                Some(Token::Sign(b'>')) => angles = angles.saturating_sub(1),
                Some(Token::Word("for")) if angles == 0 => is_of_trait = true,
                Some(Token::Word("where")) if angles == 0 => break,
                Some(Token::Word(word)) if angles == 0 => name = Some(*word),
                _ => {}
            }
        }
        (name, is_of_trait)
    }
}

#[derive(Clone, Copy)]
enum Keyword {
    Named,
    Module,
    Implementation,
    Import,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn items_have_names_and_owners() {
        let text = r"
#![allow(x)]
use a::{b, c};
const D: [u8; 2] = [1, 2];
#[derive(E)] pub struct F { g: u8 }
impl<T: X> F<T> { pub(crate) const fn h() { i() } const J: u8 = 1; }
impl fmt::Display for F { fn fmt() {} }
mod k { async fn l<A, B>() -> [u8; 1] { m!() } }
lazy_static! { static ref N: u8 = 1; }
enum O { P }
";
        let code = Code::new(text, &BTreeSet::new());
        let items = code.items();
        let names: Vec<_> = items.iter().map(|it| (it.name, it.owner)).collect();
        assert_eq!(
            names,
            [
                (Some("D"), None),
                (Some("F"), None),
                (Some("h"), Some("F")),
                (Some("J"), Some("F")),
                (Some("F"), None),
                (Some("l"), None),
                (None, None),
                (Some("O"), None),
            ]
        );
        assert!(code.is_row(items[1].tokens.start, "# [ derive"));
    }
}
