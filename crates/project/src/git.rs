//! The commit that a directory is at.
//!
//! Git runs as a program, twice and at the same time: `git rev-list` tells the commit and its time,
//! `git status` whether tracked files differ. The origin's URL is read from the repository's
//! configuration file, which saves a third process. Nothing here is an error: a directory without
//! git is a state like any other.

mod origin;
mod process;
pub mod refs;
mod remote;

use std::{
    path::{Path, PathBuf},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use process::{Ended, Running};
pub use remote::public_url;

/// How long git may take before we go on without it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What git knows of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GitState {
    /// The directory is at a commit.
    Commit(Commit),
    /// The directory is in a repository without any commit yet.
    NoCommit {
        /// See [`Commit::origin`].
        origin: Option<String>,
    },
    /// The directory is in no repository.
    NotARepository,
    /// There is no such program as `git`.
    NotInstalled,
    /// The repository belongs to another user, so git does not trust it (`safe.directory`).
    DubiousOwnership,
    /// Git did not answer in time.
    TimedOut,
    /// Git failed for a reason that only its own words tell.
    Failed {
        /// What git wrote to stderr, or why it could not be run.
        reason: String,
    },
}

/// The commit that `HEAD` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The full object id, in lower-case hexadecimal: 40 digits, or 64 in a SHA-256 repository.
    pub id: String,
    /// When it was committed, in seconds since 1970 (UTC).
    pub time: i64,
    /// Whether a tracked file of the repository differs from the commit: what is built may come
    /// from all over it. Files that git does not track don't count.
    pub dirty: bool,
    /// The URL of the remote `origin` as anybody may see it; see [`public_url`].
    pub origin: Option<String>,
}

/// Asks git about `directory`, in the background: this returns before git has even started.
///
/// `git` is a path, or a name that is looked up on `PATH`. The variables by which a git hook
/// redirects git (such as `GIT_DIR`) are not passed on.
pub fn start(git: &Path, directory: &Path) -> Pending {
    let until = Instant::now() + PATIENCE;
    let (git, place) = (git.to_owned(), directory.to_owned());
    let processes = thread::spawn(move || Processes::start(&git, &place));
    Pending { processes, directory: directory.to_owned(), until }
}

/// Git at work. Dropping it ends git.
#[derive(Debug)]
pub struct Pending {
    // A thread that nobody waits for drops what it returns, and with it the processes.
    processes: JoinHandle<Processes>,
    directory: PathBuf,
    until: Instant,
}

#[derive(Debug)]
struct Processes {
    status: Running,
    head: Running,
}

impl Processes {
    fn start(git: &Path, directory: &Path) -> Self {
        let status = [
            "status",
            "--porcelain=v2",
            "--branch",
            "--no-ahead-behind",
            "--no-renames",
            "--untracked-files=no",
            "--ignore-submodules=untracked",
        ];
        let head = ["rev-list", "--max-count=1", "--timestamp", "HEAD"];
        Self {
            status: Running::start(process::command(git, directory).args(status)),
            head: Running::start(process::command(git, directory).args(head)),
        }
    }
}

impl Pending {
    /// Waits for git's answer, until 20 seconds after its start at most.
    pub fn join(self) -> GitState {
        let Self { processes, directory, until } = self;
        let Ok(Processes { status, head }) = processes.join() else {
            return GitState::Failed { reason: "it could not be started".to_owned() };
        };
        let status = match status.join(until) {
            Ok(status) => status,
            Err(state) => return state,
        };
        let Some(status) = Status::parse(&status.stdout) else { return failure(&status) };
        let origin = origin::url(&directory).and_then(|it| public_url(&it));
        if status.is_initial {
            return GitState::NoCommit { origin };
        }
        let head = match head.join(until) {
            Ok(head) => head,
            Err(state) => return state,
        };
        match parse_head(&head.stdout) {
            Some((id, time)) => {
                GitState::Commit(Commit { id: id.to_owned(), time, dirty: status.is_dirty, origin })
            }
            None => failure(&head),
        }
    }
}

/// The part of `git status --porcelain=v2 --branch` that we need.
struct Status {
    is_initial: bool,
    is_dirty: bool,
}

impl Status {
    /// Returns nothing if this is not an answer of `git status`.
    fn parse(answer: &str) -> Option<Self> {
        let head = answer.lines().find_map(|it| it.strip_prefix("# branch.oid "))?;
        // A header begins with `#`; every other line is a file that differs.
        let is_dirty = answer.lines().any(|it| !it.starts_with('#'));
        Some(Self { is_initial: head == "(initial)", is_dirty })
    }
}

/// Reads the line `TIME ID`.
fn parse_head(answer: &str) -> Option<(&str, i64)> {
    let (time, id) = answer.trim_end().split_once(' ')?;
    let is_id = matches!(id.len(), 40 | 64) && id.bytes().all(|it| it.is_ascii_hexdigit());
    Some((id, time.parse().ok()?)).filter(|_| is_id)
}

/// Tells why git gave no answer. It speaks English, as [`process::command`] asks it to.
fn failure(ended: &Ended) -> GitState {
    let said = ended.stderr.trim();
    if said.contains("dubious ownership") {
        GitState::DubiousOwnership
    } else if said.contains("not a git repository") || said.contains("must be run in a work tree") {
        GitState::NotARepository
    } else {
        GitState::Failed { reason: said.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_is_a_time_and_an_id() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(parse_head(&format!("1700000000 {id}\n")), Some((id, 1_700_000_000)));
        assert_eq!(parse_head(&format!("-5 {id}\n")), Some((id, -5)));
        for wrong in ["", "1700000000", "1700000000 0123", &format!("x {id}")] {
            assert_eq!(parse_head(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_file_in_the_status_is_a_difference() {
        let clean = "# branch.oid 0123\n# branch.head main\n";
        assert!(!Status::parse(clean).unwrap().is_dirty);
        assert!(Status::parse(&format!("{clean}1 .M N... 1 1 1 a b c\n")).unwrap().is_dirty);
        assert!(Status::parse("# branch.oid (initial)\n").unwrap().is_initial);
        assert!(Status::parse("").is_none());
    }

    #[test]
    fn failures_are_told_apart() {
        let state = |stderr: &str| failure(&Ended { stdout: String::new(), stderr: stderr.into() });
        let dubious = "fatal: detected dubious ownership in repository at '/r'";
        assert_eq!(state(dubious), GitState::DubiousOwnership);
        let none = "fatal: not a git repository (or any of the parent directories): .git";
        assert_eq!(state(none), GitState::NotARepository);
        assert_eq!(state("fatal: x\n"), GitState::Failed { reason: "fatal: x".into() });
    }
}
