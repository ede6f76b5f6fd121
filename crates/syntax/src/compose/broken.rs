//! Files that are loaded, yet fail or do something else when they are run.

mod addresses;
mod commands;
mod images;
mod limits;
mod mounts;
mod names;
mod ports;
mod scalars;
mod settings;
mod words;

use std::borrow::Cow;

use plimsoll_finding::Span;

use super::loaded::{Field, Item};
use super::parts::Parts;
use super::problem::{ComposeProblem, ComposeProblemKind as Kind};
use super::schema::ROOT;

/// Finds what breaks later.
pub(super) fn check(parts: &Parts<'_, '_>, problems: &mut Vec<ComposeProblem>) {
    let mut report = Report { problems };
    let has_services = parts.root.get("services").is_some_and(|it| !it.fields().is_empty());
    // What has other keys is something else, or of the old format: that is said elsewhere.
    let is_compose = |it: &Field<'_>| ROOT.field(it.name).is_some() || it.name.starts_with("x-");
    if !has_services && !parts.is_open && parts.root.fields().iter().all(is_compose) {
        let services = parts.root.field("services");
        let first = services.or(parts.root.fields().first());
        let span = first.map_or(Span::empty(0), |it| it.key.written());
        report.add("no-services", span, "the file has no services").help("add one");
    }
    scalars::check(parts.root, &mut report);
    for service in &parts.services {
        images::check(parts, service, &mut report);
        commands::check(service, &mut report);
        limits::check(service, &mut report);
        mounts::check(service, &mut report);
        settings::check(service, &mut report);
        words::check(service, &mut report);
    }
    addresses::check(parts, &mut report);
    names::check(parts, &mut report);
    ports::check(parts, &mut report);
}

/// Takes what is found.
pub(super) struct Report<'p> {
    problems: &'p mut Vec<ComposeProblem>,
}

impl Report<'_> {
    fn add(&mut self, code: &'static str, span: Span, message: impl Into<String>) -> Added<'_> {
        self.problems.push(ComposeProblem::new(Kind::Broken, code, span, message));
        Added { problem: self.problems.last_mut() }
    }
}

/// What was just found.
struct Added<'p> {
    problem: Option<&'p mut ComposeProblem>,
}

impl Added<'_> {
    fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        if let Some(problem) = &mut self.problem {
            problem.set_help(help);
        }
        self
    }

    fn related(self, span: Span, label: &'static str) {
        if let Some(problem) = self.problem {
            problem.related.push((span, label.into()));
        }
    }
}

/// The texts of a list that are known.
fn texts<'i, 'y>(item: Option<&'i Item<'y>>) -> impl Iterator<Item = (&'i str, &'i Item<'y>)> {
    let items = item.map_or(&[][..], Item::items);
    items.iter().filter_map(|it| Some((it.text()?, it)))
}

/// A key whose text is known and not empty.
fn filled<'i, 'y>(item: &'i Item<'y>, name: &str) -> Option<(&'i str, &'i Field<'y>)> {
    let field = item.field(name)?;
    let text = field.value.text().filter(|it| !it.is_empty())?;
    Some((text, field))
}

/// Whether two places are both in a service itself or both in what it takes over: what is taken over
/// may well be replaced.
fn same_origin(service: &Field<'_>, one: Span, other: Span) -> bool {
    let own = service.value.node.span();
    own.covers(one) == own.covers(other)
}
