//! The instructions of each stage in the order in which they are carried out, triggers included.

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Base, Command, Instruction, Stage};

use super::Facts;

/// An instruction that a stage carries out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dispatched<'f, 'd> {
    /// The stage.
    pub(crate) stage: &'f Stage<'d>,
    /// Where the instruction's variables are looked up: its number in the file.
    pub(crate) index: usize,
    /// The instruction.
    pub(crate) instruction: &'d Instruction<'d>,
    /// Where the stage begins, if the instruction is the trigger of an `ONBUILD` in the stage that
    /// this one builds on.
    pub(crate) triggered_by: Option<Span>,
}

impl Dispatched<'_, '_> {
    /// Where to report something about the instruction: at `span`, or, for a trigger, at the `FROM`
    /// that sets it off.
    pub(crate) fn place(&self, span: Span) -> Span {
        self.triggered_by.unwrap_or(span)
    }
}

impl<'d> Facts<'d> {
    /// Every instruction that is carried out, stage by stage. As in a build, an `ONBUILD` does
    /// nothing itself: the stages that build on its stage carry out what it holds.
    pub(crate) fn dispatched(&self) -> impl Iterator<Item = Dispatched<'_, 'd>> {
        self.stages.all.iter().flat_map(move |stage| {
            let triggers = triggers(self, stage).map(move |instruction| Dispatched {
                stage,
                index: stage.first,
                instruction,
                triggered_by: Some(stage.instruction.head(self.file.text)),
            });
            let own = stage.body.iter().enumerate().map(move |(offset, instruction)| Dispatched {
                stage,
                index: stage.first + offset,
                instruction,
                triggered_by: None,
            });
            triggers.chain(own)
        })
    }
}

/// What the stage below has left for this one to do.
fn triggers<'f, 'd>(
    facts: &'f Facts<'d>,
    stage: &'f Stage<'d>,
) -> impl Iterator<Item = &'d Instruction<'d>> + use<'f, 'd> {
    let below = match stage.base {
        Base::Stage(base) if base < stage.index => facts.stages.all.get(base),
        _ => None,
    };
    below.map_or(&[][..], |it| it.body).iter().filter_map(|it| match &it.command {
        Command::Onbuild(instruction) => Some(&**instruction),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::dockerfile::parse;

    use super::*;

    #[test]
    fn triggers_run_in_the_next_stage_before_its_own_instructions() {
        let text = "FROM a AS b\nONBUILD USER 1\nUSER 2\nFROM b AS c\nUSER 3\nFROM c\nUSER 4\n";
        let file = parse(text);
        let facts = Facts::new(&file);
        let all: Vec<(usize, &str, Option<usize>)> = facts
            .dispatched()
            .map(|it| {
                let words = it.instruction.words.first().map_or("", |it| it.as_str());
                (it.stage.index, words, it.triggered_by.map(Span::start))
            })
            .filter(|it| it.1.len() == 1)
            .collect();
        let from = text.find("FROM b");
        let expected = [(0, "2", None), (1, "1", from), (1, "3", None), (2, "4", None)];
        assert_eq!(all, expected);
    }
}
