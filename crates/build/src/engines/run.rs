//! Runs an engine: hears every line that it writes, and ends it when we are to end.

use std::{
    io::{self, BufRead as _, BufReader, Read},
    process::{Child, ExitStatus, Stdio},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{Invocation, tool::Answer};

/// How long an engine may take to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much of a line is heard; the rest begins a new one.
const LONGEST_LINE: u64 = 64 << 10;

/// Why an engine was not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It can't be run.
    #[error("cannot run {program}")]
    Start {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// It can't be waited for.
    #[error("cannot wait for {program}")]
    Wait {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// We were asked to end, and so was it.
    #[error("{program} was stopped, as we were told to end")]
    Stopped {
        /// The program.
        program: String,
    },
}

/// Runs it. `heard` gets every line of both its outputs; once `stop` is set, it is asked to end, and
/// killed where it does not.
///
/// # Errors
/// See [`RunError`]. That it failed is in the status.
pub fn run(
    invocation: &Invocation,
    stop: &AtomicBool,
    heard: &mut dyn FnMut(&str),
) -> Result<ExitStatus, RunError> {
    let program = || invocation.program.clone();
    let mut child = invocation
        .command()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| RunError::Start { program: program(), source })?;
    let (sender, lines) = mpsc::channel();
    for output in [
        child.stdout.take().map(|it| Box::new(it) as Box<dyn Read + Send>),
        child.stderr.take().map(|it| Box::new(it) as Box<dyn Read + Send>),
    ]
    .into_iter()
    .flatten()
    {
        let sender = sender.clone();
        thread::spawn(move || listen(output, &sender));
    }
    drop(sender);
    let mut asked: Option<Instant> = None;
    let mut killed = false;
    loop {
        match lines.recv_timeout(Duration::from_millis(50)) {
            Ok(line) => heard(&line),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        match asked {
            None if stop.load(Ordering::Relaxed) => {
                asked = Some(Instant::now());
                ask_to_end(&child);
            }
            Some(since) if since.elapsed() > PATIENCE && !killed => {
                // It may have ended by itself meanwhile.
                child.kill().ok();
                killed = true;
            }
            // What it has started itself may hold its outputs open for ever.
            Some(_) if killed => break,
            _ => {}
        }
    }
    let status = child.wait().map_err(|source| RunError::Wait { program: program(), source })?;
    if asked.is_some() {
        return Err(RunError::Stopped { program: program() });
    }
    Ok(status)
}

/// Runs it and gives all that it writes, as far as it is of use. For short questions.
///
/// # Errors
/// It can't be run.
pub fn ask(program: &str, arguments: &[&str]) -> io::Result<Answer> {
    let mut command = Invocation::new(program, arguments).command();
    let output = command.stdin(Stdio::null()).output()?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok(Answer { success: output.status.success(), text })
}

fn ask_to_end(child: &Child) {
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(id) = id {
        // Where it has ended, there is nobody to ask.
        kill_process(id, Signal::TERM).ok();
    }
}

fn listen(output: impl Read, lines: &Sender<String>) {
    let mut reader = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        match reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let text = String::from_utf8_lossy(&line);
                let text = text.trim_end_matches(['\n', '\r']);
                // A line that was written over several times is what stood there last.
                let text = text.rsplit('\r').next().unwrap_or_default();
                if lines.send(text.to_owned()).is_err() {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Invocation {
        Invocation::new("sh", &["-c", script])
    }

    #[test]
    fn every_line_of_both_outputs_is_heard() {
        let mut heard = Vec::new();
        let script = "echo one; sleep 0.1; echo two >&2; sleep 0.1; printf 'a\\rb\\nthree'; exit 3";
        let status =
            run(&shell(script), &AtomicBool::new(false), &mut |line| heard.push(line.to_owned()));
        assert_eq!(status.unwrap().code(), Some(3));
        assert_eq!(heard, ["one", "two", "b", "three"]);
    }

    #[test]
    fn it_ends_with_us() {
        let stop = AtomicBool::new(false);
        let began = Instant::now();
        let mut heard = Vec::new();
        let script = "trap 'echo ended; exit 0' TERM; echo begun; while :; do sleep 0.05; done";
        let result = run(&shell(script), &stop, &mut |line| {
            heard.push(line.to_owned());
            stop.store(true, Ordering::Relaxed);
        });
        assert!(matches!(result, Err(RunError::Stopped { .. })), "{result:?}");
        assert_eq!(heard, ["begun", "ended"]);
        assert!(began.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn what_is_not_there_cannot_be_run() {
        let missing = Invocation::new("plimsoll-has-no-such-program", &[]);
        let result = run(&missing, &AtomicBool::new(false), &mut |_| ());
        assert!(matches!(result, Err(RunError::Start { .. })), "{result:?}");
    }
}
