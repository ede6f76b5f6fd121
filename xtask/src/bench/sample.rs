//! One timed run of a tool, and what many of them come to.

use std::{
    fs::{self, File},
    io::Read as _,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use wait4::Wait4 as _;

use super::Outcome;

/// What one run took.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    /// From before the first process started until the last one ended.
    pub(super) wall: Duration,
    /// User and system time of all processes and their children.
    pub(super) cpu: Duration,
    /// The largest resident set of any of the processes, in bytes.
    pub(super) peak: u64,
    /// What the last process printed.
    pub(super) stdout: Vec<u8>,
}

/// Runs commands one after the other. Their messages go to the file `log`.
///
/// The system counts the memory of this program, too, as far as a new process shares it until it
/// becomes another program: so nothing here may hold a large file.
///
/// # Errors
/// When one can't be started or fails, with what it said.
pub(super) fn run(commands: &mut [Command], log: &Path) -> Outcome<Sample> {
    let messages = File::create(log)?;
    let mut sample = Sample::default();
    let mut logs = Vec::new();
    for _ in &*commands {
        logs.push(messages.try_clone()?);
    }
    let start = Instant::now();
    for (command, log_file) in commands.iter_mut().zip(logs) {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log_file);
        let mut child =
            command.spawn().map_err(|error| format!("cannot start {command:?}: {error}"))?;
        sample.stdout.clear();
        if let Some(stdout) = &mut child.stdout {
            stdout.read_to_end(&mut sample.stdout)?;
        }
        let used = child.wait4()?;
        if !used.status.success() {
            let said = fs::read_to_string(log).unwrap_or_default();
            return Err(format!("{command:?} failed ({}):\n{said}", used.status).into());
        }
        sample.cpu += used.rusage.utime + used.rusage.stime;
        sample.peak = sample.peak.max(used.rusage.maxrss);
    }
    sample.wall = start.elapsed();
    Ok(sample)
}

/// The middle and the least of a row of figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figure {
    pub(super) median: f64,
    pub(super) least: f64,
}

impl Figure {
    /// Of at least one figure.
    pub(super) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let middle = figures.len() / 2;
        let upper = *figures.get(middle)?;
        let median = if figures.len().is_multiple_of(2) {
            f64::midpoint(figures[middle - 1], upper)
        } else {
            upper
        };
        Some(Self { median, least: figures[0] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_row_lies_between() {
        let figure = |figures: &[f64]| Figure::of(figures.iter().copied());
        assert_eq!(figure(&[]), None);
        assert_eq!(figure(&[3.0, 1.0, 2.0]), Some(Figure { median: 2.0, least: 1.0 }));
        assert_eq!(figure(&[4.0, 1.0, 2.0, 9.0]), Some(Figure { median: 3.0, least: 1.0 }));
    }

    #[test]
    fn a_run_adds_up_its_commands_and_keeps_the_last_output() {
        let directory = tempfile::tempdir().unwrap();
        let shell = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        };
        let log = directory.path().join("log");
        let sample = run(&mut [shell("sleep 0.02; echo one"), shell("echo two")], &log).unwrap();
        assert_eq!(sample.stdout, b"two\n");
        assert!(sample.wall >= Duration::from_millis(20) && sample.peak > 100_000, "{sample:?}");
        let error = run(&mut [shell("echo why >&2; exit 3")], &log).unwrap_err().to_string();
        assert!(error.contains("why") && error.contains('3'), "{error}");
    }
}
