//! A directory of files, made for one test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A temporary directory that is removed in the end.
pub(crate) struct Fixture {
    _directory: tempfile::TempDir,
    root: PathBuf,
}

impl Fixture {
    /// Writes files, each a path and its text.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let fixture = Self { _directory: directory, root };
        for (path, text) in files {
            fixture.write(path, text);
        }
        fixture
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.root.clone() } else { self.root.join(path) }
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs a program below the root; it must succeed.
    pub(crate) fn run(&self, directory: &str, command: &mut Command) -> Output {
        let output = command.current_dir(self.path(directory)).output().unwrap();
        assert!(output.status.success(), "{command:?}:\n{}", text(&output.stderr));
        output
    }

    /// Writes `Cargo.lock`, which needs no network where all dependencies are directories.
    pub(crate) fn lock(&self) {
        self.run("", Command::new(cargo()).args(["generate-lockfile", "--offline"]));
    }
}

/// The Cargo that runs these tests.
pub(crate) fn cargo() -> &'static Path {
    Path::new(option_env!("CARGO").unwrap_or("cargo"))
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A manifest with a name and whatever follows.
pub(crate) fn package(name: &str, more: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"1.2.3\"\nedition = \"2024\"\n{more}")
}
