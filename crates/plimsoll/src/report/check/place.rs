//! Where in the lines of its file a span is.

use std::collections::BTreeMap;

use plimsoll_finding::{LineIndex, Position, Span};

use super::Report;

/// The lines of every file that a finding names.
#[derive(Debug)]
pub(super) struct Places<'a>(BTreeMap<&'a str, LineIndex<'a>>);

/// A span in lines and columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    /// The first character.
    pub(super) start: Position,
    /// The place after the last character.
    pub(super) end: Position,
    /// The bytes.
    pub(super) span: Span,
}

impl<'a> Places<'a> {
    pub(super) fn new(report: &Report<'a>) -> Self {
        let mut places = BTreeMap::new();
        let findings = report.findings.iter();
        let mut last: &str = "";
        for path in findings.flat_map(|it| it.related.iter().map(|it| &it.path).chain([&it.path])) {
            // Findings of a file follow each other.
            if last == path {
                continue;
            }
            last = path;
            let known = report.sources.get_key_value(path);
            if let Some((path, text)) = known.or_else(|| report.related.get_key_value(path)) {
                places.entry(path.as_str()).or_insert_with(|| LineIndex::new(text));
            }
        }
        Self(places)
    }

    /// The lines of a file, where its text is known.
    pub(super) fn lines(&self, path: &str) -> Option<&LineIndex<'a>> {
        self.0.get(path)
    }

    /// The region of a span; `None` for a whole file and for one whose text isn't known.
    pub(super) fn region(&self, path: &str, span: Option<Span>) -> Option<Region> {
        let lines = self.lines(path)?;
        let span = span?;
        // Whatever a rule says: what is shown lies in the text.
        let end = span.end().min(lines.text().len());
        let span = Span::new(span.start().min(end), end);
        Some(Region { start: lines.position(span.start()), end: lines.position(span.end()), span })
    }
}
