//! A PostgreSQL server of the test's own, in a temporary directory and on loopback.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Loopback, but not the address on which other tests take free ports: the port must stay free until PostgreSQL
/// has started, and while it is stopped.
const ADDRESS: &str = "127.0.0.2";

pub(crate) const PASSWORD: &str = "hunter2";

pub(crate) struct PostgreSql {
    directory: TempDir,
    programs: PathBuf,
    port: u16,
    running: Option<Child>,
}

impl PostgreSql {
    /// Makes a database cluster, not yet running; `None` where PostgreSQL is not installed.
    pub(crate) fn new() -> Option<Self> {
        let programs = installed()?;
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("password"), PASSWORD).unwrap();
        if rustix::process::geteuid().is_root() {
            // PostgreSQL refuses to run as root.
            chown(directory.path(), Some(nobody()), None).unwrap();
            fs::set_permissions(
                directory.path().join("password"),
                fs::Permissions::from_mode(0o644),
            )
            .unwrap();
        }
        let port = TcpListener::bind((ADDRESS, 0)).unwrap().local_addr().unwrap().port();
        let server = Self { directory, programs, port, running: None };
        let mut initdb = server.command("initdb");
        initdb.args([
            "--no-sync",
            "--username=tester",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
        ]);
        initdb.arg(format!("--pwfile={}", server.directory.path().join("password").display()));
        let output = initdb.output().unwrap();
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
        Some(server)
    }

    pub(crate) fn url(&self) -> String {
        self.url_with(PASSWORD)
    }

    pub(crate) fn url_with(&self, password: &str) -> String {
        format!("postgres://tester:{password}@{ADDRESS}:{}/postgres", self.port)
    }

    /// Starts the server; it may take a moment until it answers.
    pub(crate) fn start(&mut self) {
        let mut postgres = self.command("postgres");
        postgres.args(["-p", &self.port.to_string(), "-c", &format!("listen_addresses={ADDRESS}")]);
        postgres.args(["-c", "unix_socket_directories=", "-c", "fsync=off"]);
        self.running = Some(postgres.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    }

    /// Stops the server at once, its clients notwithstanding, but in good order.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.running.take() {
            kill_process(Pid::from_child(&child), Signal::INT).unwrap();
            child.wait().unwrap();
        }
    }

    /// Stops the server from working, while its connections stay open.
    pub(crate) fn freeze(&self) {
        self.signal_all(Signal::STOP);
    }

    pub(crate) fn thaw(&self) {
        self.signal_all(Signal::CONT);
    }

    /// Signals the server and the processes that it started for its connections.
    fn signal_all(&self, signal: Signal) {
        let pid = Pid::from_child(self.running.as_ref().unwrap());
        kill_process(pid, signal).unwrap();
        let pid = pid.as_raw_nonzero();
        for child in fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))
            .unwrap()
            .split_whitespace()
        {
            _ = kill_process(Pid::from_raw(child.parse().unwrap()).unwrap(), signal);
        }
    }

    fn command(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if rustix::process::geteuid().is_root() {
            // `setpriv` becomes the program, so that signals reach it.
            let mut command = Command::new("setpriv");
            command
                .arg(format!("--reuid={}", nobody()))
                .args(["--clear-groups", "--"])
                .arg(program);
            command
        } else {
            Command::new(program)
        };
        command
            .arg("-D")
            .arg(self.directory.path().join("data"))
            .current_dir(self.directory.path());
        command
    }
}

impl Drop for PostgreSql {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.take() {
            _ = kill_process(Pid::from_child(&child), Signal::CONT);
            _ = kill_process(Pid::from_child(&child), Signal::QUIT);
            _ = child.wait();
        }
    }
}

/// The directory of the newest installed version's programs.
fn installed() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
    let programs = versions.map(|version| version.path().join("bin"));
    programs.filter(|path| path.join("initdb").exists() && path.join("postgres").exists()).max()
}

/// The user `nobody`, wherever there is one.
fn nobody() -> u32 {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = users.lines().find(|line| line.starts_with("nobody:"));
    line.and_then(|line| line.split(':').nth(2)?.parse().ok()).unwrap_or(65534)
}
