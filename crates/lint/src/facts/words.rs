//! Where instructions say something, comments left out.

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Instruction, Keyword, LineKind, Stage};

use crate::Facts;

/// A place where an instruction of a stage says something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'f, 'd> {
    /// The stage.
    pub(crate) stage: &'f Stage<'d>,
    /// The instruction.
    pub(crate) instruction: &'d Instruction<'d>,
    /// The text itself.
    pub(crate) span: Span,
}

impl<'d> Facts<'d> {
    /// Every place in a `RUN`, `ENV`, `ARG`, `COPY` or `ADD` of a stage that says a text, heredocs
    /// included and comments left out, in order.
    pub(crate) fn says(&self, what: &str) -> impl Iterator<Item = Said<'_, 'd>> {
        let text = self.file.text;
        let mut from = 0;
        std::iter::from_fn(move || {
            loop {
                let at = from + text.get(from..)?.find(what)?;
                from = at + what.len();
                let span = Span::new(at, from);
                if let Some(said) = self.said(span) {
                    return Some(said);
                }
            }
        })
    }

    fn said(&self, span: Span) -> Option<Said<'_, 'd>> {
        let line = self.file.lines.partition_point(|it| it.span.end() <= span.start());
        let kind = self.file.lines.get(line)?.kind;
        if matches!(kind, LineKind::Comment | LineKind::InnerComment | LineKind::Directive) {
            return None;
        }
        let stage = self.stages.at(span.start())?;
        let instruction = stage.body.iter().find(|it| it.span.covers(span))?;
        let speaks = matches!(
            instruction.kind,
            Keyword::Run | Keyword::Env | Keyword::Arg | Keyword::Copy | Keyword::Add
        );
        // A comment of the shell, after its command or on a line of a heredoc.
        let before = self.file.text.get(self.file.lines.get(line)?.span.start()..span.start())?;
        let is_comment = before.trim_start().starts_with('#') || before.contains(" # ");
        (speaks && !is_comment).then_some(Said { stage, instruction, span })
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::dockerfile;

    use super::*;

    #[test]
    fn comments_and_other_instructions_say_nothing() {
        let text = "# x\nARG A=x\nFROM a:1\n# x\nENV B=\"x x\"\nLABEL c=x\nRUN d \\\n # x\n  x # x\n\
                    RUN <<E\n# x\nx\nE\nCMD x\n";
        let file = dockerfile::parse(text);
        let facts = Facts::new(&file);
        let lines: Vec<usize> =
            facts.says("x").map(|it| text[..it.span.start()].matches('\n').count() + 1).collect();
        assert_eq!(lines, [5, 5, 9, 12]);
    }
}
