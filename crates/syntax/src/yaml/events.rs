//! From the events of the parser to the tree.

use std::borrow::Cow;
use std::collections::BTreeMap;

use plimsoll_finding::Span;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle as Style, Span as Marks, StrInput, Tag};

use super::lenient::{self, Patched};
use super::tree::{Kind, Node, NodeId, Yaml};
use super::value::after_properties;
use super::{ScalarStyle, YamlError, comments};

/// Deeper than any file, and less than what exhausts a stack.
const DEEPEST: usize = 200;

/// Reads a text into a tree.
pub(super) fn read(text: &str) -> Yaml<'_> {
    let mut patched = Patched::new(text);
    loop {
        let mut reader = Reader::new(text, patched.text());
        let failure = reader.run();
        let at = reader.at;
        let may_be_mended = failure.as_deref().is_some_and(|it| patched.explains(it, at));
        if !may_be_mended {
            return reader.finish(failure);
        }
        patched.mend(at);
    }
}

/// A list or mapping that is still open.
struct Frame {
    id: NodeId,
    /// The key that waits for its value.
    key: Option<NodeId>,
}

struct Reader<'t, 'p> {
    text: &'t str,
    /// What the parser reads: the text, or a copy of the same length.
    read: &'p str,
    is_ascii: bool,
    /// The character that was last looked up and its byte.
    cursor: (usize, usize),
    /// The byte where the parser stopped.
    at: usize,
    /// Where what was read before ends.
    last: usize,
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, NodeId>,
    yaml: Yaml<'t>,
}

impl<'t, 'p> Reader<'t, 'p> {
    fn new(text: &'t str, read: &'p str) -> Self {
        let (comments, errors) = (Vec::new(), Vec::new());
        let yaml =
            Yaml { text, comments, errors, documents: Vec::new(), nodes: Vec::with_capacity(64) };
        Self {
            text,
            read,
            is_ascii: read.is_ascii(),
            cursor: (0, 0),
            at: 0,
            last: 0,
            stack: Vec::new(),
            anchors: BTreeMap::new(),
            yaml,
        }
    }

    /// Reads to the end, or to the first error, which is returned.
    fn run(&mut self) -> Option<String> {
        let mut parser: Parser<'p, StrInput<'p>> = Parser::new_from_str(self.read);
        while let Some(event) = parser.next_event() {
            let (event, marks) = match event {
                Ok(event) => event,
                Err(error) => {
                    self.at = self.byte(*error.marker());
                    return Some(error.info().to_owned());
                }
            };
            let span = self.span(marks);
            match event {
                Event::Scalar(text, style, anchor, tag) => {
                    // In brackets the parser gives a value that is missing the place of what follows.
                    let is_missing = text.is_empty() && style == Style::Plain;
                    let span = if is_missing && anchor == 0 && tag.is_none() {
                        Span::empty(span.start())
                    } else {
                        span
                    };
                    let (text, span) = self.scalar_text(text, style, span);
                    let id = self.add(span, tag, Kind::Scalar(text, style_of(style)));
                    self.name(anchor, id);
                    self.attach(id);
                }
                Event::Alias(anchor) => {
                    if let Some(target) = self.anchors.get(&anchor).copied() {
                        let open = self.stack.iter().any(|it| it.id == target);
                        if open {
                            let message = "the alias stands for what it is a part of";
                            self.yaml.errors.push(YamlError::new(span, message));
                        }
                        let kind = if open {
                            Kind::Scalar(Cow::Borrowed(""), ScalarStyle::Plain)
                        } else {
                            Kind::Alias(target)
                        };
                        let id = self.add(span, None, kind);
                        self.attach(id);
                    }
                }
                Event::SequenceStart(anchor, tag) => {
                    self.open(anchor, span, tag, Kind::Sequence(Vec::new()));
                }
                Event::MappingStart(anchor, tag) => {
                    self.open(anchor, span, tag, Kind::Mapping(Vec::new()));
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(span),
                _ => {}
            }
            self.last = span.end().max(self.last);
            if self.stack.len() > DEEPEST {
                self.at = span.start();
                return Some("it is nested deeper than anything that is read".to_owned());
            }
        }
        None
    }

    fn finish(mut self, failure: Option<String>) -> Yaml<'t> {
        while !self.stack.is_empty() {
            self.close(Span::new(self.at, self.at));
        }
        if let Some(message) = failure {
            let at = self.at.min(self.text.len());
            let width = self.text[at..].chars().next().map_or(0, char::len_utf8);
            let span = Span::new(at, at + width);
            self.yaml.errors.push(YamlError::new(span, lenient::explained(message)));
        }
        self.yaml.comments = comments::find(&self.yaml);
        self.yaml
    }

    fn add(&mut self, span: Span, tag: Option<Cow<'_, Tag>>, kind: Kind<'t>) -> NodeId {
        let tag = tag.map(|it| format!("{}{}", it.handle, it.suffix).into_boxed_str());
        let id = NodeId::try_from(self.yaml.nodes.len()).unwrap_or(NodeId::MAX);
        self.yaml.nodes.push(Node { span, tag, kind });
        id
    }

    /// Remembers the node of an anchor; without one the parser says 0.
    fn name(&mut self, anchor: usize, id: NodeId) {
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
    }

    fn open(&mut self, anchor: usize, span: Span, tag: Option<Cow<'_, Tag>>, kind: Kind<'t>) {
        let id = self.add(span, tag, kind);
        self.name(anchor, id);
        self.stack.push(Frame { id, key: None });
    }

    /// Ends the innermost list or mapping.
    fn close(&mut self, end: Span) {
        let Some(mut frame) = self.stack.pop() else { return };
        if let Some(key) = frame.key.take() {
            // The text ended between a key and its value.
            let at = self.yaml.node(key).map_or(end.end(), |it| it.span.end());
            let null = Kind::Scalar(Cow::Borrowed(""), ScalarStyle::Plain);
            let value = self.add(Span::new(at, at), None, null);
            self.push(frame.id, Some(key), value);
        }
        self.settle(&frame, end);
        self.report_duplicates(frame.id);
        self.attach(frame.id);
    }

    /// Gives a list or mapping its place: from its first part to its last, brackets included.
    fn settle(&mut self, frame: &Frame, end: Span) {
        let Some(node) = self.yaml.node(frame.id) else { return };
        let closed = closing_bracket(self.text, end);
        let (first, last) = match &node.kind {
            Kind::Sequence(items) => (items.first(), items.last()),
            Kind::Mapping(entries) => {
                (entries.first().map(|it| &it.0), entries.last().map(|it| &it.1))
            }
            _ => (None, None),
        };
        let span_of = |id: Option<&NodeId>| Some(self.yaml.node(*id?)?.span);
        let start = match (&node.kind, span_of(first)) {
            (Kind::Mapping(_), Some(first)) if closed.is_none() => {
                node.span.start().min(first.start())
            }
            // Where dashes stand below their key, the parser begins with the first item.
            (Kind::Sequence(_), Some(first))
                if closed.is_none() && first.start() == node.span.start() =>
            {
                let before = self.text.get(..first.start()).unwrap_or_default().trim_end();
                before.strip_suffix('-').map_or(first.start(), str::len)
            }
            _ => node.span.start(),
        };
        let end = closed.or_else(|| span_of(last).map(Span::end));
        let span = Span::new(start, end.unwrap_or(start).max(start));
        if let Some(node) = self.yaml.nodes.get_mut(frame.id as usize) {
            node.span = span;
        }
    }

    /// Puts a node that is complete into what is open.
    fn attach(&mut self, id: NodeId) {
        let Some(frame) = self.stack.last_mut() else {
            self.yaml.documents.push(id);
            return;
        };
        let parent = frame.id;
        let is_mapping = matches!(
            self.yaml.nodes.get(parent as usize),
            Some(Node { kind: Kind::Mapping(_), .. })
        );
        match (is_mapping, frame.key.take()) {
            (true, None) => frame.key = Some(id),
            (_, key) => self.push(parent, key, id),
        }
    }

    fn push(&mut self, parent: NodeId, key: Option<NodeId>, value: NodeId) {
        match (self.yaml.nodes.get_mut(parent as usize).map(|it| &mut it.kind), key) {
            (Some(Kind::Mapping(entries)), Some(key)) => entries.push((key, value)),
            (Some(Kind::Sequence(items)), _) => items.push(value),
            _ => {}
        }
    }

    fn report_duplicates(&mut self, id: NodeId) {
        let Some(Kind::Mapping(entries)) = self.yaml.node(id).map(|it| &it.kind) else { return };
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut errors = Vec::new();
        for (key, _) in entries {
            let Some(Node { span, kind: Kind::Scalar(text, _), .. }) = self.yaml.node(*key) else {
                continue;
            };
            if let Some(first) = seen.get(&**text) {
                let message = format!("the key `{text}` is there already");
                let related = Some((*first, "it is here"));
                errors.push(YamlError { related, ..YamlError::new(*span, message) });
            } else {
                seen.insert(text, *span);
            }
        }
        self.yaml.errors.extend(errors);
    }

    /// The text of a scalar as a part of the whole text where that is possible, and its place.
    fn scalar_text(&self, text: Cow<'p, str>, style: Style, span: Span) -> (Cow<'t, str>, Span) {
        if span.is_empty() && style == Style::Plain {
            // The parser writes a tilde for a value that is missing.
            return (Cow::Borrowed(""), span);
        }
        let span = match style {
            // The parser goes on to what follows the quotes, comments included.
            Style::SingleQuoted | Style::DoubleQuoted => quoted(self.text, span),
            _ => span,
        };
        let written = span.slice(self.text).unwrap_or_default();
        let inner = match style {
            Style::SingleQuoted | Style::DoubleQuoted => {
                written.get(1..written.len().saturating_sub(1)).unwrap_or_default()
            }
            _ => written,
        };
        let text =
            if inner == &*text { Cow::Borrowed(inner) } else { Cow::Owned(text.into_owned()) };
        let span = match style {
            Style::Literal | Style::Folded => self.with_header(span),
            _ => span,
        };
        (text, span)
    }

    /// The place of a block scalar: from its `|` or `>`, where the parser begins with its first line.
    fn with_header(&self, content: Span) -> Span {
        let last = self.last.min(content.start());
        let gap = self.text.get(last..content.start()).unwrap_or_default();
        let mut header = content.start();
        let mut previous = b' ';
        let mut in_comment = false;
        for (at, byte) in gap.bytes().enumerate() {
            match byte {
                b'\n' => in_comment = false,
                b'#' if matches!(previous, b' ' | b'\t' | b'\n') => in_comment = true,
                b'|' | b'>' if !in_comment => {
                    header = last + at;
                    break;
                }
                _ => {}
            }
            previous = byte;
        }
        let whole = self.text.get(header..content.end()).unwrap_or_default();
        Span::new(header, header + whole.trim_end().len())
    }

    fn span(&mut self, marks: Marks) -> Span {
        let start = self.byte(marks.start);
        let end = self.byte(marks.end).max(start);
        Span::new(start, end)
    }

    /// The byte of a character.
    fn byte(&mut self, marker: Marker) -> usize {
        let wanted = marker.index();
        if self.is_ascii {
            return wanted.min(self.read.len());
        }
        let (mut character, mut byte) = self.cursor;
        if wanted >= character {
            for it in self.read[byte..].chars().take(wanted - character) {
                character += 1;
                byte += it.len_utf8();
            }
        } else {
            for it in self.read[..byte].chars().rev().take(character - wanted) {
                character -= 1;
                byte -= it.len_utf8();
            }
        }
        self.cursor = (character, byte);
        byte
    }
}

/// Where a list or mapping in brackets ends, by what the parser says of its end: that is nothing for
/// one without brackets, and begins before a last comma for one that has them.
fn closing_bracket(text: &str, end: Span) -> Option<usize> {
    let mut rest = text.get(end.start()..).filter(|_| !end.is_empty())?;
    loop {
        rest = rest.trim_start_matches(|it: char| it.is_whitespace() || it == ',');
        if rest.starts_with([']', '}']) {
            return Some(text.len() - rest.len() + 1);
        }
        let comment = rest.strip_prefix('#')?;
        rest = comment.split_once('\n')?.1;
    }
}

/// The place of a scalar up to its closing quote.
fn quoted(text: &str, span: Span) -> Span {
    let start = after_properties(text, span);
    let bytes = text.as_bytes();
    let Some(quote) = bytes.get(start).copied() else { return span };
    let mut at = start + 1;
    while at < span.end() {
        match bytes.get(at).copied() {
            Some(b'\\') if quote == b'"' => at += 1,
            // Two in a row stand for one.
            Some(b'\'') if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
            Some(it) if it == quote => return Span::new(span.start(), at + 1),
            _ => {}
        }
        at += 1;
    }
    span
}

fn style_of(style: Style) -> ScalarStyle {
    match style {
        Style::Plain => ScalarStyle::Plain,
        Style::SingleQuoted => ScalarStyle::SingleQuoted,
        Style::DoubleQuoted => ScalarStyle::DoubleQuoted,
        Style::Literal => ScalarStyle::Literal,
        Style::Folded => ScalarStyle::Folded,
    }
}
