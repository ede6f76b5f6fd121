//! The patterns of `${x#…}`, `${x%…}` and `${x/…/…}`: `*`, `?`, and a backslash before them.

/// How many steps the patterns of one word may take together.
const MAX_STEPS: usize = 1 << 23;

/// What one word may still spend on matching.
#[derive(Debug)]
pub(super) struct Work {
    steps: usize,
}

impl Default for Work {
    fn default() -> Self {
        Self { steps: MAX_STEPS }
    }
}

/// Why a pattern can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PatternError {
    InvalidEscape,
    TooComplex,
    TooLong,
}

/// The shortest or the longest match from a place on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Shortest,
    Longest,
}

/// `value` without the start that the pattern matches.
pub(super) fn trim_prefix(
    value: &str,
    pattern: &str,
    length: Length,
    work: &mut Work,
) -> Result<String, PatternError> {
    let end = Pattern::new(pattern)?.end(value, length, work)?.unwrap_or(0);
    Ok(value[end..].to_owned())
}

/// `value` without the end that the pattern matches.
pub(super) fn trim_suffix(
    value: &str,
    pattern: &str,
    length: Length,
    work: &mut Work,
) -> Result<String, PatternError> {
    // The shortest match at an end is the shortest one at the start of what is reversed.
    let value: String = value.chars().rev().collect();
    let rest = trim_prefix(&value, &reversed(pattern), length, work)?;
    Ok(rest.chars().rev().collect())
}

/// `value` with the first match replaced.
pub(super) fn replace_first(
    value: &str,
    pattern: &str,
    replacement: &str,
    work: &mut Work,
) -> Result<String, PatternError> {
    Ok(match Pattern::new(pattern)?.find(value, 0, work)? {
        Some((start, end)) => format!("{}{replacement}{}", &value[..start], &value[end..]),
        None => value.to_owned(),
    })
}

/// `value` with all matches replaced. BuildKit hands the replacement to a library in which `$0` is
/// what was matched, `$name` a group that doesn't exist, and `$$` a dollar sign.
pub(super) fn replace_all(
    value: &str,
    pattern: &str,
    replacement: &str,
    limit: usize,
    work: &mut Work,
) -> Result<String, PatternError> {
    let pattern = Pattern::new(pattern)?;
    let mut out = String::new();
    let (mut from, mut copied) = (0, 0);
    while let Some((start, end)) = pattern.find(value, from, work)? {
        out.push_str(&value[copied..start]);
        // No empty match directly after another one, or each would be replaced twice.
        if end > copied || start == 0 {
            push_replacement(&mut out, replacement, &value[start..end]);
        }
        if out.len() > limit {
            return Err(PatternError::TooLong);
        }
        copied = end;
        let step = value[from..].chars().next().map_or(1, char::len_utf8);
        from = end.max(from + step);
        if from > value.len() {
            break;
        }
    }
    out.push_str(&value[copied..]);
    Ok(out)
}

fn push_replacement(out: &mut String, replacement: &str, matched: &str) {
    let mut rest = replacement;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some((name, after)) = group_name(after) {
            if name == "0" {
                out.push_str(matched);
            }
            rest = after;
        } else {
            out.push('$');
            rest = after;
        }
    }
    out.push_str(rest);
}

/// The name of a group, as in `$name` or `${name}`, and what follows it.
fn group_name(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{');
    let name = inner.unwrap_or(text);
    let end = name.find(|it: char| !is_name_char(it)).unwrap_or(name.len());
    let (name, rest) = name.split_at(end);
    let rest = if inner.is_some() { rest.strip_prefix('}')? } else { rest };
    (!name.is_empty()).then_some((name, rest))
}

/// Whether a character can stand in a name, after its first one.
pub(super) fn is_name_char(it: char) -> bool {
    it == '_' || it.is_ascii_alphanumeric() || (it.is_alphabetic() && !it.is_numeric())
}

/// A pattern read backwards; a backslash stays before what it escapes.
fn reversed(pattern: &str) -> String {
    let mut pieces = Vec::new();
    let mut chars = pattern.chars();
    while let Some(it) = chars.next() {
        pieces.push((it, if it == '\\' { chars.next() } else { None }));
    }
    pieces.iter().rev().flat_map(|(it, escaped)| std::iter::once(*it).chain(*escaped)).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Char(char),
    AnyChar,
    AnyText,
}

#[derive(Debug)]
struct Pattern {
    tokens: Vec<Token>,
}

impl Pattern {
    fn new(text: &str) -> Result<Self, PatternError> {
        let mut tokens = Vec::new();
        let text = text.strip_prefix(super::scanner::BYTE_ORDER_MARK).unwrap_or(text);
        let mut chars = text.chars();
        while let Some(it) = chars.next() {
            tokens.push(match it {
                '*' => Token::AnyText,
                '?' => Token::AnyChar,
                '\\' => match chars.next() {
                    Some(it @ ('*' | '?' | '\\' | '}' | '/')) => Token::Char(it),
                    _ => return Err(PatternError::InvalidEscape),
                },
                it => Token::Char(it),
            });
        }
        Ok(Self { tokens })
    }

    /// The leftmost match at or after `from`, and of those there the longest.
    fn find(
        &self,
        text: &str,
        from: usize,
        work: &mut Work,
    ) -> Result<Option<(usize, usize)>, PatternError> {
        let tail = text.get(from..).unwrap_or_default();
        let starts = tail.char_indices().map(|(offset, _)| from + offset).chain([text.len()]);
        for start in starts {
            if let Some(end) = self.end(&text[start..], Length::Longest, work)? {
                return Ok(Some((start, start + end)));
            }
        }
        Ok(None)
    }

    /// The end of the match at the start of `text`. All places in the pattern that the text so far
    /// can have led to are followed at once, so no text makes it try again from the start.
    fn end(
        &self,
        text: &str,
        length: Length,
        work: &mut Work,
    ) -> Result<Option<usize>, PatternError> {
        let (mut places, mut next) = (Vec::new(), Vec::new());
        let mut found = None;
        self.enter(0, &mut places);
        let ends = text.char_indices().map(|(offset, it)| (offset, Some(it)));
        for (offset, it) in ends.chain([(text.len(), None)]) {
            if places.last() == Some(&self.tokens.len()) {
                found = Some(offset);
            }
            if places.is_empty() || (found.is_some() && length == Length::Shortest) {
                break;
            }
            let Some(it) = it else { break };
            work.steps =
                work.steps.checked_sub(places.len() + 1).ok_or(PatternError::TooComplex)?;
            for &place in &places {
                match self.tokens.get(place) {
                    Some(Token::Char(expected)) if *expected == it => {
                        self.enter(place + 1, &mut next);
                    }
                    Some(Token::AnyChar) if it != '\n' => self.enter(place + 1, &mut next),
                    Some(Token::AnyText) if it != '\n' => self.enter(place, &mut next),
                    _ => {}
                }
            }
            std::mem::swap(&mut places, &mut next);
            next.clear();
        }
        Ok(found)
    }

    /// Adds a place, and those after it that need no character, in ascending order.
    fn enter(&self, mut place: usize, places: &mut Vec<usize>) {
        loop {
            if places.last().is_none_or(|last| *last < place) {
                places.push(place);
            }
            if self.tokens.get(place) != Some(&Token::AnyText) {
                break;
            }
            place += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(pattern: &str, text: &str, length: Length) -> Option<usize> {
        Pattern::new(pattern).unwrap().end(text, length, &mut Work::default()).unwrap()
    }

    fn all(value: &str, pattern: &str, replacement: &str) -> String {
        replace_all(value, pattern, replacement, 1 << 20, &mut Work::default()).unwrap()
    }

    #[test]
    fn the_shortest_and_the_longest_match_differ_only_with_a_star() {
        assert_eq!(end("a*b", "a1b2b3", Length::Shortest), Some(3));
        assert_eq!(end("a*b", "a1b2b3", Length::Longest), Some(5));
        assert_eq!(end("a?b", "a1b2b3", Length::Longest), Some(3));
        assert_eq!(end("*", "abc", Length::Shortest), Some(0));
        assert_eq!(end("*", "abc", Length::Longest), Some(3));
        assert_eq!(end("b", "abc", Length::Longest), None);
        assert_eq!(end("**a**", "xay", Length::Longest), Some(3));
    }

    #[test]
    fn wildcards_stop_at_a_newline() {
        assert_eq!(end("*", "ab\ncd", Length::Longest), Some(2));
        assert_eq!(end("ab?", "ab\ncd", Length::Longest), None);
        assert_eq!(end("*\n*", "ab\ncd", Length::Longest), Some(5));
    }

    #[test]
    fn a_backslash_makes_wildcards_plain_and_nothing_else() {
        assert_eq!(end(r"\*\?\\\/\}", r"*?\/}", Length::Longest), Some(5));
        assert_eq!(end(".[a]+", ".[a]+", Length::Longest), Some(5));
        for pattern in [r"\", r"\x", r"a\\\"] {
            assert_eq!(Pattern::new(pattern).err(), Some(PatternError::InvalidEscape), "{pattern}");
        }
    }

    #[test]
    fn reversing_keeps_a_backslash_before_what_it_escapes() {
        assert_eq!(reversed(r"ab\*c"), r"c\*ba");
        assert_eq!(reversed(r"\\é"), r"é\\");
        assert_eq!(reversed(r"ab\"), r"\ba");
    }

    #[test]
    fn empty_matches_are_replaced_between_characters_but_not_after_a_match() {
        assert_eq!(all("aéb", "", "-"), "-a-é-b-");
        assert_eq!(all("abc", "*", "-"), "-");
        assert_eq!(all("a\nb", "*", "-"), "-\n-");
        assert_eq!(all("", "", "-"), "-");
        assert_eq!(all("", "x", "-"), "");
    }

    #[test]
    fn dollars_in_the_replacement_of_all_name_the_match() {
        assert_eq!(all("abab", "b", "<$0>"), "a<b>a<b>");
        assert_eq!(all("ab", "b", "<${0}$1$x${y}$$$.$>"), "a<b$$.$>");
        assert_eq!(all("ab", "b", "${x"), "a${x");
    }

    #[test]
    fn matching_and_growing_have_limits() {
        let text = "a".repeat(10_000);
        let pattern = format!("{}b", "*a".repeat(1000));
        let result = replace_all(&text, &pattern, "", 1 << 20, &mut Work::default());
        assert_eq!(result, Err(PatternError::TooComplex));
        let result = replace_all(&text, "a", &text, 1 << 20, &mut Work::default());
        assert_eq!(result, Err(PatternError::TooLong));
    }
}
