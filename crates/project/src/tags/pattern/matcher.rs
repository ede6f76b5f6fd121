//! Runs an expression: tries, remembers what it changed, and takes it back.

use super::compile::{Program, Step, Way};
use super::set::{canonical, is_line_end, is_word};

/// How many steps a match may take.
const STEPS: usize = 2_000_000;

/// The start and end of each group.
pub(super) type Ranges = Vec<Option<(usize, usize)>>;

/// Finds the first match from a place on; only there where `is_sticky`. Counts its steps.
pub(super) fn find(
    program: &Program,
    text: &[u32],
    from: usize,
    is_sticky: bool,
    steps: &mut usize,
) -> Result<Option<Ranges>, String> {
    let last = if is_sticky { from } else { text.len() };
    for start in from..=last.min(text.len()) {
        let slots = vec![None; program.slots];
        let mut matcher = Matcher { program, text, slots, stack: Vec::new(), steps: *steps };
        let found = matcher.run(0, start);
        *steps = matcher.steps;
        if found?.is_some() {
            let slot = |index| matcher.slots.get(index).copied().flatten();
            let range = |group| slot(2 * group).zip(slot(2 * group + 1));
            return Ok(Some((0..program.groups).map(range).collect()));
        }
    }
    Ok(None)
}

struct Matcher<'p> {
    program: &'p Program,
    text: &'p [u32],
    slots: Vec<Option<usize>>,
    stack: Vec<Undo>,
    steps: usize,
}

/// What to do when a try fails.
enum Undo {
    /// Go on here.
    Try { step: usize, at: usize },
    /// Remember this again.
    Slot { slot: usize, value: Option<usize> },
}

impl Matcher<'_> {
    /// Runs from a step up to `Done`; gives where that was. If it fails, nothing has changed.
    fn run(&mut self, step: usize, at: usize) -> Result<Option<usize>, String> {
        let bottom = self.stack.len();
        let (mut step, mut at) = (step, at);
        loop {
            self.steps += 1;
            if self.steps > STEPS {
                return Err("takes too long".to_owned());
            }
            let next = match self.program.steps.get(step) {
                Some(Step::Done) | None => return Ok(Some(at)),
                Some(it) => self.step(it, step, at)?,
            };
            let Some(next) = next.or_else(|| self.undo(bottom)) else { return Ok(None) };
            (step, at) = next;
        }
    }

    /// Where to go on after a step; `None` if it fails.
    fn step(
        &mut self,
        it: &Step,
        step: usize,
        at: usize,
    ) -> Result<Option<(usize, usize)>, String> {
        let next = step + 1;
        let holds = |holds: bool| holds.then_some((next, at));
        Ok(match it {
            Step::Unit { unit, ignores_case, way } => {
                self.take(at, *way).and_then(|(found, to)| {
                    let found = if *ignores_case { canonical(found) } else { found };
                    (found == *unit).then_some((next, to))
                })
            }
            Step::Set { set, ignores_case, way } => self.take(at, *way).and_then(|(found, to)| {
                let set = self.program.sets.get(*set)?;
                set.contains(found, *ignores_case).then_some((next, to))
            }),
            Step::Same { group, ignores_case, way } => {
                self.same(*group, *ignores_case, *way, at).map(|to| (next, to))
            }
            Step::Start { is_multiline } => {
                let before = at.checked_sub(1).and_then(|it| self.text.get(it));
                holds(before.is_none_or(|it| *is_multiline && is_line_end(*it)))
            }
            Step::End { is_multiline } => {
                holds(self.text.get(at).is_none_or(|it| *is_multiline && is_line_end(*it)))
            }
            Step::WordEdge { is_negated } => {
                let is_word = |it: Option<usize>| {
                    it.and_then(|it| self.text.get(it)).is_some_and(|it| is_word(*it))
                };
                let is_edge = is_word(at.checked_sub(1)) != is_word(Some(at));
                holds(is_edge != *is_negated)
            }
            Step::Try(first, second) => {
                self.stack.push(Undo::Try { step: *second, at });
                Some((*first, at))
            }
            Step::Go(to) => Some((*to, at)),
            Step::Save(slot) => {
                self.set(*slot, Some(at));
                Some((next, at))
            }
            Step::Forget(first, end) => {
                for slot in *first..*end {
                    self.set(slot, None);
                }
                Some((next, at))
            }
            Step::Progress(slot) => holds(self.slots.get(*slot).copied().flatten() != Some(at)),
            Step::Look { is_negated, behind } => {
                let bottom = self.stack.len();
                let found = self.run(next, at)?.is_some();
                if found && *is_negated {
                    // Whatever was tried within is taken back, not tried again.
                    while self.undo(bottom).is_some() {}
                } else if found {
                    self.keep(bottom);
                }
                (found != *is_negated).then_some((*behind, at))
            }
            Step::Done => None,
        })
    }

    /// The next character, and where that leads.
    fn take(&self, at: usize, way: Way) -> Option<(u32, usize)> {
        match way {
            Way::Forwards => Some((*self.text.get(at)?, at + 1)),
            Way::Backwards => {
                let to = at.checked_sub(1)?;
                Some((*self.text.get(to)?, to))
            }
        }
    }

    /// Where it leads to take again what a group took; a group that took nothing leads nowhere.
    fn same(&self, group: usize, ignores_case: bool, way: Way, at: usize) -> Option<usize> {
        let slot = |index: usize| self.slots.get(index).copied().flatten();
        let Some((start, end)) = slot(2 * group).zip(slot(2 * group + 1)) else { return Some(at) };
        let length = end.checked_sub(start)?;
        let (from, to) = match way {
            Way::Forwards => (at, at + length),
            Way::Backwards => (at.checked_sub(length)?, at.checked_sub(length)?),
        };
        let taken = self.text.get(start..end)?;
        let found = self.text.get(from..from + length)?;
        let case = |it: &u32| if ignores_case { canonical(*it) } else { *it };
        taken.iter().map(case).eq(found.iter().map(case)).then_some(to)
    }

    fn set(&mut self, slot: usize, value: Option<usize>) {
        if let Some(it) = self.slots.get_mut(slot) {
            self.stack.push(Undo::Slot { slot, value: *it });
            *it = value;
        }
    }

    /// Takes changes back up to the last try; `None` if there is none above the bottom.
    fn undo(&mut self, bottom: usize) -> Option<(usize, usize)> {
        while self.stack.len() > bottom {
            match self.stack.pop()? {
                Undo::Try { step, at } => return Some((step, at)),
                Undo::Slot { slot, value } => {
                    if let Some(it) = self.slots.get_mut(slot) {
                        *it = value;
                    }
                }
            }
        }
        None
    }

    /// Forgets the tries above the bottom, but not how to take their changes back.
    fn keep(&mut self, bottom: usize) {
        let kept = self.stack.split_off(bottom.min(self.stack.len()));
        self.stack.extend(kept.into_iter().filter(|it| matches!(it, Undo::Slot { .. })));
    }
}
