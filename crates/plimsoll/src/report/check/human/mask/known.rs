//! What is a secret wherever it stands: the password in a URL, and the value of a name that sounds
//! like one.

use std::ops::Range;

use plimsoll_lint::secrets::looks_secret;

/// The bytes of a line that are a secret, in order.
pub(super) fn secrets(line: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = url_passwords(line).collect();
    found.extend(named_value(line));
    found.sort_by_key(|it| (it.start, it.end));
    found
}

/// Passwords as in `scheme://user:password@host`.
fn url_passwords(line: &str) -> impl Iterator<Item = Range<usize>> {
    line.match_indices("://").filter_map(|(at, mark)| {
        let start = at + mark.len();
        let ends =
            |it: char| it.is_whitespace() || matches!(it, '"' | '\'' | '`' | ',' | '<' | '>');
        let length = line[start..].find(ends).unwrap_or(line.len() - start);
        let authority = &line[start..start + length];
        // A password may hold a slash that was not escaped, and variables with braces.
        let end = authority.rfind('@')?;
        let colon = authority[..end].find(':')?;
        let password = start + colon + 1..start + end;
        constant(line, password)
    })
}

/// The value in `NAME: value`, `- NAME=value`, `NAME=value` and the like.
fn named_value(line: &str) -> Option<Range<usize>> {
    let indent = line.len() - line.trim_start_matches([' ', '\t', '-', '"', '\'']).len();
    let name = line[indent..].split(|it: char| !it.is_ascii_alphanumeric() && it != '_').next()?;
    if !looks_secret(name) {
        return None;
    }
    let after = line[indent + name.len()..].trim_start_matches(['"', '\'']);
    let value = after
        .strip_prefix('=')
        .or_else(|| after.strip_prefix(':').filter(|it| it.starts_with([' ', '"', '\''])))?;
    let value = value.trim_start_matches([' ', '\t', '"', '\'']);
    let start = line.len() - value.len();
    let length = value.find(" #").unwrap_or(value.len());
    let value = value[..length].trim_end().trim_end_matches(['"', '\'']);
    constant(line, start..start + value.len())
}

/// A value without the variables in it: those tell nothing but their names. The default of a variable
/// is a value of its own.
fn constant(line: &str, range: Range<usize>) -> Option<Range<usize>> {
    let value = line.get(range.clone())?;
    if let Some(inside) = value.strip_prefix("${") {
        let name = inside.find(|it: char| !it.is_ascii_alphanumeric() && it != '_')?;
        let default =
            inside[name..].strip_prefix(":-").or_else(|| inside[name..].strip_prefix('-'))?;
        let start = range.start + value.len() - default.len();
        let length = default.rfind('}').unwrap_or(default.len());
        return (length > 0).then_some(start..start + length);
    }
    let is_other = value.is_empty()
        || value.starts_with('$')
        || matches!(value, "|" | ">" | "|-" | ">-" | "true" | "false" | "null" | "{}" | "[]");
    (!is_other).then_some(range)
}
