//! Shows what goes to registries and comes from them: a line that moves for each blob where somebody
//! watches, else a line for each event.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal as _},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use plimsoll_image::Digest;
use plimsoll_registry::{Event, Events};

use super::Ui;
use crate::report::table::size;

/// Hears of transfers and shows them.
#[derive(Debug)]
pub(crate) struct Transfers {
    ui: Ui,
    /// What is done with blobs, as in "pushing".
    verb: &'static str,
    /// The lines that move, where somebody watches.
    bars: Option<MultiProgress>,
    running: Mutex<BTreeMap<Digest, ProgressBar>>,
}

impl Ui {
    /// Shows transfers until it is dropped; `verb` is as in "pushing".
    pub(crate) fn transfers(&self, verb: &'static str) -> Transfers {
        let watched = !self.is_quiet() && io::stderr().is_terminal();
        let bars = watched.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr()));
        Transfers { ui: self.clone(), verb, bars, running: Mutex::default() }
    }
}

impl Events for Transfers {
    fn event(&self, event: &Event<'_>) {
        if self.ui.is_quiet() {
            return;
        }
        match &self.bars {
            Some(bars) => self.show(bars, event),
            None => self.tell(event),
        }
    }
}

impl Transfers {
    fn show(&self, bars: &MultiProgress, event: &Event<'_>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Begin { digest, size, done } => {
                let bar = running.entry(**digest).or_insert_with(|| {
                    let bar = bars.add(ProgressBar::new(*size));
                    let template = "{prefix:>12.cyan.bold} [{bar:30}] {bytes}/{total_bytes} {msg}";
                    if let Ok(style) = ProgressStyle::with_template(template) {
                        bar.set_style(style.progress_chars("=> "));
                    }
                    bar.set_prefix(self.verb);
                    bar.set_message(digest.short());
                    bar.enable_steady_tick(Duration::from_millis(100));
                    bar
                });
                bar.set_position(*done);
            }
            Event::Bytes { digest, count } => {
                if let Some(bar) = running.get(digest) {
                    bar.inc(*count);
                }
            }
            Event::Done { digest } => {
                if let Some(bar) = running.remove(digest) {
                    bar.finish_and_clear();
                }
            }
            Event::Retry { .. } => {
                if let Some(line) = self.line(event) {
                    bars.suspend(|| self.ui.passed_on(&line));
                }
            }
            _ => {}
        }
    }

    fn tell(&self, event: &Event<'_>) {
        if let Some(line) = self.line(event) {
            self.ui.passed_on(&line);
        }
    }

    fn line(&self, event: &Event<'_>) -> Option<String> {
        let short = |digest: &Digest| format!("sha256:{}", digest.short());
        Some(match event {
            Event::Begin { digest, size: bytes, done: 0 } => {
                format!("{} {} {}", self.verb, short(digest), size(*bytes))
            }
            Event::Begin { digest, size: bytes, done } => {
                let (done, bytes) = (size(*done), size(*bytes));
                format!("{} {} {bytes}, from {done} on", self.verb, short(digest))
            }
            Event::Done { digest } => format!("done {}", short(digest)),
            Event::Exists { digest } => format!("exists {}", short(digest)),
            Event::Mounted { digest, from } => format!("mounted {} from {from}", short(digest)),
            #[expect(clippy::cast_precision_loss, reason = "a pause has few digits")]
            Event::Retry { reason, pause_ms } => {
                format!("retry in {:.1} s: {reason}", *pause_ms as f64 / 1000.0)
            }
            Event::Manifest { digest, tag: Some(tag) } => format!("tagged {tag} {}", short(digest)),
            Event::Manifest { digest, tag: None } => format!("written {}", short(digest)),
            _ => return None,
        })
    }
}

impl Drop for Transfers {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        for bar in std::mem::take(&mut *running).into_values() {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_lines_where_nobody_watches() {
        let ui = Ui { quiet: false };
        let transfers = Transfers { ui, verb: "pushing", bars: None, running: Mutex::default() };
        let digest = Digest::of(b"");
        let from = "localhost:5000/a".parse().unwrap();
        let lines: Vec<_> = [
            Event::Begin { digest: &digest, size: 4_700_000, done: 0 },
            Event::Begin { digest: &digest, size: 4_700_000, done: 1000 },
            Event::Bytes { digest: &digest, count: 1 },
            Event::Done { digest: &digest },
            Event::Exists { digest: &digest },
            Event::Mounted { digest: &digest, from: &from },
            Event::Retry { reason: "it broke", pause_ms: 1500 },
            Event::Manifest { digest: &digest, tag: Some("1") },
        ]
        .iter()
        .filter_map(|it| transfers.line(it))
        .collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        pushing sha256:e3b0c44298fc 4.7 MB
        pushing sha256:e3b0c44298fc 4.7 MB, from 1.0 kB on
        done sha256:e3b0c44298fc
        exists sha256:e3b0c44298fc
        mounted sha256:e3b0c44298fc from localhost:5000/a
        retry in 1.5 s: it broke
        tagged 1 sha256:e3b0c44298fc
        ");
    }
}
