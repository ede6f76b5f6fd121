//! Where the comments of a file reach, and what they reach in a Dockerfile: instructions, stages.

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Dockerfile, LineKind, Stages};

/// A part of a file in which findings are suppressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// All of it, and findings without a place.
    File,
    /// The findings that begin in these bytes, or right after the last.
    Bytes(Span),
}

/// Finds what a comment on a line, counted from 0, stands for.
pub(super) trait Around {
    /// The part of the file that it belongs to.
    fn part(&self, line: usize) -> Option<Reach>;

    /// The stage that it belongs to, if there is one; `None` for a file that has no stages.
    #[expect(
        clippy::option_option,
        reason = "whether there are stages, and whether this is in one"
    )]
    fn stage(&self, line: usize) -> Option<Option<Reach>>;

    /// Whether it stands in the head of the file: before all else, with a blank line after it.
    fn is_head(&self, line: usize) -> bool;

    /// The offset of the line's first byte.
    fn start_of(&self, line: usize) -> usize;
}

impl Around for Surroundings<'_, '_> {
    fn part(&self, line: usize) -> Option<Reach> {
        self.instruction(line)
    }

    fn stage(&self, line: usize) -> Option<Option<Reach>> {
        Some(Surroundings::stage(self, line))
    }

    fn is_head(&self, line: usize) -> bool {
        Surroundings::is_head(self, line)
    }

    fn start_of(&self, line: usize) -> usize {
        Surroundings::start_of(self, line)
    }
}

/// Finds what a comment of a Dockerfile stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'s, 'd> {
    pub(super) file: &'d Dockerfile<'d>,
    pub(super) stages: &'s Stages<'d>,
    /// The line with which the head ends: the last blank one before the first instruction, or the
    /// end of a file that has none.
    head: usize,
}

impl<'s, 'd> Surroundings<'s, 'd> {
    pub(super) fn new(file: &'d Dockerfile<'d>, stages: &'s Stages<'d>) -> Self {
        let head = match file.instructions.first() {
            Some(first) => {
                let before = file.lines.get(..first.first_line.saturating_sub(1));
                let lines = before.unwrap_or_default();
                lines.iter().rposition(|it| it.kind == LineKind::Blank).unwrap_or_default()
            }
            None => file.lines.len(),
        };
        Self { file, stages, head }
    }

    /// The instruction that a comment on a line, counted from 0, belongs to: the one around it, or
    /// the next. From the comment on, so that a finding about the comment itself is meant too.
    pub(super) fn instruction(&self, line: usize) -> Option<Reach> {
        let inside = self.kind(line) == Some(LineKind::InnerComment);
        let after = self.after(line);
        let index = if inside { after.checked_sub(1)? } else { after };
        let span = self.file.instructions.get(index)?.span;
        Some(Reach::Bytes(span.union(Span::empty(self.start_of(line)))))
    }

    /// The stage whose `FROM` follows a comment, or in which it stands; before the first one, that.
    pub(super) fn stage(&self, line: usize) -> Option<Reach> {
        let start = self.start_of(line);
        let inside = self.kind(line) == Some(LineKind::InnerComment);
        let next = self.file.instructions.get(self.after(line)).map(|it| it.span.start());
        let stages = &self.stages.all;
        let follows = next.filter(|_| !inside).and_then(|next| {
            stages.binary_search_by_key(&next, |it| it.instruction.span.start()).ok()
        });
        let index =
            follows.or_else(|| self.stages.at(start).map(|it| it.index)).unwrap_or_default();
        let first = stages.get(index)?.instruction.span.start();
        let end = stages.get(index + 1).map(|it| it.instruction.span.start().saturating_sub(1));
        let end = end.unwrap_or(self.file.text.len());
        Some(Reach::Bytes(Span::new(first.min(start), end.max(first))))
    }

    /// Whether a comment stands in the head of the file: before the first instruction, in comments
    /// with a blank line after them.
    pub(super) fn is_head(&self, line: usize) -> bool {
        self.is_before_all(line) && line < self.head
    }

    /// Whether a comment stands before the first instruction.
    pub(super) fn is_before_all(&self, line: usize) -> bool {
        self.after(line) == 0
    }

    /// The offset of a line's first byte.
    pub(super) fn start_of(&self, line: usize) -> usize {
        self.file.lines.get(line).map_or(self.file.text.len(), |it| it.span.start())
    }

    /// How many instructions begin on the lines up to this one.
    fn after(&self, line: usize) -> usize {
        self.file.instructions.partition_point(|it| it.first_line <= line + 1)
    }

    fn kind(&self, line: usize) -> Option<LineKind> {
        self.file.lines.get(line).map(|it| it.kind)
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::dockerfile;

    use super::*;

    /// What the comment `# x` of a text reaches, as text.
    fn reached(text: &str, of: impl Fn(Surroundings<'_, '_>, usize) -> Option<Reach>) -> &str {
        let file = dockerfile::parse(text);
        let stages = Stages::new(&file);
        let line = text.lines().position(|it| it.trim() == "# x").unwrap();
        match of(Surroundings::new(&file, &stages), line) {
            Some(Reach::Bytes(span)) => span.slice(text).unwrap(),
            Some(Reach::File) => text,
            None => "",
        }
    }

    #[test]
    fn a_comment_belongs_to_the_next_instruction_or_the_one_around_it() {
        let text = "FROM a\n# x\n# more\nRUN b \\\n c\nRUN d\n";
        assert_eq!(reached(text, |it, line| it.instruction(line)), "# x\n# more\nRUN b \\\n c");
        let text = "FROM a\nRUN b \\\n# x\n c\nRUN d\n";
        assert_eq!(reached(text, |it, line| it.instruction(line)), "RUN b \\\n# x\n c");
        assert_eq!(reached("FROM a\n# x\n", |it, line| it.instruction(line)), "");
    }

    #[test]
    fn a_comment_belongs_to_the_stage_that_follows_or_is_around_it() {
        let text = "FROM a\nRUN b\n# x\nFROM c\nRUN d\n";
        assert_eq!(reached(text, |it, line| it.stage(line)), "# x\nFROM c\nRUN d\n");
        let text = "FROM a\n# x\nRUN b\nFROM c\nRUN d\n";
        assert_eq!(reached(text, |it, line| it.stage(line)), "FROM a\n# x\nRUN b");
        let text = "# x\nARG b\nFROM c\n";
        assert_eq!(reached(text, |it, line| it.stage(line)), text);
    }

    #[test]
    fn the_head_ends_with_a_blank_line() {
        let is_head = |text: &str| {
            let file = dockerfile::parse(text);
            let stages = Stages::new(&file);
            let line = text.lines().position(|it| it == "# x").unwrap();
            Surroundings::new(&file, &stages).is_head(line)
        };
        assert!(is_head("# x\n\nFROM a\n") && is_head("# x\n# y\n\nFROM a\n"));
        assert!(!is_head("# x\nFROM a\n") && !is_head("# x\n# y\nFROM a\n"));
        assert!(!is_head("FROM a\n# x\n\nRUN b\n"));
    }
}
