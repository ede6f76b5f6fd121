//! Copies of the example: without the files of containers, with other Dockerfiles beside the one of `init`, edited.

use std::{fs, path::Path, process::Command};

use super::super::{Outcome, tool::must};

/// The release of cargo-chef that is compared with.
const CHEF: &str = "0.1.78";
/// A dependency whose release changes in the lock file, and the releases that it gets in turn.
const LOCKED: &str = "itoa";
const RELEASES: [&str; 4] = ["1.0.14", "1.0.15", "1.0.16", "1.0.17"];
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

/// A way to write the Dockerfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// That of `plimsoll init`.
    Ours,
    /// What many write first: all is copied, then compiled.
    Naive,
    /// A layer of dependencies by cargo-chef.
    Chef,
    /// A mounted target directory, from which the program is copied out.
    Mounts,
}

impl Way {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Ours, Self::Naive, Self::Chef, Self::Mounts];

    /// The name of its Dockerfile.
    pub(super) const fn dockerfile(self) -> &'static str {
        match self {
            Self::Ours => "Dockerfile",
            Self::Naive => "naive.Dockerfile",
            Self::Chef => "chef.Dockerfile",
            Self::Mounts => "mounts.Dockerfile",
        }
    }

    /// What the table calls it.
    pub(super) const fn called(self) -> &'static str {
        match self {
            Self::Ours => "`init`",
            Self::Naive => "`COPY . .` and `cargo build`",
            Self::Chef => "cargo-chef",
            Self::Mounts => "a cache mount for target",
        }
    }

    /// The stages before the last one; nothing for the Dockerfile that is there.
    fn stages(self, builder: &str, program: &str) -> Option<String> {
        let mounts = "RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked";
        let build = "cargo build --locked --release";
        Some(match self {
            Self::Ours => return None,
            Self::Naive => format!(
                "FROM {builder} AS builder\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n\
                 RUN mkdir /out && cp target/release/{program} /out/\n"
            ),
            Self::Chef => format!(
                "FROM {builder} AS chef\nRUN cargo install cargo-chef --locked --version {CHEF}\nWORKDIR /app\n\n\
                 FROM chef AS planner\nCOPY . .\nRUN cargo chef prepare --recipe-path recipe.json\n\n\
                 FROM chef AS builder\nCOPY --from=planner /app/recipe.json recipe.json\n\
                 {mounts} cargo chef cook --locked --release --recipe-path recipe.json\nCOPY . .\n\
                 {mounts} {build} && mkdir /out && cp target/release/{program} /out/\n"
            ),
            Self::Mounts => format!(
                "FROM {builder} AS builder\nWORKDIR /app\nCOPY . .\n\
                 {mounts} --mount=type=cache,id=plimsoll-bench,target=/app/target,sharing=locked \
                 {build} && mkdir /out && cp target/release/{program} /out/\n"
            ),
        })
    }
}

/// Writes the Dockerfiles of the other ways, on the same builder as the one that is there.
pub(super) fn write_ways(project: &Path, program: &str) -> Outcome<()> {
    let generated = fs::read_to_string(project.join("Dockerfile"))?;
    let builder = builder(&generated).ok_or("the Dockerfile begins with no FROM")?;
    for way in Way::ALL {
        let Some(stages) = way.stages(builder, program) else { continue };
        let text = format!(
            "{stages}\nFROM debian:bookworm-slim\nCOPY --from=builder /out/{program} /usr/local/bin/{program}\n\
             CMD [\"{program}\", \"serve\"]\n"
        );
        fs::write(project.join(way.dockerfile()), text)?;
    }
    Ok(())
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

/// Takes another release of a dependency into the lock file, by cargo.
pub(super) fn edit_lock(project: &Path, number: usize) -> Outcome<()> {
    let version = RELEASES[number % RELEASES.len()];
    let mut cargo = Command::new("cargo");
    cargo.args(["update", "--quiet", "--package", LOCKED, "--precise", version]);
    must(cargo.arg("--manifest-path").arg(project.join("Cargo.toml")))
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
