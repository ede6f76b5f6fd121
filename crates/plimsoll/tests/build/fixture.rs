//! A project in a temporary directory, and the program run on it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A project.
pub(crate) struct Project {
    directory: tempfile::TempDir,
}

/// What the program said.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    /// A project with these files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let project = Self { directory: tempfile::tempdir().unwrap() };
        for (name, text) in files {
            project.write(name, text);
        }
        project
    }

    /// A package `app` with one binary and a lock file, ready to be built.
    pub(crate) fn app() -> Self {
        let project = Self::new(&[
            ("Cargo.toml", "[package]\nname = \"app\"\nversion = \"1.2.3\"\nedition = \"2021\"\n"),
            ("src/main.rs", "fn main() { println!(\"hello\"); }\n"),
        ]);
        project.lock();
        project
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Makes Cargo.lock.
    pub(crate) fn lock(&self) {
        let mut cargo = Command::new(env!("CARGO"));
        let cargo = cargo.args(["generate-lockfile", "--offline"]).current_dir(self.path());
        let output = cargo.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs `plimsoll build` in the project.
    pub(crate) fn build(&self, arguments: &[&str]) -> Ran {
        self.build_with(arguments, &[])
    }

    /// Runs it with more environment variables.
    pub(crate) fn build_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            // Settings of whoever runs the tests.
            if name.starts_with("PLIMSOLL_") || name.contains("RUSTFLAGS") || name == "CI" {
                command.env_remove(&*name);
            }
        }
        command
            .arg("build")
            .args(arguments)
            .current_dir(self.path())
            .env_remove("SOURCE_DATE_EPOCH")
            .env_remove("CARGO_TARGET_DIR")
            .env("CARGO_TERM_COLOR", "never")
            .env("NO_COLOR", "1")
            .env("PLIMSOLL_CACHE_DIR", self.path().join("cache"))
            .envs(variables.iter().copied());
        self.ran(&command.output().unwrap())
    }

    fn ran(&self, output: &Output) -> Ran {
        let text = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            // Cargo says that it waits where another one runs beside it, which has nothing to do with us.
            let is_ours = |it: &&str| !it.starts_with("    Blocking waiting for file lock");
            let text: String = text.split_inclusive('\n').filter(is_ours).collect();
            text.replace(self.path().to_str().unwrap(), "[project]")
        };
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

impl Ran {
    /// The work was done.
    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self
    }

    /// The work was not done: nothing on stdout, and one error, which is returned.
    #[track_caller]
    pub(crate) fn failed(self) -> String {
        assert_eq!(self.code, 2, "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        let start = self.stderr.lines().position(|line| line.starts_with("error: "));
        // Cargo's own lines come first.
        let lines: Vec<_> = self.stderr.lines().skip(start.unwrap()).collect();
        let own: Vec<_> = lines
            .iter()
            .rposition(|line| line.starts_with("error: "))
            .into_iter()
            .flat_map(|last| lines[last..].iter().copied())
            .collect();
        own.join("\n")
    }
}

/// All files below a directory with their content.
pub(crate) fn tree(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut next = vec![path.to_owned()];
    while let Some(directory) = next.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                next.push(path);
            } else {
                files.push((path.clone(), fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}
