//! Looks at a program before it is packed: what it is, and whether it can run in the image.

use std::path::Path;

use plimsoll_build::{
    elf::{self, ElfFacts},
    pack::{Program, init_name},
    spec::Init,
};
use plimsoll_image::Platform;

use crate::failure::Failure;

/// What is known of a program in the image.
#[derive(Clone, Debug)]
pub(crate) struct BinaryFacts {
    /// Its name in the image.
    pub(crate) name: String,
    /// The platform of its image.
    pub(crate) platform: Platform,
    /// The target that it was built for, where Cargo built it.
    pub(crate) target: Option<String>,
    /// Its size on this machine in bytes.
    pub(crate) size: u64,
    /// For people: `static-pie x86_64, stripped`.
    pub(crate) kind: String,
    /// How many crates its list names; `None` where there is no list.
    pub(crate) crates: Option<usize>,
}

/// Reads a program and proves that it can run on `platform` in an image from scratch.
pub(super) fn prove(path: &Path, platform: &Platform) -> Result<ElfFacts, Failure> {
    let facts = read(path)?;
    fits(path, &facts, platform)?;
    Ok(facts)
}

/// Reads what a program is.
pub(super) fn read(path: &Path) -> Result<ElfFacts, Failure> {
    // Opening a pipe would wait for somebody to write into it.
    if std::fs::metadata(path).is_ok_and(|it| !it.is_file()) {
        return Err(Failure::new(format!("{} is not a file", path.display())));
    }
    Ok(elf::read_path(path)?)
}

/// Proves that a program can run on `platform` in an image from scratch.
pub(super) fn fits(path: &Path, facts: &ElfFacts, platform: &Platform) -> Result<(), Failure> {
    Ok(elf::prove(facts, platform, true).map_err(|error| Unfit { path: path.to_owned(), error })?)
}

/// Process 1 must run in the image too.
pub(super) fn init(path: &Path, init: &Init, platform: &Platform) -> Result<Program, Failure> {
    prove(path, platform).map_err(|failure| {
        failure.hint(
            "`init` takes a static program, such as tini-static of Debian's package tini; \
             or write `init = \"pid1\"`",
        )
    })?;
    let name = init_name(init).unwrap_or("init").to_owned();
    Ok(Program { name, path: path.to_owned(), audit: None })
}

#[derive(Debug, thiserror::Error)]
#[error("{} can't run in the image", path.display())]
struct Unfit {
    path: std::path::PathBuf,
    #[source]
    error: elf::ProofError,
}
