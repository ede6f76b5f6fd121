//! Files that compiling a package reads, beside its own modules: what macros embed, and what the
//! build script is told to compile.
//!
//! Only literal paths count, and only those that are there: others may be made by the build. Items
//! under `#[cfg(…)]` are passed over, as nobody knows here whether they are compiled.

mod walk;

use super::{
    member::Member,
    place::{Place, SourceText},
    targets::TargetKind,
};
use crate::files::{FileKind, Files, join};

/// A file or directory that compiling a package reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// How it is read.
    pub kind: InputKind,
    /// The macro, attribute or function: `include_str!`, `compile_protos`.
    pub reader: String,
    /// What is read: absolute, and there.
    pub path: String,
    /// Where the path stands in the code.
    pub place: Place,
}

/// How a file is read while compiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// By a macro or an attribute of the code: compiling fails without it.
    Embedded,
    /// By the build script: it most likely fails without it.
    Compiled,
    /// The build script has Cargo watch it; nothing fails without it.
    Watched,
}

/// How many files of a package are looked into.
const FILES_LIMIT: usize = 2_000;
/// How many bytes of a package are looked into.
const BYTES_LIMIT: usize = 16 << 20;
/// How deep modules are nested.
const DEPTH_LIMIT: usize = 16;

impl Member {
    /// What compiling the package's library and binaries reads outside of its modules, in the order
    /// of files and places. This reads all sources of the package.
    pub fn inputs(&self, files: &dyn Files) -> Vec<Input> {
        let mut found = Vec::new();
        if let Some(script) = &self.build_script
            && let Some(source) = SourceText::read(files, script.clone())
        {
            walk::build_script(files, &self.directory, &source, &mut found);
        }
        let mut bytes = 0;
        for path in self.sources(files) {
            let Some(source) = SourceText::read(files, path) else { continue };
            bytes += source.text.len();
            if bytes > BYTES_LIMIT {
                break;
            }
            walk::code(files, &self.directory, &source, &mut found);
        }
        found
    }

    /// The files of code below `src`, and those that targets are elsewhere.
    pub(super) fn sources(&self, files: &dyn Files) -> Vec<String> {
        let mut found = Vec::new();
        collect(files, &join(&self.directory, "src"), DEPTH_LIMIT, &mut found);
        let targets = self
            .targets
            .iter()
            .filter(|it| it.exists && matches!(it.kind, TargetKind::Library | TargetKind::Binary));
        found.extend(targets.map(|it| it.path.clone()));
        found.sort();
        found.dedup();
        found
    }
}

fn collect(files: &dyn Files, directory: &str, depth: usize, found: &mut Vec<String>) {
    for entry in files.list(directory).iter() {
        // Modules of tests are declared elsewhere, under a `cfg` that is not seen in them.
        let stem = entry.name.strip_suffix(".rs").unwrap_or(&entry.name);
        if is_of_tests(stem) || found.len() >= FILES_LIMIT {
            continue;
        }
        let path = join(directory, &entry.name);
        match entry.kind {
            FileKind::File if stem.len() < entry.name.len() => found.push(path),
            FileKind::Directory if depth > 0 && !entry.is_link => {
                collect(files, &path, depth - 1, found);
            }
            _ => {}
        }
    }
}

fn is_of_tests(name: &str) -> bool {
    name.split(['_', '-', '.']).any(|it| {
        matches!(it, "test" | "tests" | "testing" | "testdata" | "bench" | "benches" | "fixtures")
    })
}
