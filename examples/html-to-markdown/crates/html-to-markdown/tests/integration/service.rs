//! The program as a running service.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_html-to-markdown");

pub(crate) struct Service {
    child: Child,
    pub(crate) address: SocketAddr,
    log: Receiver<String>,
}

/// The program with nothing of this environment that it would heed.
pub(crate) fn program() -> Command {
    clean(Command::new(PROGRAM))
}

pub(crate) fn clean(mut command: Command) -> Command {
    for name in ["DATABASE_URL", "LISTEN_ADDR", "RUST_LOG"] {
        command.env_remove(name);
    }
    command
}

impl Service {
    pub(crate) fn start() -> Self {
        Self::start_as(program(), None)
    }

    pub(crate) fn start_with_database(url: &str) -> Self {
        Self::start_as(program(), Some(url))
    }

    /// Starts `command`, which ends in the program, on a free port.
    pub(crate) fn start_as(mut command: Command, database: Option<&str>) -> Self {
        command.args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
        if let Some(url) = database {
            command.env("DATABASE_URL", url);
        }
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, log) = channel();
        // Reads to the end, so that a full pipe never holds up the service.
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let line = log.recv_timeout(Duration::from_secs(20)).unwrap();
        let (_, rest) = line.split_once("listening on ").unwrap();
        let address = rest.split(',').next().unwrap().parse().unwrap();
        Self { child, address, log }
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Sends SIGTERM to the service itself; the answer is the exit status and how long it took.
    pub(crate) fn terminate(&mut self) -> (ExitStatus, Duration) {
        kill_process(self.pid(), Signal::TERM).unwrap();
        self.wait()
    }

    /// Waits for the end of the service, but not for ever.
    pub(crate) fn wait(&mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, start.elapsed());
            }
            assert!(start.elapsed() < Duration::from_secs(10), "still running");
            sleep(Duration::from_millis(5));
        }
    }

    /// Every line logged since the service listened; waits for its end.
    pub(crate) fn log(self) -> String {
        let mut lines = Vec::new();
        while let Ok(line) = self.log.recv_timeout(Duration::from_secs(5)) {
            lines.push(line);
        }
        lines.join("\n")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
