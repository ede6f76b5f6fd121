//! A file of code, for whoever looks for calls, literals and declarations in it: tokens with what is
//! around them, without what a build of the programs for Linux leaves out.

mod conditions;
mod items;
mod modules;

use std::collections::BTreeSet;

use super::rust_tokens::{Token, placed_tokens};

pub use items::Item;
pub use modules::sources_from;

/// More tokens than a file written by hand has; a limit for hostile texts.
const TOKENS_LIMIT: usize = 2_000_000;

/// The tokens of a file of code, less tests and what is for other systems and features.
#[derive(Debug)]
pub struct Code<'t> {
    text: &'t str,
    tokens: Vec<Token<'t>>,
    starts: Vec<usize>,
    /// Of each token, the bracket that it is in.
    around: Vec<Option<usize>>,
    /// Of each bracket that opens, the one that closes it; of all others, themselves.
    closes: Vec<usize>,
}

impl<'t> Code<'t> {
    /// Reads a text, as it is compiled with some features.
    pub fn new(text: &'t str, features: &BTreeSet<String>) -> Self {
        let mut all = placed_tokens(text);
        all.truncate(TOKENS_LIMIT);
        let (all, places): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let mut found = Self {
            text,
            tokens: Vec::new(),
            starts: Vec::new(),
            around: Vec::new(),
            closes: Vec::new(),
        };
        let mut at = 0;
        while at < all.len() {
            if let Some(end) = conditions::left_out(&all, at, features) {
                at = end.max(at + 1);
                continue;
            }
            if let (Some(token), Some(start)) = (all.get(at), places.get(at)) {
                found.tokens.push(token.clone());
                found.starts.push(*start);
            }
            at += 1;
        }
        found.pair();
        found
    }

    /// All tokens.
    pub fn tokens(&self) -> &[Token<'t>] {
        &self.tokens
    }

    /// The token at a place.
    pub fn token(&self, at: usize) -> Option<&Token<'t>> {
        self.tokens.get(at)
    }

    /// The name, keyword or number at a place.
    pub fn word(&self, at: usize) -> Option<&'t str> {
        match self.tokens.get(at)? {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The string at a place.
    pub fn literal(&self, at: usize) -> Option<&'t str> {
        match self.tokens.get(at)? {
            Token::Text(text, _) => Some(text),
            _ => None,
        }
    }

    /// Whether there is a sign at a place.
    pub fn is_sign(&self, at: usize, sign: u8) -> bool {
        self.tokens.get(at) == Some(&Token::Sign(sign))
    }

    /// Whether tokens stand at a place that are written as a text of words and signs, parted by
    /// spaces: `Signal :: SIGTERM`.
    pub fn is_row(&self, at: usize, row: &str) -> bool {
        let mut at = at;
        for part in row.split(' ') {
            let is_word = part.starts_with(|it: char| it.is_alphanumeric() || it == '_');
            if is_word {
                if self.word(at) != Some(part) {
                    return false;
                }
                at += 1;
                continue;
            }
            for sign in part.bytes() {
                if !self.is_sign(at, sign) {
                    return false;
                }
                at += 1;
            }
        }
        true
    }

    /// The places of a word.
    pub fn places_of(&self, word: &str) -> impl Iterator<Item = usize> {
        let places = self.tokens.iter().enumerate();
        places.filter(move |(_, it)| matches!(it, Token::Word(it) if *it == word)).map(|it| it.0)
    }

    /// The bracket that a token is in.
    pub fn around(&self, at: usize) -> Option<usize> {
        self.around.get(at).copied().flatten()
    }

    /// The bracket that closes one, or the last token where nothing does.
    pub fn close(&self, open: usize) -> usize {
        self.closes.get(open).copied().unwrap_or(open)
    }

    /// The line of a token, from 1.
    pub fn line(&self, at: usize) -> usize {
        let start = self.starts.get(at).copied().unwrap_or(self.text.len());
        let before = self.text.as_bytes().get(..start).unwrap_or_default();
        before.iter().filter(|it| **it == b'\n').count() + 1
    }

    fn pair(&mut self) {
        let mut open: Vec<usize> = Vec::new();
        let last = self.tokens.len().saturating_sub(1);
        self.closes = (0..self.tokens.len()).collect();
        for (at, token) in self.tokens.iter().enumerate() {
            if matches!(token, Token::Sign(b')' | b']' | b'}'))
                && let Some(start) = open.pop()
                && let Some(close) = self.closes.get_mut(start)
            {
                *close = at;
            }
            self.around.push(open.last().copied());
            if matches!(token, Token::Sign(b'(' | b'[' | b'{')) {
                open.push(at);
            }
        }
        for start in open {
            if let Some(close) = self.closes.get_mut(start) {
                *close = last;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_compiled_is_left_out() {
        let text = r#"
#[cfg(test)]
mod tests { fn a() { x("one"); } }
#[cfg(windows)] fn b<A, B>() { x("two"); }
#[cfg(all(unix, feature = "on"))] fn c() { x("three"); }
#[cfg(not(feature = "on"))] fn d() { x("four"); }
#[cfg(any(feature = "off", windows))] use e::{f, g};
#[tokio::test(flavor = "multi_thread")] async fn h() { x("five"); }
fn i() { match j { #[cfg(windows)] K => x("six"), #[cfg(unix)] K => x("seven") } }
#[cfg(target_os = "linux")] #[inline] fn l() { x("eight"); }
#[cfg(something)] const M: &str = "nine";
"#;
        let code = Code::new(text, &BTreeSet::from(["on".to_owned()]));
        let texts: Vec<_> = (0..code.tokens().len()).filter_map(|it| code.literal(it)).collect();
        let texts: Vec<_> = texts.into_iter().filter(|it| it.len() > 2).collect();
        assert_eq!(texts, ["three", "seven", "linux", "eight", "nine"]);
    }

    #[test]
    fn brackets_know_what_is_in_them() {
        let code = Code::new("a(b[c], d) { e }\nf", &BTreeSet::new());
        let at = |word: &str| code.places_of(word).next().unwrap();
        assert_eq!(code.around(at("a")), None);
        assert_eq!(code.around(at("d")), Some(1));
        assert_eq!(code.close(1), at("d") + 1);
        assert!(code.is_row(0, "a ( b ["));
        assert_eq!((code.line(at("e")), code.line(at("f"))), (1, 2));
        for broken in ["((", "))", "{(]", ""] {
            Code::new(broken, &BTreeSet::new());
        }
    }
}
