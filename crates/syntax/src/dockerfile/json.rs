//! Arrays of strings: the exec form.

use std::borrow::Cow;

use super::tree::Word;
use crate::Logical;

/// What stands where an array may stand.
#[derive(Debug)]
pub(super) enum Array<'t> {
    /// Its strings.
    Strings(Vec<Word<'t>>),
    /// An array that holds something else, which BuildKit refuses.
    NotStrings,
    /// No array: shell form.
    None,
}

/// Reads an array of strings.
pub(super) fn array<'t>(text: &Logical<'t>) -> Array<'t> {
    let whole = text.text();
    let body = whole.trim_start();
    if !body.starts_with('[') {
        return Array::None;
    }
    if let Some(words) = strings(text, whole.len() - body.len() + 1) {
        return Array::Strings(words);
    }
    match serde_json::from_str::<Vec<serde_json::Value>>(body) {
        Ok(_) => Array::NotStrings,
        Err(_) => Array::None,
    }
}

/// The strings of an array whose bracket stands before `at`; `None` where it is anything else.
fn strings<'t>(text: &Logical<'t>, mut at: usize) -> Option<Vec<Word<'t>>> {
    let whole = text.text();
    let mut words = Vec::new();
    at = skip(whole, at);
    if whole.as_bytes().get(at) == Some(&b']') {
        return (skip(whole, at + 1) == whole.len()).then_some(words);
    }
    loop {
        let start = skip(whole, at);
        let end = string_end(whole, start)?;
        let raw = &whole[start..end];
        let decoded = if raw.contains('\\') {
            Cow::Owned(decode(raw)?)
        } else {
            text.cow(start + 1..end - 1)
        };
        words.push(Word { text: decoded, span: text.span(start..end) });
        at = skip(whole, end);
        match whole.as_bytes().get(at)? {
            b',' => at += 1,
            b']' => return (skip(whole, at + 1) == whole.len()).then_some(words),
            _ => return None,
        }
    }
}

/// The offset after JSON's white space.
fn skip(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    text.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len()
}

/// The offset after the string that begins at `start`.
fn string_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.get(start) != Some(&b'"') {
        return None;
    }
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            0..0x20 => return None,
            _ => at += 1,
        }
    }
}

/// A string with its quotation marks, decoded. Half of a surrogate pair becomes U+FFFD, as in Go.
fn decode(raw: &str) -> Option<String> {
    if let Ok(text) = serde_json::from_str(raw) {
        return Some(text);
    }
    let mut repaired = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        let length = if rest[at..].starts_with("\\u") { 6 } else { 2 };
        let escape = rest.get(at..at + length)?;
        let half = |text: &str| {
            let code = u16::from_str_radix(text.strip_prefix("\\u")?, 16).ok()?;
            (0xd800..0xe000).contains(&code).then_some(code)
        };
        repaired.push_str(&rest[..at]);
        rest = &rest[at + length..];
        match half(escape) {
            Some(0xd800..0xdc00) => {
                let low = rest.get(..6).filter(|it| half(it).is_some_and(|it| it >= 0xdc00));
                repaired.push_str(if low.is_some() { escape } else { "\\ufffd" });
                repaired.push_str(low.unwrap_or_default());
                rest = &rest[low.map_or(0, str::len)..];
            }
            Some(_) => repaired.push_str("\\ufffd"),
            None => repaired.push_str(escape),
        }
    }
    repaired.push_str(rest);
    serde_json::from_str(&repaired).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<String>> {
        match array(&Logical::borrowed(text, 0)) {
            Array::Strings(words) => Some(words.into_iter().map(|it| it.text.into()).collect()),
            Array::NotStrings => Some(vec!["not strings".to_owned()]),
            Array::None => None,
        }
    }

    #[test]
    fn arrays_of_strings_are_decoded() {
        assert_eq!(read(r#" [ "a" , "b\n\u00e9" ] "#).unwrap(), ["a", "b\né"]);
        assert_eq!(read("[]").unwrap(), [""; 0]);
        assert_eq!(read(r#"["\ud800x", "\ud83d\ude00"]"#).unwrap(), ["\u{fffd}x", "😀"]);
    }

    #[test]
    fn other_arrays_are_refused_and_other_texts_are_shell() {
        assert_eq!(read(r#"["a", 1]"#).unwrap(), ["not strings"]);
        assert_eq!(read("[null]").unwrap(), ["not strings"]);
        for text in ["['a']", "[ -f x ]", r#"["a",]"#, r#"["a"] x"#, "[\"a\tb\"]", "[\"a", "["] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn spans_hold_the_quotation_marks() {
        let text = r#"["a", "b"]"#;
        let Array::Strings(words) = array(&Logical::borrowed(text, 0)) else { panic!() };
        assert_eq!(words[1].span.slice(text), Some("\"b\""));
    }
}
