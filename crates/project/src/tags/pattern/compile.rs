//! Turns an expression into instructions.

use super::parser::{Node, Parsed};
use super::set::{Set, canonical};

/// How many instructions an expression may take.
const SIZE: usize = 20_000;

/// One step of a match.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Takes one character.
    Unit {
        unit: u32,
        ignores_case: bool,
        way: Way,
    },
    /// Takes one character of a set.
    Set {
        set: usize,
        ignores_case: bool,
        way: Way,
    },
    /// Takes what a group took.
    Same {
        group: usize,
        ignores_case: bool,
        way: Way,
    },
    Start {
        is_multiline: bool,
    },
    End {
        is_multiline: bool,
    },
    WordEdge {
        is_negated: bool,
    },
    /// Goes on with the first; with the second if that fails.
    Try(usize, usize),
    Go(usize),
    /// Remembers where it is.
    Save(usize),
    /// Forgets what these slots remember.
    Forget(usize, usize),
    /// Fails where it already was.
    Progress(usize),
    /// Goes on behind if what follows matches, or doesn't.
    Look {
        is_negated: bool,
        behind: usize,
    },
    Done,
}

/// Where a match goes on: forwards, or backwards within `(?<=…)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Forwards,
    Backwards,
}

/// An expression that can be run.
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    pub(super) sets: Vec<Set>,
    /// Two for each group, and one for each loop.
    pub(super) slots: usize,
    pub(super) groups: usize,
}

impl Program {
    pub(super) fn new(parsed: &Parsed) -> Result<Self, String> {
        let groups = parsed.groups;
        let mut program = Self { steps: Vec::new(), sets: Vec::new(), slots: 2 * groups, groups };
        program.push(Step::Save(0))?;
        program.add(&parsed.node, Way::Forwards)?;
        program.push(Step::Save(1))?;
        program.push(Step::Done)?;
        Ok(program)
    }

    fn push(&mut self, step: Step) -> Result<usize, String> {
        if self.steps.len() >= SIZE {
            return Err("is too large".to_owned());
        }
        self.steps.push(step);
        Ok(self.steps.len() - 1)
    }

    fn set(&mut self, at: usize, step: Step) {
        if let Some(it) = self.steps.get_mut(at) {
            *it = step;
        }
    }

    fn add(&mut self, node: &Node, way: Way) -> Result<(), String> {
        match node {
            Node::Unit { unit, ignores_case } => {
                let unit = if *ignores_case { canonical(*unit) } else { *unit };
                self.push(Step::Unit { unit, ignores_case: *ignores_case, way })?;
            }
            Node::Set { set, ignores_case } => {
                let index = self.sets.iter().position(|it| it == set).unwrap_or(self.sets.len());
                if index == self.sets.len() {
                    self.sets.push(set.clone());
                }
                self.push(Step::Set { set: index, ignores_case: *ignores_case, way })?;
            }
            Node::Start { is_multiline } => {
                self.push(Step::Start { is_multiline: *is_multiline })?;
            }
            Node::End { is_multiline } => {
                self.push(Step::End { is_multiline: *is_multiline })?;
            }
            Node::WordEdge { is_negated } => {
                self.push(Step::WordEdge { is_negated: *is_negated })?;
            }
            Node::Same { number, ignores_case } => {
                self.push(Step::Same { group: *number, ignores_case: *ignores_case, way })?;
            }
            Node::Group { number, body } => {
                let (before, after) = match way {
                    Way::Forwards => (2 * number, 2 * number + 1),
                    Way::Backwards => (2 * number + 1, 2 * number),
                };
                self.push(Step::Save(before))?;
                self.add(body, way)?;
                self.push(Step::Save(after))?;
            }
            Node::Look { is_ahead, is_negated, body } => {
                let look = self.push(Step::Done)?;
                self.add(body, if *is_ahead { Way::Forwards } else { Way::Backwards })?;
                let behind = self.push(Step::Done)? + 1;
                self.set(look, Step::Look { is_negated: *is_negated, behind });
            }
            Node::All(nodes) => match way {
                Way::Forwards => nodes.iter().try_for_each(|it| self.add(it, way))?,
                Way::Backwards => nodes.iter().rev().try_for_each(|it| self.add(it, way))?,
            },
            Node::Any(nodes) => self.alternatives(nodes, way)?,
            Node::Repeat { body, least, most, is_lazy, groups } => {
                for _ in 0..*least {
                    self.push(Step::Forget(2 * groups.0, 2 * groups.1))?;
                    self.add(body, way)?;
                }
                self.optional(body, most.map(|it| it - least), *is_lazy, *groups, way)?;
            }
        }
        Ok(())
    }

    fn alternatives(&mut self, nodes: &[Node], way: Way) -> Result<(), String> {
        let mut ends = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            if index + 1 == nodes.len() {
                self.add(node, way)?;
            } else {
                let branch = self.push(Step::Done)?;
                self.add(node, way)?;
                ends.push(self.push(Step::Done)?);
                let next = self.steps.len();
                self.set(branch, Step::Try(branch + 1, next));
            }
        }
        let end = self.steps.len();
        for it in ends {
            self.set(it, Step::Go(end));
        }
        Ok(())
    }

    /// Something that may be there up to `most` times, each time taking something.
    fn optional(
        &mut self,
        body: &Node,
        most: Option<usize>,
        is_lazy: bool,
        groups: (usize, usize),
        way: Way,
    ) -> Result<(), String> {
        let slot = self.slots;
        self.slots += 1;
        let mut branches = Vec::new();
        for _ in 0..most.unwrap_or(1) {
            branches.push(self.push(Step::Done)?);
            self.push(Step::Save(slot))?;
            self.push(Step::Forget(2 * groups.0, 2 * groups.1))?;
            self.add(body, way)?;
            self.push(Step::Progress(slot))?;
        }
        if let (None, Some(first)) = (most, branches.first()) {
            self.push(Step::Go(*first))?;
        }
        let end = self.steps.len();
        for branch in branches {
            let (enter, leave) = (branch + 1, end);
            let step = if is_lazy { Step::Try(leave, enter) } else { Step::Try(enter, leave) };
            self.set(branch, step);
        }
        Ok(())
    }
}
