//! Who carries images: ours, `skopeo copy`, `docker push` and `docker pull`.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{
    super::{Outcome, build::docker, tool::first_line},
    Image,
};

/// A program that takes images to registries and brings them.
pub(super) trait Carrier {
    fn name(&self) -> String;

    /// What must be done before the image can be pushed, and is not timed.
    fn prepare(&self, image: &Image, reference: &str) -> Outcome<()>;

    fn push(&self, image: &Image, reference: &str) -> Vec<Command>;

    /// Brings the image, to `to` where the program has a say in it.
    fn pull(&self, reference: &str, to: &Path) -> Vec<Command>;

    /// Lets go of an image, so that a pull has to bring it.
    fn forget(&self, reference: &str) -> Outcome<()>;
}

/// Ours. Its pull is a copy from the registry to the place where the image is already: all of it is
/// brought and checked, and then one question is asked more than in a pull alone.
pub(super) struct Plimsoll {
    pub(super) program: PathBuf,
}

impl Carrier for Plimsoll {
    fn name(&self) -> String {
        "plimsoll".to_owned()
    }

    fn prepare(&self, _: &Image, _: &str) -> Outcome<()> {
        Ok(())
    }

    fn push(&self, image: &Image, reference: &str) -> Vec<Command> {
        let mut command = Command::new(&self.program);
        command.arg("push").arg(&image.layout).arg(reference).arg("--quiet");
        vec![command]
    }

    fn pull(&self, reference: &str, _: &Path) -> Vec<Command> {
        let mut command = Command::new(&self.program);
        command.arg("push").arg(format!("registry:{reference}")).arg(reference).arg("--quiet");
        vec![command]
    }

    fn forget(&self, _: &str) -> Outcome<()> {
        Ok(())
    }
}

/// A peer that was found, with its version; or why it is left out.
type Found<T> = Result<(T, String), String>;

/// `skopeo copy`, from and to a layout.
pub(super) struct Skopeo;

impl Skopeo {
    pub(super) fn find() -> Found<Self> {
        let version = first_line(Command::new("skopeo").arg("--version"));
        Ok((Self, version.ok_or("skopeo: left out, no program on PATH")?))
    }

    fn copy() -> Command {
        let mut command = Command::new("skopeo");
        command.args(["--insecure-policy", "copy", "--quiet"]);
        command
    }
}

impl Carrier for Skopeo {
    fn name(&self) -> String {
        "skopeo".to_owned()
    }

    fn prepare(&self, _: &Image, _: &str) -> Outcome<()> {
        Ok(())
    }

    fn push(&self, image: &Image, reference: &str) -> Vec<Command> {
        let mut command = Self::copy();
        // As it is, which is what ours does.
        command.args(["--preserve-digests", "--dest-tls-verify=false"]);
        command.arg(format!("oci:{}", image.layout.display())).arg(format!("docker://{reference}"));
        vec![command]
    }

    fn pull(&self, reference: &str, to: &Path) -> Vec<Command> {
        let mut command = Self::copy();
        command.arg("--src-tls-verify=false").arg(format!("docker://{reference}"));
        command.arg(format!("oci:{}:latest", to.display()));
        vec![command]
    }

    fn forget(&self, _: &str) -> Outcome<()> {
        Ok(())
    }
}

/// A client with an engine that answers.
pub(super) struct Docker {
    program: PathBuf,
}

impl Docker {
    pub(super) fn find() -> Found<Self> {
        for program in docker::clients() {
            let format = "docker {{.Client.Version}}, engine {{.Server.Version}}";
            let version = first_line(Command::new(&program).args(["version", "--format", format]));
            if let Some(version) = version {
                return Ok((Self { program }, version));
            }
        }
        Err("docker: left out, no engine answers".to_owned())
    }

    fn run(&self, arguments: &[&str]) -> Outcome<String> {
        let output = Command::new(&self.program).args(arguments).stdin(Stdio::null()).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("docker {arguments:?} failed: {said}").into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Carrier for Docker {
    fn name(&self) -> String {
        "docker".to_owned()
    }

    fn prepare(&self, image: &Image, reference: &str) -> Outcome<()> {
        let said = self.run(&["load", "--quiet", "--input", &image.archive.to_string_lossy()])?;
        let loaded = said.trim().rsplit_once(": ").ok_or("docker load names no image")?.1;
        self.run(&["tag", loaded, reference])?;
        if !loaded.starts_with("sha256:") {
            // The name that the archive has would keep the image when its pull is timed.
            self.run(&["image", "rm", loaded])?;
        }
        Ok(())
    }

    fn push(&self, _: &Image, reference: &str) -> Vec<Command> {
        let mut command = Command::new(&self.program);
        command.args(["push", "--quiet", reference]);
        vec![command]
    }

    fn pull(&self, reference: &str, _: &Path) -> Vec<Command> {
        let mut command = Command::new(&self.program);
        command.args(["pull", "--quiet", reference]);
        vec![command]
    }

    fn forget(&self, reference: &str) -> Outcome<()> {
        self.run(&["image", "rm", reference]).map(drop)
    }
}
