//! Why a program does not run on a base.

use crate::{
    elf::{Libc, Machine, ProofError},
    proof::BaseLibc,
};

/// Why a program does not run on a base. What the base is stands in `base`, as in `glibc 2.36 (Debian GNU/Linux 12)`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseProofError {
    /// It would not run on any base of this platform.
    #[error(transparent)]
    Unfit(#[from] ProofError),
    /// The base has no C library at all, as `distroless/static` has none.
    #[error("the program is not static, and the base has no C library: no loader `{interpreter}`")]
    NoLibc {
        /// The loader that the program asks for.
        interpreter: String,
        /// The C library that it was linked with.
        libc: Option<Libc>,
        /// The target's processor.
        machine: Machine,
    },
    /// The base has another C library.
    #[error(
        "the program is linked with {}, the base has {base}: there is no loader `{interpreter}`",
        program.name()
    )]
    OtherLibc {
        /// The program's C library.
        program: Libc,
        /// The base's.
        found: BaseLibc,
        /// The base in words.
        base: String,
        /// The loader that the program asks for.
        interpreter: String,
        /// The target's processor.
        machine: Machine,
    },
    /// The base has a C library of that kind, and its loader stands elsewhere.
    #[error(
        "the program asks for the loader `{interpreter}`, which the base, {base}, does not have{}",
        if loaders.is_empty() { String::new() } else { format!("; it has {}", paths(loaders)) }
    )]
    NoLoader {
        /// The loader that the program asks for.
        interpreter: String,
        /// The base in words.
        base: String,
        /// The loaders that the base has, as absolute paths.
        loaders: Vec<String>,
    },
    /// What stands where the loader should is for another processor.
    #[error("the base's `{interpreter}` is made for {found}, the program for {wanted}")]
    LoaderMachine {
        /// The loader that the program asks for.
        interpreter: String,
        /// What it is made for.
        found: Machine,
        /// What the program is made for.
        wanted: Machine,
    },
    /// Libraries that are nowhere where the loader looks.
    #[error("the base, {base}, lacks {}", libraries(missing))]
    MissingLibraries {
        /// Which.
        missing: Vec<Missing>,
        /// The base in words.
        base: String,
        /// The base's C library.
        libc: BaseLibc,
    },
    /// Libraries that are there, and older than the program needs.
    #[error("{}; the base has {base}", old(libraries))]
    OldLibraries {
        /// Which; at least one.
        libraries: Vec<OldLibrary>,
        /// The base in words.
        base: String,
        /// The base's C library.
        libc: BaseLibc,
        /// The target's processor.
        machine: Machine,
    },
}

/// A library that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its name.
    pub name: String,
    /// Who needs it; `None` for the program itself.
    pub needed_by: Option<String>,
    /// Where it is all the same, though the loader does not look there.
    pub elsewhere: Option<String>,
}

/// A library that lacks symbol versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldLibrary {
    /// Its name.
    pub name: String,
    /// Its path in the image.
    pub path: String,
    /// The versions that it lacks, the newest first.
    pub versions: Vec<String>,
    /// The newest version that it has of the same kind as the first of those.
    pub newest: Option<String>,
    /// Some of the symbols that are wanted in those versions.
    pub symbols: Vec<String>,
    /// Who needs them; `None` for the program itself.
    pub needed_by: Option<String>,
}

fn paths(paths: &[String]) -> String {
    paths.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}

fn libraries(missing: &[Missing]) -> String {
    let words: Vec<_> = missing
        .iter()
        .map(|it| {
            let mut words = format!("`{}`", it.name);
            if let Some(by) = &it.needed_by {
                words = format!("{words} (needed by {by})");
            }
            if let Some(path) = &it.elsewhere {
                words = format!("{words} (it is at /{path}, where the loader does not look)");
            }
            words
        })
        .collect();
    format!("{} that the program needs: {}", plural(missing.len()), words.join(", "))
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "a library" } else { "libraries" }
}

fn old(libraries: &[OldLibrary]) -> String {
    let words: Vec<_> = libraries
        .iter()
        .map(|it| {
            let who = it.needed_by.as_deref().unwrap_or("the program");
            let newest = it.versions.first().map_or("", String::as_str);
            let symbols = if it.symbols.is_empty() {
                String::new()
            } else {
                format!(" (for {})", paths(&it.symbols))
            };
            let known = it.newest.as_ref().map_or_else(
                || ", which the base's does not have".to_owned(),
                |it| format!(", but the base's has {it} at most"),
            );
            format!("{who} needs {newest} of {}{symbols}{known}", it.name)
        })
        .collect();
    words.join("; ")
}
