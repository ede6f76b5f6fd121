//! Files of variables: `.env`, and those of `env_file`.

use std::collections::BTreeMap;

use plimsoll_finding::Span;
use plimsoll_syntax::compose::interpolation::{Variable, Variables};

use super::expansion::{UNKNOWN, expand_text};

/// A variable of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EnvLine {
    /// Its name.
    pub(crate) name: String,
    /// Its value; `None` where there is only a name, whose value comes from outside.
    pub(crate) value: Option<String>,
    /// Where the value is written; of a name alone the name.
    pub(crate) span: Span,
}

/// Reads a file. Variables in values are replaced: by those before them, else by `outer`.
pub(crate) fn read(text: &str, outer: &Variables<'_>) -> Vec<EnvLine> {
    let mut all: Vec<EnvLine> = Vec::new();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let mut left = text.len().saturating_mul(MOST_GROWTH);
    let mut at = usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
    while at < text.len() {
        let line_end = text[at..].find('\n').map_or(text.len(), |it| at + it);
        let (start, end) = (at, line_end);
        at = line_end + 1;
        let line = text[start..end].trim_start();
        let line_start = end - line.len();
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let unexported = line.strip_prefix("export ").map_or(line, str::trim_start);
        let name_start = line_start + (line.len() - unexported.len());
        let Some(equals) = unexported.find(['=', ':']) else {
            let span = Span::new(name_start, name_start + unexported.len());
            all.push(EnvLine { name: unexported.to_owned(), value: None, span });
            continue;
        };
        let name = unexported[..equals].trim();
        let rest = &unexported[equals + 1..];
        let begin = name_start + equals + 1 + (rest.len() - rest.trim_start().len());
        let raw = Raw::read(text, begin, end);
        at = at.max(
            text[raw.span.end()..].find('\n').map_or(text.len(), |it| raw.span.end() + it + 1),
        );
        let lookup = |name: &str| match known.get(name) {
            Some(value) => Variable::Set(value.as_str().into()),
            None => outer(name),
        };
        let is_written = !raw.expands || !raw.text.contains('$');
        let value = if is_written { raw.text } else { expand_text(&raw.text, &lookup) };
        // Values of values grow faster than what is written.
        if !is_written {
            left = left.saturating_sub(value.len());
        }
        let value = if is_written || left > 0 { value } else { UNKNOWN.to_string() };
        known.insert(name.to_owned(), value.clone());
        all.push(EnvLine { name: name.to_owned(), value: Some(value), span: raw.span });
    }
    all
}

/// How many times as long as the file its values may be.
const MOST_GROWTH: usize = 16;

/// A value as it is written.
struct Raw {
    text: String,
    span: Span,
    expands: bool,
}

impl Raw {
    /// Reads the value that begins at a byte of a line. One in quotes may go on over lines.
    fn read(text: &str, begin: usize, line_end: usize) -> Self {
        let rest = text.get(begin..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix('\'')
            && let Some(end) = after.find('\'')
        {
            let span = Span::new(begin, begin + end + 2);
            return Self { text: after[..end].to_owned(), span, expands: false };
        }
        if let Some(after) = rest.strip_prefix('"') {
            let mut value = String::new();
            let mut chars = after.char_indices();
            while let Some((at, char)) = chars.next() {
                match char {
                    '"' => {
                        let span = Span::new(begin, begin + at + 2);
                        return Self { text: value, span, expands: true };
                    }
                    '\\' => match chars.next().map(|it| it.1) {
                        Some('n') => value.push('\n'),
                        Some('$') => value.push_str("$$"),
                        Some(it @ ('"' | '\\')) => value.push(it),
                        Some(it) => value.extend(['\\', it]),
                        None => break,
                    },
                    _ => value.push(char),
                }
            }
        }
        let line = text.get(begin..line_end).unwrap_or_default();
        let line = line.find(" #").map_or(line, |it| &line[..it]).trim_end();
        Self { text: line.to_owned(), span: Span::new(begin, begin + line.len()), expands: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, Option<String>)> {
        read(text, &|_| Variable::Unknown).into_iter().map(|it| (it.name, it.value)).collect()
    }

    fn pair(name: &str, value: &str) -> (String, Option<String>) {
        (name.to_owned(), Some(value.to_owned()))
    }

    #[test]
    fn values_are_read_with_and_without_quotes() {
        let text =
            "# c\nA=1 # one\nexport B='x $A'\nC=\"y\\n${A}\" # z\r\nD\nE=\nF=\"a\nb\"\nG=p#q";
        let expected = [
            pair("A", "1"),
            pair("B", "x $A"),
            pair("C", "y\n1"),
            ("D".to_owned(), None),
            pair("E", ""),
            pair("F", "a\nb"),
            pair("G", "p#q"),
        ];
        assert_eq!(pairs(text), expected);
    }

    #[test]
    fn values_know_their_places() {
        let text = "A= one\nB='two'";
        let all = read(text, &|_| Variable::Unknown);
        let slices: Vec<_> = all.iter().map(|it| it.span.slice(text).unwrap()).collect();
        assert_eq!(slices, ["one", "'two'"]);
    }

    #[test]
    fn values_of_values_stay_within_bounds() {
        let text = "A=xxxxxxxx\n".to_owned() + &"A=$A$A$A$A\n".repeat(100);
        let bytes: usize = pairs(&text).iter().filter_map(|it| Some(it.1.as_ref()?.len())).sum();
        assert!(bytes < 1 << 20, "{bytes}");
    }

    #[test]
    fn broken_files_are_read_as_far_as_they_go() {
        for text in ["A=\"x", "=", "A='x", "A=\"\\", "é=ü", ":", "A=\"x\\\ny"] {
            let _lines = pairs(text);
        }
    }
}
