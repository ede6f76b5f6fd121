//! What is left of a word when quotes and escapes are gone.

use std::ops::Range;

use super::view::Piece;

/// A word's value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unquoted {
    /// It stands in the text as it is.
    Part(Range<usize>),
    /// It had to be put together.
    Joined {
        /// The value.
        text: String,
        /// Where its pieces come from.
        pieces: Vec<Piece>,
        /// Where the expansions are in it.
        expansions: Vec<Range<usize>>,
    },
}

/// Removes quotes and escapes from a part of a text. `expansions` are the places of `$(…)`, `${…}`
/// and the like, ascending: they are kept as they are written.
pub(super) fn unquote(text: &str, part: Range<usize>, expansions: &[Range<usize>]) -> Unquoted {
    let mut builder = Builder::new(text, part.start);
    let bytes = text.as_bytes();
    let mut expansions = expansions.iter().filter(|it| it.start >= part.start).peekable();
    let mut double = false;
    let mut at = part.start;
    while at < part.end {
        if let Some(expansion) = expansions.next_if(|it| it.start <= at) {
            let end = expansion.end.min(part.end);
            if expansion.start == at && end > at {
                builder.push_expansion(at..end);
                at = end;
            }
            continue;
        }
        let next = if at + 1 < part.end { bytes[at + 1] } else { 0 };
        match bytes[at] {
            b'\'' if !double => {
                let end = find(bytes, b'\'', at + 1..part.end);
                builder.push(at + 1..end);
                at = end + 1;
            }
            b'"' => {
                double = !double;
                at += 1;
            }
            b'$' if !double && next == b'\'' => at = ansi(&mut builder, bytes, at + 2..part.end),
            b'$' if !double && next == b'"' => at += 1,
            b'\\' if next == b'\n' => at += 2,
            b'\\' if at + 1 < part.end && (!double || b"$`\"\\".contains(&next)) => {
                let end = char_end(bytes, at + 1, part.end);
                builder.push(at + 1..end);
                at = end;
            }
            _ => {
                let stop = expansions.peek().map_or(part.end, |it| it.start);
                let stop = stop.clamp(at + 1, part.end);
                let special = |it: &u8| matches!(it, b'\'' | b'"' | b'\\' | b'$');
                let end = bytes[at + 1..stop].iter().position(special);
                let end = end.map_or(stop, |it| at + 1 + it);
                builder.push(at..end);
                at = end;
            }
        }
    }
    builder.finish()
}

/// Removes the backslashes that backquotes or heredocs eat: those before one of `escaped`, and
/// line continuations.
pub(super) fn unescape(text: &str, part: Range<usize>, escaped: &[u8]) -> Unquoted {
    let mut builder = Builder::new(text, part.start);
    let bytes = text.as_bytes();
    let mut at = part.start;
    while at < part.end {
        if bytes[at] == b'\\' && at + 1 < part.end {
            let next = bytes[at + 1];
            if next == b'\n' {
                at += 2;
                continue;
            }
            if escaped.contains(&next) {
                at += 1;
            } else {
                // Both stay: the next byte must not be taken for the start of an escape.
                builder.push(at..at + 1);
                at += 1;
            }
        }
        let end = char_end(bytes, at, part.end);
        builder.push(at..end);
        at = end;
    }
    builder.finish()
}

/// Decodes `$'…'` from after its quote on; returns the offset after the closing quote.
fn ansi(builder: &mut Builder<'_>, bytes: &[u8], part: Range<usize>) -> usize {
    let mut at = part.start;
    while at < part.end {
        match bytes[at] {
            b'\'' => return at + 1,
            b'\\' if at + 1 < part.end => {
                let (decoded, end) = escape(bytes, at + 1..part.end);
                match decoded {
                    Some(decoded) => builder.push_char(decoded, at),
                    None => builder.push(at..end),
                }
                at = end;
            }
            _ => {
                let end = char_end(bytes, at, part.end);
                builder.push(at..end);
                at = end;
            }
        }
    }
    part.end
}

/// The character that an escape of `$'…'` stands for, from after the backslash on, and where the
/// escape ends. A value above ASCII that is given byte by byte is left as it is written.
fn escape(bytes: &[u8], part: Range<usize>) -> (Option<char>, usize) {
    let after = part.start + 1;
    let number = |from: usize, most: usize, radix: u32| {
        let mut value = 0_u32;
        let mut at = from;
        while at < part.end && at < from + most {
            let Some(digit) = char::from(bytes[at]).to_digit(radix) else { break };
            value = value * radix + digit;
            at += 1;
        }
        (value, at)
    };
    let simple = |it: char| (Some(it), after);
    match bytes[part.start] {
        b'a' => simple('\x07'),
        b'b' => simple('\x08'),
        b'e' | b'E' => simple('\x1b'),
        b'f' => simple('\x0c'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'v' => simple('\x0b'),
        it @ (b'\\' | b'\'' | b'"' | b'?') => simple(char::from(it)),
        it @ (b'x' | b'u' | b'U') => {
            let most = match it {
                b'x' => 2,
                b'u' => 4,
                _ => 8,
            };
            let (value, end) = number(after, most, 16);
            let decoded = char::from_u32(value).filter(|it| most > 2 || it.is_ascii());
            (decoded.filter(|_| end > after), end)
        }
        b'0'..=b'7' => {
            let (value, end) = number(part.start, 3, 8);
            (char::from_u32(value).filter(char::is_ascii), end)
        }
        _ => (None, char_end(bytes, part.start, part.end)),
    }
}

/// The offset of a byte, or the end of the part.
fn find(bytes: &[u8], byte: u8, part: Range<usize>) -> usize {
    let start = part.start.min(part.end);
    memchr::memchr(byte, &bytes[start..part.end]).map_or(part.end, |it| start + it)
}

/// The end of the character that begins at an offset.
fn char_end(bytes: &[u8], at: usize, end: usize) -> usize {
    let mut after = at + 1;
    while after < end && bytes[after] & 0xC0 == 0x80 {
        after += 1;
    }
    after
}

/// Puts a value together, and copies nothing as long as it is one part of the text.
struct Builder<'s> {
    source: &'s str,
    part: Range<usize>,
    joined: Option<(String, Vec<Piece>)>,
    expansions: Vec<Range<usize>>,
}

impl<'s> Builder<'s> {
    fn new(source: &'s str, anchor: usize) -> Self {
        Self { source, part: anchor..anchor, joined: None, expansions: Vec::new() }
    }

    fn push(&mut self, part: Range<usize>) {
        if part.is_empty() {
            return;
        }
        if self.joined.is_none() {
            if self.part.is_empty() {
                self.part = part;
                return;
            }
            if self.part.end == part.start {
                self.part.end = part.end;
                return;
            }
        }
        let text = &self.source[part.clone()];
        let (joined, pieces) = self.join();
        let continues =
            pieces.last().is_some_and(|it| it.outer + (joined.len() - it.start) == part.start);
        if !continues {
            pieces.push(Piece { start: joined.len(), outer: part.start });
        }
        joined.push_str(text);
    }

    fn push_expansion(&mut self, part: Range<usize>) {
        let start = self.len();
        self.push(part);
        self.expansions.push(start..self.len());
    }

    /// Adds a character that the text does not hold, but an escape at `origin` stands for.
    fn push_char(&mut self, it: char, origin: usize) {
        let (joined, pieces) = self.join();
        pieces.push(Piece { start: joined.len(), outer: origin });
        joined.push(it);
    }

    fn len(&self) -> usize {
        self.joined.as_ref().map_or(self.part.len(), |(text, _)| text.len())
    }

    fn join(&mut self) -> &mut (String, Vec<Piece>) {
        let (source, part) = (self.source, self.part.clone());
        self.joined.get_or_insert_with(|| {
            let first = (!part.is_empty()).then_some(Piece { start: 0, outer: part.start });
            let pieces = first.into_iter().collect();
            (source[part].to_owned(), pieces)
        })
    }

    fn finish(self) -> Unquoted {
        match self.joined {
            None => Unquoted::Part(self.part),
            Some((text, pieces)) => Unquoted::Joined { text, pieces, expansions: self.expansions },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        match unquote(text, 0..text.len(), &[]) {
            Unquoted::Part(part) => text[part].to_owned(),
            Unquoted::Joined { text, .. } => text,
        }
    }

    #[test]
    fn quotes_and_escapes_go() {
        assert_eq!(value(r#"a'b c'"d \" \n"e\ f"#), r#"ab cd " \ne f"#);
        assert_eq!(value(r"\é\\"), r"é\");
        assert_eq!(value("a\\\nb\"c\\\nd\""), "abcd");
    }

    #[test]
    fn a_quoted_text_is_a_part_of_the_source() {
        assert_eq!(unquote("'a b'", 0..5, &[]), Unquoted::Part(1..4));
        assert_eq!(unquote("\"a b\"", 0..5, &[]), Unquoted::Part(1..4));
        assert_eq!(unquote("''", 0..2, &[]), Unquoted::Part(0..0));
    }

    #[test]
    fn ansi_quotes_are_decoded() {
        assert_eq!(value(r"$'a\tb\x41\101\u00e9\'\q'z"), "a\tbAA\u{e9}'\\qz");
        assert_eq!(value(r"$'\xff\777\U110000'"), r"\xff\777\U110000");
        assert_eq!(value(r"$'unfinished\"), r"unfinished\");
    }

    #[test]
    fn expansions_stay_and_are_found_again() {
        let text = r#""a\$x $(echo \"a\")""#;
        let expansion = Range { start: 6, end: 19 };
        let Unquoted::Joined { text: value, expansions, pieces } =
            unquote(text, 0..text.len(), &[expansion])
        else {
            panic!("must be joined");
        };
        assert_eq!(value, r#"a$x $(echo \"a\")"#);
        assert_eq!(expansions, [Range { start: 4, end: 17 }]);
        assert_eq!(pieces, [Piece { start: 0, outer: 1 }, Piece { start: 1, outer: 3 }]);
    }

    #[test]
    fn unfinished_quotes_end_with_the_part() {
        for text in ["'", "\"", "\\", "$'", "$\"", "a'b", "\"\\"] {
            value(text);
        }
        assert_eq!(value("'abc"), "abc");
    }
}
