//! Holding a file against its schema.

mod words;

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_finding::Span;

use super::checks;
use super::loaded::{Data, Field, Item};
use super::place::{Place, Step};
use super::problem::{ComposeProblem, ComposeProblemKind as Kind};
use super::schema::{BOOL, Check, INT, NUMBER, Others, Schema, TEXT};
use words::{
    Cast, cast, elsewhere, first_line, is_name, key_span, name_of, names_of, nearest, type_of,
};

pub(super) use words::short;

/// More unknown keys than this are not compared with those that there are.
const MOST_SUGGESTIONS: usize = 50;

/// Finds what has another form than it should have.
pub(super) struct Validator<'y, 'p> {
    pub(super) problems: &'p mut Vec<ComposeProblem>,
    pub(super) path: Vec<Step<'y>>,
    /// Services that say only a part of what they are: what is missing may be elsewhere.
    pub(super) incomplete: &'p BTreeSet<&'y str>,
    /// Whether all of the file is such a part.
    pub(super) is_partial: bool,
    /// How many keys were unknown so far.
    pub(super) unknown: usize,
    /// Whether the file has no `services`.
    pub(super) has_no_services: bool,
    /// What looks like a service at the top of such a file.
    pub(super) at_top: Vec<(&'y str, Span)>,
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
            Data::Text(text) => match cast(text, schema.check) {
                Cast::Same => None,
                Cast::To(data) => Some(data),
                Cast::Refused(what) => {
                    let place = Place(&self.path);
                    let message = format!("{place} must be {what}, not `{}`", short(text));
                    self.report(Kind::Interpolation, "wrong-value", item.span(), message, None);
                    return;
                }
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

    /// Reports the services of a file in the form of version 1, all at once.
    pub(super) fn report_version_1(&mut self) {
        let [(_, first), ..] = *self.at_top else { return };
        let shown = self.at_top.iter().take(3).map(|it| format!("`{}`", short(it.0)));
        let shown = shown.collect::<Vec<_>>().join(", ");
        let more = match self.at_top.len().saturating_sub(3) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message =
            format!("the file has the form of version 1: put {shown}{more} under `services:`");
        let help = "write `services:` above, and indent what follows".to_owned();
        self.report(Kind::Schema, "service-at-top", first, message, Some(help));
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
        let span = if item.span().is_empty() { key_span(item) } else { item.span() };
        let span = first_line(item, span);
        self.report(Kind::Schema, "wrong-type", span, message, help);
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
        if is_top && is_service(&field.value) && self.has_no_services {
            self.at_top.push((name, field.key.written()));
            return;
        }
        if is_top && is_service(&field.value) {
            let message = format!("`{}` is not in `services`", short(name));
            let help = "put it under `services:`".to_owned();
            self.report(Kind::Schema, "service-at-top", field.key.written(), message, Some(help));
            return;
        }
        let message = format!("unknown key `{}` in {place}", short(name));
        let is_many = self.unknown > MOST_SUGGESTIONS;
        self.unknown += 1;
        let known = schema.fields.iter().map(|it| it.0).filter(|_| !is_many);
        let help = nearest(name, known)
            .map(|it| format!("did you mean `{it}`?"))
            .or_else(|| elsewhere(name, &self.path[..at]));
        self.report(Kind::Schema, "unknown-key", field.key.written(), message, help);
    }
}
