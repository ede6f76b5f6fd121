//! A workspace in a temporary directory, and the program run in it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A workspace in a directory of its own.
pub(crate) struct Workspace {
    directory: tempfile::TempDir,
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The program ended with this code.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        self
    }
}

const SERVER: &str = r#"use std::{io::Write, net::TcpListener};

fn main() {
    let listener = TcpListener::bind("0.0.0.0:3000").unwrap();
    for stream in listener.incoming() {
        stream.unwrap().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
    }
}
"#;

impl Workspace {
    /// A package `app` of one program that listens on port 3000.
    pub(crate) fn new() -> Self {
        let workspace = Self { directory: tempfile::tempdir().unwrap() };
        fs::create_dir(workspace.path("")).unwrap();
        workspace.write(
            "Cargo.toml",
            "[workspace]\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        );
        workspace.write(
            "Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n",
        );
        workspace.write("rust-toolchain.toml", "[toolchain]\nchannel = \"1.95.0\"\n");
        workspace.write("src/main.rs", SERVER);
        workspace
    }

    /// The example, without what somebody wrote for its container.
    pub(crate) fn example() -> Self {
        let workspace = Self { directory: tempfile::tempdir().unwrap() };
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/html-to-markdown");
        copy(&example, &workspace.path(""));
        for name in ["Dockerfile", ".dockerignore", "compose.yaml", "plimsoll.toml"] {
            fs::remove_file(workspace.path(name)).ok();
        }
        fs::remove_dir_all(workspace.path(".github")).ok();
        workspace
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let root = self.directory.path().canonicalize().unwrap().join("app");
        if name.is_empty() { root } else { root.join(name) }
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// All files by their paths.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let root = self.path("");
        let (mut found, mut left) = (BTreeMap::new(), vec![root.clone()]);
        while let Some(directory) = left.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.is_symlink() {
                    left.push(path);
                } else {
                    let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                    found.insert(name, fs::read(&path).unwrap_or_default());
                }
            }
        }
        found
    }

    /// Runs `plimsoll init --offline` in the workspace, without an engine.
    pub(crate) fn init(&self, arguments: &[&str]) -> Ran {
        self.init_in("", arguments)
    }

    /// As [`Workspace::init`], in a directory below.
    pub(crate) fn init_in(&self, directory: &str, arguments: &[&str]) -> Ran {
        self.run_in(directory, &[&["init", "--offline"], arguments].concat())
    }

    pub(crate) fn run_in(&self, directory: &str, arguments: &[&str]) -> Ran {
        self.ran(self.command(directory, arguments))
    }

    /// A call of the program.
    pub(crate) fn command(&self, directory: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(arguments).current_dir(self.path(directory)).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("NO_COLOR", "1");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        // Neither an engine nor a compiler of this machine may show in what is written.
        command.env("DOCKER_HOST", "unix:///nowhere/docker.sock").env("RUSTC", "/nowhere/rustc");
        command.env("HOME", self.directory.path()).stdin(Stdio::null());
        command
    }

    pub(crate) fn ran(&self, mut command: Command) -> Ran {
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            text.replace(self.path("").to_str().unwrap(), "[app]")
        };
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() == "target" {
            continue;
        }
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy(&path, &to) } else { fs::copy(path, to).map(drop).unwrap() }
    }
}
