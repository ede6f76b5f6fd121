//! `plimsoll build --binary`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use plimsoll_image::Compression;

use super::super::{
    Outcome,
    sample::Sample,
    tool::{Tool, must},
};

/// A project as small as can be; the program in its image comes from elsewhere.
const MANIFEST: &str = r#"[package]
name = "app"
version = "0.1.0"
edition = "2024"

[workspace]
"#;
const LOCK: &str = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n";

/// Our program, with one compression.
#[derive(Debug)]
pub(super) struct Plimsoll {
    pub(super) program: PathBuf,
    pub(super) project: PathBuf,
    pub(super) output: PathBuf,
    pub(super) compression: Compression,
}

impl Tool for Plimsoll {
    fn name(&self) -> String {
        format!("plimsoll {}", self.compression)
    }

    fn commands(&self, file: &Path) -> Vec<Command> {
        let mut command = Command::new(&self.program);
        command.arg("build").arg(&self.project).arg("--binary").arg(file);
        command.arg("-o").arg(format!("oci:{}", self.output.display()));
        command.args(["--compression", self.compression.name(), "--format", "json"]);
        vec![command]
    }

    fn clear(&self, _: &Path) -> Outcome<()> {
        // The next run replaces the layout of the last one, as in daily use.
        Ok(())
    }
}

/// Makes the project, in a git repository of its own, and gives its directory.
pub(in crate::bench) fn project(directory: &Path) -> Outcome<PathBuf> {
    fs::create_dir_all(directory.join("src"))?;
    fs::write(directory.join("Cargo.toml"), MANIFEST)?;
    fs::write(directory.join("Cargo.lock"), LOCK)?;
    fs::write(directory.join(".gitignore"), "target/\n")?;
    fs::write(directory.join("src/main.rs"), "fn main() {}\n")?;
    let identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
    for arguments in
        [&["init", "--quiet"][..], &["add", "."], &["commit", "--quiet", "--message", "Begin"]]
    {
        must(Command::new("git").current_dir(directory).args(identity).args(arguments))?;
    }
    Ok(directory.to_owned())
}

/// What our program itself says about its packing, in milliseconds.
pub(super) fn packing_ms(sample: &Sample) -> Outcome<f64> {
    let report: serde_json::Value = serde_json::from_slice(&sample.stdout)?;
    Ok(report["time"]["packing_ms"].as_f64().ok_or("the report lacks time.packing_ms")?)
}
