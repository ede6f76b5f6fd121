//! Suppressions in Compose files and workflows.

use std::collections::BTreeSet;

use plimsoll_finding::Span;
use plimsoll_syntax::yaml::{Value, Yaml};

use super::collect::Blocks;
use super::parts::Parts;
use super::reach::{Around as _, Reach};
use super::{Suppressions, comment, peers};
use crate::{RULES, Rule};

impl<'t> Suppressions<'t> {
    /// Reads every comment of a Compose file, those for dclint too.
    pub(crate) fn in_compose(yaml: &'t Yaml<'t>) -> Self {
        Self::in_yaml(RULES, yaml, Self::dclint)
    }

    /// Reads every comment of a workflow, those for zizmor too.
    pub(crate) fn in_workflow(yaml: &'t Yaml<'t>) -> Self {
        Self::in_yaml(RULES, yaml, Self::zizmor)
    }

    /// As those; aliases in the form of other tools mean some rules alone.
    pub(super) fn in_yaml(
        rules: &'static [&'static Rule],
        yaml: &'t Yaml<'t>,
        foreign: fn(&mut Self, &str, Span, &Parts<'t>),
    ) -> Self {
        let mut collected = Self { rules, ..Self::default() };
        if yaml.comments.is_empty() {
            return collected;
        }
        let parts = Parts::new(yaml.text, parts_of(yaml));
        let mut open = Blocks::new();
        for it in &yaml.comments {
            let Some((text, place)) = comment::comment_of(yaml.text, it.span) else { continue };
            let line = parts.line_of(place.start());
            if !collected.read(text, place, line, &parts, &mut open) {
                foreign(&mut collected, text, place, &parts);
            }
        }
        collected.finish(&open);
        collected
    }

    /// `dclint disable …` means the file and stands on its first line, `dclint disable-line …` the
    /// line that it is on, or the next one.
    pub(super) fn dclint(&mut self, text: &str, place: Span, parts: &Parts<'_>) {
        let Some(read) = peers::dclint(text) else { return };
        let line = parts.line_of(place.start());
        let is_first = || {
            let mut above = (0..line).map(|it| parts.line(it).trim());
            above.all(|it| it.is_empty() || it == "---")
        };
        let reach = match read.file {
            true if is_first() => Reach::File,
            true => return,
            false => Reach::Bytes(parts.span_of(line + usize::from(parts.is_comment(line)))),
        };
        self.named(place, reach, "dclint/", &read.names);
    }

    /// `zizmor: ignore[…]` means what begins on its line, or with a line of its own what it is in.
    pub(super) fn zizmor(&mut self, text: &str, place: Span, parts: &Parts<'_>) {
        let Some(names) = peers::zizmor(text) else { return };
        let line = parts.line_of(place.start());
        let is_alone = parts.is_comment(line);
        let reach = if is_alone { parts.around(place.start()) } else { parts.part(line) };
        if let Some(reach) = reach {
            self.named(place, reach, "zizmor/", &peers::Names::These(names));
        }
    }

    /// Suppresses the rules with aliases of a tool, by the names that it has for them.
    fn named(&mut self, place: Span, reach: Reach, tool: &str, names: &peers::Names<'_>) {
        let rules: BTreeSet<_> = self.with_alias(|alias| {
            alias.strip_prefix(tool).is_some_and(|alias| match names {
                peers::Names::None => false,
                peers::Names::All => true,
                peers::Names::These(names) => names.contains(&alias),
            })
        });
        self.foreign(place, reach, rules);
    }
}

/// The places of all entries and items. What aliases stand for is where it is written.
fn parts_of(yaml: &Yaml<'_>) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut rest: Vec<Value<'_>> = yaml.documents().collect();
    while let Some(value) = rest.pop() {
        if value.is_alias() {
            continue;
        }
        for entry in value.own_entries() {
            let (key, place) = (entry.key.written(), entry.value.written());
            parts.push(if place.is_empty() { key } else { key.union(place) });
            rest.push(entry.value);
        }
        for item in value.items() {
            parts.push(item.written());
            rest.push(item);
        }
    }
    parts
}

#[cfg(test)]
mod tests;
