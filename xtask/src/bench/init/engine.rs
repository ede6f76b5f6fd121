//! A Docker Engine that builds, and what it says of images.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::super::{Outcome, build::docker, tool::first_line};

/// A client with an engine that answers.
pub(super) struct Engine {
    program: PathBuf,
    /// Both versions.
    pub(super) version: String,
}

impl Engine {
    /// Finds one.
    pub(super) fn find() -> Outcome<Self> {
        for program in docker::clients() {
            let format = "docker {{.Client.Version}}, engine {{.Server.Version}}";
            let version = first_line(Command::new(&program).args(["version", "--format", format]));
            if let Some(version) = version {
                return Ok(Self { program, version });
            }
        }
        Err("no engine answers: start one with scripts/e2e/engine-up".into())
    }

    /// Builds the default target of a Dockerfile of that directory.
    pub(super) fn build(&self, directory: &Path, dockerfile: &str, tag: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.env("DOCKER_BUILDKIT", "1").args(["build", "--quiet", "--tag", tag]);
        command.arg("--file").arg(directory.join(dockerfile)).arg(directory);
        command
    }

    /// An image's bytes, uncompressed.
    pub(super) fn size(&self, tag: &str) -> Outcome<u64> {
        Ok(self.ask(&["image", "inspect", "--format", "{{.Size}}", tag])?.trim().parse()?)
    }

    /// The bytes of a file in an image.
    pub(super) fn size_of_file(&self, tag: &str, path: &Path) -> Outcome<u64> {
        let container = self.ask(&["create", tag])?;
        let container = container.trim();
        let from = format!("{container}:{}", path.display());
        let directory = tempfile::tempdir()?;
        let to = directory.path().join("file");
        let copied = self.ask(&["cp", &from, &to.to_string_lossy()]);
        self.ask(&["rm", container])?;
        copied?;
        Ok(to.metadata()?.len())
    }

    /// Removes what cache mounts hold, as on a machine that has never built.
    pub(super) fn forget_mounts(&self) -> Outcome<()> {
        self.ask(&["builder", "prune", "--force", "--filter", "type=exec.cachemount"]).map(drop)
    }

    /// Removes images.
    pub(super) fn remove<'a>(&self, tags: impl Iterator<Item = &'a String>) -> Outcome<()> {
        let mut arguments = vec!["image", "rm"];
        arguments.extend(tags.map(String::as_str));
        self.ask(&arguments).map(drop)
    }

    fn ask(&self, arguments: &[&str]) -> Outcome<String> {
        let output = Command::new(&self.program).args(arguments).stdin(Stdio::null()).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("docker {arguments:?} failed: {said}").into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
