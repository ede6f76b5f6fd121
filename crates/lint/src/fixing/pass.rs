//! One pass: which fixes can be made together, and which of them pass the gate.

use std::collections::BTreeMap;

use plimsoll_finding::{Applicability, Edit};

use super::gate::{Candidate, Gate};
use super::{AppliedFix, DroppedFix, Rejection};

/// What a pass did.
pub(super) struct Outcome {
    /// The new text; `None` where nothing was made.
    pub(super) text: Option<String>,
    pub(super) applied: Vec<AppliedFix>,
    pub(super) dropped: Vec<DroppedFix>,
}

/// Makes as many fixes as can be made together.
pub(super) fn run(gate: &Gate<'_>, applicability: Applicability) -> Outcome {
    let chosen = apart(gate.candidates(applicability));
    let mut growing = Growing { gate, accepted: Vec::new(), text: None, dropped: Vec::new() };
    growing.grow(&chosen);
    let applied = growing
        .accepted
        .iter()
        .map(|it| AppliedFix { rule: it.finding.rule.clone(), title: it.fix.title.clone() });
    Outcome { applied: applied.collect(), text: growing.text, dropped: growing.dropped }
}

/// The first fixes whose edits don't even touch those of another. What is left out is tried in the
/// next pass, on the text as it is then.
fn apart<'f>(candidates: impl Iterator<Item = Candidate<'f>>) -> Vec<Candidate<'f>> {
    // The end of each edited span by its start; they never touch.
    let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
    let mut chosen = Vec::new();
    for candidate in candidates {
        let edits = &candidate.fix.edits;
        let free = |it: &Edit| {
            let before = taken.range(..=it.span.end()).next_back();
            before.is_none_or(|(_, end)| *end < it.span.start())
        };
        if edits.iter().all(free) {
            for span in edits.iter().map(|it| it.span) {
                let end = taken.entry(span.start()).or_default();
                *end = span.end().max(*end);
            }
            chosen.push(candidate);
        }
    }
    chosen
}

/// The fixes that pass the gate together.
struct Growing<'g, 'f> {
    gate: &'g Gate<'g>,
    accepted: Vec<Candidate<'f>>,
    text: Option<String>,
    dropped: Vec<DroppedFix>,
}

impl<'f> Growing<'_, 'f> {
    /// Adds what passes, halving what does not as a whole.
    fn grow(&mut self, more: &[Candidate<'f>]) {
        if more.is_empty() {
            return;
        }
        let all: Vec<Candidate<'f>> = self.accepted.iter().chain(more).copied().collect();
        match (self.gate.try_out(&all), more) {
            (Ok(text), _) => {
                self.text = Some(text);
                self.accepted = all;
            }
            (Err(why), [alone]) => self.drop_one(*alone, why),
            (Err(_), _) => {
                let (left, right) = more.split_at(more.len() / 2);
                self.grow(left);
                self.grow(right);
            }
        }
    }

    fn drop_one(&mut self, candidate: Candidate<'f>, why: Rejection) {
        let (rule, title) = (candidate.finding.rule.clone(), candidate.fix.title.clone());
        self.dropped.push(DroppedFix { rule, title, why });
    }
}
