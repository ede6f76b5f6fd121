//! The lines in which secrets were found, whatever else is found in them.

use std::collections::BTreeMap;

use plimsoll_finding::{Clause, Finding, Span};

use super::super::place::Places;

/// For each path the bytes of such lines, disjoint and in order.
#[derive(Debug, Default)]
pub(super) struct SecretLines<'a>(BTreeMap<&'a str, Vec<Span>>);

impl<'a> SecretLines<'a> {
    pub(super) fn new(findings: &'a [Finding], places: &Places<'_>) -> Self {
        let mut all: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
        for finding in findings.iter().filter(|it| it.clause == Clause::NoSecrets) {
            let related = finding.related.iter().map(|it| (&it.path, it.span));
            for (path, span) in related.chain([(&finding.path, finding.span)]) {
                if let Some(span) = span.and_then(|it| lines(places, path, it)) {
                    all.entry(path).or_default().push(span);
                }
            }
        }
        for spans in all.values_mut() {
            spans.sort();
            spans.dedup_by(|next, kept| {
                let joined = next.start() <= kept.end();
                if joined {
                    *kept = kept.union(*next);
                }
                joined
            });
        }
        Self(all)
    }

    /// Whether one of them is among some lines.
    pub(super) fn touch(&self, path: &str, lines: Span) -> bool {
        self.0.get(path).is_some_and(|spans| {
            let next = spans.partition_point(|it| it.end() < lines.start());
            spans.get(next).is_some_and(|it| it.start() <= lines.end())
        })
    }
}

/// The whole lines that a span touches.
fn lines(places: &Places<'_>, path: &str, span: Span) -> Option<Span> {
    let index = places.lines(path)?;
    let touched = index.lines_of(places.region(path, Some(span))?.span);
    Some(index.line_span(*touched.start())?.union(index.line_span(*touched.end())?))
}
