//! How long builds take after something has changed, by the way in which the Dockerfile is written.

use std::collections::BTreeMap;

use super::{
    super::{
        Outcome,
        sample::{Figure, Sample},
        table::{Bar, Row},
    },
    project::Way,
};

/// A rebuild after an edit, over that of a Dockerfile that copies all and then compiles.
const MOST: f64 = 0.25;

/// What has changed since the last build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    /// A source of the program.
    Source,
    /// The same, on a machine that has the layers of a registry or of `gha`, but none of the cache mounts.
    OtherMachine,
    /// The release of one dependency.
    Lock,
}

impl Event {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Source, Self::OtherMachine, Self::Lock];

    const fn called(self) -> &'static str {
        match self {
            Self::Source => "rebuild after an edit",
            Self::OtherMachine => {
                "the same where layers are kept and cache mounts are not, as in CI"
            }
            Self::Lock => "rebuild after another release of one dependency",
        }
    }
}

/// What was measured.
#[derive(Debug, Default)]
pub(super) struct Rebuilds(pub(super) BTreeMap<(Event, Way), Vec<Sample>>);

impl Rebuilds {
    /// Ours against each of the others.
    pub(super) fn rows(&self) -> Outcome<Vec<Row>> {
        let seconds = |event, way| {
            let samples = self.0.get(&(event, way)).into_iter().flatten();
            Figure::of(samples.map(|it| it.wall.as_secs_f64())).ok_or("nothing was measured")
        };
        let text = |it: &Figure| format!("{:.1} s (min {:.1})", it.median, it.least);
        let mut rows = Vec::new();
        for event in Event::ALL {
            let ours = seconds(event, Way::Ours)?;
            for way in Way::ALL.into_iter().filter(|it| *it != Way::Ours) {
                let theirs = seconds(event, way)?;
                let ratio = ours.median / theirs.median;
                let is_bar = (event, way) == (Event::Source, Way::Naive);
                rows.push(Row {
                    what: format!("{}, against {}", event.called(), way.called()),
                    ours: text(&ours),
                    peer: text(&theirs),
                    ratio: Some(ratio),
                    bar: is_bar.then(|| Bar::ratio(ratio, MOST)),
                });
            }
        }
        Ok(rows)
    }
}
