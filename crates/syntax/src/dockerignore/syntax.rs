//! Whether a pattern is well formed, and the regular expression that it stands for.

/// How little it takes to match a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A comparison.
    Exact,
    /// `a/**`: the text before the stars.
    Prefix,
    /// `**/a`: the text after the stars.
    Suffix,
    /// The regular expression.
    Expression,
}

/// Whether brackets are closed and hold something, and backslashes are followed by something: what
/// Go's `filepath.Match` asks of a pattern.
pub(super) fn is_valid(pattern: &str) -> bool {
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.next().is_none() => return false,
            '[' => {
                chars.next_if_eq(&'^');
                let mut ranges = 0;
                loop {
                    if ranges > 0 && chars.next_if_eq(&']').is_some() {
                        break;
                    }
                    let one = member(&mut chars);
                    if !one || (chars.next_if_eq(&'-').is_some() && !member(&mut chars)) {
                        return false;
                    }
                    ranges += 1;
                }
            }
            _ => {}
        }
    }
    true
}

/// Reads one character of a class that is followed by something.
fn member(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    let read = match chars.next() {
        None | Some('-' | ']') => false,
        Some('\\') => chars.next().is_some(),
        Some(_) => true,
    };
    read && chars.peek().is_some()
}

/// The regular expression of a pattern, and how it can be matched without one.
pub(super) fn translate(pattern: &str) -> (String, Kind) {
    let mut expression = String::from("^");
    let mut kind = Kind::Exact;
    let mut chars = pattern.chars().peekable();
    let mut first = true;
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.next_if_eq(&'*').is_some() => {
                chars.next_if_eq(&'/');
                if chars.peek().is_some() {
                    expression.push_str("(.*/)?");
                    kind = Kind::Expression;
                } else if kind == Kind::Exact {
                    kind = Kind::Prefix;
                } else {
                    expression.push_str(".*");
                    kind = Kind::Expression;
                }
                if first {
                    kind = Kind::Suffix;
                }
            }
            '*' => {
                expression.push_str("[^/]*");
                kind = Kind::Expression;
            }
            '?' => {
                expression.push_str("[^/]");
                kind = Kind::Expression;
            }
            '.' | '+' | '(' | ')' | '|' | '{' | '}' | '$' => {
                expression.push('\\');
                expression.push(c);
            }
            '\\' => {
                expression.push('\\');
                if let Some(escaped) = chars.next() {
                    expression.push(escaped);
                    kind = Kind::Expression;
                }
            }
            '[' | ']' => {
                expression.push(c);
                kind = Kind::Expression;
            }
            _ => expression.push(c),
        }
        first = false;
    }
    expression.push('$');
    (expression, kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_backslashes_must_be_closed() {
        for pattern in ["[a]", "[^a-z]b", "[\\]]", "a]", "[[:alpha:]]", "\\*", "[a-c-e]x"] {
            let valid = pattern != "[a-c-e]x";
            assert_eq!(is_valid(pattern), valid, "{pattern}");
        }
        for pattern in ["[", "[]", "[a", "[]a]", "[-a]", "[a-]", "[^]", "a\\", "[a\\", "[a-b"] {
            assert!(!is_valid(pattern), "{pattern}");
        }
    }

    #[test]
    fn simple_patterns_need_no_expression() {
        for (pattern, expected) in [
            ("a.b", Kind::Exact),
            ("a/**", Kind::Prefix),
            ("**", Kind::Suffix),
            ("**/a", Kind::Suffix),
            ("**/a/**", Kind::Expression),
            ("a/**/b", Kind::Expression),
            ("*", Kind::Expression),
        ] {
            assert_eq!(translate(pattern).1, expected, "{pattern}");
        }
        assert_eq!(translate("a/**/b.?").0, "^a/(.*/)?b\\.[^/]$");
    }
}
