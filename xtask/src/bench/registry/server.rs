//! The registry of the bench.

use std::{
    env, fs,
    fs::File,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use super::super::{Outcome, tool::first_line};

/// A registry that answers. One that was started here ends with it.
pub(super) struct Server {
    /// `HOST:PORT`
    pub(super) host: String,
    pub(super) version: String,
    child: Option<Child>,
}

impl Server {
    /// The one that the environment names, or a new one with its storage in `directory`.
    pub(super) fn start(directory: &Path) -> Outcome<Self> {
        if let Some(host) = env::var("PLIMSOLL_REGISTRY").ok().filter(|it| !it.is_empty()) {
            return Ok(Self { version: format!("registry at {host}"), host, child: None });
        }
        let version = first_line(Command::new("docker-registry").arg("--version"));
        let version = version.ok_or("no docker-registry on PATH, and no PLIMSOLL_REGISTRY")?;
        // Free when it is looked for; somebody else takes it hardly ever.
        let host = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        fs::create_dir_all(directory)?;
        let config = serde_json::json!({
            "version": "0.1",
            "log": { "level": "error", "accesslog": { "disabled": true } },
            "storage": { "filesystem": { "rootdirectory": directory.join("data") } },
            "http": { "addr": host, "secret": "of a bench" },
        });
        let file = directory.join("config.yml");
        // JSON is YAML.
        fs::write(&file, config.to_string())?;
        let log = File::create(directory.join("log"))?;
        let child = Command::new("docker-registry")
            .arg("serve")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let server = Self { host, version, child: Some(child) };
        for _ in 0..100 {
            if server.answers() {
                return Ok(server);
            }
            thread::sleep(Duration::from_millis(100));
        }
        Err(format!("docker-registry does not come up: see {}/log", directory.display()).into())
    }

    fn answers(&self) -> bool {
        let ask = || -> std::io::Result<Vec<u8>> {
            let mut stream = TcpStream::connect(&self.host)?;
            write!(stream, "GET /v2/ HTTP/1.0\r\nHost: {}\r\n\r\n", self.host)?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer)?;
            Ok(answer)
        };
        ask().is_ok_and(|it| it.starts_with(b"HTTP/1."))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // There is nobody to tell that it ended by itself.
            child.kill().ok();
            child.wait().ok();
        }
    }
}
