//! A repository in a temporary directory, and the program run in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A repository with a package `app` of version 1.2.3 and one commit.
pub(crate) struct Repository {
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
    /// The lines of stdout; it must have worked.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<&str> {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self.stdout.lines().collect()
    }
}

impl Repository {
    pub(crate) fn new() -> Self {
        let repository = Self { directory: tempfile::tempdir().unwrap() };
        repository.git(&["init", "-q", "-b", "main"]);
        repository.version("1.2.3");
        repository.commit();
        repository
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap().join("app")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn version(&self, version: &str) {
        let manifest = format!("[package]\nname = \"app\"\nversion = \"{version}\"\n");
        self.write("Cargo.toml", &manifest);
        self.write("src/main.rs", "fn main() {}\n");
    }

    pub(crate) fn commit(&self) {
        self.git(&["add", "."]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    }

    pub(crate) fn tag(&self, names: &[&str]) {
        for name in names {
            self.git(&["tag", name]);
        }
    }

    pub(crate) fn id(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git_in(&self.path(), arguments)
    }

    /// Runs `plimsoll tags`.
    pub(crate) fn tags(&self, arguments: &[&str]) -> Ran {
        self.tags_with(arguments, &[])
    }

    /// Runs it with variables; none of the test's own is there.
    pub(crate) fn tags_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        run_in(&self.path(), arguments, variables)
    }
}

pub(crate) fn git_in(directory: &Path, arguments: &[&str]) -> String {
    fs::create_dir_all(directory).unwrap();
    let mut command = Command::new("git");
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    let output = command
        .args([
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.com",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_DATE", "@1577838600 +0000")
        .env("GIT_COMMITTER_DATE", "@1577838600 +0000")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub(crate) fn run_in(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.arg("tags").args(arguments).current_dir(directory).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.envs(variables.iter().copied()).output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
