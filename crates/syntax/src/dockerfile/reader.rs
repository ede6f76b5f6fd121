//! From the text to instructions: lines, comments, continuations, heredocs.
//!
//! It follows BuildKit line by line, because where an instruction ends decides everything else: a
//! comment between continued lines is skipped, a blank one too (with a warning), and a line ends in
//! a continuation when its last character but blanks is the escape character and the one before it
//! is not.

use std::collections::BTreeSet;

use plimsoll_finding::Span;

use super::directives::{DirectiveReader, Directives};
use super::heredocs::{self, HeredocWord};
use super::instruction;
use super::tree::{Directive, Dockerfile, Heredoc, Line, LineKind, SyntaxError, Word};
use crate::logical::Joiner;

/// The longest line that BuildKit reads, its newline included.
const LINE_LIMIT: usize = 64 * 1024;

/// Reads a Dockerfile.
pub fn parse(text: &str) -> Dockerfile<'_> {
    let mut reader = Reader {
        text,
        position: 0,
        line: 0,
        file: Dockerfile {
            text,
            // Lines have some thirty bytes, instructions a hundred.
            lines: Vec::with_capacity(text.len() / 24 + 1),
            directives: Vec::new(),
            escape: '\\',
            instructions: Vec::with_capacity((text.len() / 64 + 1).min(256)),
            errors: Vec::new(),
        },
        comments: Vec::new(),
        directives: DirectiveReader::default(),
        endless: BTreeSet::new(),
    };
    reader.read();
    reader.finish()
}

struct Reader<'t> {
    text: &'t str,
    /// The byte after the last line read.
    position: usize,
    /// How many lines were read.
    line: usize,
    file: Dockerfile<'t>,
    /// The comments since the last instruction.
    comments: Vec<Word<'t>>,
    directives: DirectiveReader,
    /// The heredocs that no line ended, by name and whether tabs are stripped.
    endless: BTreeSet<(String, bool)>,
}

/// A line of the source as it was taken.
#[derive(Clone, Copy)]
struct Taken<'t> {
    /// Without its newline.
    content: &'t str,
    /// Where `content` begins.
    start: usize,
    /// The place of the line in [`Dockerfile::lines`].
    index: usize,
}

impl Taken<'_> {
    fn end(&self) -> usize {
        self.start + self.content.len()
    }
}

impl<'t> Reader<'t> {
    fn read(&mut self) {
        while let Some(taken) = self.take(LineKind::Blank) {
            let content = taken.content.trim_start();
            let start = taken.end() - content.len();
            if content.starts_with('#') {
                self.comment(taken, content, start);
                continue;
            }
            self.directives.close();
            if content.is_empty() {
                continue;
            }
            self.file.lines[taken.index].kind = LineKind::Instruction;
            self.instruction(taken, start);
        }
    }

    fn finish(mut self) -> Dockerfile<'t> {
        if self.file.instructions.is_empty() && self.file.errors.is_empty() {
            self.error(Span::empty(0), "the file has no instructions");
        }
        super::stages::check_order(&mut self.file);
        self.file.errors.sort_by_key(|it| it.span);
        self.file
    }

    /// Takes the next line and notes what it is.
    fn take(&mut self, kind: LineKind) -> Option<Taken<'t>> {
        let rest = self.text.get(self.position..).filter(|it| !it.is_empty())?;
        let length = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |it| it + 1);
        let span = Span::new(self.position, self.position + length);
        let ends = rest.as_bytes().get(length - 1) == Some(&b'\n');
        if length > LINE_LIMIT || (length == LINE_LIMIT && !ends) {
            self.error(span, "the line is longer than the 65,535 bytes that BuildKit reads");
        }
        let mut content = rest[..length].trim_end_matches(['\r', '\n']);
        let mut start = self.position;
        if self.position == 0 {
            // A byte order mark is no part of the first line.
            let marked = content.len();
            content = content.strip_prefix('\u{feff}').unwrap_or(content);
            start += marked - content.len();
        }
        self.file.lines.push(Line { span, kind });
        self.position += length;
        self.line += 1;
        Some(Taken { content, start, index: self.file.lines.len() - 1 })
    }

    fn comment(&mut self, taken: Taken<'t>, content: &'t str, start: usize) {
        self.file.lines[taken.index].kind = LineKind::Comment;
        match self.directives.read(content) {
            Directives::Found { name, value } => {
                self.file.lines[taken.index].kind = LineKind::Directive;
                let span = Span::new(start, taken.end());
                let value_span = Span::new(start + value.start, start + value.end);
                let text = &content[value];
                if name == "escape" {
                    self.set_escape(text, value_span);
                }
                let value = Word { text: text.into(), span: value_span };
                self.file.directives.push(Directive { span, name, value });
                return;
            }
            Directives::Repeated(name) => {
                let span = Span::new(start, taken.end());
                self.error(span, format!("only one `{name}` directive can be used"));
            }
            Directives::None => {}
        }
        // BuildKit takes the first byte for the `#`, also where blanks come before it.
        let mut skipped = taken.content.char_indices();
        skipped.next();
        let rest = taken.content.get(skipped.offset()..).unwrap_or_default();
        let comment = rest.trim();
        if comment.is_empty() {
            self.comments.clear();
            return;
        }
        let at = taken.end() - rest.trim_start().len();
        let span = Span::new(at, at + comment.len());
        self.comments.push(Word { text: comment.into(), span });
    }

    fn set_escape(&mut self, value: &str, span: Span) {
        match value {
            "\\" => self.file.escape = '\\',
            "`" => self.file.escape = '`',
            _ => self.error(
                span,
                format!("the escape character is a backslash or a backtick, not `{value}`"),
            ),
        }
    }

    /// Reads an instruction that begins in the line `taken`, at the byte `start`.
    fn instruction(&mut self, taken: Taken<'t>, start: usize) {
        let first_line = self.line;
        let mut joiner = Joiner::new(self.text, start);
        let (mut inner_comments, mut blank_lines) = (Vec::new(), Vec::new());
        let mut end = taken.end();
        let length = continuation(&self.text[start..end], self.file.escape);
        joiner.push(start..length.map_or(end, |it| start + it));
        let mut continued = length.is_some();
        while continued {
            let Some(next) = self.take(LineKind::Continuation) else { break };
            let span = Span::new(next.start, next.end());
            let content = next.content.trim_start();
            if content.starts_with('#') {
                self.file.lines[next.index].kind = LineKind::InnerComment;
                inner_comments.push(Span::new(next.end() - content.len(), next.end()));
                continue;
            }
            if content.is_empty() {
                self.file.lines[next.index].kind = LineKind::InnerBlank;
                blank_lines.push(span);
                continue;
            }
            end = next.end();
            let length = continuation(next.content, self.file.escape);
            joiner.push(next.start..length.map_or(end, |it| next.start + it));
            continued = length.is_some();
        }
        let line = joiner.finish();
        let mut errors = Vec::new();
        let mut read = instruction::read(&line, self.file.escape, &mut errors);
        read.comments = std::mem::take(&mut self.comments);
        read.inner_comments = inner_comments;
        read.blank_lines = blank_lines;
        if read.takes_heredocs() && line.text().contains("<<") {
            for word in heredocs::in_line(&line) {
                let heredoc = self.heredoc(word, &mut end);
                read.heredocs.push(heredoc);
            }
        }
        read.first_line = first_line;
        read.last_line = self.line;
        read.span = Span::new(start, end);
        instruction::interpret(&mut read, &mut errors);
        self.file.errors.extend(errors);
        self.file.instructions.push(read);
    }

    /// Reads the body of a heredoc. One that never ends reaches to the next line that looks like an
    /// instruction, so that the rest is still read.
    fn heredoc(&mut self, word: HeredocWord<'t>, end: &mut usize) -> Heredoc<'t> {
        let start = self.position;
        let endless = (word.name.to_string(), word.chomp);
        // What no line ended from some place on is ended by none after it.
        if !self.endless.contains(&endless) {
            let (lines, line) = (self.file.lines.len(), self.line);
            let errors = self.file.errors.len();
            while let Some(taken) = self.take(LineKind::HeredocBody) {
                let content = taken.content;
                let candidate = if word.chomp { content.trim_start_matches('\t') } else { content };
                if candidate == word.name {
                    self.file.lines[taken.index].kind = LineKind::HeredocEnd;
                    *end = taken.end();
                    let body = start..self.file.lines[taken.index].span.start();
                    return word.with_body(self.text, body, Span::new(taken.start, taken.end()));
                }
            }
            self.file.lines.truncate(lines);
            self.file.errors.truncate(errors);
            (self.position, self.line) = (start, line);
            self.endless.insert(endless);
        }
        self.error(
            word.span,
            format!("the heredoc is never ended: no line is `{}` alone", word.name),
        );
        while self.text.get(self.position..).is_some_and(|it| !begins_with_keyword(it)) {
            if self.take(LineKind::HeredocBody).is_none() {
                break;
            }
        }
        let body = start..self.position;
        let kept = self.text[body.clone()].trim_end_matches(['\r', '\n']);
        *end = (*end).max(start + kept.len());
        word.with_body(self.text, body, Span::empty(self.position))
    }

    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.file.errors.push(SyntaxError { span, message: message.into() });
    }
}

/// Whether the first line of a text begins with an instruction in capitals.
fn begins_with_keyword(text: &str) -> bool {
    let line = memchr::memchr(b'\n', text.as_bytes()).map_or(text, |it| &text[..it]);
    instruction::begins_with_keyword(line)
}

/// The length of a line without its continuation, or `None` where it doesn't continue.
fn continuation(line: &str, escape: char) -> Option<usize> {
    let rest = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!rest.ends_with(escape)).then_some(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(text: &str) -> Vec<String> {
        parse(text)
            .instructions
            .iter()
            .map(|it| {
                let words: Vec<&str> = it.words.iter().map(Word::as_str).collect();
                format!("{}-{} {} {words:?}", it.first_line, it.last_line, it.kind.name())
            })
            .collect()
    }

    #[test]
    fn comments_and_blank_lines_inside_are_skipped() {
        let text = "FROM a\nRUN x \\\n  # why\n\n  y\nCMD z";
        assert_eq!(summary(text), ["1-1 FROM [\"a\"]", "2-5 RUN [\"x   y\"]", "6-6 CMD [\"z\"]"]);
        let file = parse(text);
        assert_eq!(file.instructions[1].inner_comments[0].slice(text), Some("# why"));
        assert_eq!(file.instructions[1].blank_lines.len(), 1);
        assert_eq!(file.instructions[1].span.slice(text), Some("RUN x \\\n  # why\n\n  y"));
    }

    #[test]
    fn a_doubled_escape_does_not_continue() {
        assert_eq!(continuation("a \\\\", '\\'), None);
        assert_eq!(continuation("a \\ \t", '\\'), Some(2));
        assert_eq!(continuation("\\", '\\'), Some(0));
        assert_eq!(summary("FROM a\nRUN x \\\\\nCMD y").len(), 3);
    }

    #[test]
    fn the_lines_are_the_text() {
        for text in [
            "\u{feff}# escape=`\r\nFROM a `\r\n  AS b\r\n\r\nRUN <<E cat <<-'F'\r\n1\r\nE\r\n\tF\r\n",
            "RUN <<X\nnever\nFROM a\n\n# end",
            "",
            "\\",
        ] {
            let file = parse(text);
            let mut at = 0;
            for line in &file.lines {
                assert_eq!(line.span.start(), at, "{text:?}");
                at = line.span.end();
            }
            assert_eq!(at, text.len(), "{text:?}");
        }
    }

    #[test]
    fn heredocs_are_read_in_order() {
        let text = "FROM a\nCOPY <<A <<-\"B\" /x/\none\nA\n\ttwo $V\n\tB\nUSER 1";
        let file = parse(text);
        assert_eq!(file.errors, []);
        let [a, b] = &file.instructions[1].heredocs[..] else { panic!("{file:?}") };
        assert_eq!((a.body, a.expand, a.chomp), ("one\n", true, false));
        assert_eq!((b.body, b.expand, b.chomp), ("\ttwo $V\n", false, true));
        assert_eq!(b.start.slice(text), Some("<<-\"B\""));
        assert_eq!(file.instructions[1].last_line, 6);
    }

    #[test]
    fn a_heredoc_that_never_ends_leaves_the_rest() {
        let file = parse("FROM a\nRUN <<X\necho\nUSER 1\n");
        assert_eq!(file.errors.len(), 1);
        assert_eq!(file.instructions.len(), 3);
        assert_eq!(file.instructions[2].first_line, 4);
    }

    #[test]
    fn many_heredocs_that_never_end_take_no_longer() {
        let text = format!("FROM a\n{}", "RUN <<X\nbody\n".repeat(20_000));
        let file = parse(&text);
        assert_eq!((file.errors.len(), file.instructions.len()), (20_000, 20_001));
        assert_eq!(file.instructions[20_000].heredocs[0].body, "body\n");
    }

    #[test]
    fn too_long_a_line_is_an_error() {
        let text = format!("FROM a\nRUN {}\n", "x".repeat(LINE_LIMIT - 5));
        assert_eq!(parse(&text).errors, []);
        let text = format!("FROM a\nRUN {}\n", "x".repeat(LINE_LIMIT - 4));
        assert_eq!(parse(&text).errors.len(), 1);
    }
}
