//! The keyword of a line and the flags after it.

use std::borrow::Cow;

use plimsoll_finding::Span;

use super::tree::{Flag, Word};
use super::words::{self, is_blank};
use crate::Logical;

/// A line, split.
#[derive(Debug)]
pub(super) struct Split<'t> {
    pub(super) keyword: Word<'t>,
    pub(super) flags: Vec<Flag<'t>>,
    pub(super) rest: Logical<'t>,
}

/// Splits a line into its keyword, flags and the trimmed rest.
pub(super) fn split<'t>(line: &Logical<'t>, escape: char) -> Split<'t> {
    let text = line.text();
    let whole = words::trimmed(text, 0..text.len());
    let body = &text[whole.clone()];
    let length = body.find(is_blank).unwrap_or(body.len());
    let keyword = words::word(line, whole.start..whole.start + length);
    let after = body[length..].trim_start_matches(is_blank);
    let mut reader =
        FlagReader { line, escape, at: whole.end - after.len(), end: whole.end, over: false };
    let mut flags = Vec::new();
    while reader.at_flag() {
        flags.extend(reader.flag());
    }
    let start = reader.at.min(whole.end);
    let rest = line.part(words::trimmed(text, start..whole.end));
    Split { keyword, flags, rest }
}

struct FlagReader<'l, 't> {
    line: &'l Logical<'t>,
    escape: char,
    at: usize,
    end: usize,
    /// Whether `--` ended the flags.
    over: bool,
}

impl<'t> FlagReader<'_, 't> {
    /// Goes to the next word; whether a flag begins there.
    fn at_flag(&mut self) -> bool {
        let here = &self.line.text()[self.at..self.end];
        self.at += here.len() - here.trim_start().len();
        !self.over && here.trim_start().starts_with("--")
    }

    /// The flag here; `None` where it says nothing.
    fn flag(&mut self) -> Option<Flag<'t>> {
        let text = &self.line.text()[..self.end];
        let start = self.at;
        if let Some(stop) = self.plain_end() {
            self.at = stop;
            self.over = &text[start..stop] == "--";
            return (!self.over).then(|| self.cut(start, stop, None, Vec::new()));
        }
        let (mut quote, mut plain) = (None, true);
        let mut value = String::new();
        let mut origins = Vec::new();
        let mut chars = text[start..].char_indices();
        let mut stop = self.end;
        while let Some((offset, c)) = chars.next() {
            let mut taken = (offset, c);
            if quote.is_none() && c.is_whitespace() {
                stop = start + offset;
                break;
            }
            match quote {
                None if c == '"' || c == '\'' => {
                    (quote, plain) = (Some(c), false);
                    continue;
                }
                Some(open) if open == c => {
                    quote = None;
                    continue;
                }
                _ if c == self.escape => {
                    plain = false;
                    // An escape character at the very end says nothing.
                    let Some(next) = chars.next() else { break };
                    taken = next;
                }
                _ => {}
            }
            let at = start + taken.0;
            origins.extend((at..at + taken.1.len_utf8()).map(|it| self.line.source_offset(it)));
            value.push(taken.1);
        }
        self.at = stop;
        if value == "--" {
            // What follows is no flag.
            self.over = true;
            return None;
        }
        if value.is_empty() {
            return None;
        }
        Some(self.cut(start, stop, (!plain).then_some(value), origins))
    }

    /// The end of the flag here, if it is just as written and in one piece of the source, as nearly
    /// all are.
    fn plain_end(&self) -> Option<usize> {
        let rest = &self.line.text()[self.at..self.end];
        let ends = |it: char| it.is_whitespace() || matches!(it, '"' | '\'') || it == self.escape;
        let length = rest.find(ends).unwrap_or(rest.len());
        let plain = rest[length..].chars().next().is_none_or(char::is_whitespace);
        let end = self.at + length;
        (plain && self.line.span(self.at..end).len() == length).then_some(end)
    }

    /// The flag in a range of the line; `value` where it isn't just as written.
    fn cut(
        &self,
        start: usize,
        stop: usize,
        value: Option<String>,
        mut origins: Vec<usize>,
    ) -> Flag<'t> {
        let span = self.line.span(start..stop);
        let plain = value.is_none();
        let text = value.map_or_else(|| self.line.cow(start..stop), Cow::Owned);
        let cut = |from: usize, to: usize| match &text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[from..to]),
            Cow::Owned(text) => Cow::Owned(text[from..to].to_owned()),
        };
        let equals = text.find('=');
        let name = cut(2.min(text.len()), equals.unwrap_or(text.len()).max(2.min(text.len())));
        let value = equals.map(|at| {
            let span = match (origins.get(at + 1), origins.last()) {
                (Some(first), Some(last)) => Span::new(*first, last + 1),
                _ if origins.is_empty() => Span::new(span.start() + at + 1, span.end()),
                _ => Span::empty(span.end()),
            };
            Word { text: cut(at + 1, text.len()), span }
        });
        // In one piece and as written, offsets in the value are offsets in the source.
        let contiguous = plain && span.len() == text.len();
        origins = match equals {
            Some(at) if !contiguous => origins.split_off(at + 1),
            _ => Vec::new(),
        };
        Flag { span, name, value, origins }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, Option<String>)>, String) {
        let split = split(&Logical::borrowed(text, 0), '\\');
        let flags = split
            .flags
            .iter()
            .map(|it| (it.name.to_string(), it.value.as_ref().map(|it| it.text.to_string())))
            .collect();
        (flags, split.rest.text().to_owned())
    }

    #[test]
    fn flags_come_before_arguments() {
        let (flags, rest) = read("COPY --from=a --link  x --chown=y");
        assert_eq!(flags, [("from".into(), Some("a".into())), ("link".into(), None)]);
        assert_eq!(rest, "x --chown=y");
    }

    #[test]
    fn quotes_and_escapes_are_removed_and_places_kept() {
        let text = r#"RUN --mount=type=cache,"target=/a b",id=\"c\" make"#;
        let split = split(&Logical::borrowed(text, 0), '\\');
        let flag = &split.flags[0];
        let value = flag.value.as_ref().unwrap();
        assert_eq!(value.text, r#"type=cache,target=/a b,id="c""#);
        let at = value.text.find("/a b").unwrap();
        assert_eq!(flag.span_in_value(at..at + 4).slice(text), Some("/a b"));
        assert_eq!(split.rest.text(), "make");
    }

    #[test]
    fn two_dashes_end_the_flags() {
        assert_eq!(read("RUN -- --x").1, "--x");
        assert_eq!(read("RUN --x"), (vec![("x".into(), None)], String::new()));
        assert_eq!(read("RUN"), (vec![], String::new()));
    }
}
