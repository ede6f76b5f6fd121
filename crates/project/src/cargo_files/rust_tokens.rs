//! Just enough of Rust's lexical structure to find calls with literal arguments: comments, strings
//! and characters are told apart, and all else is words and signs.

use std::ops::Range;

/// A token of Rust code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token<'t> {
    /// A name, keyword or number.
    Word(&'t str),
    /// A string of any kind, without quotes and prefix; escapes stand as they were written.
    Text(&'t str, Range<usize>),
    /// Any other character that is no space.
    Sign(u8),
}

/// The tokens of a text. What ends too early ends with the text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    placed_tokens(text).into_iter().map(|(token, _)| token).collect()
}

/// The tokens of a text, each with the byte that it begins at.
pub(super) fn placed_tokens(text: &str) -> Vec<(Token<'_>, usize)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'/' if bytes.get(at + 1) == Some(&b'/') => at = line_end(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => at = comment_end(bytes, at),
            b'"' => {
                let end = string_end(bytes, at + 1);
                found.extend(content(text, at + 1..end).map(|it| (it, at)));
                at = end + 1;
            }
            b'\'' => at = character_end(bytes, at),
            it if it.is_ascii_alphanumeric() || it == b'_' || it >= 0x80 => {
                let rest = &bytes[at..];
                let is_word = |it: &u8| it.is_ascii_alphanumeric() || *it == b'_' || *it >= 0x80;
                let end = at + rest.iter().position(|it| !is_word(it)).unwrap_or(rest.len());
                let word = text.get(at..end).unwrap_or_default();
                let next = bytes.get(end).copied();
                if matches!(word, "r" | "br" | "cr")
                    && matches!(next, Some(b'"' | b'#'))
                    && let Some((inner, after)) = raw_string(bytes, end)
                {
                    found.extend(content(text, inner).map(|it| (it, at)));
                    at = after;
                } else if matches!(word, "b" | "c") && next == Some(b'"') {
                    at = end;
                } else {
                    found.push((Token::Word(word), at));
                    at = end;
                }
            }
            it => {
                if !it.is_ascii_whitespace() {
                    found.push((Token::Sign(it), at));
                }
                at += 1;
            }
        }
    }
    found
}

fn content(text: &str, range: Range<usize>) -> Option<Token<'_>> {
    Some(Token::Text(text.get(range.clone())?, range))
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|it| *it == b'\n').map_or(bytes.len(), |it| at + it)
}

/// Comments nest.
fn comment_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start + 2, 1_usize);
    while at < bytes.len() && depth > 0 {
        match (bytes[at], bytes.get(at + 1)) {
            (b'*', Some(b'/')) => (at, depth) = (at + 2, depth - 1),
            (b'/', Some(b'*')) => (at, depth) = (at + 2, depth + 1),
            _ => at += 1,
        }
    }
    at
}

/// Where the closing quote is.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

/// What is inside of `#"…"#`, and where the text goes on.
fn raw_string(bytes: &[u8], start: usize) -> Option<(Range<usize>, usize)> {
    // Rust takes no more than 255; a limit for hostile texts, too.
    let hashes = bytes[start..].iter().take(255).take_while(|it| **it == b'#').count();
    let open = start + hashes;
    if bytes.get(open) != Some(&b'"') {
        return None;
    }
    let mut at = open + 1;
    while at < bytes.len() {
        let is_hash = |it: &u8| *it == b'#';
        if bytes[at] == b'"'
            && bytes[at + 1..].iter().take(hashes).filter(|it| is_hash(it)).count() == hashes
        {
            return Some((open + 1..at, at + 1 + hashes));
        }
        at += 1;
    }
    Some((open + 1..at, at))
}

/// Past a character; past the quote alone where it begins a lifetime.
fn character_end(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at + 1) == Some(&b'\\') {
        let rest = bytes.get(at + 3..).unwrap_or_default();
        let end = rest.iter().take(12).position(|it| *it == b'\'');
        return end.map_or(at + 2, |it| at + 3 + it + 1);
    }
    let rest = bytes.get(at + 1..).unwrap_or_default();
    // One character takes four bytes at most.
    let end = rest.iter().take(5).position(|it| *it == b'\'').filter(|it| *it > 0);
    match end {
        Some(1) => at + 3,
        Some(end) if rest.first().is_some_and(|it| *it >= 0x80) => at + 1 + end + 1,
        _ => at + 1,
    }
}

/// Past the bracket that closes the one at a token.
pub(super) fn group_end(all: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, token) in all.get(open..)?.iter().enumerate() {
        match token {
            Token::Sign(b'(' | b'[' | b'{') => depth += 1,
            Token::Sign(b')' | b']' | b'}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(open + offset + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Where the item, statement, field or arm ends that begins at a token: past its block, `;` or `,`.
pub(super) fn item_end(all: &[Token<'_>], start: usize) -> usize {
    let mut at = start;
    // Commas in the generics of an item don't end it.
    let mut is_item = false;
    while let Some(token) = all.get(at) {
        match token {
            Token::Sign(b'#') if all.get(at + 1) == Some(&Token::Sign(b'[')) => {
                at = group_end(all, at + 1).unwrap_or(all.len());
            }
            Token::Sign(b'{') => return group_end(all, at).unwrap_or(all.len()),
            Token::Sign(b'(' | b'[') => at = group_end(all, at).unwrap_or(all.len()),
            Token::Sign(b';') => return at + 1,
            Token::Sign(b',') if !is_item => return at + 1,
            Token::Sign(b'}' | b')' | b']') => return at,
            Token::Word("fn" | "impl" | "struct" | "enum" | "trait" | "type" | "use") => {
                is_item = true;
                at += 1;
            }
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_characters_are_told_apart() {
        let text = r##"/* a /* b */ "c" */ x!("d\"e", r#"f"g"#, b"h", '"', 'l, '\'', '\u{1F600}', 'ä') // "i""##;
        let found = tokens(text);
        let texts: Vec<_> = found
            .iter()
            .filter_map(|it| match it {
                Token::Text(text, range) => {
                    assert_eq!(text.len(), range.len());
                    Some(*text)
                }
                _ => None,
            })
            .collect();
        assert_eq!(texts, ["d\\\"e", "f\"g", "h"]);
        assert_eq!(found[0], Token::Word("x"));
        assert_eq!(found[1], Token::Sign(b'!'));
    }

    #[test]
    fn whatever_ends_too_early_ends_with_the_text() {
        for text in ["\"a", "r#\"a", "/* a", "'", "'\\", "\"\\", "r#", "b", "//"] {
            tokens(text);
        }
    }
}
