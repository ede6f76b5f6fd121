//! Takes a template apart: text, and what stands between `{{` and `}}`.

use crate::tags::javascript::is_white_space;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// Text between expressions.
    Text(String),
    /// What opens an expression.
    Open(Open),
    /// `}}`, or `}}}` where `is_triple`, and whether `~` stands before it.
    Close { is_triple: bool, strips: bool },
    /// A name. `is_plain` is false for `[name]`, which means nothing but itself.
    Name { text: String, is_plain: bool },
    /// `.` or `/` between the parts of a name.
    Separator,
    /// `@`.
    At,
    /// `=`.
    Equals,
    /// `(`.
    OpenParenthesis,
    /// `)`.
    CloseParenthesis,
    /// A quoted text.
    Quoted(String),
    /// `12`, `-1.5`.
    Number(String),
}

/// What opens an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    /// `{{`
    Plain,
    /// `{{&`
    Unescaped,
    /// `{{{`
    Triple,
    /// `{{#`
    Block,
    /// `{{^`, with a condition unless closed at once.
    Inverse,
    /// `{{else`
    Else,
    /// `{{/`
    End,
}

/// The tokens of a template. Comments are gone, but their `~` have had their effect.
pub(super) fn tokens(template: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = template;
    let mut strips = false;
    while !rest.is_empty() {
        let (text, after) = text(rest);
        push_text(&mut tokens, &text, std::mem::take(&mut strips));
        rest = after;
        if let Some(comment) = comment(rest)? {
            if comment.strips_before {
                strip_end(&mut tokens);
            }
            strips = comment.strips_after;
            rest = comment.rest;
        } else if !rest.is_empty() {
            (rest, strips) = expression(rest, &mut tokens)?;
        }
    }
    Ok(tokens)
}

fn push_text(tokens: &mut Vec<Token>, text: &str, strips: bool) {
    let text = if strips { text.trim_start() } else { text };
    if !text.is_empty() {
        tokens.push(Token::Text(text.to_owned()));
    }
}

fn strip_end(tokens: &mut Vec<Token>) {
    if let Some(Token::Text(text)) = tokens.last_mut() {
        text.truncate(text.trim_end().len());
        if text.is_empty() {
            tokens.pop();
        }
    }
}

/// The text up to the next expression, and what follows. `\{{` is text, `\\{{` is `\` and an
/// expression.
fn text(template: &str) -> (String, &str) {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let opened = rest.get(before.len()..).unwrap_or_default();
        if let Some(before) = before.strip_suffix("\\\\") {
            text.push_str(before);
            text.push('\\');
            return (text, opened);
        }
        let Some(before) = before.strip_suffix('\\') else {
            text.push_str(before);
            return (text, opened);
        };
        text.push_str(before);
        text.push_str("{{");
        // What is escaped ends where the next expression begins, be that escaped or not.
        let end = after.find("{{").unwrap_or(after.len());
        let plain = after.get(..end).unwrap_or_default();
        let plain = plain.trim_end_matches('\\');
        let kept = plain.len().max(end.saturating_sub(2));
        text.push_str(after.get(..kept).unwrap_or_default());
        rest = after.get(kept..).unwrap_or_default();
    }
    text.push_str(rest);
    (text, "")
}

struct Comment<'t> {
    strips_before: bool,
    strips_after: bool,
    rest: &'t str,
}

/// A comment, if the template starts with one. `{{!--` ends only with `--}}`.
fn comment(template: &str) -> Result<Option<Comment<'_>>, String> {
    let Some(inner) = template.strip_prefix("{{") else { return Ok(None) };
    let (strips_before, inner) = strip_tilde(inner);
    let Some(inner) = inner.strip_prefix('!') else { return Ok(None) };
    let ends: &[&str] = if inner.starts_with("--") { &["--}}", "--~}}"] } else { &["}}"] };
    let found = ends.iter().filter_map(|end| Some((inner.find(end)?, *end))).min();
    let (at, end) = found.ok_or("there is a comment without an end")?;
    let strips_after =
        end == "--~}}" || inner.get(..at).is_some_and(|it| end == "}}" && it.ends_with('~'));
    let rest = inner.get(at + end.len()..).unwrap_or_default();
    Ok(Some(Comment { strips_before, strips_after, rest }))
}

fn strip_tilde(text: &str) -> (bool, &str) {
    text.strip_prefix('~').map_or((false, text), |it| (true, it))
}

/// Reads an expression up to its end; gives what follows and whether its white space goes.
fn expression<'t>(template: &'t str, tokens: &mut Vec<Token>) -> Result<(&'t str, bool), String> {
    let (open, strips, mut rest) = open(template)?;
    if strips {
        strip_end(tokens);
    }
    tokens.push(Token::Open(open));
    loop {
        rest = rest.trim_start_matches(is_white_space);
        let (token, after) = token(rest)?;
        rest = after;
        let end = match token {
            Token::Close { strips, .. } => Some(strips),
            _ => None,
        };
        tokens.push(token);
        if let Some(strips) = end {
            return Ok((rest, strips));
        }
    }
}

fn open(template: &str) -> Result<(Open, bool, &str), String> {
    if template.starts_with("{{{{") {
        return Err("raw blocks are not supported".to_owned());
    }
    let inner = template.strip_prefix("{{").unwrap_or(template);
    let (strips, inner) = strip_tilde(inner);
    let spaced = inner.trim_start();
    if let Some(rest) = spaced.strip_prefix("else").filter(|it| !continues_word(it)) {
        return Ok((Open::Else, strips, rest));
    }
    for (start, open) in [
        ("{", Open::Triple),
        ("&", Open::Unescaped),
        ("#", Open::Block),
        ("^", Open::Inverse),
        ("/", Open::End),
    ] {
        if let Some(rest) = inner.strip_prefix(start) {
            if rest.starts_with(['>', '*']) && open == Open::Block {
                return Err("partials and decorators are not supported".to_owned());
            }
            return Ok((open, strips, rest));
        }
    }
    if inner.starts_with(['>', '*']) {
        return Err("partials and decorators are not supported".to_owned());
    }
    Ok((Open::Plain, strips, inner))
}

fn continues_word(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_')
}

fn token(text: &str) -> Result<(Token, &str), String> {
    let mut chars = text.chars();
    let first = chars.next().ok_or("there is an expression without an end")?;
    let after = chars.as_str();
    for (end, is_triple, strips) in
        [("}}}", true, false), ("}~}}", true, true), ("~}}", false, true), ("}}", false, false)]
    {
        if let Some(rest) = text.strip_prefix(end) {
            return Ok((Token::Close { is_triple, strips }, rest));
        }
    }
    match first {
        '(' => return Ok((Token::OpenParenthesis, after)),
        ')' => return Ok((Token::CloseParenthesis, after)),
        '=' => return Ok((Token::Equals, after)),
        '@' => return Ok((Token::At, after)),
        '"' | '\'' => return quoted(after, first),
        '[' => return bracketed(after),
        '.' if after.starts_with('.') => {
            let rest = after.get(1..).unwrap_or_default();
            return Ok((Token::Name { text: "..".to_owned(), is_plain: true }, rest));
        }
        '.' if ends_name(after) => {
            return Ok((Token::Name { text: ".".to_owned(), is_plain: true }, after));
        }
        '.' | '/' => return Ok((Token::Separator, after)),
        _ => {}
    }
    let length = text.find(|it| !in_name(it)).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(length).unwrap_or((text, ""));
    if name.is_empty() || !ends_name(rest) {
        let odd = rest.chars().next().unwrap_or(first);
        return Err(format!("`{odd}` is not expected in an expression"));
    }
    if let Some((number, rest)) = number(text) {
        let value = number.parse::<f64>().map_err(|error| error.to_string())?;
        return Ok((Token::Number((value + 0.0).to_string()), rest));
    }
    Ok((Token::Name { text: name.to_owned(), is_plain: true }, rest))
}

/// A number, which may have a `.` that would divide a name.
fn number(text: &str) -> Option<(&str, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let sign = usize::from(text.starts_with('-'));
    let whole = digits(text.get(sign..)?);
    let mut length = sign + whole;
    if let Some(fraction) = text.get(length..)?.strip_prefix('.') {
        let fraction = digits(fraction);
        length += if fraction > 0 { 1 + fraction } else { 0 };
    }
    let (number, rest) = text.split_at_checked(length)?;
    (whole > 0 && ends_literal(rest)).then_some((number, rest))
}

fn quoted(text: &str, quote: char) -> Result<(Token, &str), String> {
    let mut value = String::new();
    let mut chars = text.chars();
    while let Some(next) = chars.next() {
        if next == quote {
            return Ok((Token::Quoted(value), chars.as_str()));
        }
        if next == '\\' && chars.as_str().starts_with(quote) {
            chars.next();
            value.push(quote);
        } else {
            value.push(next);
        }
    }
    Err("there is a quote without an end".to_owned())
}

fn bracketed(text: &str) -> Result<(Token, &str), String> {
    let (name, rest) = text.split_once(']').ok_or("there is a `[` without a `]`")?;
    Ok((Token::Name { text: name.to_owned(), is_plain: false }, rest))
}

fn in_name(it: char) -> bool {
    !is_white_space(it) && !"!\"#%&'()*+,./;<=>@[\\]^`{|}~".contains(it)
}

fn ends_name(rest: &str) -> bool {
    let ends = |it| "=~}/.)]|".contains(it) || is_white_space(it);
    rest.chars().next().is_some_and(ends)
}

fn ends_literal(rest: &str) -> bool {
    let ends = |it| "~})]".contains(it) || is_white_space(it);
    rest.chars().next().is_some_and(ends)
}
