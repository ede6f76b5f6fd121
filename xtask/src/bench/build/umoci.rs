//! `umoci`: init, new, insert, config, into a new layout each time.

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

/// The program on PATH.
#[derive(Debug)]
pub(super) struct Umoci {
    directory: PathBuf,
}

impl Umoci {
    /// Where the image of `file` is made.
    pub(super) fn layout(&self, file: &Path) -> PathBuf {
        let input = file.parent().and_then(Path::file_name).unwrap_or_default();
        self.directory.join(input)
    }
}

impl Tool for Umoci {
    fn name(&self) -> String {
        "umoci".to_owned()
    }

    fn commands(&self, file: &Path) -> Vec<Command> {
        let layout = self.layout(file);
        let image = format!("{}:latest", layout.display());
        let umoci = |arguments: &[&str]| {
            let mut command = Command::new("umoci");
            command.args(arguments);
            command
        };
        let mut init = umoci(&["init", "--layout"]);
        init.arg(&layout);
        let new = umoci(&["new", "--image", &image]);
        let mut insert = umoci(&["insert", "--image", &image]);
        insert.arg(file).arg("/app");
        let mut config = umoci(&["config", "--image", &image]);
        config.args(["--config.user", "65532:65532", "--config.entrypoint", "/app"]);
        vec![init, new, insert, config]
    }

    fn clear(&self, file: &Path) -> Outcome<()> {
        remove_directory(&self.layout(file))
    }
}

/// Finds the program on PATH; its layouts will lie below `directory`.
pub(super) fn find(directory: &Path) -> Found<Umoci> {
    let version = first_line(Command::new("umoci").arg("--version")).ok_or("no program on PATH")?;
    let directory = directory.join("umoci");
    std::fs::create_dir_all(&directory).map_err(|error| format!("no place for it: {error}"))?;
    Ok((Umoci { directory }, version))
}
