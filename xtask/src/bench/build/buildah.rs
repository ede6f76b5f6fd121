//! `buildah`: from scratch, copy, config, commit to a layout with gzip.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    super::{
        Outcome,
        tool::{Tool, first_line, remove_directory},
    },
    Found,
};

const CONTAINER: &str = "plimsoll-bench";

/// The program on PATH, with a storage of its own.
#[derive(Debug)]
pub(super) struct Buildah {
    directory: PathBuf,
}

impl Buildah {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("buildah");
        command.arg("--root").arg(self.directory.join("root"));
        command.arg("--runroot").arg(self.directory.join("run")).args(arguments);
        command
    }

    fn layout(&self) -> PathBuf {
        self.directory.join("layout")
    }
}

impl Tool for Buildah {
    fn name(&self) -> String {
        "buildah".to_owned()
    }

    fn commands(&self, file: &Path) -> Vec<Command> {
        let from = self.command(&["from", "--name", CONTAINER, "scratch"]);
        let mut copy = self.command(&["copy", CONTAINER]);
        copy.arg(file).arg("/app");
        let config = ["--user", "65532:65532", "--entrypoint", r#"["/app"]"#, CONTAINER];
        let mut configure = self.command(&["config"]);
        configure.args(config);
        let mut commit =
            self.command(&["commit", "--quiet", "--disable-compression=false", CONTAINER]);
        commit.arg(format!("oci:{}:latest", self.layout().display()));
        vec![from, copy, configure, commit]
    }

    fn clear(&self, _: &Path) -> Outcome<()> {
        // There is no container before the first round.
        self.command(&["rm", CONTAINER]).output()?;
        remove_directory(&self.layout())
    }
}

/// Finds the program on PATH and sees whether it can work here.
pub(super) fn find(directory: &Path) -> Found<Buildah> {
    let version =
        first_line(Command::new("buildah").arg("--version")).ok_or("no program on PATH")?;
    let buildah = Buildah { directory: directory.join("buildah") };
    // Without the right to mount, it can't even make a container.
    first_line(&mut buildah.command(&["from", "--name", CONTAINER, "scratch"]))
        .ok_or("it can make no container here")?;
    Ok((buildah, version))
}
