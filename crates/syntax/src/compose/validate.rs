//! Holding a file against its schema.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_finding::Span;

use super::checks;
use super::loaded::{Data, Field, Item, boolean};
use super::place::{Place, Step};
use super::problem::{ComposeProblem, ComposeProblemKind as Kind};
use super::schema::{BOOL, Check, INT, LIST, MAP, NULL, NUMBER, Others, ROOT, Schema, TEXT, Types};

/// Finds what has another form than it should have.
pub(super) struct Validator<'y, 'p> {
    pub(super) problems: &'p mut Vec<ComposeProblem>,
    pub(super) path: Vec<Step<'y>>,
    /// Services that say only a part of what they are: what is missing may be elsewhere.
    pub(super) incomplete: &'p BTreeSet<&'y str>,
    /// Whether all of the file is such a part.
    pub(super) is_partial: bool,
}

impl<'y> Validator<'y, '_> {
    /// Checks a value and all that is in it.
    pub(super) fn check(&mut self, item: &Item<'y>, schema: &'static Schema) {
        let data = match &item.data {
            Data::Reset => return,
            Data::Unknown => {
                if schema.types & (TEXT | BOOL | INT | NUMBER) == 0 {
                    self.report_type(item, schema);
                }
                return;
            }
            Data::Text(text) => match self.cast(item, text, schema.check) {
                Some(data) => data,
                None => return,
            },
            _ => None,
        };
        let data = data.as_ref().unwrap_or(&item.data);
        if schema.types & type_of(data) == 0 {
            self.report_type(item, schema);
            return;
        }
        match data {
            Data::Text(text) => self.check_words(item, text, schema),
            Data::Int(number) => self.check_range(item, *number, schema),
            Data::List(items) => self.check_list(items, schema),
            Data::Map(fields) => self.check_map(item, fields, schema),
            Data::Float(number) if !number.is_finite() => {
                let message = format!("{} is no number that can be passed on", Place(&self.path));
                self.report(Kind::Schema, "no-finite-number", item.span(), message, None);
            }
            _ => {}
        }
        checks::run(self, item, schema.check);
    }

    pub(super) fn report(
        &mut self,
        kind: Kind,
        code: &'static str,
        span: Span,
        message: String,
        help: Option<String>,
    ) {
        let problem = ComposeProblem::new(kind, code, span, message);
        self.problems.push(match help {
            Some(help) => problem.help(help),
            None => problem,
        });
    }

    /// What a text becomes where another type is expected: nothing new for `Some(None)`; `None` if it
    /// can't be that.
    fn cast(&mut self, item: &Item<'y>, text: &str, check: Check) -> Option<Option<Data<'y>>> {
        let (data, what) = match check {
            Check::Int | Check::Unsigned | Check::Port => {
                (text.parse::<i64>().ok().map(|it| Data::Int(it.into())), "a whole number")
            }
            Check::Number => (text.parse().ok().map(Data::Float), "a number"),
            Check::Bool => (boolean(text).map(Data::Bool), "`true` or `false`"),
            Check::IntOnly | Check::Int16Only | Check::Int32Only => {
                (None, "a number without quotes")
            }
            _ => return Some(None),
        };
        if data.is_none() {
            let message = format!("{} must be {what}, not `{}`", Place(&self.path), short(text));
            self.report(Kind::Interpolation, "wrong-value", item.span(), message, None);
            return None;
        }
        Some(data)
    }

    fn report_type(&mut self, item: &Item<'y>, schema: &Schema) {
        let place = Place(&self.path);
        let expected = names_of(schema.types);
        let (message, help) = match &item.data {
            Data::Null => {
                let help = "give it a value, or remove the key".to_owned();
                (format!("{place} must be {expected}, but is empty"), Some(help))
            }
            data => {
                let message = format!("{place} must be {expected}, not {}", name_of(data));
                let is_scalar = matches!(data, Data::Bool(_) | Data::Int(_) | Data::Float(_));
                let written = item.node.as_str().filter(|_| is_scalar && schema.types & TEXT != 0);
                (message, written.map(|it| format!("write `\"{it}\"`")))
            }
        };
        let span = if item.span().is_empty() { self.key_span(item) } else { item.span() };
        let span = if item.is_map() { first_line(item, span) } else { span };
        self.report(Kind::Schema, "wrong-type", span, message, help);
    }

    /// The place of something empty: the key before it.
    fn key_span(&self, item: &Item<'y>) -> Span {
        let span = item.span();
        let source = item.node.source();
        let before = source.get(..span.start()).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |it| it + 1);
        let text = source.get(line..span.start()).unwrap_or_default();
        let start = line + (text.len() - text.trim_start().len());
        let end = line + text.trim_end().len();
        if start < end { Span::new(start, end) } else { span }
    }

    fn check_words(&mut self, item: &Item<'y>, text: &str, schema: &Schema) {
        if schema.words.is_empty() || schema.words.contains(&text) {
            return;
        }
        let words: Vec<String> = schema.words.iter().map(|it| format!("`{it}`")).collect();
        let message = format!(
            "{} must be one of {}, not `{}`",
            Place(&self.path),
            words.join(", "),
            short(text)
        );
        let help = nearest(text, schema.words.iter().copied());
        let help = help.map(|it| format!("did you mean `{it}`?"));
        self.report(Kind::Schema, "unknown-word", item.span(), message, help);
    }

    fn check_range(&mut self, item: &Item<'y>, number: i128, schema: &Schema) {
        let (least, greatest) = match schema.check {
            Check::Unsigned | Check::Port | Check::Int16Only | Check::Int32Only => {
                let greatest = match schema.check {
                    Check::Port | Check::Int32Only => i128::from(u32::MAX),
                    Check::Int16Only => i128::from(u16::MAX),
                    _ => i128::from(u64::MAX),
                };
                (0, greatest)
            }
            _ => match schema.range {
                Some((least, greatest)) => (i128::from(least), i128::from(greatest)),
                None => return,
            },
        };
        if !(least..=greatest).contains(&number) {
            let place = Place(&self.path);
            let message = if number < least {
                format!("{place} must not be less than {least}")
            } else {
                format!("{place} must not be greater than {greatest}")
            };
            self.report(Kind::Schema, "number-out-of-range", item.span(), message, None);
        }
    }

    fn check_list(&mut self, items: &[Item<'y>], schema: &'static Schema) {
        if let Some(of) = schema.items {
            for (index, item) in items.iter().enumerate() {
                self.path.push(Step::Index(index));
                self.check(item, of);
                self.path.pop();
            }
        }
        if schema.unique && items.len() > 1 {
            self.check_unique(items);
        }
    }

    fn check_unique(&mut self, items: &[Item<'y>]) {
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for item in items {
            let key = match &item.data {
                Data::Text(text) => format!("\"{text}"),
                Data::Int(number) => number.to_string(),
                Data::Float(number) => number.to_string(),
                _ => continue,
            };
            if let Some(first) = seen.get(&key) {
                let text = item.node.as_str().unwrap_or_default();
                let message = format!("{} has `{}` twice", Place(&self.path), short(text));
                let problem =
                    ComposeProblem::new(Kind::Schema, "equal-items", item.span(), message);
                self.problems.push(problem.related(*first, "it is here"));
            } else {
                seen.insert(key, item.span());
            }
        }
    }

    fn check_map(&mut self, item: &Item<'y>, fields: &[Field<'y>], schema: &'static Schema) {
        let was_partial = self.is_partial;
        for field in fields {
            if let [Step::Key("services")] = *self.path {
                self.is_partial = was_partial || self.incomplete.contains(field.name);
            }
            self.path.push(Step::Key(field.name));
            self.check_field(field, schema);
            self.path.pop();
            self.is_partial = was_partial;
        }
        // Mappings in lists are not joined with anything.
        let may_be_elsewhere =
            self.is_partial && !self.path.iter().any(|it| matches!(it, Step::Index(_)));
        if may_be_elsewhere {
            return;
        }
        for name in schema.required {
            if item.fields().iter().all(|it| it.name != *name) {
                let message = format!("{} has no `{name}`", Place(&self.path));
                let span = first_line(item, item.span());
                let help = format!("add `{name}`");
                self.report(Kind::Schema, "missing-key", span, message, Some(help));
            }
        }
    }

    fn check_field(&mut self, field: &Field<'y>, schema: &'static Schema) {
        if let Some(of) = schema.field(field.name) {
            self.check(&field.value, of);
            return;
        }
        if schema.extensions && field.name.starts_with("x-") {
            return;
        }
        match schema.others {
            Others::Any => {}
            Others::Names(of) if is_name(field.name) => self.check(&field.value, of),
            Others::Names(_) => self.report_name(field),
            Others::NamesOrAny(of) => {
                if is_name(field.name) {
                    self.check(&field.value, of);
                }
            }
            Others::Lower(of) => {
                if field.name.bytes().all(|it| it.is_ascii_lowercase()) && !field.name.is_empty() {
                    self.check(&field.value, of);
                }
            }
            Others::Filled(of) => {
                if field.name.is_empty() {
                    self.report_name(field);
                } else {
                    self.check(&field.value, of);
                }
            }
            Others::Refused => self.report_unknown(field, schema),
        }
    }

    fn report_name(&mut self, field: &Field<'y>) {
        let message = format!("`{}` is no name", short(field.name));
        let help = "names are letters, digits, `.`, `_` and `-`".to_owned();
        self.report(Kind::Schema, "invalid-name", field.key.written(), message, Some(help));
    }

    fn report_unknown(&mut self, field: &Field<'y>, schema: &Schema) {
        let at = self.path.len() - 1;
        let is_top = at == 0;
        let place = Place(&self.path[..at]);
        let name = field.name;
        let is_service = |it: &Item<'_>| it.has("image") || it.has("build");
        if is_top && is_service(&field.value) {
            let message = format!("`{}` is not in `services`", short(name));
            let help = "put it under `services:`".to_owned();
            self.report(Kind::Schema, "service-at-top", field.key.written(), message, Some(help));
            return;
        }
        let message = format!("unknown key `{}` in {place}", short(name));
        let known = schema.fields.iter().map(|it| it.0);
        let help = nearest(name, known)
            .map(|it| format!("did you mean `{it}`?"))
            .or_else(|| elsewhere(name, &self.path[..at]));
        self.report(Kind::Schema, "unknown-key", field.key.written(), message, help);
    }
}

/// Where a key of a service belongs that stands a level too high or too low.
fn elsewhere(name: &str, path: &[Step<'_>]) -> Option<String> {
    let service = match ROOT.field("services")?.others {
        Others::Names(service) => service,
        _ => return None,
    };
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
fn nearest<'w>(text: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
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
pub(super) fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None if line.len() < text.trim_end().len() => format!("{line}…"),
        None => line.to_owned(),
    }
}

/// The first line of a mapping: all of it is more than anybody wants to see.
fn first_line(item: &Item<'_>, span: Span) -> Span {
    let text = span.slice(item.node.source()).unwrap_or_default();
    let line = text.lines().next().unwrap_or_default().trim_end();
    Span::new(span.start(), span.start() + line.len())
}

fn type_of(data: &Data<'_>) -> Types {
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

fn name_of(data: &Data<'_>) -> &'static str {
    match data {
        Data::Null => "nothing",
        Data::Bool(_) => "a boolean",
        Data::Int(_) | Data::Float(_) => "a number",
        Data::Text(_) | Data::Unknown | Data::Reset => "a string",
        Data::List(_) => "a list",
        Data::Map(_) => "a mapping",
    }
}

fn names_of(types: Types) -> String {
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
