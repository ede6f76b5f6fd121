//! What is a secret wherever it stands: the password in a URL, the value of a name that sounds like
//! one, and what follows the flag of a program that takes one.

use std::ops::Range;

use plimsoll_lint::secrets::looks_secret;

/// The bytes of a line that are a secret, in order.
pub(super) fn secrets(line: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = url_passwords(line).collect();
    found.extend(named_values(line));
    found.extend(flag_values(line));
    found.extend(after(line, "Bearer ").chain(after(line, "_authToken ")));
    found.sort_by_key(|it| (it.start, it.end));
    found
}

/// What ends a value that isn't in quotes.
fn ends_value(it: char) -> bool {
    it.is_whitespace() || matches!(it, '"' | '\'' | ',' | '}' | ']' | ')' | ';' | '`')
}

/// The words behind some text.
fn after<'t>(line: &'t str, mark: &'static str) -> impl Iterator<Item = Range<usize>> + 't {
    line.match_indices(mark).filter_map(move |(at, _)| {
        let start = at + mark.len();
        let length = line[start..].find(ends_value).unwrap_or(line.len() - start);
        constant(line, start..start + length)
    })
}

/// What follows `--password`, `--token`, `--requirepass` and the like, after a blank, a comma between
/// quotes, or `=`; and the word behind `-p` and `-a` of the programs that take passwords so.
fn flag_values(line: &str) -> impl Iterator<Item = Range<usize>> {
    const PROGRAMS: &[&str] = &["login", "mysql", "mariadb", "redis-cli", "valkey-cli", "mongo"];
    let short = PROGRAMS.iter().any(|it| line.contains(it));
    let words = line.match_indices('-').filter(|(at, _)| {
        !line[..*at]
            .ends_with(|it: char| it.is_alphanumeric() || matches!(it, '-' | '_' | '.' | '/'))
    });
    words.filter_map(move |(at, _)| {
        let word = &line[at..];
        let length = word.find(|it: char| it == '=' || ends_value(it)).unwrap_or(word.len());
        let name = word[..length].to_ascii_lowercase();
        let names = ["pass", "token", "secret", "apikey", "api-key"];
        let is_long = name.starts_with("--")
            && names.iter().any(|it| name.contains(it))
            && !name.contains("file")
            && !name.contains("stdin");
        if is_long || short && matches!(&*name, "-p" | "-a") {
            let value = word[length..].trim_start_matches([' ', '=', '"', '\'', ',']);
            let start = line.len() - value.len();
            let length = value.find(ends_value).unwrap_or(value.len());
            return constant(line, start..start + length).filter(|_| !value.starts_with('-'));
        }
        // `-pPASSWORD`, as the clients of MySQL take it.
        let joined = short && !name.starts_with("--") && name.starts_with("-p") && length > 2;
        joined.then(|| at + 2..at + length).and_then(|it| constant(line, it))
    })
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

/// The values in `NAME: value`, `- NAME=value`, `{NAME: value, …}`, `ENV NAME value` and the like.
fn named_values(line: &str) -> impl Iterator<Item = Range<usize>> {
    let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(begin) = line[at..].find(is_part).map(|it| at + it) {
            let end = line[begin..].find(|it| !is_part(it)).map_or(line.len(), |it| begin + it);
            at = end;
            if let Some(found) = value_of(line, begin, end) {
                at = found.end.max(end);
                return Some(found);
            }
        }
        None
    })
}

/// The value that belongs to the name at some bytes, if that sounds like a secret.
fn value_of(line: &str, begin: usize, end: usize) -> Option<Range<usize>> {
    let name = &line[begin..end];
    let lower = name.to_ascii_lowercase();
    let is_password = ["password", "passwd"].iter().any(|it| lower.contains(it));
    if !(looks_secret(name) || is_password && !lower.ends_with("_file")) {
        return None;
    }
    let before = line[..begin].trim_end();
    let is_old_form = before.trim_start().eq_ignore_ascii_case("ENV");
    let after = line[end..].trim_start_matches(['"', '\'']);
    let is_quoted = after.len() < line.len() - end;
    let colon = after.strip_prefix(':').filter(|it| is_quoted || it.starts_with([' ', '"', '\'']));
    let blank = || after.strip_prefix(' ').filter(|_| is_old_form);
    let given = after.strip_prefix('=').or(colon);
    let is_old_form = is_old_form && given.is_none();
    let value = given.or_else(blank)?;
    let value = value.trim_start_matches([' ', '\t']);
    let quote = value.chars().next().filter(|it| matches!(it, '"' | '\''));
    let value = value.trim_start_matches(['"', '\'']);
    let start = line.len() - value.len();
    // A plain value in braces or in a script ends there; one that fills its line may have blanks.
    let in_flow = line[..begin].contains('{')
        || !before.is_empty() && !matches!(before, "-" | "\"" | "'" | "- \"" | "- '");
    let length = match quote {
        Some(quote) => value.find(quote),
        None if value.starts_with("${") => value.find('}').map(|it| it + 1),
        None if in_flow && !is_old_form => value.find(ends_value),
        None => value.find(" #"),
    };
    let value = value[..length.unwrap_or(value.len())].trim_end().trim_end_matches(['"', '\'']);
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
