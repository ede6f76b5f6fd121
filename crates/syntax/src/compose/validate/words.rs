//! Types, and words for messages.

use plimsoll_finding::Span;

use crate::compose::loaded::{Data, Item, boolean};
use crate::compose::place::Step;
use crate::compose::schema::{
    BOOL, Check, INT, LIST, MAP, NULL, NUMBER, Others, ROOT, TEXT, Types,
};

/// What a text becomes where another type is expected.
pub(super) enum Cast {
    /// What it is.
    Same,
    To(Data<'static>),
    /// Nothing: what it should have been.
    Refused(&'static str),
}

/// Casts a text as the loader does after variables are replaced.
pub(super) fn cast(text: &str, check: Check) -> Cast {
    let (data, what) = match check {
        Check::Int | Check::Unsigned | Check::Port => {
            (text.parse::<i64>().ok().map(|it| Data::Int(it.into())), "a whole number")
        }
        Check::Number => (text.parse().ok().map(Data::Float), "a number"),
        Check::Bool => (boolean(text).map(Data::Bool), "`true` or `false`"),
        Check::IntOnly | Check::Int16Only | Check::Int32Only => (None, "a number without quotes"),
        _ => return Cast::Same,
    };
    data.map_or(Cast::Refused(what), Cast::To)
}

/// The place of something empty: the key before it.
pub(super) fn key_span(item: &Item<'_>) -> Span {
    let span = item.span();
    let source = item.node.source();
    let before = source.get(..span.start()).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |it| it + 1);
    let text = source.get(line..span.start()).unwrap_or_default();
    let start = line + (text.len() - text.trim_start().len());
    let end = line + text.trim_end().len();
    if start < end { Span::new(start, end) } else { span }
}

/// Where a key of a service belongs that stands a level too high or too low.
pub(super) fn elsewhere(name: &str, path: &[Step<'_>]) -> Option<String> {
    let Others::Names(service) = ROOT.field("services")?.others else { return None };
    match path {
        [] => {
            let known = service.field(name)?;
            (known.types != 0).then(|| format!("`{name}` is a key of services"))
        }
        [Step::Key("services"), _] => {
            let found = ["build", "healthcheck", "deploy", "logging"]
                .into_iter()
                .find(|it| service.field(it).is_some_and(|it| it.field(name).is_some()));
            let top =
                || ROOT.field(name).map(|_| format!("`{name}` belongs at the top of the file"));
            found.map(|it| format!("`{name}` belongs under `{it}`")).or_else(top)
        }
        [Step::Key("services"), _, ..] => {
            service.field(name).map(|_| format!("`{name}` belongs to the service itself"))
        }
        _ => None,
    }
}

/// The word that is nearest to another, if any is near.
pub(super) fn nearest<'w>(text: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    if text.len() > 40 {
        return None;
    }
    let most = match text.len() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    let distance = |it: &&'w str| strsim::damerau_levenshtein(text, it);
    let plural =
        |it: &&'w str| it.strip_suffix('s') == Some(text) || text.strip_suffix('s') == Some(it);
    let found = words.filter(|it| distance(it) <= most || plural(it)).min_by_key(distance);
    found.filter(|it| *it != text)
}

/// Names of services and resources: letters, digits, `.`, `_` and `-`.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'_' | b'-'))
}

/// A text that isn't longer than a message bears.
pub(in crate::compose) fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None if line.len() < text.trim_end().len() => format!("{line}…"),
        None => line.to_owned(),
    }
}

/// The first line of a mapping: all of it is more than anybody wants to see.
pub(super) fn first_line(item: &Item<'_>, span: Span) -> Span {
    let text = span.slice(item.node.source()).unwrap_or_default();
    let line = text.lines().next().unwrap_or_default().trim_end();
    Span::new(span.start(), span.start() + line.len())
}

pub(super) fn type_of(data: &Data<'_>) -> Types {
    match data {
        Data::Null => NULL,
        Data::Bool(_) => BOOL,
        Data::Int(_) => INT | NUMBER,
        // What has no fraction is a whole number, however it is written.
        Data::Float(number) if number.fract() == 0.0 => INT | NUMBER,
        Data::Float(_) => NUMBER,
        Data::Text(_) => TEXT,
        Data::List(_) => LIST,
        Data::Map(_) => MAP,
        Data::Unknown | Data::Reset => TEXT | BOOL | INT | NUMBER,
    }
}

pub(super) fn name_of(data: &Data<'_>) -> &'static str {
    match data {
        Data::Null => "nothing",
        Data::Bool(_) => "a boolean",
        Data::Int(_) | Data::Float(_) => "a number",
        Data::Text(_) | Data::Unknown | Data::Reset => "a string",
        Data::List(_) => "a list",
        Data::Map(_) => "a mapping",
    }
}

pub(super) fn names_of(types: Types) -> String {
    let mut names = Vec::new();
    for (bits, name) in [
        (TEXT, "a string"),
        (NUMBER, "a number"),
        (BOOL, "a boolean"),
        (LIST, "a list"),
        (MAP, "a mapping"),
    ] {
        if types & bits != 0 {
            names.push(name);
        }
    }
    if types & (NUMBER | INT) == INT {
        names.insert(usize::from(types & TEXT != 0), "a whole number");
    }
    match names.split_last() {
        None => "empty".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
