//! Rounds in which every tool has its turn, so that a busy moment of the machine hits all alike.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use super::{
    Outcome, note,
    sample::{self, Sample},
    tool::{Tool, must},
};

/// Longer than the clock of any file system ticks: a file is at rest after it.
pub(super) const REST: Duration = Duration::from_millis(20);

/// Whether a tool sees the file for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Some bytes of the file were changed just before.
    Changed,
    /// The same tool has just done the same work.
    Unchanged,
}

/// A tool, what it packs, and in which state.
#[derive(Debug)]
pub(super) struct Case<'a> {
    /// How the results are found, beside the tool's name.
    pub(super) input: &'static str,
    pub(super) tool: &'a dyn Tool,
    pub(super) state: State,
}

impl Case<'_> {
    /// How the results of a case are found.
    pub(super) fn key(&self) -> String {
        let unchanged = if self.state == State::Unchanged { " unchanged" } else { "" };
        format!("{} {}{unchanged}", self.input, self.tool.name())
    }
}

/// All samples by the keys of their cases.
pub(super) type Results = BTreeMap<String, Vec<Sample>>;

/// Runs all cases in turn, `rounds` times and once before to warm up.
///
/// `files` gives the file of each input; its bytes are changed in place. `directory` is for logs.
///
/// # Errors
/// When a tool fails.
pub(super) fn run(
    cases: &[Case<'_>],
    files: &BTreeMap<&str, PathBuf>,
    rounds: usize,
    directory: &Path,
) -> Outcome<Results> {
    let mut results = Results::new();
    let log = directory.join("last.log");
    let mut changes = 0;
    for round in 0..=rounds {
        match round {
            0 => note("warming up"),
            round => note(&format!("round {round} of {rounds}")),
        }
        for case in cases {
            let file = files.get(case.input).ok_or("a case names no input")?;
            case.tool.clear(file)?;
            match case.state {
                State::Changed => {
                    changes += 1;
                    change(file, changes)?;
                    thread::sleep(REST);
                }
                State::Unchanged => {
                    sample::run(&mut case.tool.commands(file), &log)?;
                }
            }
            // What others wrote must not wait for the disk at this one's expense.
            must(&mut Command::new("sync"))?;
            let sample = sample::run(&mut case.tool.commands(file), &log)?;
            if round > 0 {
                results.entry(case.key()).or_default().push(sample);
            }
        }
    }
    Ok(results)
}

/// Changes a few bytes in the middle: no tool can have seen this file before.
pub(super) fn change(file: &Path, number: u64) -> Outcome<()> {
    let middle = fs::metadata(file)?.len() / 2;
    let mut file = File::options().write(true).open(file)?;
    file.seek(SeekFrom::Start(middle))?;
    file.write_all(&number.to_le_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_touches_the_middle_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs::write(&path, [7; 100]).unwrap();
        change(&path, 1).unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_eq!((bytes.len(), &bytes[..50], &bytes[58..]), (100, &[7; 50][..], &[7; 42][..]));
        assert_eq!(bytes[50..58], 1_u64.to_le_bytes());
    }
}
