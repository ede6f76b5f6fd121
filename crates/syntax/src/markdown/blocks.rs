//! The blocks other than fences, as far as they decide what is a fence.

use super::cursor::Cursor;

/// A list item.
#[derive(Debug)]
pub(super) struct Item {
    /// How many columns belong to it before its content.
    pub(super) indent: usize,
}

impl Item {
    /// The item that begins at the cursor, which is moved to its content. Where it would interrupt a
    /// paragraph it must not be empty, and its number must be 1.
    pub(super) fn enter(cursor: &mut Cursor<'_>, interrupts: bool) -> Option<Self> {
        let (before, line) = (cursor.indent(), cursor.trimmed());
        let length = match line.bytes().next()? {
            b'-' | b'+' | b'*' => 1,
            b'0'..=b'9' => {
                let digits = line.bytes().take_while(u8::is_ascii_digit).count();
                let is_first = line[..digits].trim_start_matches('0') == "1";
                let ends = line[digits..].starts_with(['.', ')']);
                if !ends || digits > 9 || (interrupts && !is_first) {
                    return None;
                }
                digits + 1
            }
            _ => return None,
        };
        let after = &line[length..];
        let is_empty = after.trim().is_empty();
        if !(is_empty || after.starts_with([' ', '\t'])) || (interrupts && is_empty) {
            return None;
        }
        cursor.take(before);
        cursor.skip_mark(length);
        // More than four spaces are one, and the rest belongs to indented code.
        let space = match cursor.indent() {
            space @ 1..=4 if !is_empty => space,
            _ => 1,
        };
        cursor.take(space);
        Some(Self { indent: before + length + space })
    }
}

/// Whether a line is a block by itself: a heading, the underline of one, or a thematic break.
pub(super) fn is_single_line(line: &str, interrupts: bool) -> bool {
    let line = line.trim_end();
    match line.chars().next() {
        Some('#') => {
            let after = line.trim_start_matches('#');
            line.len() - after.len() <= 6 && (after.is_empty() || after.starts_with([' ', '\t']))
        }
        Some('=') => interrupts && line.chars().all(|it| it == '='),
        Some('-') if interrupts && line.chars().all(|it| it == '-') => true,
        Some(mark @ ('-' | '_' | '*')) => {
            line.chars().all(|it| it == mark || it == ' ' || it == '\t')
                && line.chars().filter(|it| *it == mark).count() >= 3
        }
        _ => false,
    }
}

/// A block of HTML, by what ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Html {
    /// A line with the end tag of an element whose content is taken as it is.
    EndTag,
    /// A line with this text.
    Text(&'static str),
    /// A blank line.
    Blank,
}

/// The elements whose content is taken as it is.
const VERBATIM: &[&str] = &["pre", "script", "style", "textarea"];

/// The elements that begin a block even inside of a paragraph.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "base",
    "basefont",
    "blockquote",
    "body",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "iframe",
    "legend",
    "li",
    "link",
    "main",
    "menu",
    "menuitem",
    "nav",
    "noframes",
    "ol",
    "optgroup",
    "option",
    "p",
    "param",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "track",
    "ul",
];

impl Html {
    /// The block that begins with a line.
    pub(super) fn new(line: &str, interrupts: bool) -> Option<Self> {
        let rest = line.strip_prefix('<')?;
        if rest.starts_with("!--") {
            return Some(Self::Text("-->"));
        }
        if rest.starts_with('?') {
            return Some(Self::Text("?>"));
        }
        if rest.starts_with("![CDATA[") {
            return Some(Self::Text("]]>"));
        }
        if let Some(rest) = rest.strip_prefix('!') {
            return rest
                .starts_with(|it: char| it.is_ascii_alphabetic())
                .then_some(Self::Text(">"));
        }
        let (is_end, rest) = match rest.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let length =
            rest.find(|it: char| !(it.is_ascii_alphanumeric() || it == '-')).unwrap_or(rest.len());
        let (name, after) = rest.split_at(length);
        let is_in = |names: &[&str]| names.iter().any(|it| it.eq_ignore_ascii_case(name));
        let is_delimited = after.is_empty() || after.starts_with([' ', '\t', '>']);
        if !is_end && is_delimited && is_in(VERBATIM) {
            return Some(Self::EndTag);
        }
        if (is_delimited || after.starts_with("/>")) && is_in(BLOCKS) {
            return Some(Self::Blank);
        }
        let is_tag = name.starts_with(|it: char| it.is_ascii_alphabetic()) && is_tag_end(after);
        (is_tag && !interrupts).then_some(Self::Blank)
    }

    /// Whether a line, the first one too, ends the block.
    pub(super) fn ends(self, line: &str) -> bool {
        match self {
            Self::EndTag => {
                let line = line.to_ascii_lowercase();
                VERBATIM.iter().any(|it| line.contains(&format!("</{it}>")))
            }
            // `<!-->` is a whole comment.
            Self::Text(end) => line.contains(end) || (end == "-->" && line.trim() == "<!-->"),
            Self::Blank => line.trim().is_empty(),
        }
    }
}

/// Whether what follows a tag's name is its end, and nothing comes after it.
fn is_tag_end(after: &str) -> bool {
    if !after.starts_with([' ', '\t', '>', '/']) {
        return false;
    }
    let mut quote = None;
    for (offset, it) in after.char_indices() {
        match (quote, it) {
            (None, '>') => return after[offset + 1..].trim().is_empty(),
            (None, '<') => return false,
            (None, '"' | '\'') => quote = Some(it),
            (Some(open), it) if open == it => quote = None,
            _ => {}
        }
    }
    false
}
