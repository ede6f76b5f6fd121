//! Comments: what the parser leaves out.

use plimsoll_finding::Span;

use super::Yaml;

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From its `#` to the end of the line, without that.
    pub span: Span,
    /// Whether nothing else is on its line.
    pub alone: bool,
}

/// Finds the comments between the scalars of a tree.
pub(super) fn find(yaml: &Yaml<'_>) -> Vec<Comment> {
    let text = yaml.text;
    let bytes = text.as_bytes();
    if !bytes.contains(&b'#') {
        return Vec::new();
    }
    let mut comments = Vec::new();
    let mut at = 0;
    for scalar in yaml.scalar_spans().chain([Span::new(text.len(), text.len())]) {
        // The header of a block scalar may end in a comment of its own.
        let (gap_end, resume) = if matches!(bytes.get(scalar.start()), Some(b'|' | b'>')) {
            let line = line_end(bytes, scalar.start());
            (line, scalar.end().max(line))
        } else {
            (scalar.start(), scalar.end())
        };
        while at < gap_end {
            if bytes[at] == b'#' && at.checked_sub(1).is_none_or(|it| is_blank(bytes[it])) {
                let end = line_end(bytes, at);
                let line = text[..at].rfind('\n').map_or(0, |it| it + 1);
                let alone = text[line..at].trim_matches(['\u{feff}', ' ', '\t']).is_empty();
                comments.push(Comment { span: Span::new(at, end), alone });
                at = end;
            } else {
                at += 1;
            }
        }
        at = at.max(resume);
    }
    comments
}

fn is_blank(byte: u8) -> bool {
    // The last byte of a byte order mark counts, as nothing is before the comment then.
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0xbf)
}

/// The end of the line that a byte is in, without what ends it.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let end = bytes[at..].iter().position(|it| *it == b'\n').map_or(bytes.len(), |it| at + it);
    if end > at && bytes[end - 1] == b'\r' { end - 1 } else { end }
}
