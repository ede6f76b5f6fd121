//! Looks at a program before it is packed: what it is, and whether it can run in the image.

use std::path::Path;

use plimsoll_build::{
    base::Base,
    elf::{self, ElfFacts, Linkage},
    pack::{Program, init_name, program_path},
    proof::{self, BaseProofError, Subject},
    spec::{ImageSpec, Init},
};
use plimsoll_image::Platform;

use super::Context;
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

/// Reads a program and proves that it can run on `platform`, in an image from scratch or on the base.
pub(super) fn prove(
    path: &Path,
    platform: &Platform,
    ground: &Ground<'_>,
) -> Result<ElfFacts, Failure> {
    let facts = read(path)?;
    fits(path, &facts, platform, ground)?;
    Ok(facts)
}

/// What programs are to run on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) spec: &'a ImageSpec,
    /// Nothing for an image from scratch.
    pub(super) base: Option<&'a Base>,
}

/// Reads what a program is.
pub(super) fn read(path: &Path) -> Result<ElfFacts, Failure> {
    // Opening a pipe would wait for somebody to write into it.
    if std::fs::metadata(path).is_ok_and(|it| !it.is_file()) {
        return Err(Failure::new(format!("{} is not a file", path.display())));
    }
    Ok(elf::read_path(path)?)
}

/// Proves that a program can run on `platform`, in an image from scratch or on the base. A static program
/// needs nothing of a base, whose layers need not be there then.
pub(super) fn fits(
    path: &Path,
    facts: &ElfFacts,
    platform: &Platform,
    ground: &Ground<'_>,
) -> Result<(), Failure> {
    elf::prove(facts, platform, ground.base.is_none())
        .map_err(|error| Unfit { path: path.to_owned(), error })?;
    let Some(base) = ground.base.filter(|_| facts.linkage == Linkage::Dynamic) else {
        return Ok(());
    };
    let spec = ground.spec;
    let contents = base.contents()?;
    let shipped = proof::shipped(ground.context.settings_directory(), &spec.files)?;
    let own = spec.env.iter().map(|(name, value)| format!("{name}={value}"));
    let environment: Vec<String> = base.environment().iter().cloned().chain(own).collect();
    let name = path.file_name().and_then(|it| it.to_str()).unwrap_or("program");
    let place = program_path(name);
    let subject = Subject { facts, path: &place, file: Some(path) };
    let proof = proof::prove(subject, platform, contents.facts(), &shipped, &environment).map_err(
        |error| UnfitForBase {
            path: path.to_owned(),
            base: base.name().to_string(),
            error: Box::new(error),
        },
    )?;
    for note in proof.notes {
        ground.context.ui.note(note);
    }
    Ok(())
}

/// Process 1 must run in the image too.
pub(super) fn init(
    path: &Path,
    init: &Init,
    platform: &Platform,
    ground: &Ground<'_>,
) -> Result<Program, Failure> {
    prove(path, platform, ground).map_err(|failure| {
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

#[derive(Debug, thiserror::Error)]
#[error("{} can't run on the base {base}", path.display())]
struct UnfitForBase {
    path: std::path::PathBuf,
    base: String,
    #[source]
    error: Box<BaseProofError>,
}
