//! Copies of the example: without the files of containers, with a naive Dockerfile, edited.

use std::{fs, path::Path};

use super::super::Outcome;

/// The naive Dockerfile, beside the one of `init`.
pub(super) const NAIVE: &str = "naive.Dockerfile";
/// What is edited, below the project.
const EDITED: &str = "crates/html-to-markdown/src/main.rs";
/// What the copy is without: results of builds, and all that `init` writes.
const LEFT_OUT: [&str; 8] = [
    ".dockerignore",
    ".github",
    "Dockerfile",
    "compose.prod.yaml",
    "compose.yaml",
    "docker-bake.hcl",
    "plimsoll.toml",
    "target",
];

/// Copies a project that has no files of containers yet.
pub(super) fn copy(from: &Path, to: &Path) -> Outcome<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if LEFT_OUT.iter().any(|it| name == *it) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(name))?;
        } else {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

/// Writes what many write first, on the same builder as the Dockerfile that is there.
pub(super) fn write_naive(project: &Path, program: &str) -> Outcome<()> {
    let generated = fs::read_to_string(project.join("Dockerfile"))?;
    let builder = builder(&generated).ok_or("the Dockerfile begins with no FROM")?;
    let text = format!(
        "FROM {builder} AS builder\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n\n\
         FROM debian:bookworm-slim\n\
         COPY --from=builder /app/target/release/{program} /usr/local/bin/{program}\n\
         CMD [\"{program}\", \"serve\"]\n"
    );
    Ok(fs::write(project.join(NAIVE), text)?)
}

/// The image of the first stage.
fn builder(dockerfile: &str) -> Option<&str> {
    let from = dockerfile.lines().find_map(|line| line.strip_prefix("FROM "))?;
    from.split_whitespace().find(|word| !word.starts_with("--"))
}

/// Edits a source so that no build has seen it.
pub(super) fn edit(example: &Path, project: &Path, number: usize) -> Outcome<()> {
    let source = fs::read_to_string(example.join(EDITED))?;
    let edited =
        format!("{source}\n/// Edited.\n#[allow(dead_code)]\nconst EDIT: usize = {number};\n");
    Ok(fs::write(project.join(EDITED), edited)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builder_of_a_dockerfile_is_found() {
        let text = "# FROM x\nARG A\nFROM --platform=$BUILDPLATFORM rust:1 AS rust\nFROM scratch\n";
        assert_eq!(builder(text), Some("rust:1"));
        assert_eq!(builder("ARG A\n"), None);
    }

    #[test]
    fn a_copy_lacks_what_containers_need() {
        let directory = tempfile::tempdir().unwrap();
        let (from, to) = (directory.path().join("from"), directory.path().join("to"));
        fs::create_dir_all(from.join("src")).unwrap();
        for name in ["Cargo.toml", "Dockerfile", "src/main.rs"] {
            fs::write(from.join(name), name).unwrap();
        }
        copy(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("src/main.rs")).unwrap(), "src/main.rs");
        assert!(to.join("Cargo.toml").exists() && !to.join("Dockerfile").exists());
    }
}
