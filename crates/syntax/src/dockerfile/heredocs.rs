//! The heredocs that a line names.

use std::borrow::Cow;
use std::ops::Range;

use plimsoll_finding::Span;

use super::tree::Heredoc;
use super::variables::{Lexer, Quotes};
use crate::Logical;

/// `<<EOF` in a line.
#[derive(Debug)]
pub(super) struct HeredocWord<'t> {
    pub(super) name: Cow<'t, str>,
    pub(super) span: Span,
    pub(super) chomp: bool,
    descriptor: usize,
    expand: bool,
}

impl<'t> HeredocWord<'t> {
    /// The heredoc with its body.
    pub(super) fn with_body(self, text: &'t str, body: Range<usize>, end: Span) -> Heredoc<'t> {
        Heredoc {
            name: self.name,
            start: self.span,
            descriptor: self.descriptor,
            expand: self.expand,
            chomp: self.chomp,
            body: &text[body.clone()],
            body_span: body.into(),
            end,
        }
    }
}

/// Whether a word of a `COPY` or `ADD` names a heredoc, and which.
pub(super) fn name(word: &str) -> Option<String> {
    parse(word).map(|it| it.name.into_owned())
}

/// The heredocs that a line names, in order.
pub(super) fn in_line<'t>(line: &Logical<'t>) -> Vec<HeredocWord<'t>> {
    let text = line.text();
    let lexer = Lexer { escape: '\\', quotes: Quotes::Kept, raw_escapes: true, skip_unset: true };
    // A line that the lexer refuses names none, as in BuildKit.
    let words = lexer.words(text, &|_| None).unwrap_or_default();
    let mut from = 0;
    let mut found = Vec::new();
    for word in words {
        let Some(mut heredoc) = parse(&word) else { continue };
        // The lexer gives no places, but words come in order and are kept as written.
        let at = text.get(from..).and_then(|it| it.find(&*word));
        let range = at.map_or(0..text.len(), |it| from + it..from + it + word.len());
        from = range.end;
        heredoc.span = line.span(range);
        found.push(heredoc);
    }
    found
}

/// Reads `3<<-"EOF"`.
fn parse<'t>(word: &str) -> Option<HeredocWord<'t>> {
    let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = word[digits..].strip_prefix("<<")?;
    let (chomp, rest) = rest.strip_prefix('-').map_or((false, rest), |it| (true, it));
    let rest = rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0c']);
    if rest.is_empty() || rest.contains('<') {
        return None;
    }
    let single = |quotes| {
        let lexer = Lexer { escape: '\\', quotes, raw_escapes: false, skip_unset: true };
        let mut words = lexer.words(rest, &|_| None).ok()?;
        if words.len() == 1 { words.pop() } else { None }
    };
    let (name, raw) = (single(Quotes::Removed)?, single(Quotes::Kept)?);
    let quotes = |text: &str| text.bytes().filter(|it| matches!(it, b'\'' | b'"')).count();
    Some(HeredocWord {
        // A name without quotes in one that had some: the body is taken as it is.
        expand: quotes(&name) == quotes(&raw),
        name: Cow::Owned(name),
        span: Span::empty(0),
        chomp,
        descriptor: word[..digits].parse().unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Vec<(String, bool, bool, usize)> {
        in_line(&Logical::borrowed(line, 0))
            .into_iter()
            .map(|it| (it.name.into_owned(), it.expand, it.chomp, it.descriptor))
            .collect()
    }

    #[test]
    fn any_word_names_a_heredoc() {
        assert_eq!(read("RUN <<EOF"), [("EOF".into(), true, false, 0)]);
        assert_eq!(
            read("RUN cat 3<<-'A' <<\"b c\" > /x"),
            [("A".into(), false, true, 3), ("b c".into(), false, false, 0)]
        );
        assert_eq!(read("RUN python3 <<e.o_f && x"), [("e.o_f".into(), true, false, 0)]);
    }

    #[test]
    fn here_strings_and_quoted_operators_are_none() {
        assert_eq!(read("RUN cat <<< x"), []);
        assert_eq!(read("RUN echo '<<EOF'"), []);
        assert_eq!(read("RUN echo \"a <<EOF\""), []);
    }
}
