//! Differences, for people and for `git apply`.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::init::write::{Action, Change};

/// What would change, as one patch. It has no conflicts: without `--force` they change nothing.
pub(super) fn patch(changes: &[Change], prefix: &str) -> String {
    changes.iter().filter(|it| it.is_written()).map(|it| it.diff(prefix)).collect()
}

/// The differences to files that are there, with colours, and without what a terminal would obey.
pub(super) fn diffs(changes: &[Change]) -> String {
    let is_shown =
        |it: &&Change| it.old.is_some() && matches!(it.action, Action::Update | Action::Conflict);
    let mut text = String::new();
    for line in changes.iter().filter(is_shown).flat_map(|it| lines(&it.diff(""))) {
        let style = match line.as_bytes().first() {
            Some(b'+') => AnsiColor::Green.on_default(),
            Some(b'-') => AnsiColor::Red.on_default(),
            Some(b'@') => AnsiColor::Cyan.on_default(),
            _ => Style::new(),
        };
        let _ = writeln!(text, "{style}{line}{style:#}");
    }
    text
}

fn lines(diff: &str) -> Vec<String> {
    let harmless = |it: char| if it.is_control() && it != '\t' { '\u{fffd}' } else { it };
    diff.lines().map(|it| it.chars().map(harmless).collect()).collect()
}
