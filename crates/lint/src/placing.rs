//! Where fixes put whole lines, and how they take them out.
//!
//! Rules write lines with `\n`; the check gives them the line endings of the file afterwards.

use plimsoll_finding::{Edit, Span};
use plimsoll_syntax::dockerfile::{Dockerfile, Instruction, LineKind};

use crate::Context;

impl Context<'_, '_> {
    /// Puts a line above an instruction and the comments that stand directly over it, so that those
    /// stay with their instruction. A line below needs no help: insert `\n…` at the end of the span.
    pub fn line_above(&self, instruction: &Instruction<'_>, line: &str) -> Edit {
        above(self.facts.file, instruction, line)
    }

    /// Takes an instruction out with all its lines. The comments above it stay; one inside of it
    /// would be lost, so that such a fix is not made.
    pub fn without(&self, instruction: &Instruction<'_>) -> Edit {
        without(self.facts.file, instruction)
    }
}

fn above(file: &Dockerfile<'_>, instruction: &Instruction<'_>, line: &str) -> Edit {
    let before = file.lines.get(..instruction.first_line.saturating_sub(1)).unwrap_or_default();
    let comments = before.iter().rev().take_while(|it| it.kind == LineKind::Comment).count();
    let start = file.lines.get(before.len() - comments).map_or(0, |it| it.span.start());
    let mark =
        if start == 0 && file.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    Edit::insert(start + mark, format!("{line}\n"))
}

fn without(file: &Dockerfile<'_>, instruction: &Instruction<'_>) -> Edit {
    let line = |number: usize| file.lines.get(number.checked_sub(1)?).map(|it| it.span);
    let first = line(instruction.first_line).unwrap_or(instruction.span);
    let last = line(instruction.last_line).unwrap_or(instruction.span);
    let whole = first.union(last);
    let before = file.text.get(..whole.start()).unwrap_or_default();
    if last.slice(file.text).is_some_and(|it| it.ends_with('\n')) || before.is_empty() {
        return Edit::delete(whole);
    }
    // The last line of a file without a last newline: the line before it loses its own.
    let kept = before.strip_suffix('\n').unwrap_or(before);
    let kept = kept.strip_suffix('\r').unwrap_or(kept);
    Edit::delete(Span::new(kept.len(), whole.end()))
}

#[cfg(test)]
mod tests {
    use plimsoll_finding::apply;
    use plimsoll_syntax::dockerfile;

    use super::*;

    /// The text after an edit made for its last instruction.
    fn edited(text: &str, edit: impl Fn(&Dockerfile<'_>, &Instruction<'_>) -> Edit) -> String {
        let file = dockerfile::parse(text);
        let edit = edit(&file, file.instructions.last().unwrap());
        apply(text, &[edit]).unwrap()
    }

    #[test]
    fn comments_stay_with_their_instruction() {
        let above = |text: &str| edited(text, |file, it| above(file, it, "USER b"));
        assert_eq!(above("FROM a\n\n# c\n # d\nCMD e"), "FROM a\n\nUSER b\n# c\n # d\nCMD e");
        assert_eq!(above("FROM a\nCMD e\n"), "FROM a\nUSER b\nCMD e\n");
        assert_eq!(above("\u{feff}# c\nFROM a\n"), "\u{feff}USER b\n# c\nFROM a\n");
        assert_eq!(above("# syntax=d\nFROM a\n"), "# syntax=d\nUSER b\nFROM a\n");
    }

    #[test]
    fn an_instruction_goes_with_all_its_lines() {
        let without = |text: &str| edited(text, without);
        assert_eq!(without("FROM a\n# c\n  RUN b \\\n c\n\n"), "FROM a\n# c\n\n");
        assert_eq!(without("FROM a\r\nRUN <<E\r\nb\r\nE"), "FROM a");
        assert_eq!(without("FROM a\nCMD b"), "FROM a");
        assert_eq!(without("FROM a"), "");
    }
}
