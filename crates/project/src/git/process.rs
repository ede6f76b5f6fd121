//! Runs git so that it can neither hang, nor flood us, nor change anything.

use std::{
    io::{self, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Instant,
};

use super::GitState;

/// More than the headers of `git status`, and enough to see whether a file differs.
const OUTPUT_LIMIT: u64 = 64 * 1024;

/// What `git rev-parse --local-env-vars` lists, but for the variables that carry configuration:
/// `safe.directory` may come that way.
const LOCAL_VARIABLES: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
    // These change what a path on the command line means.
    "GIT_GLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
];

/// Gives `git -C directory`, with no pager, no locks, no prompt, no download, and in English.
pub(super) fn command(git: &Path, directory: &Path) -> Command {
    let mut command = Command::new(git);
    for name in LOCAL_VARIABLES {
        command.env_remove(name);
    }
    command
        .env("LC_ALL", "C")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .args(["--no-pager", "--no-optional-locks"])
        // A repository's own settings must not start a program.
        .args(["-c", "core.fsmonitor=false"])
        // Not the directory of the process: a missing one would look like a missing git.
        .arg("-C")
        .arg(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// What a process wrote, up to a limit.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// A process whose output is read on threads. Dropping it ends the process.
#[derive(Debug)]
pub(super) struct Running(Result<(Child, Receiver<Ended>), GitState>);

impl Running {
    pub(super) fn start(command: &mut Command) -> Self {
        Self::start_within(command, OUTPUT_LIMIT)
    }

    /// Starts a program of which more is read, in bytes.
    pub(super) fn start_within(command: &mut Command, limit: u64) -> Self {
        Self(match command.spawn() {
            Ok(mut child) => {
                let receiver = read(&mut child, limit);
                Ok((child, receiver))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(GitState::NotInstalled),
            Err(error) => Err(GitState::Failed { reason: error.to_string() }),
        })
    }

    pub(super) fn join(mut self, until: Instant) -> Result<Ended, GitState> {
        match &mut self.0 {
            Err(state) => Err(state.clone()),
            Ok((_, receiver)) => {
                // An answer that is already there is taken however late we come for it.
                let patience = until.saturating_duration_since(Instant::now());
                receiver.recv_timeout(patience).map_err(|error| match error {
                    RecvTimeoutError::Timeout => GitState::TimedOut,
                    RecvTimeoutError::Disconnected => {
                        GitState::Failed { reason: "its output could not be read".to_owned() }
                    }
                })
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok((child, _)) = &mut self.0 {
            // It has written all that we need, or more than we wait for. Both calls fail only if
            // it has ended, which is what they are for.
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// Reads both streams at the same time, so that neither fills up while we wait for the other.
fn read(child: &mut Child, limit: u64) -> Receiver<Ended> {
    let (sender, receiver) = channel();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    thread::spawn(move || {
        let stderr = thread::spawn(move || text(stderr, OUTPUT_LIMIT));
        let stdout = text(stdout, limit);
        if let Ok(stderr) = stderr.join() {
            // Nobody listens any more if the time is over.
            sender.send(Ended { stdout, stderr }).ok();
        }
    });
    receiver
}

fn text(stream: Option<impl Read>, limit: u64) -> String {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        // What was read before an error is still worth reading.
        stream.take(limit).read_to_end(&mut bytes).ok();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsStr, time::Duration};

    use super::*;

    #[test]
    fn what_a_hook_sets_is_not_passed_on() {
        let command = command(Path::new("git"), Path::new("/r"));
        let removed = |name: &str| command.get_envs().any(|it| it == (OsStr::new(name), None));
        assert!(removed("GIT_DIR") && removed("GIT_INDEX_FILE") && removed("GIT_WORK_TREE"));
        assert!(!removed("GIT_CONFIG_COUNT"));
    }

    #[test]
    fn a_process_that_hangs_is_given_up_and_ended() {
        let mut sleep = Command::new("sleep");
        let running = Running::start(sleep.arg("60").stdout(Stdio::piped()).stderr(Stdio::piped()));
        let before = Instant::now();
        let until = before + Duration::from_millis(50);
        assert_eq!(running.join(until).unwrap_err(), GitState::TimedOut);
        // Ending it includes waiting for its end.
        assert!(before.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn an_answer_is_taken_however_late_we_come() {
        let (sender, receiver) = channel();
        sender.send(Ended { stdout: "x".to_owned(), stderr: String::new() }).unwrap();
        let running = Running(Ok((Command::new("true").spawn().unwrap(), receiver)));
        assert_eq!(running.join(Instant::now()).unwrap().stdout, "x");
    }

    #[test]
    fn a_flood_is_cut_off() {
        let mut yes = Command::new("yes");
        let running = Running::start(yes.stdout(Stdio::piped()).stderr(Stdio::piped()));
        let ended = running.join(Instant::now() + Duration::from_secs(30)).unwrap();
        assert_eq!(ended.stdout.len() as u64, OUTPUT_LIMIT);
    }
}
