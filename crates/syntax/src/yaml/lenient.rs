//! What other readers of YAML accept and the parser's grammar does not.
//!
//! Compose and GitHub read YAML with parsers that let a closing bracket stand as far to the left as
//! the key that it belongs to, and people write it there. The grammar wants it further to the right.
//! Such a bracket is moved up to the line before, in a copy of the same length, so that every place
//! stays what it is.

use std::borrow::Cow;

/// More brackets than any file has in such places.
const MOST: usize = 500;

/// More than this is not read again and again.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A text, with brackets moved.
pub(super) struct Patched<'t> {
    text: Cow<'t, str>,
    tries: usize,
}

impl<'t> Patched<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text: Cow::Borrowed(text), tries: 0 }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the parser stopped at a bracket that can be moved.
    pub(super) fn explains(&self, failure: &str, at: usize) -> bool {
        failure.starts_with("invalid indentation")
            && matches!(self.text.as_bytes().get(at), Some(b']' | b'}' | b','))
            && self.tries < MOST
            && self.tries * self.text.len() < MOST_BYTES
            && self.content_before(at).is_some()
    }

    /// Moves the bracket at a byte.
    pub(super) fn mend(&mut self, at: usize) {
        self.tries += 1;
        if let Some(content) = self.content_before(at) {
            let mut text = String::with_capacity(self.text.len());
            text.push_str(&self.text[..content]);
            // One blank for each byte: bytes are what places are counted in.
            text.extend(std::iter::repeat_n(' ', at - content));
            text.push_str(&self.text[at..]);
            self.text = Cow::Owned(text);
        }
    }

    /// Where the content before a bracket ends, if that is on another line.
    fn content_before(&self, at: usize) -> Option<usize> {
        let before = self.text.get(..at)?;
        let content = end_of_content(before);
        before[content..].contains('\n').then_some(content)
    }
}

/// Where the content before a bracket ends: before the blank lines and comments above it.
fn end_of_content(before: &str) -> usize {
    let mut end = before.len();
    loop {
        let line_start = before[..end].rfind('\n').map_or(0, |it| it + 1);
        let line = &before[line_start..end];
        let content = without_comment(line).trim_end();
        if !content.is_empty() || line_start == 0 {
            return line_start + content.len();
        }
        end = line_start - 1;
    }
}

/// A line without its comment: a `#` at its start or after a blank, outside of quotes.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut previous = b' ';
    for (at, byte) in line.bytes().enumerate() {
        match (quote, byte) {
            (None, b'#') if matches!(previous, b' ' | b'\t') => return &line[..at],
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte && previous != b'\\' => quote = None,
            _ => {}
        }
        previous = byte;
    }
    line
}

/// A message of the parser in words that say what to look for.
pub(super) fn explained(message: String) -> Cow<'static, str> {
    match &*message {
        "invalid indentation" => "the line is indented less than what it belongs to".into(),
        "found character that cannot start any token" => "no value can begin with this".into(),
        "tabs disallowed within this context (block indentation)"
        | "tabs disallowed in this context" => "a tab can't be used to indent".into(),
        _ => message.into(),
    }
}

#[cfg(test)]
mod tests {
    use crate::yaml::parse;

    #[test]
    fn closing_brackets_may_stand_below_their_key() {
        for text in [
            "a:\n  b: [\n    c,\n    \"d\"\n  ]\n  e: f\n",
            "a:\n  b: [\n    c, # é\n    \"d\" # why\n\n  # more\n  ]\n  e: f\n",
            "a:\n  b: {\r\n    c: d\r\n  }\r\n  e: f\r\n",
            "a:\n  b: [\n    [x],\n    [\n  ]\n  ]\n  e: f\n",
        ] {
            let yaml = parse(text);
            assert_eq!(yaml.errors, [], "{text}");
            let e = yaml.root().and_then(|it| it.at(&["a", "e"])).unwrap();
            assert_eq!((e.as_str(), e.span().slice(text)), (Some("f"), Some("f")), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_stays_wrong() {
        assert_eq!(parse("a: [\n").errors.len(), 1);
        assert_eq!(parse("a:\n  b: 1\n c: 2\n").errors.len(), 1);
        let hostile = "a: [\n".to_owned() + &"]: [\n".repeat(2000);
        assert!(!parse(&hostile).errors.is_empty());
    }
}
