//! All that is wrong with a file, in the order of the loader's layers.

use std::collections::{BTreeMap, BTreeSet};

use super::interpolation::{Variable, Variables};
use super::loaded::{Data, Field, Item, Loading};
use super::merge::{self, Mismatch};
use super::parts::Parts;
use super::place::Step;
use super::problem::{ComposeProblem, ComposeProblemKind as Kind};
use super::schema::ROOT;
use super::validate::Validator;
use super::{Compose, broken, consistency};

/// How many services may extend one another in a row.
const MOST_EXTENDS: usize = 64;

/// How many values services may take over from others, all in all.
const MOST_JOINED: usize = 200_000;

/// What is known besides the file.
pub struct Options<'v> {
    /// What variables hold.
    pub variables: &'v Variables<'v>,
    /// Whether the file only adds to another one, as `compose.override.yaml` does: what it leaves
    /// out may be there.
    pub is_partial: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { variables: &|_| Variable::Unknown, is_partial: false }
    }
}

/// Finds what is wrong with a file, sorted by place. A file without a problem whose kind
/// [is an error](ComposeProblemKind::is_error) is one that the loader of Compose takes.
///
/// [`ComposeProblemKind::is_error`]: super::ComposeProblemKind::is_error
pub fn problems(compose: &Compose<'_>, options: &Options<'_>) -> Vec<ComposeProblem> {
    let mut problems = Vec::new();
    let is_readable = yaml(compose, &mut problems);
    if is_readable {
        loaded(compose, options, &mut problems);
    }
    problems.sort_by(|a, b| {
        (a.span.start(), a.span.end(), a.kind, a.code, &a.message).cmp(&(
            b.span.start(),
            b.span.end(),
            b.kind,
            b.code,
            &b.message,
        ))
    });
    // What stands behind an alias is met as often as the alias.
    problems.dedup_by(|a, b| a.span == b.span && a.code == b.code);
    problems
}

/// Reports what is wrong with the text as YAML; whether there is a tree to go on with.
fn yaml(compose: &Compose<'_>, problems: &mut Vec<ComposeProblem>) -> bool {
    let mut is_readable = true;
    for error in &compose.yaml.errors {
        let code = if error.related.is_some() { "equal-keys" } else { "invalid-yaml" };
        is_readable &= error.related.is_some();
        let message = error.message.clone();
        let mut problem = ComposeProblem::new(Kind::Yaml, code, error.span, message);
        if let Some((span, label)) = error.related {
            problem = problem.related(span, label);
        }
        problems.push(problem);
    }
    is_readable
}

fn loaded<'y>(compose: &Compose<'y>, options: &Options<'_>, problems: &mut Vec<ComposeProblem>) {
    let mut root: Option<Item<'y>> = None;
    let mut incomplete = BTreeSet::new();
    let mut mismatches = Vec::new();
    let mut count = 0;
    for document in compose.yaml.documents() {
        count += 1;
        let mut loading = Loading { variables: options.variables, problems: &mut *problems };
        let mut item = loading.item(document, 0);
        if !item.is_map() {
            if !(item.is_null() && count == 1) {
                let message = "the top of the file must be a mapping";
                let span = document.span();
                problems.push(ComposeProblem::new(Kind::Schema, "no-mapping", span, message));
                continue;
            }
            continue;
        }
        extend(&mut item, options, &mut incomplete, &mut mismatches, problems);
        root = Some(match root {
            None => item,
            Some(first) => merge::documents(first, item, &mut mismatches),
        });
    }
    for it in mismatches {
        problems.push(mismatch(&it));
    }
    let Some(root) = root else {
        if problems.is_empty() {
            let span = plimsoll_finding::Span::empty(0);
            problems.push(ComposeProblem::new(
                Kind::Schema,
                "empty-file",
                span,
                "the file is empty",
            ));
        }
        return;
    };
    if root.fields().is_empty() {
        let message = "the file is empty";
        problems.push(ComposeProblem::new(Kind::Schema, "empty-file", root.span(), message));
        return;
    }
    let path: Vec<Step<'y>> = Vec::with_capacity(8);
    let is_partial = options.is_partial;
    let mut validator = Validator {
        problems: &mut *problems,
        path,
        incomplete: &incomplete,
        is_partial,
        unknown: 0,
        has_no_services: !root.has("services"),
        at_top: Vec::new(),
    };
    validator.check(&root, &ROOT);
    validator.report_version_1();
    let has_includes = root.get("include").is_some_and(|it| !it.items().is_empty());
    let parts = Parts::new(&root, &incomplete, options.is_partial || has_includes);
    consistency::check(&parts, problems);
    broken::check(&parts, problems);
}

fn mismatch(it: &Mismatch<'_>) -> ComposeProblem {
    let what = if it.is_list { "a list" } else { "a mapping" };
    let message = format!("`{}` replaces {what}, and can't be joined with it", it.name);
    ComposeProblem::new(Kind::Rule, "cannot-extend", it.item.span(), message)
        .help(format!("write {what} here, too"))
}

/// Joins every service with what it extends.
fn extend<'y>(
    root: &mut Item<'y>,
    options: &Options<'_>,
    incomplete: &mut BTreeSet<&'y str>,
    mismatches: &mut Vec<Mismatch<'y>>,
    problems: &mut Vec<ComposeProblem>,
) {
    let has_includes = root.get("include").is_some_and(|it| !it.is_null());
    let Data::Map(fields) = &mut root.data else { return };
    let Some(services) = fields.iter_mut().rev().find(|it| it.name == "services") else { return };
    let Data::Map(services) = &mut services.value.data else { return };
    services.retain(|it| it.value.data != Data::Reset);
    if services.iter().any(|it| it.value.has("extends")) {
        let is_open = options.is_partial || has_includes;
        let mut extending =
            Extending { is_open, left: MOST_JOINED, incomplete, mismatches, problems };
        extending.run(services);
    }
    for service in services {
        drop_resets(&mut service.value);
    }
}

/// Removes what takes something away: it has done that by now.
fn drop_resets(item: &mut Item<'_>) {
    match &mut item.data {
        Data::Map(fields) => {
            fields.retain(|it| it.value.data != Data::Reset);
            for field in fields {
                drop_resets(&mut field.value);
            }
        }
        Data::List(items) => items.iter_mut().for_each(drop_resets),
        _ => {}
    }
}

struct Extending<'e, 'y> {
    is_open: bool,
    /// How many values may still be taken over.
    left: usize,
    incomplete: &'e mut BTreeSet<&'y str>,
    mismatches: &'e mut Vec<Mismatch<'y>>,
    problems: &'e mut Vec<ComposeProblem>,
}

/// What a service extends.
enum Base<'y> {
    Nothing,
    Here(&'y str),
    Elsewhere,
}

impl<'y> Extending<'_, 'y> {
    fn run(&mut self, services: &mut [Field<'y>]) {
        let numbers: BTreeMap<&'y str, usize> =
            services.iter().enumerate().map(|(at, it)| (it.name, at)).collect();
        let mut is_done = vec![false; services.len()];
        for start in 0..services.len() {
            // From a service to what it extends, and so on; then back, joining.
            let mut way = vec![start];
            while let Some(&at) = way.last() {
                if is_done[at] || way.len() > MOST_EXTENDS {
                    break;
                }
                match self.base(&services[at], &numbers) {
                    Base::Nothing => break,
                    Base::Elsewhere => {
                        self.incomplete.insert(services[at].name);
                        remove_extends(&mut services[at].value);
                        break;
                    }
                    Base::Here(name) => {
                        let Some(&to) = numbers.get(name) else { break };
                        if way.contains(&to) {
                            self.report_circle(&services[at]);
                            break;
                        }
                        way.push(to);
                    }
                }
            }
            while let Some(at) = way.pop() {
                is_done[at] = true;
                if let Some(&above) = way.last() {
                    self.join(services, at, above);
                }
            }
        }
    }

    fn join(&mut self, services: &mut [Field<'y>], base: usize, own: usize) {
        if self.incomplete.contains(services[base].name) {
            self.incomplete.insert(services[own].name);
        }
        if !services[base].value.is_map() {
            return;
        }
        let Some(left) = self.left.checked_sub(services[base].value.size()) else {
            self.incomplete.insert(services[own].name);
            remove_extends(&mut services[own].value);
            return;
        };
        self.left = left;
        let node = services[own].value.node;
        let item = Item { node, data: Data::Null };
        let item = std::mem::replace(&mut services[own].value, item);
        let mut joined = merge::services(&services[base].value, item, self.mismatches);
        remove_extends(&mut joined);
        services[own].value = joined;
    }

    fn base(&mut self, service: &Field<'y>, numbers: &BTreeMap<&'y str, usize>) -> Base<'y> {
        let Some(extends) = service.value.get("extends") else { return Base::Nothing };
        let target = if extends.is_map() { extends.get("service") } else { Some(extends) };
        let Some(target) = target else {
            let name = service.name;
            let message = format!("`extends` of service `{name}` has no `service`");
            let span = extends.span();
            let problem = ComposeProblem::new(Kind::Rule, "extends-nothing", span, message);
            self.problems.push(problem.help("name the service that is extended"));
            return Base::Nothing;
        };
        let is_elsewhere = extends.get("file").is_some_and(|it| !it.is_null());
        if is_elsewhere || target.is_unknown() {
            return Base::Elsewhere;
        }
        let Some(text) = target.text() else { return Base::Nothing };
        if let Some((name, _)) = numbers.get_key_value(text) {
            return Base::Here(name);
        }
        if self.is_open {
            return Base::Elsewhere;
        }
        let message =
            format!("service `{}` extends service `{text}`, which is not defined", service.name);
        let span = target.span();
        let problem = ComposeProblem::new(Kind::Rule, "extends-undefined", span, message);
        self.problems.push(problem.help("define it, or name its `file`"));
        // One complaint is enough.
        Base::Elsewhere
    }

    fn report_circle(&mut self, service: &Field<'y>) {
        let message = format!("service `{}` extends itself in the end", service.name);
        let extends = service.value.get("extends");
        let span = extends.map_or(service.key.written(), Item::span);
        self.incomplete.insert(service.name);
        self.problems.push(ComposeProblem::new(Kind::Rule, "extends-cycle", span, message));
    }
}

fn remove_extends(item: &mut Item<'_>) {
    if let Data::Map(fields) = &mut item.data {
        fields.retain(|it| it.name != "extends");
    }
}

#[cfg(test)]
mod tests;
