//! The words of expressions.

use std::borrow::Cow;
use std::ops::Range;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'e> {
    /// `github`, `always`, `true`
    Name(&'e str),
    Number(f64),
    Text(Cow<'e, str>),
    /// An operator or a bracket.
    Mark(&'static str),
}

/// Longer marks come before those that they begin with.
const MARKS: [&str; 17] =
    ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ".", ",", "*", "-"];

/// Splits a text into words with their places. `None` where something is no word.
pub(super) fn tokens(text: &str) -> Option<Vec<(Token<'_>, Range<usize>)>> {
    let mut tokens = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        let token = match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'\'' => {
                let (token, end) = quoted(text, at)?;
                at = end;
                token
            }
            b'0'..=b'9' | b'+' => number(text, &mut at)?,
            b'-' if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => number(text, &mut at)?,
            it if it.is_ascii_alphabetic() || *it == b'_' => {
                let is_name = |it: &&u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-');
                at += bytes[at..].iter().take_while(is_name).count();
                Token::Name(&text[start..at])
            }
            _ => {
                let rest = text.get(at..)?;
                let mark = MARKS.into_iter().find(|it| rest.starts_with(it))?;
                at += mark.len();
                Token::Mark(mark)
            }
        };
        tokens.push((token, start..at));
    }
    Some(tokens)
}

/// Reads `'…'`, in which `''` stands for a quote.
fn quoted(text: &str, start: usize) -> Option<(Token<'_>, usize)> {
    let mut end = start + 1;
    let mut doubled = false;
    loop {
        end += text.get(end..)?.find('\'')?;
        if text.as_bytes().get(end + 1) != Some(&b'\'') {
            break;
        }
        doubled = true;
        end += 2;
    }
    let inner = text.get(start + 1..end)?;
    let inner = if doubled { Cow::Owned(inner.replace("''", "'")) } else { Cow::Borrowed(inner) };
    Some((Token::Text(inner), end + 1))
}

fn number<'e>(text: &str, at: &mut usize) -> Option<Token<'e>> {
    let rest = text.get(*at..)?;
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '+' | '-');
    let length = rest.find(|it| !is_part(it)).unwrap_or(rest.len());
    *at += length;
    let word = &rest[..length];
    let hex = word.strip_prefix("0x").and_then(|it| u32::from_str_radix(it, 16).ok());
    hex.map(f64::from).or_else(|| word.parse().ok()).map(Token::Number)
}
