//! Files in a temporary directory, and the program run on them.

use std::{
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

/// A Dockerfile with one error, `root-user` in line 1, and nothing else that is found by the rules
/// that [`Tree::check`] selects.
pub(crate) const ROOT: &str = "FROM scratch\nCOPY app /app\nENTRYPOINT [\"/app\"]\n";
/// One without.
pub(crate) const GOOD: &str = "FROM scratch\nCOPY app /app\nUSER 65532\nENTRYPOINT [\"/app\"]\n";

/// Files in a directory of their own.
pub(crate) struct Tree {
    directory: tempfile::TempDir,
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Tree {
    /// A directory with these files, which is the root of a repository.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self { directory: tempfile::tempdir().unwrap() };
        fs::create_dir(tree.path(".git")).unwrap();
        for (name, text) in files {
            tree.write(name, text);
        }
        tree
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().canonicalize().unwrap().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs `plimsoll check --select root-user` in the directory: what other rules there are does
    /// not matter to these tests.
    pub(crate) fn check(&self, arguments: &[&str]) -> Ran {
        self.check_in("", arguments)
    }

    /// As [`Tree::check`], in a directory below.
    pub(crate) fn check_in(&self, directory: &str, arguments: &[&str]) -> Ran {
        let arguments = [&["check", "--select", "root-user"], arguments].concat();
        self.run_in(directory, &arguments, "", &[])
    }

    /// Runs the program with a text on standard input.
    pub(crate) fn run(&self, arguments: &[&str], input: &str, variables: &[(&str, &str)]) -> Ran {
        self.run_in("", arguments, input, variables)
    }

    fn run_in(
        &self,
        directory: &str,
        arguments: &[&str],
        input: &str,
        variables: &[(&str, &str)],
    ) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        for (name, _) in std::env::vars_os() {
            // Settings of whoever runs the tests.
            if name.to_string_lossy().starts_with("PLIMSOLL_") {
                command.env_remove(&name);
            }
        }
        command.args(arguments).current_dir(self.path(directory)).env("HOME", self.path(""));
        command.env_remove("XDG_CONFIG_HOME").env("NO_COLOR", "1").envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Who reads no input may be gone by now.
        child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            text.replace(self.path("").to_str().unwrap(), "[tree]/")
        };
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

/// Says that a test was left out, for the summary of `scripts/test`.
pub(crate) fn left_out(test: &str, why: &str) {
    // Not by `println`, which a test that passes never shows.
    let note = format!("left out: {test}: {why}\n");
    std::io::stderr().write_all(note.as_bytes()).unwrap();
}

impl Ran {
    /// The program ended with this code.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        self
    }

    /// The paths in a concise report, each once.
    pub(crate) fn paths(&self) -> Vec<&str> {
        let mut paths: Vec<_> =
            self.stdout.lines().filter_map(|line| line.split(':').next()).collect();
        paths.dedup();
        paths
    }
}
