//! Whether a YAML file is the same outside of its edits.
//!
//! The trees before and after are walked together. An entry or item that no edit takes out is found
//! again at the place to which it was moved, with an equal key, and their values are compared in turn:
//! the same kind, style, tag and text, the same target for an alias. A scalar may be another only if
//! an edit changes it, and what was not there before stands where an edit has put something. What
//! aliases stand for does not change at all, as that would change every place where they are.

use std::collections::BTreeSet;

use plimsoll_finding::{Edit, Span};
use plimsoll_syntax::yaml::{Value, Yaml};

use super::Rejection;
use super::edits::{Edits, changed};

type Result = std::result::Result<(), Rejection>;

/// Compares two trees.
pub(super) fn is_equal(old: &Yaml<'_>, new: &Yaml<'_>, edits: &[Edit]) -> Result {
    let mut walk = Walk { edits: Edits::new(edits), new, targets: BTreeSet::new() };
    let roots = |yaml| -> Vec<Child<'_>> { Yaml::documents(yaml).map(Child::item).collect() };
    walk.children(old.text, &roots(old), &roots(new))
}

/// Every comment is still there, in the same order. Lines of scripts that look like comments count.
pub(super) fn keeps_comments(old: &Yaml<'_>, new: &Yaml<'_>) -> Result {
    let kept = comments(new);
    let mut rest = kept.iter();
    for comment in comments(old) {
        if !rest.any(|it| *it == comment) {
            return Err(Rejection::LosesComment(comment.to_owned()));
        }
    }
    Ok(())
}

fn comments<'t>(yaml: &Yaml<'t>) -> Vec<&'t str> {
    let text = yaml.text;
    let slice = |it: Span| Some((it.start(), it.slice(text)?.trim_end()));
    let mut all: Vec<(usize, &str)> =
        yaml.comments.iter().filter_map(|it| slice(it.span)).collect();
    for scalar in yaml.scalar_spans() {
        let lines = scalar.slice(text).unwrap_or_default().split('\n').skip(1);
        let scripts = lines.map(str::trim).filter(|it| it.starts_with('#'));
        all.extend(scripts.map(|it| (scalar.start(), it)));
    }
    all.sort_by_key(|it| it.0);
    all.into_iter().map(|(_, comment)| comment).collect()
}

/// An entry of a mapping, or an item of a list.
struct Child<'y> {
    key: Option<Value<'y>>,
    value: Value<'y>,
}

impl<'y> Child<'y> {
    fn item(value: Value<'y>) -> Self {
        Self { key: None, value }
    }

    fn all_of(value: Value<'y>) -> Vec<Self> {
        let entries = value.own_entries().map(|it| Self { key: Some(it.key), value: it.value });
        entries.chain(value.items().map(Self::item)).collect()
    }

    fn start(&self) -> usize {
        self.key.unwrap_or(self.value).written().start()
    }

    /// The place of key and value; a missing value has none.
    fn span(&self) -> Span {
        let value = self.value.written();
        match self.key.map(Value::written) {
            Some(key) if value.is_empty() => key,
            Some(key) => key.union(value),
            None => value,
        }
    }
}

struct Walk<'w, 'e> {
    edits: Edits<'e>,
    new: &'w Yaml<'w>,
    /// The targets of aliases that were compared.
    targets: BTreeSet<usize>,
}

impl Walk<'_, '_> {
    fn children(&mut self, text: &str, old: &[Child<'_>], new: &[Child<'_>]) -> Result {
        let mut rest = new;
        for child in old {
            if self.edits.removes(child.span()) {
                continue;
            }
            let place = self.place(child, rest);
            let Some((found, before)) = place.and_then(|it| Some((rest.get(it)?, rest.get(..it)?)))
            else {
                return Err(changed(child.span(), text));
            };
            self.are_made(before)?;
            rest = rest.get(before.len() + 1..).unwrap_or_default();
            if let Some(key) = child.key {
                let new = found.key.ok_or_else(|| changed(child.span(), text))?;
                self.value(key, new)?;
            }
            self.value(child.value, found.value)?;
        }
        self.are_made(rest)
    }

    /// Which of the new children an old one has become.
    fn place(&self, child: &Child<'_>, new: &[Child<'_>]) -> Option<usize> {
        let moved = self.edits.moved(self.first_kept(child));
        let exact = new.partition_point(|it| it.start() < moved);
        if new.get(exact).is_some_and(|it| it.start() == moved) {
            return Some(exact);
        }
        // Its first bytes were edited.
        let begins = |it: &Child<'_>| self.edits.may_begin(child.start(), it.start());
        new.iter().take(exact + 1).position(begins)
    }

    /// Where a child begins, or the first part of it that is not taken out.
    fn first_kept(&self, child: &Child<'_>) -> usize {
        let start = child.start();
        let first = Span::new(start, start + 1);
        if child.key.is_some() || !self.edits.near(first).any(|it| it.span.overlaps(first)) {
            return start;
        }
        let children = Child::all_of(child.value);
        let kept = children.iter().find(|it| !self.edits.removes(it.span()));
        kept.map_or(start, |it| self.first_kept(it))
    }

    /// New children stand where something was edited.
    fn are_made(&self, new: &[Child<'_>]) -> Result {
        match new.iter().find(|it| !self.edits.made(it.span())) {
            Some(added) => Err(changed(added.span(), self.new.text)),
            None => Ok(()),
        }
    }

    fn value(&mut self, old: Value<'_>, new: Value<'_>) -> Result {
        let place = old.written();
        let different = || Err(changed(place, old.source()));
        if place.is_empty() {
            // Nothing was there; something may have been put there.
            let is_missing = new.written().is_empty() && new.tag().is_none();
            let fine = is_missing || self.edits.made(new.written());
            return if fine { Ok(()) } else { different() };
        }
        if self.edits.removes(place) {
            return Ok(());
        }
        if old.is_alias() || old.scalar().is_some() {
            if self.changes(place) {
                return Ok(());
            }
            let is_same =
                if old.is_alias() { self.same_target(old, new) } else { is_same(old, new) };
            return if is_same { Ok(()) } else { different() };
        }
        let (children, others) = (Child::all_of(old), Child::all_of(new));
        let form = |it: Value<'_>| (it.is_alias(), it.is_mapping(), it.is_sequence(), it.is_flow());
        if form(old) != form(new) || old.tag() != new.tag() {
            // In another form nothing of it is found again.
            let all_edited = children.iter().all(|it| self.changes(it.span()));
            return if all_edited { Ok(()) } else { different() };
        }
        self.children(old.source(), &children, &others)
    }

    /// Whether an edit changes what stands in a span: from inside, or by text that adjoins it and
    /// does not part from it by a line or a comma.
    fn changes(&self, span: Span) -> bool {
        self.edits.near(span).any(|edit| {
            let text = &*edit.replacement;
            if edit.span.overlaps(span) {
                true
            } else if edit.span.end() <= span.start() {
                let kept = text.trim_end();
                let parted = kept.ends_with([',', '[', '{'])
                    || text.ends_with('\n')
                    || kept.len() < text.len() && kept.ends_with([':', '-', '?']);
                !text.is_empty() && !parted
            } else {
                !text.is_empty() && !text.starts_with(['\n', '\r', ',', ']', '}'])
            }
        })
    }

    /// Whether two aliases stand for the same, which no edit has changed.
    fn same_target(&mut self, old: Value<'_>, new: Value<'_>) -> bool {
        let (before, after) = (old.span(), new.span());
        let first = self.edits.moved(before.start());
        new.is_alias()
            && first == after.start()
            && (!self.targets.insert(first)
                || before.slice(old.source()) == after.slice(new.source()))
    }
}

fn is_same(old: Value<'_>, new: Value<'_>) -> bool {
    let (Some(before), Some(after)) = (old.scalar(), new.scalar()) else { return false };
    !new.is_alias()
        && before.text == after.text
        && before.style == after.style
        && old.tag() == new.tag()
}

#[cfg(test)]
mod tests;
