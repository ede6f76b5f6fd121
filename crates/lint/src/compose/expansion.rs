//! Values with the variables of Compose replaced as far as they are known, and the way back to where
//! each part of them is written.

use std::borrow::Cow;
use std::ops::Range;

use plimsoll_finding::Span;
use plimsoll_syntax::compose::Text;
use plimsoll_syntax::compose::interpolation::{Variable, Variables, references, substitute};

/// Stands for what nobody knows: the value of a variable that is set elsewhere, if at all.
pub(crate) const UNKNOWN: char = '\u{e000}';

/// Once a value is so long, its other variables are taken for unknown: values of values could fill
/// the memory.
const MOST_BYTES: usize = 64 * 1024;

/// Whether a part of a value is not known.
pub(crate) fn is_known(text: &str) -> bool {
    !text.contains(UNKNOWN)
}

/// A value with its variables replaced; [`UNKNOWN`] stands for each that is not known.
#[derive(Clone, Debug)]
pub(crate) struct Expanded<'y> {
    /// The value.
    pub(crate) text: Cow<'y, str>,
    source: Source<'y>,
    pieces: Vec<Piece>,
}

/// Where a value is written.
#[derive(Clone, Debug)]
enum Source<'y> {
    Here(Text<'y>),
    /// In a file that an entry of the Compose file names.
    File {
        entry: Span,
        path: String,
        span: Span,
    },
}

/// Where a part of a value is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// In the Compose file; for a value of another file where that file is named.
    pub(crate) span: Span,
    /// The other file, as findings call it, and the place there.
    pub(crate) file: Option<(String, Span)>,
}

/// Where a part of the result comes from.
#[derive(Clone, Debug)]
struct Piece {
    start: usize,
    source: Range<usize>,
    is_literal: bool,
}

impl<'y> Expanded<'y> {
    /// A value of the Compose file.
    pub(crate) fn new(text: Text<'y>, variables: &Variables<'_>) -> Self {
        let (value, pieces) = expand(text.text, variables);
        Self { text: value, source: Source::Here(text), pieces }
    }

    /// A value that comes from elsewhere, whose name is at a place of the Compose file.
    pub(crate) fn from_name(name: Text<'y>, value: String) -> Self {
        let whole = Piece { start: 0, source: 0..name.text.len(), is_literal: false };
        Self { text: value.into(), source: Source::Here(name), pieces: vec![whole] }
    }

    /// A value of a file that an entry of the Compose file names.
    pub(crate) fn in_file(value: String, entry: Span, path: String, span: Span) -> Self {
        let source = Source::File { entry, path, span };
        Self { text: value.into(), source, pieces: Vec::new() }
    }

    /// Where a part is written; a part from a variable is where the variable is.
    pub(crate) fn written(&self, range: Range<usize>) -> Written {
        match &self.source {
            Source::Here(text) => {
                Written { span: text.part(self.in_source(range)).span, file: None }
            }
            Source::File { entry, path, span } => {
                Written { span: *entry, file: Some((path.clone(), *span)) }
            }
        }
    }

    /// Where all of it is written.
    pub(crate) fn whole(&self) -> Written {
        match &self.source {
            Source::Here(text) => Written { span: text.span, file: None },
            Source::File { .. } => self.written(0..0),
        }
    }

    fn in_source(&self, range: Range<usize>) -> Range<usize> {
        if self.pieces.is_empty() {
            return range;
        }
        let piece_at = |at: usize| {
            let after = self.pieces.partition_point(|it| it.start <= at);
            self.pieces.get(after.saturating_sub(1))
        };
        let Some(first) = piece_at(range.start) else { return range };
        let start = if first.is_literal {
            first.source.start + (range.start - first.start)
        } else {
            first.source.start
        };
        let Some(last) = piece_at(range.end.saturating_sub(1).max(range.start)) else {
            return range;
        };
        let end = if last.is_literal {
            last.source.start + range.end.saturating_sub(last.start)
        } else {
            last.source.end
        };
        start..end.max(start)
    }
}

/// Replaces the variables of a text.
fn expand<'t>(text: &'t str, variables: &Variables<'_>) -> (Cow<'t, str>, Vec<Piece>) {
    if !text.contains('$') {
        return (Cow::Borrowed(text), Vec::new());
    }
    let mut out = Out { text: String::with_capacity(text.len()), pieces: Vec::new() };
    let mut at = 0;
    for reference in references(text) {
        let range = reference.range.clone();
        // What is in a default comes with that default.
        if range.start < at {
            continue;
        }
        out.literals(text, at..range.start);
        at = range.end;
        if out.text.len() > MOST_BYTES {
            out.push(UNKNOWN.to_string(), range, false);
            continue;
        }
        let is_unknown = variables(reference.name) == Variable::Unknown;
        let value = text.get(range.clone()).and_then(|it| substitute(it, variables).ok());
        // An empty default only quietens Compose: somebody sets the variable.
        let value = value.filter(|it| it.is_known && !(is_unknown && it.text.is_empty()));
        out.push(value.map_or(Cow::Owned(UNKNOWN.to_string()), |it| it.text), range, false);
    }
    out.literals(text, at..text.len());
    (Cow::Owned(out.text), out.pieces)
}

/// Replaces the variables of a text whose places nobody asks for.
pub(crate) fn expand_text(text: &str, variables: &Variables<'_>) -> String {
    expand(text, variables).0.into_owned()
}

struct Out {
    text: String,
    pieces: Vec<Piece>,
}

impl Out {
    fn push(&mut self, value: impl AsRef<str>, source: Range<usize>, is_literal: bool) {
        if value.as_ref().is_empty() {
            return;
        }
        self.pieces.push(Piece { start: self.text.len(), source, is_literal });
        self.text.push_str(value.as_ref());
    }

    /// Adds what holds no variable; of `$$` one is left.
    fn literals(&mut self, text: &str, range: Range<usize>) {
        let mut start = range.start;
        while let Some(at) = text.get(start..range.end).and_then(|it| it.find("$$")) {
            let dollar = start + at;
            self.push(&text[start..=dollar], start..dollar + 1, true);
            start = dollar + 2;
        }
        if let Some(rest) = text.get(start..range.end) {
            self.push(rest, start..range.end, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_syntax::yaml;

    fn variables(name: &str) -> Variable<'static> {
        match name {
            "A" => Variable::Set("long value".into()),
            _ => Variable::Unknown,
        }
    }

    #[test]
    fn parts_know_where_they_are_written() {
        let source = r#"x: "u:$$p${A}@${B}/${C:-d}${D:-}""#;
        let yaml = yaml::parse(source);
        let value = yaml.documents().next().unwrap().get("x").unwrap();
        let expanded = Expanded::new(Text::of(value).unwrap(), &variables);
        assert_eq!(expanded.text, "u:$plong value@\u{e000}/d\u{e000}");
        let slice = |part: &str| {
            let start = expanded.text.find(part).unwrap();
            expanded.written(start..start + part.len()).span.slice(source).unwrap()
        };
        assert_eq!(slice("u"), "u");
        assert_eq!(slice("$p"), "$$p");
        assert_eq!(slice("long value"), "${A}");
        assert_eq!(slice("p"), "p");
        assert_eq!(slice("long value@"), "${A}@");
        assert_eq!(slice("/d"), "/${C:-d}");
    }

    #[test]
    fn values_do_not_grow_without_end() {
        let long = "x".repeat(50_000);
        let text = expand_text(&"$A".repeat(10_000), &|_| Variable::Set(long.as_str().into()));
        assert!(text.len() < 200_000, "{}", text.len());
        assert!(!is_known(&text));
    }

    #[test]
    fn what_holds_no_variable_is_as_written() {
        let source = "x: plain";
        let yaml = yaml::parse(source);
        let value = yaml.documents().next().unwrap().get("x").unwrap();
        let expanded = Expanded::new(Text::of(value).unwrap(), &variables);
        assert!(is_known(&expanded.text));
        assert_eq!(expanded.written(1..3).span.slice(source), Some("la"));
    }
}
